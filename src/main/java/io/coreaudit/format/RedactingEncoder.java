package io.coreaudit.format;

import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventKind;
import io.coreaudit.format.SecretArguments.Form;
import io.coreaudit.frame.FrameDescriptor;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.FieldIndex;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;

/// Masks secrets in the arguments of programs before another encoder sees them: each byte becomes a
/// `*`, in plain text and in hexadecimal, in every record that has the argument: EXECVE, PROCTITLE,
/// `cmd=` and `cmdline=` of a program's record, `data=` typed on a terminal. So all formats and raw
/// records are masked alike, and nothing changes its length. What is a secret `SecretArguments`
/// says.
///
/// The event is masked in a copy of its frame, which is marked (`EventFlags.REDACTED`); one without
/// secrets is passed on as it is. The spool keeps what the kernel said. Allocates nothing once its
/// buffers have met the longest event. For one thread.
public final class RedactingEncoder implements EventEncoder {
  private static final long CMDLINE = RecordFlyweight.word("cmdline");
  private static final long DATA = RecordFlyweight.word("data");

  /// The kernel writes so many bytes of a command line; the last may be a zero that it cuts off.
  private static final int CUT = 127;

  private final EventEncoder next;
  private final RecordFlyweight record = new RecordFlyweight();
  private final FieldIndex fields = new FieldIndex();
  private final ArgumentName name = new ArgumentName();
  private final CommandText arguments = new CommandText();
  private final CommandText line = new CommandText();
  private final SecretArguments secrets = new SecretArguments();
  private final Scratch copy = new Scratch(8192);
  private final FrameFlyweight masked = new FrameFlyweight();
  private boolean copied;
  private int argument;

  /// Creates an encoder.
  ///
  /// @param next takes the masked events
  public RedactingEncoder(EventEncoder next) {
    this.next = next;
  }

  @Override
  public void encode(FrameFlyweight frame, ByteOutput out) {
    EventKind kind = frame.kind();
    copied = false;
    if (kind == null || kind == EventKind.AUDIT) {
      mask(frame);
    }
    if (copied) {
      next.encode(masked.wrap(copy.address(), frame.length()), out);
      copy.clear();
    } else {
      next.encode(frame, out);
    }
  }

  private void mask(FrameFlyweight frame) {
    argument = -1;
    frame.rewindRecords();
    while (frame.nextRecord()) {
      int type = frame.recordType();
      switch (type) {
        case RecordType.EXECVE -> execve(frame);
        case RecordType.PROCTITLE -> title(frame);
        case RecordType.TTY -> message(frame, type);
        default -> {
          if (type >= 1100 && type < 1200 || type >= 2100 && type < 3000) {
            message(frame, type);
          }
        }
      }
    }
    if (arguments.length() > 0) {
      mask(frame, arguments, Form.ARGUMENTS);
    }
    arguments.clear();
    line.clear();
  }

  private void execve(FrameFlyweight frame) {
    frame.fields(record);
    while (record.next()) {
      if (!name.read(record)) {
        continue;
      }
      boolean begins = name.piece() <= 0 || name.argument() != argument;
      if (begins && arguments.length() > 0) {
        arguments.separate();
      }
      argument = name.argument();
      arguments.add(record.valueAddress(), record.valueLength(), frame.address());
    }
  }

  private void title(FrameFlyweight frame) {
    frame.fields(record);
    while (record.next()) {
      if (Field.is(record, Field.PROCTITLE)) {
        line.clear();
        line.add(record.valueAddress(), record.valueLength(), frame.address());
        mask(frame, line, line.length() >= CUT ? Form.CUT : Form.ARGUMENTS);
      }
    }
  }

  private void message(FrameFlyweight frame, int type) {
    boolean typed = type == RecordType.TTY || type == RecordType.USER_TTY;
    frame.fields(fields);
    for (int i = 0; i < fields.count(); i++) {
      int length = fields.nameLength(i);
      long word = fields.nameWord(i);
      boolean isCommand =
          length == 7 && word == CMDLINE
              || length == 4 && word == DATA && typed
              || Field.of(word, fields.nameAddress(i), length) == Field.CMD;
      if (isCommand) {
        line.clear();
        line.add(fields.valueAddress(i), fields.valueLength(i), frame.address());
        mask(frame, line, typed ? Form.TYPED : Form.JOINED);
      }
    }
  }

  private void mask(FrameFlyweight frame, CommandText text, Form form) {
    secrets.find(text, form);
    if (!text.isMarked()) {
      return;
    }
    if (!copied) {
      copied = true;
      copy.clear();
      copy.append(frame.address(), frame.length());
      long flags = copy.address() + FrameDescriptor.FLAGS;
      Memory.putShort(flags, (short) (Memory.shortAt(flags) | EventFlags.REDACTED));
    }
    text.mask(copy.address());
  }
}
