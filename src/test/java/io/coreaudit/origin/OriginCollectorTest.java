package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.Assembler;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.TextLine;
import io.coreaudit.ring.RecordRing;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OriginCollectorTest {
  private static final String CALL =
      "type=SYSCALL msg=audit(%d.%03d:%d): arch=c000003e syscall=257 success=yes exit=3 a0=0 a1=0"
          + " a2=0 a3=0 items=1 ppid=%d pid=%d auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=10"
          + " sgid=0 fsgid=0 tty=pts0 ses=1 comm=\"%s\" exe=%s key=\"k\"";

  private static final String PATH =
      "type=PATH msg=audit(%s): item=%d name=\"%s\" inode=1 dev=%s mode=0100644 ouid=0 ogid=0"
          + " rdev=00:00 nametype=%s cap_fp=0";
  private static final String ID = "0123456789abcdef".repeat(4);
  private static final String POD = "7f0c2a0e-1d5e-4b0e-9a2b-0d6f3b1c2d3e";
  private static final String OTHER_ID = "fedcba9876543210".repeat(4);
  private static final String VICTIM = "a5c1f8d5-1919-434d-add7-4afaafdaef89";
  private static final String CRIO =
      "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"
          + POD.replace('-', '_')
          + ".slice/crio-"
          + ID
          + ".scope\n";
  private static final Predicate<String> CONTAINER = tag -> tag.startsWith("8 ");

  @TempDir Path root;
  private Path shell;
  private final Arena arena = Arena.ofConfined();
  private final long frameBlock = arena.allocate(1 << 20).address();
  private final long lineBlock = arena.allocate(1 << 16).address();
  private final FrameWriter frame = new FrameWriter(frameBlock, 1 << 20);
  private final RecordRing ring = RecordRing.allocate(1 << 20);
  private final TextLine line = new TextLine();
  private final HostClock clock = HostClock.at(0);
  private final SecretDevices devices = new SecretDevices(clock::nowMs);
  private ContainerFiles containers;
  private OriginCollector collector;
  private Assembler assembler;
  private boolean keepPrefix;
  private long lagMs; // from the event to the look
  private int frameLength;

  @BeforeEach
  void setUp() throws IOException {
    write("etc/passwd", "root:x:0:0::/:\nalice:x:1000:100::/:\n");
    write("etc/group", "root:x:0:\nwheel:x:10:\n");
    shell = root.resolve("bash");
    Files.createFile(shell);
    process(2436, "bash", 1, "0::/user.slice\n");
    collector =
        new OriginCollector(
            HostName.of("n1"), new AccountNames(root), sources(), OriginLimits.NONE, clock);
    assembler = new Assembler(ring, AssemblerMode.LIVE, this::onEvent);
  }

  @AfterEach
  void tearDown() {
    collector.close();
    if (containers != null) {
      containers.close();
    }
    ring.close();
    arena.close();
  }

  private void onEvent(AssembledEvent event) {
    frame.begin(
        EventKind.AUDIT,
        event.stampSeconds(),
        event.stampMillis(),
        event.serial(),
        event.repeat(),
        event.receiveTimeNs());
    event.rewind();
    while (event.next()) {
      frame.record(
          event.type(),
          event.prefixAddress(),
          event.prefixLength(),
          event.textAddress(),
          event.textLength());
    }
    collector.collect(event, frame);
    frameLength = frame.finish(0, 1, 2, 3);
  }

  @Test
  void shouldTellNodeAccountsAndParentFromProc() {
    feed(call(100, 1, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags())
        .containsExactly(
            "1 n1",
            "2 u1000 alice",
            "2 u0 root",
            "2 g0 root",
            "2 g10 wheel",
            "3 bash",
            "4 " + shell,
            "5 -100000",
            "6 1",
            "7 0");
    assertThat(collector.counters().value(OriginCounter.PARENTS_READ)).isOne();
  }

  @Test
  void shouldKnowAParentThatTheStreamTold() {
    lagMs = 2000;
    feed(call(100, 1, 1, 7000, "sh", "2F746D702F612062"));
    feed(call(101, 2, 7000, 7001, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("3 sh", "4 /tmp/a b");
    feed(call(120, 3, 7000, 7002, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).noneMatch(tag -> tag.startsWith("3 "));
    assertThat(collector.counters().value(OriginCounter.PARENTS_UNKNOWN)).isEqualTo(2);
  }

  @Test
  void shouldAskAgainForAParentThatWasToldLongAgo() throws IOException {
    feed(call(100, 1, 1, 2436, "starter", "\"/bin/starter\""));
    feed(call(101, 2, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).as("told a second ago").contains("3 starter", "4 /bin/starter");
    feed(call(103, 3, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).as("it has executed bash since").contains("3 bash", "4 " + shell);
    end(2436);
    lagMs = 2000;
    feed(call(105, 4, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    feed(call(106, 5, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).as("gone, and its children still there").contains("3 bash");
    feed(call(120, 6, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).noneMatch(tag -> tag.startsWith("3 "));
  }

  @Test
  void shouldForgetTheOldOwnerOfAReusedNumber() {
    lagMs = 2000;
    feed(call(100, 1, 1, 7000, "old", "\"/old\""));
    feed(call(101, 2, 1, 7000, "new", "(null)"));
    feed(call(102, 3, 7000, 7001, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("3 new").noneMatch(tag -> tag.startsWith("4 "));
  }

  @Test
  void shouldLeaveTheAccountsOfAnotherNodeAlone() {
    keepPrefix = true;
    feed("node=n2 " + call(100, 1, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).containsExactly("1 n2");
    feed("node=n1 " + call(100, 1, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("1 n1", "2 u0 root", "3 bash");
  }

  @Test
  void shouldMarkWhatThisProcessChangedItself() {
    String own = OriginTag.OWN + " ";
    String change =
        "type=CONFIG_CHANGE msg=audit(100.000:%d): pid=%d uid=0 auid=4294967295 ses=4294967295"
            + " op=make_equiv old=\"/a\" new=\"/b\" res=1";
    long pid = ProcessHandle.current().pid();
    feed(change.formatted(1, pid));
    assertThat(tags()).contains(own, "2 u0 root");
    feed(change.formatted(2, pid + 1));
    assertThat(tags()).doesNotContain(own);
    feed(
        "type=CONFIG_CHANGE msg=audit(100.000:3): auid=0 ses=1 op=remove_rule key=\"pid="
            + pid
            + "\" list=4 res=1");
    assertThat(tags()).doesNotContain(own);
    feed(call(100, 4, 1, (int) pid, "java", "\"/java\""));
    assertThat(tags()).contains(own);
  }

  @Test
  void shouldReadUserSpaceRecordsAndPaths() {
    assembler.onTick(0);
    append(
        "type=USER_LOGIN msg=audit(100.000:5): pid=1 uid=0 auid=4294967295 ses=1"
            + " msg='op=login id=1000 exe=\"/x\" res=success'");
    assertThat(tags()).contains("1 n1", "2 u0 root", "2 u1000 alice").hasSize(5);
    append(
        "type=PATH msg=audit(101.000:6): item=0 name=\"/x\" inode=1 dev=00:01 mode=0100644"
            + " ouid=1000 ogid=10 rdev=00:00 nametype=NORMAL");
    append("type=PROCTITLE msg=audit(101.000:6): proctitle=\"x\"");
    assertThat(tags()).containsExactly("1 n1", "2 u1000 alice", "2 g10 wheel");
  }

  @Test
  void shouldBoundLookupsInProc() {
    for (int i = 0; i < ProcessFinder.UNITS_FOR_PARENTS + 100; i++) {
      feed(call(100, i, 100_000 + i, 5000, "cat", "\"/usr/bin/cat\""));
    }
    feed(call(100, 9999, 2436, 5000, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).noneMatch(tag -> tag.startsWith("3 "));
    feed(call(101, 10_000, 2436, 5000, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("3 bash");
  }

  @Test
  void shouldTellTheContainerOfALivingProcess() throws IOException {
    process(2489, "cat", 5000, CRIO);
    feed(call(100, 1, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("5 5000", "7 1", "8 cri-o " + ID + " " + POD);
    feed(call(100, 2, 2489, 2490, "cat", "\"/usr/bin/cat\""));
    assertThat(tags())
        .as("its child is gone, and was born where it lives")
        .contains("6 5000", "7 2", "8 cri-o " + ID + " " + POD);
    feed(call(100, 3, 2490, 2491, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).as("the child's child").contains("7 2", "8 cri-o " + ID + " " + POD);
    feed(call(100, 4, 2499, 2492, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).as("of a parent that nobody knows").contains("7 0").noneMatch(CONTAINER);
    assertThat(count(OriginCounter.IN_CONTAINERS)).isEqualTo(3);
    assertThat(count(OriginCounter.EVENTS))
        .isEqualTo(
            count(OriginCounter.BY_CGROUP)
                + count(OriginCounter.BY_PARENT)
                + count(OriginCounter.BY_NOTHING)
                + count(OriginCounter.NOT_ASKED));
  }

  @Test
  void shouldNotSayWhereTheChildOfAHostsProcessBelongs() throws IOException {
    process(60, "conmon", 5, CRIO.replace("crio-", "crio-conmon-"));
    feed(call(100, 1, 60, 2489, "true", "\"/usr/bin/true\""));
    assertThat(tags()).contains("3 conmon", "7 0").noneMatch(CONTAINER);
    feed(call(100, 2, 1, 60, "conmon", "\"/usr/bin/conmon\""));
    assertThat(tags()).as("conmon is the host's").contains("7 1").noneMatch(CONTAINER);
    feed(call(100, 3, 2436, 2490, "true", "\"/usr/bin/true\""));
    assertThat(tags()).contains("3 bash", "7 0").noneMatch(CONTAINER);
  }

  @Test
  void shouldNotBelieveAProcessThatIsYoungerThanTheEvent() throws IOException {
    process(2489, "new", 10_100, CRIO);
    feed(call(100, 1, 2436, 2489, "old", "\"/old\""));
    assertThat(tags()).contains("5 -100000", "7 0").noneMatch(CONTAINER);
    assertThat(count(OriginCounter.LOOKS_YOUNGER)).isOne();
    feed(call(100, 2, 2489, 2490, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).as("the old one's child").contains("3 old", "6 -100000", "7 0");
    feed(call(102, 3, 2436, 2489, "new", "\"/new\""));
    assertThat(tags()).contains("5 10100", "7 1", "8 cri-o " + ID + " " + POD);
    append(call(100, 4, 2436, 2489, "old", "\"/old\""));
    assembler.flush();
    assertThat(tags()).as("and one that came late").contains("7 0").noneMatch(CONTAINER);
  }

  @Test
  void shouldNotTakeANumberForAProcessForLong() throws IOException {
    write("proc/sys/kernel/pid_max", "32768\n");
    renew();
    process(2489, "init", 5000, CRIO);
    feed(call(100, 1, 1, 2489, "init", "\"/init\""));
    end(2489);
    feed(at(100_100, 2, 2489, 2490, "cat"));
    assertThat(tags()).contains("7 2", "8 cri-o " + ID + " " + POD);
    feed(at(100_900, 3, 2489, 2491, "cat"));
    assertThat(tags()).as("all numbers may have been given out").contains("7 0");
  }

  @Test
  void shouldForgetAllWhenTheClockIsSetBack() throws IOException {
    process(2489, "init", 5000, CRIO);
    feed(call(200, 1, 1, 2489, "init", "\"/init\""));
    assertThat(tags()).contains("7 1");
    process(2489, "another", 6000, "0::/user.slice\n");
    feed(call(100, 2, 1, 2489, "another", "\"/another\""));
    assertThat(tags()).contains("5 6000", "7 1").noneMatch(CONTAINER);
  }

  @Test
  void shouldFollowAProcessIntoItsContainer() throws IOException {
    process(2489, "runc:[2:INIT]", 5000, "0::/system.slice/crio.service\n");
    feed(at(100_000, 1, 60, 2489, "runc:[2:INIT]"));
    assertThat(tags()).contains("7 1").noneMatch(CONTAINER);
    process(2489, "app", 5000, CRIO);
    feed(at(100_050, 2, 60, 2489, "app"));
    assertThat(tags()).contains("5 5000", "7 1", "8 cri-o " + ID + " " + POD);
  }

  @Test
  void shouldNotTakeAnEndingProcessForTheHosts() throws IOException {
    process(2489, "cat", 5000, "4:memory:/\n1:name=systemd:/\n");
    write("proc/2489/stat", stat(2489, "cat", "Z", 0x40000c, 5000));
    feed(call(100, 1, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("5 5000", "7 0");
    process(80, "init", 5, CRIO);
    feed(call(100, 2, 80, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("7 2", "8 cri-o " + ID + " " + POD);
  }

  private void follow(CrioTree.Made... made) throws IOException {
    CrioTree tree = new CrioTree(root.resolve("run"));
    for (CrioTree.Made each : made) {
      tree.add(each);
    }
    containers = new ContainerFiles(List.of(root.resolve("run")), List.of("app"));
    containers.start();
    containers.awaitListed(Duration.ofSeconds(10));
    renew();
  }

  @Test
  void shouldNameContainerAndPod() throws IOException {
    CrioTree.Made sandbox =
        CrioTree.Made.sandbox(OTHER_ID, POD, "web-5d6c", "payments", Map.of("app", "web"));
    follow(sandbox, sandbox.container(ID, "app"));
    process(2489, "cat", 5000, CRIO);
    feed(call(100, 1, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags())
        .contains("8 cri-o " + ID + " " + POD)
        .anyMatch(tag -> tag.matches("(?s)9 .{3}payments.*web-5d6c.*app.*app:web"));
    process(2490, "cat", 5000, CRIO.replace(ID, "ab".repeat(32)));
    feed(call(100, 2, 2436, 2490, "cat", "\"/usr/bin/cat\""));
    assertThat(tags())
        .as("one that nobody knows, of a pod that is known")
        .anyMatch(tag -> tag.matches("(?s)9 .{3}payments.*web-5d6c.*app:web"));
    assertThat(count(OriginCounter.CONTAINERS_UNKNOWN)).isOne();
  }

  @Test
  void shouldNameTheNamespaceByTheLabelOfAProcessThatIsGone() throws IOException {
    CrioTree.Made one = CrioTree.Made.sandbox(ID, POD, "web", "payments", Map.of());
    CrioTree.Made other = CrioTree.Made.sandbox(OTHER_ID, VICTIM, "db", "bank", Map.of());
    follow(one, other);
    assertThat(ofLabel(1, 60, one.label())).contains("7 3").anyMatch(isOnly("payments"));
    assertThat(ofLabel(2, 60, other.label())).contains("7 3").anyMatch(isOnly("bank"));
    assertThat(ofLabel(3, 60, one.label().replace("container_t", "svirt_t")))
        .as("another domain")
        .contains("7 0")
        .noneMatch(tag -> tag.startsWith("9 "));
    for (String label :
        List.of("system_u:system_r:spc_t:s0", "kernel", one.label() + ",c30", "unconfined", "::")) {
      assertThat(ofLabel(4, 60, label)).as(label).contains("7 0");
    }
    process(70, "init", 5, CRIO);
    assertThat(ofLabel(5, 70, other.label()))
        .as("the cgroup goes before")
        .contains("7 2", "8 cri-o " + ID + " " + POD);
    assertThat(count(OriginCounter.BY_NAMESPACE)).isEqualTo(2);
    assertThat(count(OriginCounter.EVENTS))
        .isEqualTo(
            count(OriginCounter.BY_PARENT)
                + count(OriginCounter.BY_NAMESPACE)
                + count(OriginCounter.BY_NOTHING));
  }

  private static Predicate<String> isOnly(String namespace) {
    return tag -> tag.matches("(?s)9 .{3}" + namespace);
  }

  private List<String> ofLabel(int serial, int ppid, String label) {
    String call = call(100, serial, ppid, 20_000 + serial, "cat", "\"/bin/cat\"");
    feed(call.replace(" key=", " subj=" + label + " key="));
    return tags();
  }

  @Test
  void shouldNotNameANamespaceWhereTwoHaveTheSameLabel() {
    SelinuxDomains domains =
        new SelinuxDomains(
            List.of(facts("a", 1), facts("b", 1), facts("c", 2), facts("c", 2), facts("d", 0)));
    assertThat(namespace(domains, "u:r:container_t:s0:c1,c26")).isNull();
    assertThat(namespace(domains, "u:r:container_t:s0:c2,c26")).isNotNull();
    assertThat(SelinuxDomains.domain("u:r:t:s0:c26,c15")).isEqualTo("t:s0:c15,c26");
    assertThat(SelinuxDomains.domain("u:r:t:s0:c15,c26")).isEqualTo("t:s0:c15,c26");
    for (String none :
        List.of("", "u:r:t:s0", "u:r:t:s0:c1", "u:r:t:s0:c1.c3", "u:r:t:s0-s1:c1,c2")) {
      assertThat(SelinuxDomains.domain(none)).as(none).isEmpty();
    }
  }

  private static ContainerFacts facts(String namespace, int pair) {
    String domain = pair == 0 ? "" : "container_t:s0:c" + pair + ",c26";
    return new ContainerFacts(
        namespace, "", "", "", namespace, "", "", List.of(), Map.of(), false, domain);
  }

  private byte[] namespace(SelinuxDomains domains, String label) {
    byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
    Memory.copy(bytes, 0, lineBlock, bytes.length);
    return domains.namespace(lineBlock, bytes.length);
  }

  @Test
  void shouldNameOnlyThePodOfAnOrphanWhereContainersShareTheirProcesses() throws IOException {
    CrioTree.Made sandbox = CrioTree.Made.sandbox(OTHER_ID, POD, "web", "ns", Map.of());
    follow(
        sandbox,
        sandbox
            .container(ID, "app")
            .withPidNamespace("{\"type\":\"pid\",\"path\":\"/proc/7/ns/pid\"},"));
    process(80, "init", 5, CRIO);
    feed(call(100, 1, 80, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("7 2", "8 ?  " + POD);
    feed(call(100, 2, 2489, 2490, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).as("its child").contains("7 2", "8 ?  " + POD);
    process(2491, "cat", 5000, CRIO);
    feed(call(100, 3, 80, 2491, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).as("one that lives").contains("7 1", "8 cri-o " + ID + " " + POD);
  }

  @Test
  void shouldSayWhoseSecretItIs() throws IOException {
    CrioTree.Made victim = CrioTree.Made.sandbox(OTHER_ID, VICTIM, "victim", "bank", Map.of());
    follow(victim);
    devices.mounted(0, 0x27, VICTIM, "token", true);
    process(2489, "cat", 5000, CRIO);
    assertThat(secret("100.000:1", 2489, "/usr/bin/cat", "00:27"))
        .containsExactly("10 foreign " + VICTIM + " token", "11 bank victim");
    process(2490, "cat", 5000, CRIO.replace(POD.replace('-', '_'), VICTIM.replace('-', '_')));
    assertThat(secret("100.000:2", 2490, "/usr/bin/cat", "00:27"))
        .containsExactly("10 own " + VICTIM + " token");
    assertThat(secret("100.000:3", 2436, "/usr/bin/cat", "00:27"))
        .as("of the host")
        .containsExactly("10 foreign " + VICTIM + " token", "11 bank victim");
    assertThat(secret("100.000:4", 2436, "/usr/bin/kubelet", "00:27"))
        .as("the host's, and may")
        .containsExactly("10 unknown " + VICTIM + " token", "11 bank victim");
    assertThat(secret("100.000:5", 2499, "/usr/bin/cat", "00:27"))
        .as("gone")
        .containsExactly("10 unknown " + VICTIM + " token", "11 bank victim");
    assertThat(secret("100.000:6", 2489, "/usr/bin/cat", "08:27")).isEmpty();
    clock.set(200_000);
    devices.unmounted(0, 0x27);
    assertThat(secret("200.001:7", 2489, "/usr/bin/cat", "00:27")).isEmpty();
    keepPrefix = true;
    assertThat(secret("100.000:8", 2489, "/usr/bin/cat", "00:27"))
        .as("as a line")
        .contains("10 foreign " + VICTIM + " token");
  }

  private List<String> secret(String stamp, int pid, String exe, String device) {
    append(
        CALL.replace("%d.%03d:%d", stamp)
            .replace("items=1", "items=2")
            .formatted(60, pid, "x", "\"" + exe + "\""));
    append(PATH.formatted(stamp, 0, "/", "fd:00", "PARENT"));
    append(PATH.formatted(stamp, 1, "/token", device, "NORMAL"));
    assembler.flush();
    return tags().stream().filter(tag -> tag.matches("(?s)1[01] .*")).toList();
  }

  @Test
  void shouldAskForTheProcessOfAMessage() throws IOException {
    process(2489, "sudo", 5000, CRIO);
    assembler.onTick(0);
    append(
        "type=USER_CMD msg=audit(100.000:5): pid=2489 uid=0 auid=1000 ses=1"
            + " msg='cwd=\"/\" cmd=\"id\" res=success'");
    assertThat(tags()).contains("7 1", "8 cri-o " + ID + " " + POD);
    append("type=USER_CMD msg=audit(100.000:6): uid=0 msg='op=x pid=2489 res=success'");
    assertThat(tags()).noneMatch(tag -> tag.startsWith("7 "));
  }

  @Test
  void shouldAllocateNothing() {
    String[] lines = new String[64];
    for (int i = 0; i < lines.length; i++) {
      lines[i] =
          call(100 + i / 8, i, i % 3 == 0 ? 2436 : 8000 + i, 8000 + i, "cat", "\"/bin/cat\"");
    }
    byte[][] bytes = new byte[lines.length][];
    for (int i = 0; i < lines.length; i++) {
      bytes[i] = lines[i].getBytes(StandardCharsets.ISO_8859_1);
    }
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    feedAll(bytes, 2000);
    long before = threads.getCurrentThreadAllocatedBytes();
    feedAll(bytes, 200);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated / (200.0 * bytes.length)).isLessThan(1);
    assertThat(collector.counters().value(OriginCounter.EVENTS))
        .isEqualTo(
            collector.counters().value(OriginCounter.PARENTS_REMEMBERED)
                + collector.counters().value(OriginCounter.PARENTS_READ)
                + collector.counters().value(OriginCounter.PARENTS_UNKNOWN)
                + collector.counters().value(OriginCounter.PARENTS_NONE));
  }

  /// Processes that live, of containers that are known and one that is not, of the host, and gone
  /// ones, looked at again and again; each opens a secret.
  @Test
  void shouldAllocateNothingForContainersAndSecrets() throws IOException {
    CrioTree.Made sandbox = CrioTree.Made.sandbox(OTHER_ID, POD, "web", "ns", Map.of("app", "a"));
    follow(sandbox, sandbox.container(ID, "app"));
    devices.mounted(0, 0x27, VICTIM, "token", true);
    byte[][] bytes = new byte[128][];
    for (int i = 0; i < bytes.length; i += 2) {
      if (i % 6 != 0) {
        String cgroup = i % 6 == 2 ? CRIO : "0::/user.slice\n";
        process(8000 + i, "x", 5000, i % 10 == 0 ? CRIO.replace(ID, "ab".repeat(32)) : cgroup);
      }
      String stamp = (100 + i / 16) + ".000:" + i;
      bytes[i] =
          call(100 + i / 16, i, 7998 + i, 8000 + i, "cat", "\"/bin/cat\"")
              .getBytes(StandardCharsets.ISO_8859_1);
      bytes[i + 1] =
          PATH.formatted(stamp, 0, "/token", "00:27", "NORMAL")
              .getBytes(StandardCharsets.ISO_8859_1);
    }
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    clock.set(110_000);
    feedAll(bytes, 2000);
    long before = threads.getCurrentThreadAllocatedBytes();
    long looks = count(OriginCounter.LOOKS_THERE);
    feedAll(bytes, 200);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated / (100.0 * bytes.length)).isLessThan(1);
    assertThat(count(OriginCounter.LOOKS_THERE) - looks).isGreaterThan(100);
    assertThat(count(OriginCounter.LOOKS_GONE)).isPositive();
    assertThat(count(OriginCounter.IN_CONTAINERS)).isGreaterThan(count(OriginCounter.EVENTS) / 4);
    assertThat(count(OriginCounter.CONTAINERS_UNKNOWN)).isPositive();
    assertThat(tags()).anyMatch(tag -> tag.startsWith("10 "));
  }

  // Each call stands alone until it is flushed: its stamp is its own.
  private void feedAll(byte[][] calls, int rounds) {
    for (int round = 0; round < rounds; round++) {
      clock.set(clock.nowMs() + 20);
      for (byte[] call : calls) {
        append(call);
      }
      assembler.flush();
    }
  }

  private void feed(String call) {
    int stamp = call.indexOf("audit(") + 6;
    String stampMs = call.substring(stamp, call.indexOf(':', stamp)).replace(".", "");
    clock.set(Long.parseLong(stampMs) + lagMs);
    append(call);
    assembler.flush();
  }

  private long count(OriginCounter counter) {
    return collector.counters().value(counter);
  }

  private void renew() {
    collector.close();
    collector =
        new OriginCollector(
            HostName.of("n1"), new AccountNames(root), sources(), OriginLimits.NONE, clock);
  }

  private OriginSources sources() {
    return new OriginSources(
        root.resolve("proc").toString(), containers, devices, List.of(Path.of("/usr/bin/kubelet")));
  }

  private void append(String text) {
    append(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void append(byte[] bytes) {
    Memory.copy(bytes, 0, lineBlock, bytes.length);
    line.split(lineBlock, bytes.length);
    assembler.accept(
        line.type(),
        lineBlock,
        keepPrefix ? line.prefixLength() : 0,
        line.textAddress(),
        line.textLength(),
        0);
  }

  private static String call(long second, int serial, int ppid, int pid, String comm, String exe) {
    return CALL.formatted(second, 0, serial, ppid, pid, comm, exe);
  }

  private static String at(long millis, int serial, int ppid, int pid, String comm) {
    return CALL.formatted(
        millis / 1000, millis % 1000, serial, ppid, pid, comm, "\"/" + comm + "\"");
  }

  private void process(int pid, String name, long startTicks, String cgroup) throws IOException {
    write("proc/" + pid + "/stat", stat(pid, name, "S", 0x400000, startTicks));
    write("proc/" + pid + "/cgroup", cgroup);
    Path exe = root.resolve("proc/" + pid + "/exe");
    Files.deleteIfExists(exe);
    Files.createSymbolicLink(exe, shell);
  }

  private static String stat(int pid, String name, String state, int flags, long startTicks) {
    return pid
        + " ("
        + name
        + ") "
        + state
        + " 1 1 1 0 -1 "
        + flags
        + " 100 0 0 0 1 2 0 0 20 0 1 0 "
        + startTicks
        + " 1000 10 18446744073709551615\n";
  }

  private void end(int pid) throws IOException {
    for (String file : List.of("stat", "cgroup", "exe")) {
      Files.delete(root.resolve("proc/" + pid + "/" + file));
    }
  }

  private List<String> tags() {
    FrameFlyweight event = new FrameFlyweight().wrap(frameBlock, frameLength);
    List<String> tags = new ArrayList<>();
    while (event.nextTag()) {
      byte[] value = new byte[event.tagLength()];
      Memory.copy(event.tagValue(), value, 0, value.length);
      tags.add(event.tag() + " " + text(event, value));
    }
    return tags;
  }

  private static String text(FrameFlyweight event, byte[] value) {
    String text = new String(value, StandardCharsets.UTF_8);
    return switch (event.tag()) {
      case OriginTag.ACCOUNT ->
          (value[0] == 0 ? "u" : "g")
              + Memory.intAt(event.tagValue() + 1)
              + " "
              + text.substring(5);
      case OriginTag.PROCESS, OriginTag.PARENT -> "" + Memory.longAt(event.tagValue());
      case OriginTag.CONFIDENCE -> "" + value[0];
      case OriginTag.CONTAINER ->
          List.of("?", "cri-o", "containerd", "docker", "podman").get(value[0])
              + " "
              + text.substring(2, 2 + value[1])
              + " "
              + text.substring(2 + value[1]);
      case OriginTag.SECRET ->
          List.of("own", "foreign", "unknown").get(value[0])
              + " "
              + text.substring(2, 2 + value[1])
              + " "
              + text.substring(2 + value[1]);
      case OriginTag.SECRET_POD -> text.replaceAll("[\\x00-\\x1f]+", " ").strip();
      default -> text;
    };
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
