package io.coreaudit.origin;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.CallFields;
import io.coreaudit.record.EightBytes;
import io.coreaudit.telemetry.Counters;
import java.util.concurrent.TimeUnit;

/// Finds the process that an event names: which one had the number when it happened, what it ran,
/// where it belongs. For the intake thread.
///
/// A number says little by itself: by the time of the look its process may be gone, and another may
/// have it. What is told of a process rests on one of these, and on nothing less:
/// - It is there, in /proc, and began before the event's stamp. One that is younger is another.
/// - It was known to be there so short a time before (or after) the stamp that no other can have
///   had its number: the kernel gives numbers out in turn, so one comes again only when as many
///   processes have begun as there are numbers. `WRAP_A_SECOND` bounds how fast that is: with
///   pid_max 4194304, as on RHCOS, that takes 10 s, with 32768 160 ms.
///
/// Where a process belongs is what its cgroup says, read after the event. Once inside a container a
/// process stays there; one of the host may be on its way into one (the runtime's, before it
/// becomes the container's first), so it is looked at again after each event. A process that has
/// begun to end reads as of the root in hierarchies of version 1, and is not taken for the host's.
/// One that is gone belongs where its parent does if that is inside a container; a parent on the
/// host says nothing, for conmon, a shim or process 1 are parents of containers' processes too.
///
/// That a process is the host's holds for what happened up to the read, and after that as long as
/// it runs the same executable: what a runtime moves into a container executes something there.
///
/// Looking costs some microseconds a file, and more where the kernel makes it wait: its time is
/// measured. In a second there are `OWN_LOOKS` at most at the processes themselves and
/// `PARENTS_LOOKS` at parents, on whom more rests; where the kernel makes them wait, the look that
/// uses up `OWN_NS` or `PARENTS_NS` is the last of its second. What is spared in a storm of
/// short-lived processes is told with less or not at all, never wrongly. When half of a second's
/// looks are made, each pod has a share of the others (`LookBudget`), or a container without one:
/// who is known by the parent, or by the label. Who is not has none: nothing tells a storm of such
/// from a rush, but for the last of the looks, which are not theirs.
final class ProcessFinder implements AutoCloseable {
  /// How long what the stream told of a process is remembered where it cannot be asked for.
  static final long REMEMBERED_MS = 10_000;

  /// How long name and executable of a process are taken as they are: it may run another program.
  static final long FRESH_MS = 1_000;

  /// How often processes are looked at in a second.
  static final int OWN_LOOKS = 2_000;

  /// The same for parents.
  static final int PARENTS_LOOKS = 1_500;

  /// What looks at processes may take of a second, waiting for the kernel included.
  static final long OWN_NS = TimeUnit.MILLISECONDS.toNanos(100);

  /// The same for parents.
  static final long PARENTS_NS = TimeUnit.MILLISECONDS.toNanos(600);

  /// The event is older than the process that is known by the number.
  private static final int OLDER = -2;

  private static final long NO_EXECUTABLE = 0;
  private static final int WRAP_A_SECOND = 200_000;
  private static final long SHORTEST_WINDOW_MS = 10;
  private static final long AGAIN_MS = 10;

  /// A clock that goes back by more was set: what is known of when means nothing any more.
  private static final long SET_BACK_MS = 100;

  private static final int TICK_MS = 1000 / ProcFiles.TICKS_A_SECOND;

  /// A stamp is up to a tick of the slowest kernel early, and cut to milliseconds; a start is cut
  /// to clock ticks; and the boot is known to a millisecond or two.
  static final long SLACK_MS = TICK_MS + 3;

  private final ProcessTable table;
  private final ProcFiles files; // null: the events are not of this moment
  private final HostClock clock;
  private final Counters<OriginCounter> counters;
  private final CgroupText cgroups = new CgroupText();
  private final Pages pages = Pages.cleared(Membership.BYTES);
  private final long windowMs;
  private long latestMs = ProcessTable.NEVER;
  private final LookBudget ownBudget = new LookBudget(OWN_LOOKS, OWN_NS);
  private final LookBudget parentsBudget = new LookBudget(PARENTS_LOOKS, PARENTS_NS);
  private final ProcessLabel label = new ProcessLabel();
  private AssembledEvent event; // that is looked at
  private CallFields call; // its, or null
  private long sharer; // for whom is looked, once that is asked
  private boolean isSharerKnown;
  private boolean looked;
  private boolean there; // whether the last look found somebody
  private long notThereMs;

