package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.memory.Memory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// Where a process belongs: container, pod, namespace; whose secret it read.
final class OriginContainerTest extends OriginScene {
  @Test
  void shouldTellTheContainerOfALivingProcess() throws IOException {
    followOne();
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

  /// Where a rule records forks: first process, middle, orphan; none but the first is there still.
  @Test
  void shouldKnowTheMiddleOfADoubleForkByItsOwnEvent() throws IOException {
    followOne();
    process(2489, "init", 5000, CRIO);
    lagMs = 50;
    feed(at(100_000, 1, 60, 2489, "init"));
    feed(at(100_001, 2, 2489, 2490, "middle"));
    feed(at(100_002, 3, 2490, 2491, "orphan"));
    assertThat(tags()).contains("6 -100001", "7 2", "8 cri-o " + ID + " " + POD);
    feed(at(100_003, 4, 2492, 2493, "orphan"));
    assertThat(tags()).as("of a middle that had no event").contains("7 0").noneMatch(CONTAINER);
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
    followOne();
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
  void shouldNotTakeForTheHostsWhatMayHaveJoinedAContainerAndEnded() throws IOException {
    process(2489, "runc:[2:INIT]", 5000, "0::/system.slice/crio.service\n");
    feed(at(100_000, 1, 60, 2489, "runc"));
    assertThat(tags()).contains("7 1").noneMatch(CONTAINER);
    end(2489);
    feed(at(100_050, 2, 60, 2489, "app"));
    assertThat(tags()).as("it executed something, and ended").contains("5 5000", "7 0");
    feed(at(100_050, 3, 60, 2489, "runc"));
    assertThat(tags()).as("it runs what it ran when it was the host's").contains("7 1");
  }

  @Test
  void shouldLookAgainAtOnceWhenAProcessOfTheHostRunsSomethingElse() throws IOException {
    process(2489, "runc:[2:INIT]", 5000, "0::/system.slice/crio.service\n");
    feed(at(100_000, 1, 60, 2489, "runc"));
    process(2489, "app", 5000, CRIO);
    feed(at(100_002, 2, 60, 2489, "app"));
    assertThat(tags()).contains("7 1", "8 cri-o " + ID + " " + POD);
  }

  @Test
  void shouldNotTakeForTheHostsWhatItMayNotLookAt() throws IOException {
    process(2489, "runc:[2:INIT]", 5000, "0::/system.slice/crio.service\n");
    feed(at(100_000, 1, 60, 2489, "runc"));
    process(2489, "app", 5000, CRIO);
    clock.step(ProcessFinder.OWN_NS);
    feed(at(100_050, 2, 60, 7000, "other"));
    feed(at(100_051, 3, 60, 2489, "app"));
    assertThat(count(OriginCounter.LOOKS_SPARED)).isPositive();
    assertThat(tags()).contains("7 0").noneMatch(CONTAINER);
    feed(at(101_000, 4, 60, 2489, "app"));
    assertThat(tags()).contains("7 1", "8 cri-o " + ID + " " + POD);
  }

  /// Each look takes a tenth of what all may take of a second.
  @Test
  void shouldLeaveLooksForOthersBesideAPodAndADomainThatTakeMany() throws IOException {
    String second = CRIO.replace(ID, OTHER_ID);
    followOne();
    process(80, "one", 5, CRIO);
    process(81, "two", 5, second);
    process(82, "else", 5, CRIO.replace(POD.replace('-', '_'), VICTIM.replace('-', '_')));
    for (int pid : new int[] {80, 81, 82}) {
      feed(call(99, pid, 60, pid, "init", "\"/init\""));
    }
    clock.step(ProcessFinder.OWN_NS / 10);
    for (int pid = 100; pid < 105; pid++) {
      feed(at(100_000, pid, 1, pid, "any"));
    }
    assertThat(isLookedAt(110, 80, CRIO)).as("a share").isTrue();
    assertThat(isLookedAt(111, 80, CRIO)).as("no other").isFalse();
    assertThat(isLookedAt(112, 81, second)).as("nor its other container").isFalse();
    assertThat(isLookedAt(113, 82, CRIO)).as("another pod").isTrue();
    String label = "u:system_r:container_t:s0:c1,c2";
    String none = "4294967295";
    assertThat(isLookedAt(114, label, none)).as("a domain").isTrue();
    assertThat(isLookedAt(115, label, none)).isFalse();
    assertThat(isLookedAt(116, label, "1000")).as("that of a login session").isTrue();
    assertThat(isLookedAt(117, "kernel", none)).as("who is not known").isTrue();
    assertThat(isLookedAt(118, "kernel", none)).as("all are used up").isFalse();
  }

  private boolean isLookedAt(int pid, int ppid, String cgroup) throws IOException {
    process(pid, "x", 6, cgroup);
    feed(at(100_000, pid, ppid, pid, "x"));
    return tags().contains("7 1");
  }

  private boolean isLookedAt(int pid, String label, String session) throws IOException {
    process(pid, "x", 6, CRIO);
    feed(
        at(100_000, pid, 0, pid, "x")
            .replace("auid=1000", "auid=" + session)
            .replace(" key=", " subj=" + label + " key="));
    return tags().contains("7 1");
  }

  @Test
  void shouldNotBelieveWhatAUserCallsHisGroups() throws IOException {
    followOne();
    devices.mounted(1, 0, 0x27, POD, "token", true);
    String users = "0::/user.slice/user-1000.slice/user@1000.service/app.slice";
    process(2489, "sh", 5000, users + CRIO.substring(3));
    assertThat(secret("100.000:1", 2489, "/bin/sh", "00:27"))
        .containsExactly("10 foreign " + POD + " token", "11 ns web");
    assertThat(tags()).contains("7 1").noneMatch(CONTAINER);
    process(2490, "sh", 5000, users + "/libpod-" + ID + ".scope\n");
    assertThat(secret("100.000:2", 2490, "/bin/sh", "00:27"))
        .containsExactly("10 foreign " + POD + " token", "11 ns web");
    assertThat(tags()).contains("8 podman " + ID + " ").noneMatch(tag -> tag.startsWith("9 "));
    feed(at(100_100, 3, 2490, 2491, "cat"));
    assertThat(tags()).as("its child may have left it").contains("7 0").noneMatch(CONTAINER);
    process(2490, "sh", 5000, CRIO);
    feed(at(100_200, 4, 60, 2490, "sh"));
    assertThat(tags()).as("it has left it").contains("7 1", "8 cri-o " + ID + " " + POD);
  }

  @Test
  void shouldNotTellTheContainerOfAnOrphanOfOneThatNobodyKnows() throws IOException {
    process(80, "init", 5, CRIO);
    feed(call(100, 1, 80, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("7 2", "8 ?  " + POD);
    process(90, "init", 5, "0::/docker/" + ID + "\n");
    feed(call(100, 2, 90, 2490, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).as("without a pod").contains("7 0").noneMatch(CONTAINER);
    feed(call(100, 3, 60, 90, "init", "\"/init\""));
    assertThat(tags()).contains("7 1", "8 docker " + ID + " ");
  }

  /// By `--pid=container:`, so its orphan may be a child of the other's first process.
  @Test
  void shouldNotTellTheContainerOfAnOrphanWhereOneWithoutAPodSharesProcesses() throws Exception {
    devices.mounted(1, 0, 0x27, VICTIM, "token", true);
    follow();
    docker(OTHER_ID, "");
    docker(ID, "");
    process(90, "init", 5, "0::/docker/" + ID + "\n");
    feed(call(100, 1, 90, 2490, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).as("not known yet, and asked for").contains("7 0").noneMatch(CONTAINER);
    await(ID);
    feed(call(102, 2, 90, 2491, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("7 2", "8 docker " + ID + " ");
    String joined = "ab".repeat(32);
    docker(joined, "container:" + OTHER_ID);
    await(joined);
    feed(call(104, 3, 90, 2492, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("7 0").noneMatch(CONTAINER);
    feed(call(104, 4, 2492, 2493, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).as("its child").contains("7 0").noneMatch(CONTAINER);
    append(call(104, 5, 90, 2494, "cat", "\"/usr/bin/cat\""));
    append(PATH.formatted("104.000:5", 0, "/token", "00:27", "NORMAL"));
    assembler.flush();
    assertThat(tags())
        .as("it is of no pod, whichever it is")
        .contains("7 0", "10 foreign " + VICTIM + " token")
        .noneMatch(CONTAINER);
  }

  private void docker(String id, String processes) throws IOException {
    write("run/containers/" + id + "/hostconfig.json", "{\"PidMode\":\"" + processes + "\"}");
    write("run/containers/" + id + "/config.v2.json", "{\"Name\":\"/web\",\"Config\":{}}");
  }

  private void await(String id) throws InterruptedException {
    byte[] bytes = id.getBytes(StandardCharsets.US_ASCII);
    Memory.copy(bytes, 0, lineBlock, bytes.length);
    for (int i = 0; i < 1000 && containers.names().container(lineBlock) == null; i++) {
      Thread.sleep(10);
    }
    assertThat(containers.names().container(lineBlock)).isNotNull();
  }

  @Test
  void shouldNotHoldANumberForOneOfAClockThatWasSetBack() throws IOException {
    followOne();
    process(2489, "init", 5000, CRIO);
    feed(call(200, 1, 1, 2489, "init", "\"/init\""));
    clock.set(100_000);
    clockStands = true;
    append(call(200, 2, 1, 2489, "init", "\"/init\""));
    assembler.flush();
    assertThat(tags()).as("of a time that has not come").contains("7 0");
    process(2489, "another", 6000, "0::/user.slice\n");
    feed(call(101, 3, 1, 2489, "another", "\"/another\""));
    assertThat(tags()).contains("5 6000", "7 1").noneMatch(CONTAINER);
    feed(call(102, 4, 2489, 2490, "cat", "\"/cat\""));
    assertThat(tags()).contains("7 0").noneMatch(CONTAINER);
  }

  @Test
  void shouldNotTakeAnEndingProcessForTheHosts() throws IOException {
    followOne();
    process(2489, "cat", 5000, "4:memory:/\n1:name=systemd:/\n");
    write("proc/2489/stat", stat(2489, "cat", "Z", 0x40000c, 5000));
    feed(call(100, 1, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("5 5000", "7 0");
    process(80, "init", 5, CRIO);
    feed(call(100, 2, 80, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("7 2", "8 cri-o " + ID + " " + POD);
  }

  @Test
  void shouldNotTakeOneForTheHostsAgainThatIsEnding() throws IOException {
    process(2489, "runc", 5000, "4:memory:/\n1:name=systemd:/\n");
    feed(at(100_000, 1, 60, 2489, "runc"));
    assertThat(tags()).contains("7 1").noneMatch(CONTAINER);
    write("proc/2489/stat", stat(2489, "app", "Z", 0x40000c, 5000));
    feed(at(100_050, 2, 60, 2489, "app"));
    assertThat(tags()).as("of version 1 it reads as the root").contains("7 0");
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

  /// Of a process that is gone, and whose parent is.
  @Test
  void shouldKnowByTheLabelWhatIsForeign() throws IOException {
    CrioTree.Made one = CrioTree.Made.sandbox(ID, POD, "web", "payments", Map.of());
    CrioTree.Made other = CrioTree.Made.sandbox(OTHER_ID, VICTIM, "db", "bank", Map.of());
    follow(one, other);
    devices.mounted(1, 0, 0x27, VICTIM, "token", true);
    devices.mounted(2, 0, 0x28, "cccccccc-1919-434d-add7-4afaafdaef89", "nobody's", true);
    devices.mounted(3, 0, 0x29, POD, "own", true);
    String foreign = "10 foreign " + VICTIM + " token";
    assertThat(ofLabel("100.000:1", "system_u:system_r:container_t:s0:c1,c2", "00:27"))
        .as("a domain of nobody")
        .contains("7 0", "10 unknown " + VICTIM + " token");
    assertThat(ofLabel("100.000:2", one.label(), "00:27"))
        .contains("7 3", foreign, "11 bank db")
        .anyMatch(isOnly("payments"));
    assertThat(ofLabel("100.000:3", other.label(), "00:27"))
        .as("of the namespace, perhaps of another pod")
        .contains("7 3", "10 unknown " + VICTIM + " token");
    assertThat(ofLabel("100.000:4", one.label(), "00:28"))
        .as("of a pod that nobody knows")
        .anyMatch(tag -> tag.startsWith("10 unknown"));
    assertThat(ofLabel("100.000:5", one.label(), "00:29", "00:27"))
        .as("of two files the one that counts")
        .contains(foreign);
    keepPrefix = true;
    assertThat(ofLabel("100.000:7", one.label(), "00:27")).as("as a line").contains("7 3", foreign);
  }

  @Test
  void shouldNotNameTheNamespaceOfALoginSession() throws IOException {
    CrioTree.Made one = CrioTree.Made.sandbox(ID, POD, "web", "payments", Map.of());
    follow(one, CrioTree.Made.sandbox(OTHER_ID, VICTIM, "db", "bank", Map.of()));
    devices.mounted(1, 0, 0x27, VICTIM, "token", true);
    String call = call(100, 1, 60, 30_001, "cat", "\"/bin/cat\"");
    append(call.replace(" key=", " subj=" + one.label() + " key="));
    append(PATH.formatted("100.000:1", 0, "/token", "00:27", "NORMAL"));
    assembler.flush();
    assertThat(tags())
        .as("somebody's own podman may give that label")
        .contains("7 0", "10 foreign " + VICTIM + " token")
        .noneMatch(tag -> tag.startsWith("9 "));
  }

  /// Its record does not say whether it is of a login session.
  @Test
  void shouldNotNameTheNamespaceOfAnOperationOfIoUring() throws IOException {
    CrioTree.Made one = CrioTree.Made.sandbox(ID, POD, "web", "payments", Map.of());
    follow(one, CrioTree.Made.sandbox(OTHER_ID, VICTIM, "db", "bank", Map.of()));
    devices.mounted(1, 0, 0x27, VICTIM, "token", true);
    append(OPERATION.formatted("100.000:1", 60, 30_001, one.label()));
    append(PATH.formatted("100.000:1", 0, "/token", "00:27", "NORMAL"));
    assembler.flush();
    assertThat(tags())
        .contains("7 0", "10 foreign " + VICTIM + " token")
        .noneMatch(tag -> tag.startsWith("9 "));
  }

  private List<String> ofLabel(String stamp, String label, String... devices) {
    append(
        CALL.replace("%d.%03d:%d", stamp)
            .replace("auid=1000", "auid=4294967295")
            .formatted(60, 30_000 + stamp.charAt(8), "x", "\"/bin/cat\"")
            .replace(" key=", " subj=" + label + " key="));
    for (int i = 0; i < devices.length; i++) {
      append(PATH.formatted(stamp, i, "/token", devices[i], "NORMAL"));
    }
    assembler.flush();
    return tags();
  }

  private static Predicate<String> isOnly(String namespace) {
    return tag -> tag.matches("(?s)9 .{3}" + namespace);
  }

  private List<String> ofLabel(int serial, int ppid, String label) {
    String call = call(100, serial, ppid, 20_000 + serial, "cat", "\"/bin/cat\"");
    feed(call.replace("auid=1000", "auid=4294967295").replace(" key=", " subj=" + label + " key="));
    return tags();
  }

  @Test
  void shouldNotNameANamespaceWhereTwoHaveTheSameLabel() {
    SelinuxDomains domains =
        new SelinuxDomains(
            List.of(facts("a", 1), facts("b", 1), facts("c", 2), facts("c", 2), facts("d", 0)));
    assertThat(namespace(domains, "container_t:s0:c1,c26")).isNull();
    assertThat(namespace(domains, "container_t:s0:c2,c26")).isNotNull();
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

  private byte[] namespace(SelinuxDomains domains, String domain) {
    byte[] bytes = domain.getBytes(StandardCharsets.US_ASCII);
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
    devices.mounted(1, 0, 0x27, VICTIM, "token", true);
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
    devices.unmounted(1);
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
}
