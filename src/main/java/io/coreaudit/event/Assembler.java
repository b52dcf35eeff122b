package io.coreaudit.event;

import static io.coreaudit.event.AssemblerCounter.*;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.CallFields;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import io.coreaudit.ring.RecordDescriptor;
import io.coreaudit.ring.RecordRing;
import io.coreaudit.telemetry.Counters;
import java.util.concurrent.TimeUnit;

/// Collects the records of each event and hands it on when it is complete.
///
/// The package's description tells the rules. `accept` copies a record into the ring, by force if
/// the ring is full, and assembles it; between `hold` and `letGo` it only copies, so that a socket
/// that ran over is empty soon, and what is held is assembled in its order after.
///
/// `onTick` judges time-outs, and nothing else does: it is called when the input has run empty, and
/// at least once a second while it does not. So after the process was stopped for a while, the
/// records that wait in the socket reach their events before these time out.
public final class Assembler {
  /// How long an event waits for its next record.
  public static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(2);

  /// How many events may be open.
  public static final int IN_FLIGHT = 4096;

  private static final long TIMEOUT_STAMP_SECONDS = 2;
  private static final int REMEMBERED = 4096;
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final RecordRing ring;
  private final AssemblerMode mode;
  private final EventHandler handler;
  private final EventTable open = new EventTable(IN_FLIGHT);
  private final RecentStamps completed = new RecentStamps(REMEMBERED);
  private final SerialGaps gaps = new SerialGaps();
  private final Counters<AssemblerCounter> counters =
      new Counters<>("assembler", AssemblerCounter.class);
  private final RecordFlyweight fields = new RecordFlyweight();
  private final RecordFlyweight headFields = new RecordFlyweight();
  private final CallFields call = new CallFields();

  private long receiveTimeNs;
  private long recordsOpen;
  // Records that lie in the ring one after another, the newest last, and were not looked at yet.
  private boolean holding;
  private long firstHeld;
  private long held;
  // No open event is older by its stamp; a bound only, as events close.
  private long oldestStampSeconds = Long.MAX_VALUE;

  /// Creates an assembler over a ring; it alone releases the ring's records.
  public Assembler(RecordRing ring, AssemblerMode mode, EventHandler handler) {
    this.ring = ring;
    this.mode = mode;
    this.handler = handler;
  }

  /// The counters of this stage.
  public Counters<AssemblerCounter> counters() {
    return counters;
  }

  /// Which serials never came. Fed in mode LIVE only: elsewhere serials of several sources mix.
  public SerialGaps gaps() {
    return gaps;
  }

  /// Sets the receive time of the events that begin from now on, nanoseconds of the epoch. Once per
  /// drain.
  public void receiveTime(long epochNs) {
    receiveTimeNs = epochNs;
  }

  /// Number of events that are not complete.
  public int openEvents() {
    return open.size();
  }

  /// The highest serial up to which every event that came was handed on; 0 before the first.
  public long settledSerial() {
    long settled = gaps.highest();
    for (AssembledEvent event = open.oldest(); event != null; event = event.newer) {
      if ((int) (event.serial - 1 - settled) < 0) {
        settled = event.serial - 1;
      }
    }
    return settled;
  }

  /// Copies a record into the ring, by force if it is full, and takes it. It may complete its
  /// event, and by its stamp others. False: it is too long for this ring; counted.
  ///
  /// @param nowNs the monotonic clock; one reading per drain is enough
  public boolean accept(
      int type,
      long prefixAddress,
      int prefixLength,
      long textAddress,
      int textLength,
      long nowNs) {
    long record = ring.append(type, prefixAddress, prefixLength, textAddress, textLength);
    while (record == 0) {
      if (!ring.canHold(prefixLength, textLength)) {
        dropTooLong();
        return false;
      }
      makeRoom(nowNs);
      record = ring.append(type, prefixAddress, prefixLength, textAddress, textLength);
    }
    if (holding) {
      hold(record);
    } else {
      onRecord(record, nowNs);
    }
    return true;
  }

  private void makeRoom(long nowNs) {
    if (held > 0) {
      assembleHeld(nowNs);
    } else if (!forceOldest()) {
      throw new IllegalStateException(
          "the ring holds " + ring.liveRecords() + " records that were not given to the assembler");
    }
  }

  private void hold(long record) {
    if (held++ == 0) {
      firstHeld = record;
    }
  }

