package io.coreaudit.origin;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.PathOwner;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;

/// Finds the script that an execution runs, where the kernel took its interpreter from the script's
/// first line. For the intake thread; allocates nothing.
///
/// ```text
/// EXECVE a0="/bin/sh" a1="-e" a2="/opt/x.sh"    the kernel put the interpreter, its argument and the script in front
/// PATH item=0 name="/opt/x.sh"                  what was executed
/// PATH item=1 name="/bin/sh"                    its interpreter
/// ```
///
/// So a script it is when what was executed stands among the arguments behind an interpreter that
/// was opened too. What the interpreter executes in its turn with the same script as its first
/// argument (`/usr/bin/env python3`) runs it still.
final class ScriptFinder implements AutoCloseable {
  private static final long SUCCESS = RecordFlyweight.word("success");
  private static final long CWD = RecordFlyweight.word("cwd");
  private static final int MOST_ARGUMENTS = 3;
  private static final int MOST_PATHS = 4;
  private static final long[] ARGUMENTS = {
    RecordFlyweight.word("a0"), RecordFlyweight.word("a1"), RecordFlyweight.word("a2")
  };

  private final RecordFlyweight record = new RecordFlyweight();
  private final PathOwner path = new PathOwner();
  private final Pages pages = Pages.cleared(2 * ProcessTable.SCRIPT_BYTES);
  private final long[] arguments = new long[MOST_ARGUMENTS];
  private final int[] argumentLengths = new int[MOST_ARGUMENTS];
  private final long[] paths = new long[MOST_PATHS];
  private final int[] pathLengths = new int[MOST_PATHS];
  private int pathCount;
  private long directory;
  private int directoryLength;
  private boolean execution;

  /// Notes of a process what its execution says; an event that is none changes nothing.
  void read(AssembledEvent event, ProcessTable table, int place) {
    if (!isExecution(event)) {
      return;
    }
    gather(event);
    if (!execution) {
      return;
    }
    int before = table.scriptLengthBefore(place);
    int length = isScript() ? join(paths[0], pathLengths[0], table.script(place)) : 0;
    if (length == 0 && before > 0 && isStill(table.script(place), before)) {
      length = before;
    }
    table.scriptLength(place, length);
  }

  // It stands behind the call's record, and that of capabilities which the file gave.
  private static boolean isExecution(AssembledEvent event) {
    if (event.headRecord() == 0) {
      return false;
    }
    event.rewind();
    for (int i = 0; i < 3 && event.next(); i++) {
      if (event.type() == RecordType.EXECVE) {
        return true;
      }
    }
    return false;
  }

  private void gather(AssembledEvent event) {
    execution = false;
    pathCount = 0;
    directoryLength = 0;
    for (int i = 0; i < MOST_ARGUMENTS; i++) {
      argumentLengths[i] = 0;
    }
    boolean first = true;
    event.rewind();
    while (event.next()) {
      if (event.record() == event.headRecord()) {
        execution = succeeded(event);
      } else if (event.type() == RecordType.EXECVE && first) {
        first = false;
        arguments(event);
      } else if (event.type() == RecordType.CWD) {
        directory(event);
      } else if (event.type() == RecordType.PATH
          && pathCount < MOST_PATHS
          && path.read(event.textAddress(), event.textLength())) {
        paths[pathCount] = path.nameAddress();
        pathLengths[pathCount++] = path.nameLength();
      }
    }
  }

  private boolean succeeded(AssembledEvent event) {
    event.fields(record);
    while (record.next()) {
      if (record.nameWord() == SUCCESS) {
        return record.valueLength() == 3;
      }
    }
    return false;
  }

  // One that is long comes in pieces, `a1[0]`: none of these.
  private void arguments(AssembledEvent event) {
    int found = 0;
    event.fields(record);
    while (found < MOST_ARGUMENTS && record.next()) {
      if (record.nameWord() == ARGUMENTS[found] && record.nameLength() == 2) {
        arguments[found] = record.valueAddress();
        argumentLengths[found++] = record.valueLength();
      }
    }
  }

  private void directory(AssembledEvent event) {
    event.fields(record);
    while (record.next()) {
      if (record.nameWord() == CWD) {
        directory = record.valueAddress();
        directoryLength = record.valueLength();
      }
    }
  }

  private boolean isScript() {
    if (pathCount < 2 || !isArgument(1, 0) && !isArgument(2, 0)) {
      return false;
    }
    for (int i = 1; i < pathCount; i++) {
      if (isArgument(0, i)) {
        return true;
      }
    }
    return false;
  }

  private boolean isArgument(int argument, int place) {
    return argumentLengths[argument] > 0
        && argumentLengths[argument] == pathLengths[place]
        && Memory.isSame(arguments[argument], paths[place], pathLengths[place]);
  }

  private boolean isStill(long script, int length) {
    long joined = pages.address() + ProcessTable.SCRIPT_BYTES;
    return join(arguments[1], argumentLengths[1], joined) == length
        && Memory.isSame(joined, script, length);
  }

  // A relative name behind the working directory; 0: there is no room for it.
  private int join(long name, int length, long to) {
    long plain = pages.address();
    int plainLength = ProcessTable.decode(name, length, plain, ProcessTable.SCRIPT_BYTES);
    if (plainLength == 0) {
      return 0;
    }
    int at = 0;
    if (Memory.byteAt(plain) != '/') {
      at = ProcessTable.decode(directory, directoryLength, to, ProcessTable.SCRIPT_BYTES - 1);
      if (at == 0) {
        return 0;
      }
      if (Memory.byteAt(to + at - 1) != '/') {
        Memory.putByte(to + at++, (byte) '/');
      }
      if (plainLength > 2 && Memory.byteAt(plain) == '.' && Memory.byteAt(plain + 1) == '/') {
        plain += 2;
        plainLength -= 2;
      }
    }
    if (at + plainLength > ProcessTable.SCRIPT_BYTES) {
      return 0;
    }
    Memory.copy(plain, to + at, plainLength);
    return at + plainLength;
  }

  @Override
  public void close() {
    pages.close();
  }
}