  ProcessFinder(
      ProcessTable table, ProcFiles files, HostClock clock, Counters<OriginCounter> counters) {
    this.table = table;
    this.files = files;
    this.clock = clock;
    this.counters = counters;
    windowMs =
        files == null
            ? REMEMBERED_MS
            : Math.clamp(files.pidMax() * 1000L / WRAP_A_SECOND, SHORTEST_WINDOW_MS, REMEMBERED_MS);
  }

  /// Begins with an event.
  ///
  /// @param of its call, or null
  void begin(AssembledEvent next, CallFields of) {
    event = next;
    call = of;
    isSharerKnown = false;
  }

  /// The place of an event's own process; -1 when the one that is known by its number is younger,
  /// or the event is of a time that has not come (the clock was set back since).
  int own(int pid, long stampMs) {
    int place = find(pid, stampMs, executable(call), false);
    if (place == OLDER) {
      return -1;
    }
    if (place < 0) {
      place = table.put(pid, stampMs);
      table.gone(place, notThereMs);
    }
    table.held(place, Math.min(stampMs, latestMs));
    if (call != null) {
      table.tell(place, stampMs, call);
    }
    return place;
  }

  /// The place of the parent of an event's process, or -1.
  int parent(int pid, long stampMs) {
    int place = find(pid, stampMs, NO_EXECUTABLE, true);
    if (place < 0) {
      return -1;
    }
    // The kernel wrote its number when the call ended: it was there.
    table.held(place, Math.min(stampMs, latestMs));
    return place;
  }

  /// Whether the process that was found last was read from /proc for it.
  boolean looked() {
    return looked;
  }

  // A number that another executable has not, most surely.
  private static long executable(CallFields call) {
    if (call == null || call.executableLength() == 0) {
      return NO_EXECUTABLE;
    }
    long hash = call.executableLength();
    for (int i = 0; i < call.executableLength(); i += Long.BYTES) {
      long word = EightBytes.load(call.executableAddress() + i, call.executableLength() - i);
      hash = (hash ^ word) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 32;
    }
    return hash;
  }

  private int find(int pid, long stampMs, long executable, boolean named) {
    looked = false;
    notThereMs = ProcessTable.NOT_YET;
    long nowMs = files == null ? stampMs : clock.nowMs();
    if (files != null && nowMs < latestMs - SET_BACK_MS) {
      table.clear();
      latestMs = nowMs;
    }
    latestMs = Math.max(latestMs, nowMs);
    if (stampMs > nowMs + SLACK_MS) {
      return OLDER; // of the clock before it was set back
    }
    int place = table.find(pid);
    if (place >= 0 && table.goneMs(place) < stampMs) {
      place = -1; // that one has gone before
    }
    if (place >= 0 && isBefore(place, stampMs)) {
      return OLDER;
    }
    boolean certain = place >= 0 && stampMs - table.heldMs(place) <= windowMs;
    if (files == null) {
      return certain ? place : -1;
    }
    boolean same = named || isSameExecutable(place, executable);
    if (certain && isFresh(place, stampMs, nowMs, named, same) || !mayLook(nowMs, named)) {
      return certain ? place : -1;
    }
    boolean plentiful = budget(named).isPlentiful();
    long fromNs = clock.nanoTime();
    int found =
        certain && isOnlyOfTheHost(place, nowMs, named)
            ? lookAgain(pid, place, executable)
            : look(pid, place, certain, stampMs, executable, named);
    long ns = clock.nanoTime() - fromNs;
    counters.add(OriginCounter.LOOKS_NS, ns);
    if (plentiful) {
      budget(named).spend(ns, there);
    } else {
      budget(named).spend(ns, there, sharer());
    }
    return found;
  }

