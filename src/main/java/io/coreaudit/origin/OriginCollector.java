package io.coreaudit.origin;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.AccountField;
import io.coreaudit.record.CallFields;
import io.coreaudit.record.PathOwner;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import io.coreaudit.telemetry.Counters;

/// Writes who and where into an event's frame, before it vanishes: the node, the names of the
/// accounts, the parent process. For the intake thread; allocates nothing.
///
/// Of an event whose lines name another node only that name is told: accounts and processes of this
/// host are not those of the other.
public final class OriginCollector implements AutoCloseable {
  private static final int MAX_ACCOUNTS = 64;
  private static final long UNSET = 0xffffffffL;
  private static final int ACCOUNT_HEADER = 5;
  private static final long PID = RecordFlyweight.word("pid");
  private static final int PID_LENGTH = 3;

  private final HostName host;
  private final AccountNames accounts;
  private final ProcessTable processes = new ProcessTable();
  private final ProcFiles files;
  private final ParentNames parents;
  private final Counters<OriginCounter> counters = new Counters<>("origin", OriginCounter.class);
  private final RecordFlyweight record = new RecordFlyweight();
  private final PathOwner path = new PathOwner();
  private final long[] told = new long[MAX_ACCOUNTS];
  private final long ownPid = ProcessHandle.current().pid();
  private int toldCount;

  /// Creates a collector.
  ///
  /// @param procRoot where the processes of this host are seen (`/proc`), null when the events are
  ///   not of this moment (a file)
  public OriginCollector(HostName host, AccountNames accounts, String procRoot) {
    this.host = host;
    this.accounts = accounts;
    files = procRoot == null ? null : new ProcFiles(procRoot);
    parents = new ParentNames(processes, files, counters);
  }

  /// The counters of this stage.
  public Counters<OriginCounter> counters() {
    return counters;
  }

  /// Writes the tags of an event whose records stand in the frame already.
  public void collect(AssembledEvent event, FrameWriter frame) {
    counters.increment(OriginCounter.EVENTS);
    byte[] thisHost = host.bytes();
    if (event.nodeLength() > 0 && !isThisHost(event, thisHost)) {
      tell(frame.tag(OriginTag.NODE, event.nodeAddress(), event.nodeLength()));
      counters.increment(OriginCounter.PARENTS_NONE);
      return;
    }
    tell(frame.tag(OriginTag.NODE, thisHost, 0, thisHost.length));
    toldCount = 0;
    long head = event.headRecord();
    CallFields call = event.call();
    event.rewind();
    while (event.next()) {
      switch (event.type()) {
        case RecordType.EXECVE,
            RecordType.CWD,
            RecordType.PROCTITLE,
            RecordType.SOCKADDR,
            RecordType.EOE -> {
          // No accounts in these.
        }
        default -> {
          if (event.record() == head) {
            for (int i = 0; i < call.accountCount(); i++) {
              account(frame, call.account(i));
            }
          } else {
            accounts(event, frame);
          }
        }
      }
    }
    long nowMs = event.stampSeconds() * 1000 + event.stampMillis();
    parent(frame, head == 0 ? -1 : call.parentPid(), nowMs);
    if (files != null && (head != 0 ? call.pid() == ownPid : isOwnChange(event))) {
      tell(frame.reserveTag(OriginTag.OWN, 0) != 0);
    }
    if (head != 0 && isPid(call.pid())) {
      processes.learn((int) call.pid(), nowMs, call);
    }
    // Here, in this order, come container, pod and secret: what the tables of CRI-O's files and of
    // the mounts know of the process and the device.
  }

  /// Whether an event without a call is a change of audit's settings that this process made. The
  /// kernel writes the process number first; what others may choose stands behind it.
  private boolean isOwnChange(AssembledEvent event) {
    event.rewind();
    if (!event.next() || event.type() != RecordType.CONFIG_CHANGE || event.prefixLength() > 0) {
      return false;
    }
    record.wrapKernel(event.textAddress(), event.textLength());
    record.rewind();
    return record.next()
        && record.nameWord() == PID
        && record.nameLength() == PID_LENGTH
        && record.decimalValue(UNSET) == ownPid;
  }

  /// Writes the tags of an event of the agent itself.
  public void collectOwn(FrameWriter frame) {
    byte[] thisHost = host.bytes();
    tell(frame.tag(OriginTag.NODE, thisHost, 0, thisHost.length));
  }

  private static boolean isThisHost(AssembledEvent event, byte[] thisHost) {
    if (event.nodeLength() != thisHost.length) {
      return false;
    }
    for (int i = 0; i < thisHost.length; i++) {
      if (Memory.byteAt(event.nodeAddress() + i) != thisHost[i]) {
        return false;
      }
    }
    return true;
  }

  // ---- accounts

  private void accounts(AssembledEvent event, FrameWriter frame) {
    if (event.prefixLength() > 0) {
      record.wrap(event.textAddress(), event.textLength());
    } else if (event.type() == RecordType.PATH
        && path.read(event.textAddress(), event.textLength())) {
      account(frame, path.owner());
      account(frame, CallFields.GROUP_BIT | path.group());
      return;
    } else {
      record.wrapKernel(event.textAddress(), event.textLength());
    }
    record.rewind();
    while (record.next()) {
      int kind = AccountField.of(record);
      if (kind != AccountField.NONE) {
        long id = record.decimalValue(UNSET);
        if (id < UNSET) {
          account(frame, kind == AccountField.GROUP ? CallFields.GROUP_BIT | id : id);
        }
      }
    }
  }

  private void account(FrameWriter frame, long account) {
    int id = (int) account;
    if (id == (int) UNSET || !isNew(account)) {
      return;
    }
    boolean group = (account & CallFields.GROUP_BIT) != 0;
    byte[] known = group ? accounts.group(id) : accounts.user(id);
    if (known == null) {
      return;
    }
    long value = frame.reserveTag(OriginTag.ACCOUNT, ACCOUNT_HEADER + known.length);
    tell(value != 0);
    if (value != 0) {
      Memory.putByte(value, (byte) (group ? 1 : 0));
      Memory.putInt(value + 1, id);
      Memory.copy(known, 0, value + ACCOUNT_HEADER, known.length);
    }
  }

  private boolean isNew(long account) {
    for (int i = 0; i < toldCount; i++) {
      if (told[i] == account) {
        return false;
      }
    }
    if (toldCount == MAX_ACCOUNTS) {
      return false;
    }
    told[toldCount++] = account;
    return true;
  }

  // ---- parent

  private void parent(FrameWriter frame, long parentPid, long nowMs) {
    if (!isPid(parentPid)) {
      counters.increment(OriginCounter.PARENTS_NONE);
      return;
    }
    int place = parents.find((int) parentPid, nowMs);
    if (place < 0) {
      return;
    }
    tell(frame.tag(OriginTag.PARENT_NAME, processes.name(place), processes.nameLength(place)));
    if (processes.executableLength(place) > 0) {
      tell(
          frame.tag(
              OriginTag.PARENT_EXECUTABLE,
              processes.executable(place),
              processes.executableLength(place)));
    }
  }

  // Process 0 is the kernel's idle task: the parent of process 1, and no process to be found.
  private static boolean isPid(long number) {
    return number > 0 && number <= Integer.MAX_VALUE;
  }

  private void tell(boolean fitted) {
    if (!fitted) {
      counters.increment(OriginCounter.TAGS_LEFT_OUT);
    }
  }

  @Override
  public void close() {
    processes.close();
    if (files != null) {
      files.close();
    }
  }
}
