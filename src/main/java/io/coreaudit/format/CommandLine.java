package io.coreaudit.format;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;

/// The command line of an event, a blank between the arguments: of EXECVE, else of PROCTITLE. Good
/// until the next one is read.
final class CommandLine {
  private final int mostBytes;
  private final Value value = new Value();
  private final RecordFlyweight record = new RecordFlyweight();
  private final ArgumentName name = new ArgumentName();
  private final CommandText arguments = new CommandText();
  private final Scratch text = new Scratch(4096);

  /// @param mostBytes what is behind so many bytes may be left out
  CommandLine(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  /// Reads that of an event; its length is 0 when it has none.
  void read(EventView event) {
    text.clear();
    if (event.hasExecve()) {
      execve(event.frame());
    } else if (event.has(Field.PROCTITLE)
        && value.decode(event.value(Field.PROCTITLE), event.length(Field.PROCTITLE), true)) {
      for (int i = 0; i < value.length(); i++) {
        byte b = Memory.byteAt(value.address() + i);
        text.append(b == 0 ? ' ' : b);
      }
    }
  }

  private void execve(FrameFlyweight frame) {
    arguments.clear();
    int argument = -1;
    frame.rewindRecords();
    while (frame.nextRecord() && arguments.length() < mostBytes) {
      if (frame.recordType() != RecordType.EXECVE) {
        continue;
      }
      record.wrap(frame.recordText(), frame.recordTextLength());
      record.rewind();
      while (record.next() && arguments.length() < mostBytes) {
        if (name.read(record)) {
          if (argument >= 0 && argument != name.argument()) {
            arguments.separate();
          }
          argument = name.argument();
          int length = Math.min(record.valueLength(), mostBytes);
          arguments.add(record.valueAddress(), length, frame.address());
        }
      }
    }
    byte[] bytes = arguments.bytes();
    for (int i = 0; i < arguments.length(); i++) {
      text.append(bytes[i] == 0 ? ' ' : bytes[i]);
    }
  }

  long address() {
    return text.address();
  }

  int length() {
    return text.length();
  }
}
