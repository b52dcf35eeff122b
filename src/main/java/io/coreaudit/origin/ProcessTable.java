package io.coreaudit.origin;

import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.CallFields;
import java.util.Arrays;

/// Names and executables of processes seen lately, by process id. Bounded; for the intake thread.
///
/// ```text
/// 1024 sets of 4 places; a new process takes the place in its set that was told longest ago
/// place:   int pid, long told, checked (ms), byte name length, short executable length   on the heap
///          name 16 bytes, executable 496 bytes                                  outside it
/// ```
///
/// Time is that of the events, so that a log from last year is told by its own clock. A process
/// that nobody told of for 10 s is forgotten: its number may belong to another by now. One that was
/// told more than a second ago is asked for again where that is possible (`isFresh`): it may run
/// another program by now.
final class ProcessTable implements AutoCloseable {
  /// Most processes that are remembered.
  static final int PROCESSES = 4096;

  /// How long a process is remembered.
  static final long REMEMBERED_MS = 10_000;

  /// How long what is known of a process is taken as it is.
  static final long FRESH_MS = 1_000;

  /// How long it is remembered that a process could not be found.
  static final long MISSING_MS = 1_000;

  /// Bytes of a name; the kernel's TASK_COMM_LEN.
  static final int NAME_BYTES = 16;

  /// Longest executable that is kept; of a longer one only the process's name is.
  static final int EXECUTABLE_BYTES = 496;

  private static final int WAYS = 4;
  private static final int SETS = PROCESSES / WAYS;
  private static final int TEXT_BYTES = NAME_BYTES + EXECUTABLE_BYTES;
  private static final long NEVER = Long.MIN_VALUE / 2;

  private final int[] pids = new int[PROCESSES];
  private final long[] toldMs = new long[PROCESSES];
  private final long[] checkedMs = new long[PROCESSES];
  private final byte[] nameLengths = new byte[PROCESSES];
  private final short[] executableLengths = new short[PROCESSES];
  private final Pages pages = Pages.allocate((long) PROCESSES * TEXT_BYTES);

  ProcessTable() {
    Arrays.fill(toldMs, NEVER);
  }

  /// The place of a process, or -1 when it is unknown or forgotten. A process that is known not to
  /// be found has a place, and no name.
  int find(int pid, long nowMs) {
    int first = set(pid);
    for (int place = first; place < first + WAYS; place++) {
      if (pids[place] == pid) {
        long age = Math.abs(nowMs - toldMs[place]);
        long limit =
            nameLengths[place] == 0 && executableLengths[place] == 0 ? MISSING_MS : REMEMBERED_MS;
        return age <= limit ? place : -1;
      }
    }
    return -1;
  }

  /// Whether what is known of a process was told, or asked for, within the last second.
  boolean isFresh(int place, long nowMs) {
    return Math.abs(nowMs - checkedMs[place]) <= FRESH_MS;
  }

  /// Notes that what is known of a process was true just now.
  void told(int place, long nowMs) {
    toldMs[place] = nowMs;
    checkedMs[place] = nowMs;
  }

  /// Notes that a process was asked for and could not be found: what was told of it stays.
  void checked(int place, long nowMs) {
    checkedMs[place] = nowMs;
  }

  /// Takes a place for a process, without name and executable.
  int put(int pid, long nowMs) {
    int first = set(pid);
    int taken = first;
    for (int place = first; place < first + WAYS; place++) {
      if (pids[place] == pid) {
        taken = place;
        break;
      }
      if (toldMs[place] < toldMs[taken]) {
        taken = place;
      }
    }
    pids[taken] = pid;
    toldMs[taken] = nowMs;
    checkedMs[taken] = nowMs;
    nameLengths[taken] = 0;
    executableLengths[taken] = 0;
    return taken;
  }

  /// Where a place's name is written and read.
  long name(int place) {
    return pages.address() + (long) place * TEXT_BYTES;
  }

  int nameLength(int place) {
    return nameLengths[place];
  }

  void nameLength(int place, int length) {
    nameLengths[place] = (byte) length;
  }

  /// Where a place's executable is written and read.
  long executable(int place) {
    return name(place) + NAME_BYTES;
  }

  int executableLength(int place) {
    return executableLengths[place];
  }

  void executableLength(int place, int length) {
    executableLengths[place] = (short) length;
  }

  /// Remembers a process as its record tells of it.
  void learn(int pid, long nowMs, CallFields call) {
    int place = put(pid, nowMs);
    nameLength(place, decode(call.nameAddress(), call.nameLength(), name(place), NAME_BYTES));
    executableLength(
        place,
        decode(
            call.executableAddress(),
            call.executableLength(),
            executable(place),
            EXECUTABLE_BYTES));
  }

  // Quotes off, hexadecimal read; 0 when there is no text or no room for it.
  private static int decode(long value, int length, long to, int room) {
    if (length > 0 && Memory.byteAt(value) == '"') {
      int inner = length - 2;
      if (inner < 0 || inner > room || Memory.byteAt(value + length - 1) != '"') {
        return 0;
      }
      Memory.copy(value + 1, to, inner);
      return inner;
    }
    if (length == 0 || (length & 1) != 0 || length >> 1 > room) {
      return 0;
    }
    for (int i = 0; i < length; i += 2) {
      int high = Character.digit(Memory.byteAt(value + i), 16);
      int low = Character.digit(Memory.byteAt(value + i + 1), 16);
      if (high < 0 || low < 0) {
        return 0; // (null)
      }
      Memory.putByte(to + (i >> 1), (byte) (high << 4 | low));
    }
    return length >> 1;
  }

  private static int set(int pid) {
    return ((pid * 0x9e3779b9 >>> 16) & SETS - 1) * WAYS;
  }

  @Override
  public void close() {
    pages.close();
  }
}