  private boolean isSameExecutable(int place, long executable) {
    return place >= 0 && executable != NO_EXECUTABLE && executable == table.readOf(place);
  }

  // Whether a time is before a process had its number, as far as is known.
  private boolean isBefore(int place, long stampMs) {
    long slackMs = table.startTicks(place) < 0 ? windowMs : SLACK_MS;
    return stampMs < table.firstMs(place) - slackMs;
  }

  // Whether what is known of a process needs no look.
  private boolean isFresh(int place, long stampMs, long nowMs, boolean named, boolean same) {
    if (table.goneMs(place) != ProcessTable.NOT_YET) {
      return true;
    }
    if (named && isNameOld(place, nowMs)) {
      return false;
    }
    long readMs = table.readMs(place);
    return readMs >= stampMs
        || same && nowMs - readMs < AGAIN_MS
        || Membership.isInsideForGood(table.membership(place));
  }

  // Whether a process surely has its number still, and all that can be new is a container.
  private boolean isOnlyOfTheHost(int place, long nowMs, boolean named) {
    return nowMs - table.heldMs(place) <= windowMs
        && Membership.kind(table.membership(place)) != Membership.UNKNOWN
        && !(named && isNameOld(place, nowMs));
  }

  private boolean isNameOld(int place, long nowMs) {
    return nowMs - table.namedMs(place) > FRESH_MS;
  }

  private LookBudget budget(boolean named) {
    return named ? parentsBudget : ownBudget;
  }

  private boolean mayLook(long nowMs, boolean named) {
    LookBudget budget = budget(named);
    budget.at(nowMs);
    if (budget.isPlentiful() || budget.isLeftFor(sharer())) {
      return true;
    }
    counters.increment(OriginCounter.LOOKS_SPARED);
    return false;
  }

  // A number that events of another pod have not, most often.
  private long sharer() {
    if (!isSharerKnown) {
      isSharerKnown = true;
      sharer = findSharer();
    }
    return sharer;
  }

  private long findSharer() {
    if (call == null) {
      return LookBudget.NOBODY;
    }
    long parentPid = call.parentPid();
    int parent = parentPid > 0 && parentPid <= Integer.MAX_VALUE ? table.find((int) parentPid) : -1;
    if (parent >= 0 && Membership.isInsideForGood(table.membership(parent))) {
      return Membership.podHash(table.membership(parent));
    }
    if (label.read(event, call)) {
      Membership.domain(pages.address(), label.domain(), label.domainLength(), label.isOfSession());
      return Membership.hash(pages.address());
    }
    return LookBudget.NOBODY;
  }

  private int lookAgain(int pid, int place, long executable) {
    int length = files.readCgroup(pid);
    long nowMs = clock.nowMs();
    there = length > 0;
    if (!there) {
      counters.increment(OriginCounter.LOOKS_GONE);
      return notThere(place, true, nowMs);
    }
    counters.increment(OriginCounter.LOOKS_AGAIN);
    long read = pages.address();
    cgroups.read(files.cgroup(), length, read);
    table.held(place, nowMs);
    if (Membership.isInside(read)) {
      Membership.confidence(read, Confidence.CGROUP);
      Membership.copy(read, table.membership(place));
      table.read(place, nowMs, executable);
    } else if (!ProcFiles.isCut(length)
        && (files.isUnified() || files.stat(pid) && !files.exiting())) {
      table.read(place, nowMs, executable);
    }
    return place;
  }