  /// Has records only copied from now on, until `letGo`. What does not fit is assembled all the
  /// same.
  public void hold() {
    holding = true;
  }

  /// Whether records are only copied.
  public boolean isHolding() {
    return holding;
  }

  /// Assembles what is held; what comes from now on is held as before.
  public void assembleHeld(long nowNs) {
    while (held > 0) {
      long record = firstHeld;
      held--;
      if (held > 0) {
        // Now, for its slot may be free after.
        firstHeld = ring.following(record);
      }
      onRecord(record, nowNs);
    }
  }

  /// Assembles what is held, and what comes from now on at once.
  public void letGo(long nowNs) {
    holding = false;
    assembleHeld(nowNs);
  }

  /// Counts a record that the ring can never hold (`RecordRing.canHold`).
  void dropTooLong() {
    counters.increment(RECORDS_IN);
    counters.increment(RECORDS_TOO_LONG);
  }

  /// Takes a record that lies in the ring.
  void onRecord(long record, long nowNs) {
    counters.increment(RECORDS_IN);
    fields.wrap(RecordDescriptor.textAddress(record), RecordDescriptor.textLength(record));
    if (!fields.parseStamp()) {
      counters.increment(RECORDS_NO_STAMP);
      ring.release(record);
      return;
    }
    int type = RecordDescriptor.type(record);
    long seconds = fields.stampSeconds();
    int millis = fields.stampMillis();
    long serial = fields.serial();
    long node = EventRules.nodeAddress(record);
    int nodeLength = 0;
    long nodeHash = 0;
    if (node != 0) {
      nodeLength = EventRules.nodeLength(record, node);
      nodeHash = hashOf(node, nodeLength);
    }
    long hash = EventTable.hash(seconds, millis, serial, nodeHash);
    AssembledEvent event = open.find(hash, seconds, millis, serial, node, nodeLength);
    if (type == RecordType.EOE && (event == null || mode != AssemblerMode.FILE)) {
      eat(record, event);
      return;
    }
    boolean begins = event == null;
    if (begins) {
      if (open.isFull()) {
        force(FORCED_TABLE);
      }
      event = open.take();
      event.start(receiveTimeNs);
      event.stampSeconds = seconds;
      event.stampMillis = millis;
      event.serial = serial;
      event.node = node;
      event.nodeLength = nodeLength;
      event.nodeHash = nodeHash;
      event.hash = hash;
      open.open(event, nowNs);
      if (seconds < oldestStampSeconds) {
        oldestStampSeconds = seconds;
      }
      if (mode == AssemblerMode.LIVE
          && !completed.contains(hash, seconds, millis, serial, nodeHash)) {
        gaps.onSerial(serial, seconds * 1000 + millis);
      }
    } else {
      open.touch(event, nowNs);
    }
    event.append(record, type);
    if (begins) {
      handler.onStart(event);
    }
    counters.set(RECORDS_OPEN, ++recordsOpen);
    counters.set(EVENTS_OPEN, open.size());
    classify(event, record, type);
    if (mode.byStamps() && oldestStampSeconds <= seconds - TIMEOUT_STAMP_SECONDS) {
      expireByStamp(seconds);
    }
    if (EventRules.endsEvent(type)
        || type == RecordType.PATH && mode != AssemblerMode.FILE && isLastPath(event)) {
      event.ended = true;
      complete(event, 0);
    }
  }

  // Whether the kernel leaves the EOE out for us or sends it, an event's records are the same: it
  // ends its event, and is no part of it. In a file it is, as libauparse has it.
  private void eat(long record, AssembledEvent event) {
    counters.increment(EOE_EATEN);
    ring.release(record);
    if (event != null) {
      event.ended = true;
      complete(event, 0);
    }
  }

  // An operation that a worker of io_uring did has no PROCTITLE, and its PATHs come last. One done
  // within a system call stands in that call's event, before SYSCALL.
  private boolean isLastPath(AssembledEvent event) {
    if (!event.ioUring || event.syscall) {
      return false;
    }
    readCall(event);
    return event.paths == call.items();
  }

  private void classify(AssembledEvent event, long record, int type) {
    if (type == RecordType.PATH) {
      event.paths++;
      event.needsHead = true;
    } else if (EventRules.isHead(type)) {
      event.syscall |= type == RecordType.SYSCALL;
      event.ioUring |= type == RecordType.URINGOP;
      if (event.head == 0) {
        event.head = record;
      }
    } else if (!event.needsHead) {
      event.needsHead = EventRules.needsHead(type);
    }
  }

