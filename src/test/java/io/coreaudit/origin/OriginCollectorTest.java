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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OriginCollectorTest {
  private static final String CALL =
      "type=SYSCALL msg=audit(%d.000:%d): arch=c000003e syscall=257 success=yes exit=3 a0=0 a1=0"
          + " a2=0 a3=0 items=1 ppid=%d pid=%d auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=10"
          + " sgid=0 fsgid=0 tty=pts0 ses=1 comm=\"%s\" exe=%s key=\"k\"";

  @TempDir Path root;
  private Path shell;
  private final Arena arena = Arena.ofConfined();
  private final long frameBlock = arena.allocate(1 << 20).address();
  private final long lineBlock = arena.allocate(1 << 16).address();
  private final FrameWriter frame = new FrameWriter(frameBlock, 1 << 20);
  private final RecordRing ring = RecordRing.allocate(1 << 20);
  private final TextLine line = new TextLine();
  private OriginCollector collector;
  private Assembler assembler;
  private boolean keepPrefix;
  private int frameLength;

  @BeforeEach
  void setUp() throws IOException {
    write("etc/passwd", "root:x:0:0::/:\nalice:x:1000:100::/:\n");
    write("etc/group", "root:x:0:\nwheel:x:10:\n");
    write("proc/2436/comm", "bash\n");
    shell = root.resolve("bash");
    Files.createFile(shell);
    Files.createSymbolicLink(root.resolve("proc/2436/exe"), shell);
    collector =
        new OriginCollector(
            HostName.of("n1"), new AccountNames(root), root.resolve("proc").toString());
    assembler = new Assembler(ring, AssemblerMode.LIVE, this::onEvent);
  }

  @AfterEach
  void tearDown() {
    collector.close();
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
            "4 " + shell);
    assertThat(collector.counters().value(OriginCounter.PARENTS_READ)).isOne();
  }

  @Test
  void shouldKnowAParentThatTheStreamTold() {
    feed(call(100, 1, 1, 7000, "sh", "2F746D702F612062"));
    feed(call(109, 2, 7000, 7001, "cat", "\"/usr/bin/cat\""));
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
    Files.delete(root.resolve("proc/2436/comm"));
    feed(call(105, 4, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    feed(call(106, 5, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).as("gone, and its children still there").contains("3 bash");
    feed(call(120, 6, 2436, 2489, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).noneMatch(tag -> tag.startsWith("3 "));
  }

  @Test
  void shouldForgetTheOldOwnerOfAReusedNumber() {
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
    assertThat(tags()).containsExactly("1 n1", "2 u0 root", "2 u1000 alice");
    append(
        "type=PATH msg=audit(101.000:6): item=0 name=\"/x\" inode=1 dev=00:01 mode=0100644"
            + " ouid=1000 ogid=10 rdev=00:00 nametype=NORMAL");
    append("type=PROCTITLE msg=audit(101.000:6): proctitle=\"x\"");
    assertThat(tags()).containsExactly("1 n1", "2 u1000 alice", "2 g10 wheel");
  }

  @Test
  void shouldBoundLookupsInProc() {
    for (int i = 0; i < ParentNames.READS_PER_SECOND + 100; i++) {
      feed(call(100, i, 100_000 + i, 5000, "cat", "\"/usr/bin/cat\""));
    }
    feed(call(100, 9999, 2436, 5000, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).noneMatch(tag -> tag.startsWith("3 "));
    feed(call(101, 10_000, 2436, 5000, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).contains("3 bash");
  }

  /// Events that come late have stamps of the second before, between those of this one.
  @Test
  void shouldBoundLookupsInProcWhereTheStampsGoBack() {
    for (int i = 0; i < ParentNames.READS_PER_SECOND + 100; i++) {
      feed(call(101 - i % 2, i, 100_000 + i, 5000, "cat", "\"/usr/bin/cat\""));
    }
    feed(call(100, 9999, 2436, 5000, "cat", "\"/usr/bin/cat\""));
    assertThat(tags()).noneMatch(tag -> tag.startsWith("3 "));
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

  // Each call stands alone until it is flushed: its stamp is its own.
  private void feedAll(byte[][] calls, int rounds) {
    for (int round = 0; round < rounds; round++) {
      for (byte[] call : calls) {
        append(call);
      }
      assembler.flush();
    }
  }

  private void feed(String call) {
    append(call);
    assembler.flush();
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
    return CALL.formatted(second, serial, ppid, pid, comm, exe);
  }

  private List<String> tags() {
    FrameFlyweight event = new FrameFlyweight().wrap(frameBlock, frameLength);
    List<String> tags = new ArrayList<>();
    while (event.nextTag()) {
      byte[] value = new byte[event.tagLength()];
      Memory.copy(event.tagValue(), value, 0, value.length);
      tags.add(
          event.tag()
              + " "
              + (event.tag() == OriginTag.ACCOUNT
                  ? (value[0] == 0 ? "u" : "g")
                      + Memory.intAt(event.tagValue() + 1)
                      + " "
                      + new String(value, 5, value.length - 5, StandardCharsets.UTF_8)
                  : new String(value, StandardCharsets.UTF_8)));
    }
    return tags;
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
