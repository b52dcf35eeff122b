package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Who it was: node, accounts, parents; and that nothing is allocated for it.
final class OriginCollectorTest extends OriginScene {
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
    clock.step(ProcessFinder.PARENTS_NS / 10);
    feed(call(99, 1, 100_000, 5000, "cat", program(0)));
    long ns = count(OriginCounter.LOOKS_NS);
    for (int i = 0; i < 64; i++) {
      feed(call(100, 2 + i, 100_001 + i, 5000, "cat", program(i)));
    }
    assertThat(count(OriginCounter.LOOKS_NS) - ns)
        .as("and one look at the process itself")
        .isEqualTo(ProcessFinder.PARENTS_NS + ProcessFinder.PARENTS_NS / 10);
    assertThat(count(OriginCounter.LOOKS_SPARED)).isEqualTo(54);
    feed(call(100, 9999, 2436, 5000, "cat", program(10)));
    assertThat(tags()).noneMatch(tag -> tag.startsWith("3 "));
    feed(call(101, 10_000, 2436, 5000, "cat", program(10)));
    assertThat(tags()).contains("3 bash");
  }

  private static String program(int number) {
    return "\"/usr/bin/cat" + number + '"';
  }

  @Test
  void shouldLeaveLooksForOthersThanTheOneThatHadItsShare() throws IOException {
    String one = " subj=system_u:system_r:container_t:s0:c1,c2 key=";
    String other = one.replace("c1,", "c3,");
    process(80, "init", 5, CRIO);
    feed(call(99, 1, 80, 5000, "sh", "\"/bin/sh\""));
    feed(call(99, 2, 100_009, 5001, "cat", program(1)));
    clock.step(ProcessFinder.PARENTS_NS / 10);
    for (int i = 0; i < 6; i++) {
      feed(call(100, 10 + i, 100_000 + i, 5001, "cat", program(1)).replace(" key=", one));
    }
    long gone = count(OriginCounter.LOOKS_GONE);
    feed(call(100, 20, 100_010, 5001, "cat", program(1)).replace(" key=", one));
    assertThat(count(OriginCounter.LOOKS_GONE)).as("it had its share").isEqualTo(gone);
    feed(call(100, 21, 2436, 5001, "cat", program(1)).replace(" key=", other));
    assertThat(tags()).as("of another domain").contains("3 bash");
    feed(call(100, 22, 100_011, 5001, "cat", program(1)).replace(" key=", other));
    assertThat(count(OriginCounter.LOOKS_GONE)).as("that too now").isEqualTo(gone);
    feed(call(100, 23, 100_012, 5001, "cat", program(2)));
    assertThat(count(OriginCounter.LOOKS_GONE)).as("of another program").isEqualTo(gone + 1);
    feed(call(100, 24, 80, 7000, "cat", program(1)).replace(" key=", one));
    assertThat(tags()).as("what is known needs no look").contains("7 2");
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
    devices.mounted(1, 0, 0x27, VICTIM, "token", true);
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
}