  private int look(
      int pid, int place, boolean certain, long stampMs, long executable, boolean named) {
    // In this order: one that is not ending after its cgroup was read was not then.
    int cgroupLength = files.readCgroup(pid);
    there = cgroupLength > 0 && files.stat(pid);
    long nowMs = clock.nowMs();
    if (!there) {
      counters.increment(OriginCounter.LOOKS_GONE);
      return notThere(place, certain, nowMs);
    }
    long ticks = files.startTicks();
    long startMs = clock.bootMs() + ticks * TICK_MS;
    if (startMs > stampMs + SLACK_MS) {
      counters.increment(OriginCounter.LOOKS_YOUNGER);
      return notThere(place, certain, startMs - SLACK_MS);
    }
    counters.increment(OriginCounter.LOOKS_THERE);
    looked = true;
    int found = place;
    if (!isSame(place, certain, ticks)) {
      found = table.put(pid, stampMs);
      table.started(found, ticks, startMs);
      table.identify(found);
    } else if (table.startTicks(place) < 0) {
      table.started(found, ticks, startMs);
    }
    table.held(found, nowMs);
    readMembership(found, cgroupLength, nowMs, executable);
    if (named && isNameOld(found, nowMs)) {
      name(pid, found, nowMs);
    }
    return found;
  }

  // One whose start is unknown is the same if no other can have had the number since.
  private boolean isSame(int place, boolean certain, long ticks) {
    return place >= 0 && (table.startTicks(place) < 0 ? certain : table.startTicks(place) == ticks);
  }

  private int notThere(int place, boolean certain, long sinceMs) {
    notThereMs = sinceMs;
    if (place >= 0) {
      table.gone(place, sinceMs);
    }
    return certain ? place : -1;
  }

  private void readMembership(int place, int cgroupLength, long nowMs, long executable) {
    long read = pages.address();
    cgroups.read(files.cgroup(), cgroupLength, read);
    boolean unsure = files.exiting() || ProcFiles.isCut(cgroupLength);
    if (Membership.isInside(read) || !unsure) {
      Membership.confidence(read, Confidence.CGROUP);
      Membership.copy(read, table.membership(place));
      table.read(place, nowMs, executable);
    } else if (Membership.kind(table.membership(place)) == Membership.UNKNOWN) {
      table.read(place, nowMs, executable);
    }
  }

  private void name(int pid, int place, long nowMs) {
    long before = table.program(place);
    table.nameLength(place, unescape(files.name(), files.nameLength(), table.name(place)));
    table.executableLength(
        place, files.executable(pid, table.executable(place), ProcessTable.EXECUTABLE_BYTES));
    table.programWas(place, before);
    table.named(place, nowMs);
  }

  // `stat` has a line feed as \n and a backslash as \\; a kernel thread's name may be longer.
  private static int unescape(long from, int length, long to) {
    int written = 0;
    for (int i = 0; i < length && written < ProcessTable.NAME_BYTES; i++) {
      byte b = Memory.byteAt(from + i);
      if (b == '\\' && i + 1 < length) {
        b = Memory.byteAt(from + ++i);
        b = b == 'n' ? (byte) '\n' : b;
      }
      Memory.putByte(to + written++, b);
    }
    return written;
  }

  /// Where an event's process belongs, written to an address: what is known of itself, else what
  /// follows from its parent. What follows is remembered for its own children.
  ///
  /// @param own its place, or -1
  /// @param parent its parent's place, or -1
  void belongs(int own, int parent, long stampMs, ContainerNames names, long to) {
    if (own >= 0 && Membership.kind(table.membership(own)) != Membership.UNKNOWN) {
      if (isCertain(own, stampMs)) {
        Membership.copy(table.membership(own), to);
      } else {
        Membership.clear(to);
      }
      return;
    }
    if (parent < 0 || !Membership.isInsideForGood(table.membership(parent))) {
      Membership.clear(to);
      return;
    }
    Membership.copy(table.membership(parent), to);
    Membership.confidence(to, Confidence.PARENT);
    if (!names.hasOwnProcesses(Membership.id(to))) {
      // A parent that took it in as an orphan may be of another container.
      Membership.onlyPod(to);
    }
    if (own >= 0) {
      Membership.copy(to, table.membership(own));
    }
  }

  // Whether a process that was the host's, or of a container of its own making, surely was so
  // still.
  private boolean isCertain(int place, long stampMs) {
    return Membership.isInsideForGood(table.membership(place))
        || stampMs <= table.readMs(place)
        || isSameExecutable(place, executable(call));
  }

  @Override
  public void close() {
    pages.close();
  }
}
