package io.coreaudit.origin;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.AccountField;
import io.coreaudit.record.CallFields;
import io.coreaudit.record.PathOwner;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import io.coreaudit.telemetry.Counters;
import java.util.function.Predicate;

/// Writes who and where into an event's frame, before it vanishes: the node, the names of the
/// accounts, the process and its parent, the container. For the intake thread; allocates nothing.
///
/// Of an event whose lines name another node only that name is told: accounts and processes of this
/// host are not those of the other.
public final class OriginCollector implements AutoCloseable {
  private static final int MAX_ACCOUNTS = 64;
  private static final long UNSET = 0xffffffffL;
  private static final int ACCOUNT_HEADER = 5;
  private static final long PID = RecordFlyweight.word("pid");
  private static final long DEVICE = RecordFlyweight.word("dev");
  private static final int PID_LENGTH = 3; // as of `dev`
  private static final int FIRST_OF_KERNEL = 1300;
  private static final int FIRST_OF_USER_SPACE_ANOMALIES = 2100;

  private final HostName host;
  private final AccountNames accounts;
  private final ProcessTable processes;
  private final ProcFiles files;
  private final HostClock clock;
  private final ProcessFinder finder;
  private final ScriptFinder scripts = new ScriptFinder();
  private final boolean asksOthers; // records beside the call's, for accounts and devices
  private final ContainerFiles containers; // null: nobody knows of any
  private final ProcessLabel label = new ProcessLabel();
  private final SecretReader secrets;
  private final Admission admission;
  private final Pages pages = Pages.cleared(Membership.BYTES);
  private final Counters<OriginCounter> counters = new Counters<>("origin", OriginCounter.class);
  private final RecordFlyweight record = new RecordFlyweight();
  private final PathOwner path = new PathOwner();
  private final long[] told = new long[MAX_ACCOUNTS];
  private final long ownPid = ProcessHandle.current().pid();
  private int toldCount;

  // Of the event that was looked at last.
  private boolean isLookedAt;
  private boolean isElsewhere;
  private long stampMs;
  private long pid;
  private long parentPid;
  private int own;
  private int parent;
  private boolean parentWasRead;
  private ContainerNames names = ContainerNames.NONE;
  private byte[] namespace; // that the label tells, of a process of which nothing else is known

  /// Creates a collector that admits everything.
  public OriginCollector(HostName host, AccountNames accounts, OriginSources sources) {
    this(host, accounts, sources, OriginLimits.NONE);
  }

  /// Creates a collector.
  public OriginCollector(
      HostName host, AccountNames accounts, OriginSources sources, OriginLimits limits) {
    this(host, accounts, sources, limits, HostClock.real());
  }

  OriginCollector(
      HostName host,
      AccountNames accounts,
      OriginSources sources,
      OriginLimits limits,
      HostClock clock) {
    this.host = host;
    this.accounts = accounts;
    this.clock = clock;
    boolean isLive = sources.procRoot() != null;
    files = isLive ? new ProcFiles(sources.procRoot()) : null;
    processes = isLive ? new ProcessTable() : ProcessTable.ofLog();
    finder = new ProcessFinder(processes, files, clock, counters);
    asksOthers = isLive || sources.secrets() != null || !accounts.isEmpty();
    containers = sources.containers();
    secrets = new SecretReader(sources.secrets(), sources.readers());
    admission = new Admission(limits, sources.secrets(), counters);
  }

  /// The counters of this stage.
  public Counters<OriginCounter> counters() {
    return counters;
  }

  /// What becomes of an event, before anything of it is written: `Admission`. What is found out of
  /// it for that is kept for `collect`, which comes next if the event is told.
  public int admit(AssembledEvent event) {
    look(event);
    int admitted = Admission.FULL;
    if (isAsked()) {
      admitted =
          admission.admit(event, call(event), pages.address(), label, namespace, names, stampMs);
    }
    isLookedAt = admitted == Admission.FULL;
    if (!isLookedAt) {
      forget();
    }
    return admitted;
  }

  /// Events that were not admitted and have not been told.
  public long owedEvents() {
    return admission.owedEvents();
  }

  /// Tells what was not admitted, as far as it is time to.
  ///
  /// @param write takes an event; false: not now
  /// @param last whether there will be no later time
  public void tell(Predicate<OwnEvent> write, boolean last) {
    admission.tell(write, containerNames(), clock.nowMs(), last);
  }

