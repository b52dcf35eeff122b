package io.coreaudit.origin;

import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.CallFields;
import io.coreaudit.record.EightBytes;
import java.util.Arrays;

/// Processes seen lately: which one had a number when, what it ran, where it belongs. Bounded; for
/// the intake thread.
///
/// ```text
/// 1024 sets of 4 places; a new process takes the place in its set that was there longest ago
/// place:  pid, identity, start; the times below                              on the heap
///         name 16 bytes, executable 496 bytes, Membership                    outside it
///
///      first            held                    gone
///  ──────┼───────────────┼───────────────────────┼──────────► time of the events' stamps
///        the number is   it was there then,      it was looked for and
///        its from here   and is known to be      was not there any more
/// ```
///
/// A number is given out again only when all others have been: so a process still has its number a
/// while after it was known to be there (`ProcessFinder` says how long). Times are those of the
/// events' stamps, so that a log from last year is told by its own clock.
final class ProcessTable implements AutoCloseable {
  /// Most processes that are remembered.
  static final int PROCESSES = 4096;

  /// Bytes of a name; the kernel's TASK_COMM_LEN.
  static final int NAME_BYTES = 16;

  /// Longest executable that is kept; of a longer one only the process's name is.
  static final int EXECUTABLE_BYTES = 496;

  /// Longest path of a script that is kept.
  static final int SCRIPT_BYTES = 256;

  /// Of a moment that never came.
  static final long NEVER = Long.MIN_VALUE / 2;

  /// Of a moment that has not come.
  static final long NOT_YET = Long.MAX_VALUE / 2;

  private static final int WAYS = 4;
  private static final int SETS = PROCESSES / WAYS;
  private static final int TEXT_BYTES = NAME_BYTES + EXECUTABLE_BYTES;
  private static final int PLACE_BYTES = TEXT_BYTES + Membership.BYTES;
  private static final long PLACES_BYTES = (long) PROCESSES * PLACE_BYTES;
  private static final long SCRIPTS_BYTES = (long) PROCESSES * SCRIPT_BYTES;

  private final int[] pids = new int[PROCESSES];
  private final long[] identities = new long[PROCESSES];
  private final long[] startTicks = new long[PROCESSES];
  private final long[] firstMs = new long[PROCESSES];
  private final long[] heldMs = new long[PROCESSES];
  private final long[] goneMs = new long[PROCESSES];
  private final long[] namedMs = new long[PROCESSES];
  private final long[] readMs = new long[PROCESSES];
  private final long[] readOf = new long[PROCESSES];
  private final byte[] nameLengths = new byte[PROCESSES];
  private final short[] executableLengths = new short[PROCESSES];
  private final short[] scriptLengths = new short[PROCESSES];
  private final Pages pages;
  private final Pages scripts;
  private long evicted;

  /// A table that takes room as processes come.
  ProcessTable() {
    this(Pages.allocate(PLACES_BYTES), Pages.allocate(SCRIPTS_BYTES));
  }

  private ProcessTable(Pages pages, Pages scripts) {
    this.pages = pages;
    this.scripts = scripts;
    Arrays.fill(heldMs, NEVER);
  }

  /// A table for one log: made without the native interface, whose start costs more than the room.
  static ProcessTable ofLog() {
    return new ProcessTable(Pages.cleared(PLACES_BYTES), Pages.cleared(SCRIPTS_BYTES));
  }

  /// Forgets all.
  void clear() {
    Arrays.fill(pids, 0);
    Arrays.fill(heldMs, NEVER);
  }

  /// The place of the process that had a number last, or -1.
  int find(int pid) {
    int first = set(pid);
    for (int place = first; place < first + WAYS; place++) {
      if (pids[place] == pid) {
        return place;
      }
    }
    return -1;
  }

  /// Takes a place for a process of which nothing is known but that it was there at a time. What
  /// had its number before is forgotten.
  int put(int pid, long atMs) {
    int first = set(pid);
    int taken = first;
    for (int place = first; place < first + WAYS; place++) {
      if (pids[place] == pid) {
        taken = place;
        break;
      }
      if (heldMs[place] < heldMs[taken]) {
        taken = place;
      }
    }
    if (pids[taken] != 0 && pids[taken] != pid) {
      evicted++;
    }
    pids[taken] = pid;
    identities[taken] = -atMs;
    startTicks[taken] = -1;
    firstMs[taken] = atMs;
    heldMs[taken] = atMs;
    goneMs[taken] = NOT_YET;
    namedMs[taken] = NEVER;
    readMs[taken] = NEVER;
    readOf[taken] = 0;
    nameLengths[taken] = 0;
    executableLengths[taken] = 0;
    scriptLengths[taken] = 0;
    Membership.clear(membership(taken));
    return taken;
  }