  /// Ends the events whose time is over. Call it when the input has run empty, and at least once a
  /// second while it has not.
  ///
  /// @param nowNs the monotonic clock
  public void onTick(long nowNs) {
    if (mode.byClock()) {
      AssembledEvent event = open.idlest();
      while (event != null && nowNs - event.lastRecordNs >= TIMEOUT_NS) {
        complete(event, EventFlags.TIMED_OUT);
        event = open.idlest();
      }
    }
    if (mode == AssemblerMode.LIVE) {
      gaps.tick(nowNs);
    }
  }

  private void expireByStamp(long seconds) {
    long bound = Long.MAX_VALUE;
    AssembledEvent event = open.oldest();
    while (event != null) {
      AssembledEvent following = event.newer;
      if (event.stampSeconds <= seconds - TIMEOUT_STAMP_SECONDS) {
        complete(event, EventFlags.TIMED_OUT);
      } else if (event.stampSeconds < bound) {
        bound = event.stampSeconds;
      }
      event = following;
    }
    oldestStampSeconds = bound;
  }

  /// Ends the event that was opened first, to make room in the ring; false when none is open.
  public boolean forceOldest() {
    return force(FORCED_RING);
  }

  private boolean force(AssemblerCounter cause) {
    AssembledEvent event = open.oldest();
    if (event == null) {
      return false;
    }
    complete(event, EventFlags.FORCED);
    counters.increment((event.flags & EventFlags.INCOMPLETE) != 0 ? cause : FORCED_WHOLE);
    return true;
  }

  /// Ends all events, oldest first: the input is over.
  public void flush() {
    for (AssembledEvent event = open.oldest(); event != null; event = open.oldest()) {
      complete(event, 0);
    }
  }

  private void complete(AssembledEvent event, int ending) {
    open.close(event);
    event.repeat = completed.note(event, mode.byClock() && !event.ended);
    readCall(event);
    int flags = isIncomplete(event, ending) ? ending | EventFlags.INCOMPLETE : ending;
    event.flags = flags;
    count(event, flags);
    try {
      handler.onEvent(event);
    } finally {
      release(event);
    }
  }

  // Once, for all who want to know something of it.
  private void readCall(AssembledEvent event) {
    long head = event.head;
    event.call = call;
    if (head != 0) {
      call.read(
          RecordDescriptor.type(head),
          RecordDescriptor.textAddress(head),
          RecordDescriptor.textLength(head),
          RecordDescriptor.prefixLength(head) == 0);
    }
  }

  private boolean isIncomplete(AssembledEvent event, int ending) {
    if (event.head == 0) {
      return event.needsHead;
    }
    // An operation of io_uring without PATHs has no record at its end that would tell.
    boolean mustEnd = ending == EventFlags.FORCED || event.syscall && mode.byClock();
    if (!event.ended && mustEnd) {
      return true;
    }
    return event.paths < call.items() && !EventRules.hidesPaths(headFields, event.head);
  }

  private void count(AssembledEvent event, int flags) {
    counters.increment(EVENTS_OUT);
    counters.add(RECORDS_OUT, event.recordCount);
    recordsOpen -= event.recordCount;
    counters.set(RECORDS_OPEN, recordsOpen);
    counters.set(EVENTS_OPEN, open.size());
    if ((flags & EventFlags.TIMED_OUT) != 0) {
      counters.increment(TIMED_OUT);
      if (event.syscall && event.paths >= call.items()) {
        counters.increment(UNENDED);
      }
    }
    if ((flags & EventFlags.INCOMPLETE) != 0) {
      counters.increment(INCOMPLETE);
    }
    if (event.repeat != 0) {
      counters.increment(REPEATED);
    }
  }

  private void release(AssembledEvent event) {
    long record = event.firstRecord;
    while (record != 0) {
      // The slot may be written again as soon as it is free.
      long following = RecordDescriptor.next(record);
      ring.release(record);
      record = following;
    }
    open.giveBack(event);
  }

  private static long hashOf(long address, int length) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < length; i++) {
      hash = (hash ^ Memory.byteAt(address + i) & 0xff) * FNV_PRIME;
    }
    return hash;
  }
}