  private void look(AssembledEvent event) {
    isElsewhere = event.nodeLength() > 0 && !isThisHost(event, host.bytes());
    if (isElsewhere) {
      return;
    }
    stampMs = event.stampSeconds() * 1000 + event.stampMillis();
    CallFields call = call(event);
    finder.begin(event, call);
    pid = call != null ? call.pid() : files == null ? -1 : pidOf(event);
    own = isPid(pid) ? finder.own((int) pid, stampMs) : -1;
    if (own >= 0) {
      scripts.read(event, processes, own);
    }
    parentPid = call == null ? -1 : call.parentPid();
    parent = isPid(parentPid) ? finder.parent((int) parentPid, stampMs) : -1;
    parentWasRead = parent >= 0 && finder.looked();
    if (isAsked()) {
      names = containerNames();
      finder.belongs(own, parent, stampMs, names, pages.address());
      label.clear();
      if (call != null
          && Membership.kind(pages.address()) == Membership.UNKNOWN
          && label.read(event, call)) {
        namespace = names.domains().namespace(label.domain(), label.domainLength());
      }
    }
  }

  // The next event has newer ones: these need not be kept.
  private void forget() {
    secrets.forget();
    names = ContainerNames.NONE;
    namespace = null;
  }

  private static CallFields call(AssembledEvent event) {
    return event.headRecord() == 0 ? null : event.call();
  }

  // Whether the event names a process of this host, and of now.
  private boolean isAsked() {
    return !isElsewhere && files != null && isPid(pid);
  }

  private ContainerNames containerNames() {
    return containers == null ? ContainerNames.NONE : containers.names();
  }

