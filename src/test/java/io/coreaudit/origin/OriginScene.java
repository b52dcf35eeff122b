package io.coreaudit.origin;

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
import org.junit.jupiter.api.io.TempDir;

/// A host as the intake thread finds it: /proc and accounts made up, a clock that is set, records
/// fed to a collector, and the tags that it wrote.
abstract class OriginScene {
  static final String CALL =
      "type=SYSCALL msg=audit(%d.%03d:%d): arch=c000003e syscall=257 success=yes exit=3 a0=0 a1=0"
          + " a2=0 a3=0 items=1 ppid=%d pid=%d auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=10"
          + " sgid=0 fsgid=0 tty=pts0 ses=1 comm=\"%s\" exe=%s key=\"k\"";

  static final String OPERATION =
      "type=URINGOP msg=audit(%s): uring_op=18 success=yes exit=3 items=1 ppid=%d pid=%d uid=0"
          + " gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 subj=%s key=\"k\"";

  static final String PATH =
      "type=PATH msg=audit(%s): item=%d name=\"%s\" inode=1 dev=%s mode=0100644 ouid=0 ogid=0"
          + " rdev=00:00 nametype=%s cap_fp=0";
  static final String ID = "0123456789abcdef".repeat(4);
  static final String POD = "7f0c2a0e-1d5e-4b0e-9a2b-0d6f3b1c2d3e";
  static final String OTHER_ID = "fedcba9876543210".repeat(4);
  static final String VICTIM = "a5c1f8d5-1919-434d-add7-4afaafdaef89";
  static final String CRIO =
      "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"
          + POD.replace('-', '_')
          + ".slice/crio-"
          + ID
          + ".scope\n";
  static final Predicate<String> CONTAINER = tag -> tag.startsWith("8 ");

  @TempDir Path root;
  Path shell;
  final Arena arena = Arena.ofConfined();
  final long frameBlock = arena.allocate(1 << 20).address();
  final long lineBlock = arena.allocate(1 << 16).address();
  final FrameWriter frame = new FrameWriter(frameBlock, 1 << 20);
  final RecordRing ring = RecordRing.allocate(1 << 20);
  final TextLine line = new TextLine();
  final HostClock clock = HostClock.at(0);
  final SecretDevices devices = new SecretDevices(clock::nowMs);
  ContainerFiles containers;
  OriginCollector collector;
  Assembler assembler;
  boolean keepPrefix;
  boolean clockStands;
  long lagMs; // from the event to the look
  int frameLength;

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

  void onEvent(AssembledEvent event) {
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

  void follow(CrioTree.Made... made) throws IOException {
    CrioTree tree = new CrioTree(root.resolve("run"));
    for (CrioTree.Made each : made) {
      tree.add(each);
    }
    containers = new ContainerFiles(List.of(root.resolve("run")), List.of("app"));
    containers.start();
    containers.awaitListed(Duration.ofSeconds(10));
    renew();
  }

  // A container of a pod that is known, and whose containers do not share their processes.
  void followOne() throws IOException {
    CrioTree.Made sandbox = CrioTree.Made.sandbox(OTHER_ID, POD, "web", "ns", Map.of());
    follow(sandbox, sandbox.container(ID, "app"));
  }

  // Each call stands alone until it is flushed: its stamp is its own.
  void feedAll(byte[][] calls, int rounds) {
    for (int round = 0; round < rounds; round++) {
      clock.set(clock.nowMs() + 20);
      for (byte[] call : calls) {
        append(call);
      }
      assembler.flush();
    }
  }

  void feed(String call) {
    int stamp = call.indexOf("audit(") + 6;
    String stampMs = call.substring(stamp, call.indexOf(':', stamp)).replace(".", "");
    clock.set(Long.parseLong(stampMs) + lagMs);
    append(call);
    assembler.flush();
  }

  long count(OriginCounter counter) {
    return collector.counters().value(counter);
  }

  void renew() {
    collector.close();
    collector =
        new OriginCollector(
            HostName.of("n1"), new AccountNames(root), sources(), OriginLimits.NONE, clock);
  }

  OriginSources sources() {
    return new OriginSources(
        root.resolve("proc").toString(), containers, devices, List.of(Path.of("/usr/bin/kubelet")));
  }

  void append(String text) {
    int stamp = text.indexOf("audit(") + 6;
    long stampMs = Long.parseLong(text.substring(stamp, text.indexOf(':', stamp)).replace(".", ""));
    if (!clockStands) {
      clock.set(Math.max(clock.nowMs(), stampMs)); // none is of a time to come
    }
    append(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  void append(byte[] bytes) {
    append(assembler, line, lineBlock, keepPrefix, bytes);
  }

  /// Hands a line to an assembler: as a line, or as the kernel would have sent it.
  static void append(
      Assembler assembler, TextLine line, long block, boolean keepPrefix, byte[] bytes) {
    Memory.copy(bytes, 0, block, bytes.length);
    line.split(block, bytes.length);
    assembler.accept(
        line.type(),
        block,
        keepPrefix ? line.prefixLength() : 0,
        line.textAddress(),
        line.textLength(),
        0);
  }

  static String call(long second, int serial, int ppid, int pid, String comm, String exe) {
    return CALL.formatted(second, 0, serial, ppid, pid, comm, exe);
  }

  static String at(long millis, int serial, int ppid, int pid, String comm) {
    return CALL.formatted(
        millis / 1000, millis % 1000, serial, ppid, pid, comm, "\"/" + comm + "\"");
  }

  void process(int pid, String name, long startTicks, String cgroup) throws IOException {
    write("proc/" + pid + "/stat", stat(pid, name, "S", 0x400000, startTicks));
    write("proc/" + pid + "/cgroup", cgroup);
    Path exe = root.resolve("proc/" + pid + "/exe");
    Files.deleteIfExists(exe);
    Files.createSymbolicLink(exe, shell);
  }

  static String stat(int pid, String name, String state, int flags, long startTicks) {
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

  void end(int pid) throws IOException {
    for (String file : List.of("stat", "cgroup", "exe")) {
      Files.delete(root.resolve("proc/" + pid + "/" + file));
    }
  }

  List<String> tags() {
    FrameFlyweight event = new FrameFlyweight().wrap(frameBlock, frameLength);
    List<String> tags = new ArrayList<>();
    while (event.nextTag()) {
      byte[] value = new byte[event.tagLength()];
      Memory.copy(event.tagValue(), value, 0, value.length);
      tags.add(event.tag() + " " + text(event, value));
    }
    return tags;
  }

  static String text(FrameFlyweight event, byte[] value) {
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

  void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