  /// Processes that made room for others.
  long evicted() {
    return evicted;
  }

  /// What tells a process from all others that had, or will have, its number in this boot: its
  /// start in ticks since the boot; where that is unknown, the stamp of its first event as a
  /// negative number. It stays as it was first told.
  long identity(int place) {
    return identities[place];
  }

  /// The start in ticks since the boot, -1 when it is unknown.
  long startTicks(int place) {
    return startTicks[place];
  }

  /// Notes when a process began.
  ///
  /// @param sinceMs the same as a time
  void started(int place, long ticks, long sinceMs) {
    startTicks[place] = ticks;
    firstMs[place] = Math.min(firstMs[place], sinceMs);
  }

  /// Has a process that nobody was told of known by its start.
  void identify(int place) {
    identities[place] = startTicks[place];
  }

  /// Since when it has its number, as far as is known.
  long firstMs(int place) {
    return firstMs[place];
  }

  /// When it is known to have been there last.
  long heldMs(int place) {
    return heldMs[place];
  }

  /// Notes that it was there at a time.
  void held(int place, long atMs) {
    heldMs[place] = Math.max(heldMs[place], atMs);
  }

  /// When it was known not to be there any more; `NOT_YET`.
  long goneMs(int place) {
    return goneMs[place];
  }

  void gone(int place, long atMs) {
    goneMs[place] = atMs;
  }

  /// When its name and executable were told or read; `NEVER`.
  long namedMs(int place) {
    return namedMs[place];
  }

  void named(int place, long atMs) {
    namedMs[place] = atMs;
  }

  /// When its cgroup was read; `NEVER`.
  long readMs(int place) {
    return readMs[place];
  }

  /// Which executable the process ran by the event for which its cgroup was read; 0: not known.
  long readOf(int place) {
    return readOf[place];
  }

  void read(int place, long atMs, long executable) {
    readMs[place] = atMs;
    readOf[place] = executable;
  }

  /// Where it belongs.
  long membership(int place) {
    return name(place) + TEXT_BYTES;
  }

  /// Where a place's name is written and read.
  long name(int place) {
    return pages.address() + (long) place * PLACE_BYTES;
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

  /// Where the path of the script that it runs is written and read.
  long script(int place) {
    return scripts.address() + (long) place * SCRIPT_BYTES;
  }

  /// Length of that path, 0: none is known.
  int scriptLength(int place) {
    return Math.max(0, scriptLengths[place]);
  }

  /// The same as it was before the executable became another.
  int scriptLengthBefore(int place) {
    return Math.abs(scriptLengths[place]);
  }

  void scriptLength(int place, int length) {
    scriptLengths[place] = (short) length;
  }

  /// Notes what a record tells of a process.
  void tell(int place, long atMs, CallFields call) {
    namedMs[place] = atMs;
    nameLength(place, decode(call.nameAddress(), call.nameLength(), name(place), NAME_BYTES));
    long before = program(place);
    executableLength(
        place,
        decode(
            call.executableAddress(),
            call.executableLength(),
            executable(place),
            EXECUTABLE_BYTES));
    programWas(place, before);
  }

  /// What `programWas` takes: a number that another executable has not, most surely.
  long program(int place) {
    return scriptLengths[place] == 0 ? 0 : hashOfExecutable(place);
  }

  /// Has a script forgotten, unless an execution says otherwise, when the executable is another
  /// now.
  void programWas(int place, long before) {
    if (scriptLengths[place] > 0 && before != hashOfExecutable(place)) {
      scriptLengths[place] = (short) -scriptLengths[place];
    }
  }

  private long hashOfExecutable(int place) {
    long hash = executableLengths[place];
    for (int i = 0; i < executableLengths[place]; i += Long.BYTES) {
      long word = EightBytes.load(executable(place) + i, executableLengths[place] - i);
      hash = (hash ^ word) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 32;
    }
    return hash;
  }

  /// Quotes off, hexadecimal read; 0 when there is no text or no room for it.
  static int decode(long value, int length, long to, int room) {
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
    scripts.close();
  }
}