  /// Writes the tags of an event whose records stand in the frame already.
  public void collect(AssembledEvent event, FrameWriter frame) {
    counters.increment(OriginCounter.EVENTS);
    if (!isLookedAt) {
      look(event);
    }
    isLookedAt = false;
    if (isElsewhere) {
      tell(frame.tag(OriginTag.NODE, event.nodeAddress(), event.nodeLength()));
      counters.increment(OriginCounter.PARENTS_NONE);
      counters.increment(OriginCounter.NOT_ASKED);
      return;
    }
    byte[] thisHost = host.bytes();
    tell(frame.tag(OriginTag.NODE, thisHost, 0, thisHost.length));
    toldCount = 0;
    long head = event.headRecord();
    CallFields call = event.call();
    secrets.begin(head == 0 ? null : call, pages.address(), names, namespace);
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
          } else if (asksOthers) {
            accounts(event, frame);
          }
        }
      }
    }
    if (files != null && (head != 0 ? call.pid() == ownPid : isOwnChange(event))) {
      tell(frame.reserveTag(OriginTag.OWN, 0) != 0);
    }
    process(frame);
    forget();
  }

  /// Whether the event that was collected last touched a secret that is not known to be of its
  /// process's own pod.
  public boolean touchedOthersSecret() {
    return !isElsewhere && secrets.isFound() && secrets.whose() != SecretReader.OWN;
  }

  /// Where it stands to which container or pod the event that was collected last belongs
  /// (`ContainerMention`), until the next one; 0: to none that is known.
  public long container() {
    return isAsked() && Membership.isInside(pages.address()) ? pages.address() : 0;
  }

  /// What is known now of a container or pod; or null.
  public byte[] namesOf(long container) {
    return ContainerMention.names(container, containerNames());
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
  public void collectOwn(FrameWriter frame, OwnEvent event) {
    byte[] thisHost = host.bytes();
    tell(frame.tag(OriginTag.NODE, thisHost, 0, thisHost.length));
    for (OwnEvent.Tag tag : event.tags()) {
      tell(frame.tag(tag.number(), tag.value(), 0, tag.value().length));
    }
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
    boolean isPath = event.type() == RecordType.PATH;
    if (event.prefixLength() > 0) {
      record.wrap(event.textAddress(), event.textLength());
    } else if (isPath && path.read(event.textAddress(), event.textLength())) {
      account(frame, path.owner());
      account(frame, CallFields.GROUP_BIT | path.group());
      secrets.device(path.deviceAddress(), path.deviceLength(), stampMs);
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
      } else if (isPath && record.nameWord() == DEVICE && record.nameLength() == PID_LENGTH) {
        secrets.device(record.valueAddress(), record.valueLength(), stampMs);
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

  // ---- process

  private void process(FrameWriter frame) {
    parentNames(frame);
    script(frame, OriginTag.SCRIPT, own);
    script(frame, OriginTag.PARENT_SCRIPT, parent);
    if (!isAsked()) {
      counters.increment(OriginCounter.NOT_ASKED);
      return;
    }
    if (own >= 0) {
      identity(frame, OriginTag.PROCESS, own);
    }
    if (parent >= 0) {
      identity(frame, OriginTag.PARENT, parent);
    }
    counters.set(OriginCounter.PROCESSES_EVICTED, processes.evicted());
    long belongs = pages.address();
    belongs(frame, belongs);
    counters.add(OriginCounter.TAGS_LEFT_OUT, secrets.write(frame));
  }

  private void parentNames(FrameWriter frame) {
    if (!isPid(parentPid)) {
      counters.increment(OriginCounter.PARENTS_NONE);
      return;
    }
    if (parent < 0 || processes.nameLength(parent) == 0) {
      counters.increment(OriginCounter.PARENTS_UNKNOWN);
      return;
    }
    counters.increment(
        parentWasRead ? OriginCounter.PARENTS_READ : OriginCounter.PARENTS_REMEMBERED);
    tell(frame.tag(OriginTag.PARENT_NAME, processes.name(parent), processes.nameLength(parent)));
    if (processes.executableLength(parent) > 0) {
      tell(
          frame.tag(
              OriginTag.PARENT_EXECUTABLE,
              processes.executable(parent),
              processes.executableLength(parent)));
    }
  }

  private void script(FrameWriter frame, int tag, int place) {
    if (place >= 0 && processes.scriptLength(place) > 0) {
      tell(frame.tag(tag, processes.script(place), processes.scriptLength(place)));
    }
  }

  private void identity(FrameWriter frame, int tag, int place) {
    long value = frame.reserveTag(tag, Long.BYTES);
    tell(value != 0);
    if (value != 0) {
      Memory.putLong(value, processes.identity(place));
    }
  }

  private void belongs(FrameWriter frame, long belongs) {
    int confidence = Membership.confidence(belongs);
    boolean isNamed = namespace != null && !label.isOfSession();
    if (isNamed) {
      confidence = Confidence.NAMESPACE;
    } else if (!Membership.saysWhich(belongs) && Membership.isInside(belongs)) {
      confidence = Confidence.NONE;
    }
    counters.increment(
        switch (confidence) {
          case Confidence.CGROUP -> OriginCounter.BY_CGROUP;
          case Confidence.PARENT -> OriginCounter.BY_PARENT;
          case Confidence.NAMESPACE -> OriginCounter.BY_NAMESPACE;
          default -> OriginCounter.BY_NOTHING;
        });
    long value = frame.reserveTag(OriginTag.CONFIDENCE, 1);
    tell(value != 0);
    if (value != 0) {
      Memory.putByte(value, (byte) confidence);
    }
    if (Membership.saysWhich(belongs)) {
      counters.increment(OriginCounter.IN_CONTAINERS);
      container(frame, belongs);
      names(frame, belongs);
    } else if (Membership.isInside(belongs)) {
      askForParents();
    } else if (isNamed) {
      tell(frame.tag(OriginTag.POD, namespace, 0, namespace.length));
    }
  }

  private void names(FrameWriter frame, long belongs) {
    if (Membership.isOfUser(belongs)) {
      return; // its id is a user's own word, and may be another's
    }
    byte[] known = null;
    if (Membership.kind(belongs) == Membership.CONTAINER) {
      known = names.container(Membership.id(belongs));
      if (known == null
          && containers != null
          && ContainerRuntime.hasFiles(Membership.runtime(belongs))) {
        counters.increment(OriginCounter.CONTAINERS_UNKNOWN);
        containers.missed().ask(Membership.id(belongs), clock.nowMs());
      }
    }
    if (known == null && Membership.uidLength(belongs) > 0) {
      known = names.pod(Membership.uid(belongs));
    }
    if (known != null && known.length > 0) {
      tell(frame.tag(OriginTag.POD, known, 0, known.length));
    }
  }

  // Of a container that is known the next is told.
  private void askForParents() {
    if (containers != null && parent >= 0) {
      long its = processes.membership(parent);
      if (Membership.kind(its) == Membership.CONTAINER
          && ContainerRuntime.hasFiles(Membership.runtime(its))
          && names.container(Membership.id(its)) == null) {
        containers.missed().ask(Membership.id(its), clock.nowMs());
      }
    }
  }

  private void container(FrameWriter frame, long belongs) {
    int id = Membership.kind(belongs) == Membership.CONTAINER ? Membership.ID_LENGTH : 0;
    int uid = Membership.uidLength(belongs);
    long value = frame.reserveTag(OriginTag.CONTAINER, OriginTag.CONTAINER_HEADER + id + uid);
    tell(value != 0);
    if (value != 0) {
      Memory.putByte(value, (byte) Membership.runtime(belongs));
      Memory.putByte(value + 1, (byte) id);
      Memory.copy(Membership.id(belongs), value + OriginTag.CONTAINER_HEADER, id);
      Memory.copy(Membership.uid(belongs), value + OriginTag.CONTAINER_HEADER + id, uid);
    }
  }

  /// The process that an event without a call names: the first `pid` of its first record, which the
  /// kernel wrote; of a record that a program had it write, the first field or none.
  private long pidOf(AssembledEvent event) {
    event.rewind();
    if (!event.next()) {
      return -1;
    }
    int type = event.type();
    boolean message = type < FIRST_OF_KERNEL || type >= FIRST_OF_USER_SPACE_ANOMALIES;
    event.fields(record);
    while (record.next()) {
      if (record.nameWord() == PID && record.nameLength() == PID_LENGTH) {
        return record.decimalValue(-1);
      }
      if (message) {
        return -1;
      }
    }
    return -1;
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
    finder.close();
    processes.close();
    scripts.close();
    admission.close();
    pages.close();
    clock.close();
    if (files != null) {
      files.close();
    }
  }
}
