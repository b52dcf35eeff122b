package io.coreaudit.origin;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.Assembler;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import io.coreaudit.ring.RecordRing;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// From five records in a receive slot to a sealed frame: all of the intake thread but the system
/// call and the spool.
///
/// | Bench | Measures | Fixture |
/// |---|---|---|
/// | assembleOnly | ring, stamps, table, completion, release | 1024 opens of a secret, all different |
/// | frameOnly | the same and the records in a frame | the same |
/// | frameWithOrigin | the same and the origin's tags, of a log: no processes | the same |
/// | frameWithContainer | the same, live: each process in one of 50 containers, its files in /proc looked at once a second of stamps | the same, and a made-up /proc |
/// | toldAsEcs | the same and ECS of it, with raw; no spool | the same |
/// | overRate | an event that is beyond its container's rate: counted, no frame | the same |
///
/// The events differ in process, user, arguments and lengths, so that no branch is learnt by heart;
/// parents are known from the stream. Recipe: `src/bench/jmh.sh OriginBench -f 1 -wi 3 -i 5`.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OriginBench {
  private static final int EVENTS = 1024;
  private static final int FRAME_BYTES = 1 << 16;
  private static final int[] TYPES = {
    RecordType.SYSCALL, RecordType.CWD, RecordType.PATH, RecordType.PROCTITLE, RecordType.EOE
  };

  private final Arena arena = Arena.ofShared();
  private final RecordRing ring = RecordRing.allocate(32 << 20);
  private final FrameWriter frame =
      new FrameWriter(arena.allocate(FRAME_BYTES).address(), FRAME_BYTES);
  private final OriginCollector origin =
      new OriginCollector(
          HostName.of("node-1"), new AccountNames(Path.of("/")), OriginSources.NONE);
  private final HostClock clock = HostClock.at(0);
  private Path made;
  private ContainerFiles containers;
  private OriginCollector live;
  private OriginCollector bounded;
  private final EcsEncoder ecs = new EcsEncoder(true);
  private final ByteOutput out = new ByteOutput(1 << 16);
  private final FrameFlyweight read = new FrameFlyweight();
  private long overRate;
  private final Assembler assembler = new Assembler(ring, AssemblerMode.LIVE, this::take);
  private final long[] texts = new long[EVENTS * TYPES.length];
  private final int[] lengths = new int[EVENTS * TYPES.length];
  private int work;
  private long serial;
  private long taken;
  private int frameLength;

  /// Lays the records out and checks the answer.
  @Setup
  public void layOut() throws IOException {
    goLive();
    for (int i = 0; i < EVENTS; i++) {
      List<String> event = text(i);
      for (int r = 0; r < TYPES.length; r++) {
        byte[] bytes =
            ("audit(1700000000.000:0000000000): " + event.get(r))
                .getBytes(StandardCharsets.US_ASCII);
        texts[i * TYPES.length + r] = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes).address();
        lengths[i * TYPES.length + r] = bytes.length;
      }
    }
    long bytes = 0;
    for (int i = 0; i < EVENTS; i++) {
      frameWithOrigin();
      bytes += frameLength;
    }
    if (taken != EVENTS || bytes < EVENTS * 900L || bytes > EVENTS * 1100L) {
      throw new IllegalStateException("events=" + taken + " bytes=" + bytes);
    }
  }

  private void goLive() throws IOException {
    made = Files.createTempDirectory("origin-bench");
    for (int pod = 0; pod < 50; pod++) {
      Path userdata =
          Files.createDirectories(
              made.resolve("overlay-containers").resolve(id(pod)).resolve("userdata"));
      Files.writeString(
          userdata.resolve("config.json"),
          """
          {"annotations":{"io.kubernetes.pod.uid":"%s","io.kubernetes.pod.name":"app-5d6c-abcde",
            "io.kubernetes.pod.namespace":"payments","io.kubernetes.container.name":"app",
            "io.kubernetes.cri-o.Image":"quay.io/acme/app:1.2.3",
            "io.kubernetes.cri-o.ImageRepoDigests":"quay.io/acme/app@sha256:%s"}}
          """
              .formatted(uid(pod), id(pod)));
    }
    for (int i = 0; i < EVENTS; i++) {
      int pid = pid(i);
      Path process = Files.createDirectories(made.resolve("proc").resolve("" + pid));
      Files.writeString(
          process.resolve("stat"),
          pid + " (worker) S 1 1 1 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 1 0 1000 1000 10 1\n");
      Files.writeString(
          process.resolve("cgroup"),
          "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod%s.slice/crio-%s.scope\n"
              .formatted(uid(pid % 50).replace('-', '_'), id(pid % 50)));
    }
    containers = new ContainerFiles(List.of(made), List.of());
    containers.start();
    containers.awaitListed(Duration.ofSeconds(10));
    SecretDevices devices = new SecretDevices();
    devices.mounted(1, 0, 0x27, uid(1), "token", true);
    OriginSources sources =
        new OriginSources(made.resolve("proc").toString(), containers, devices, List.of());
    live = collector(sources, new OriginLimits(1_000_000, ""));
    bounded = collector(sources, new OriginLimits(1, ""));
  }

  private OriginCollector collector(OriginSources sources, OriginLimits limits) {
    return new OriginCollector(
        HostName.of("node-1"), new AccountNames(Path.of("/")), sources, limits, clock);
  }

  private static int pid(int i) {
    return 300 + i * 97 % 60_000;
  }

  private static String id(int pod) {
    return "%064x".formatted(pod + 1);
  }

  private static String uid(int pod) {
    return "%08x-1d5e-4b0e-9a2b-0d6f3b1c2d3e".formatted(pod);
  }

  private static List<String> text(int i) {
    int pid = pid(i);
    int user = i % 7 == 0 ? 1000 : 0;
    return List.of(
        "arch=c000003e syscall="
            + (i % 5 == 0 ? 2 : 257)
            + " success="
            + (i % 11 == 0 ? "no exit=-13" : "yes exit=" + (3 + i % 20))
            + " a0=ffffff9c a1="
            + Long.toHexString(0x7ffe4ad3f7b1L >>> (i % 3) * 4)
            + " a2="
            + (i % 4 == 0 ? "80000" : "0")
            + " a3=0 items=1 ppid="
            + pid(i / 2)
            + " pid="
            + pid
            + " auid=4294967295 uid="
            + user
            + " gid="
            + user
            + " euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty="
            + (i % 9 == 0 ? "pts0" : "(none)")
            + " ses=4294967295 comm=\""
            + (i % 3 == 0 ? "cat" : "worker-" + i % 13)
            + "\" exe=\"/usr/bin/"
            + (i % 3 == 0 ? "cat" : "some-program" + i % 5)
            + "\" subj=system_u:system_r:container_t:s0:c15,c26 key=\"openshift_secret\"",
        "cwd=\"/\"",
        "item=0 name=\"/run/secrets/token"
            + i % 300
            + "\" inode="
            + i % 1200
            + " dev=00:27 mode=0100644 ouid=0 ogid=0 rdev=00:00"
            + " obj=system_u:object_r:container_file_t:s0:c15,c26 nametype=NORMAL cap_fp=0 cap_fi=0"
            + " cap_fe=0 cap_fver=0 cap_frootid=0",
        "proctitle=636174002F72756E2F736563726574732F746F6B656E",
        "");
  }

  @TearDown
  public void close() throws IOException {
    long named = live.counters().value(OriginCounter.IN_CONTAINERS);
    if (named < live.counters().value(OriginCounter.EVENTS) / 2) {
      throw new IllegalStateException("in containers=" + named);
    }
    if (overRate > 0 && overRate < bounded.counters().value(OriginCounter.LOOKS_THERE)) {
      throw new IllegalStateException("over the rate=" + overRate);
    }
    live.close();
    bounded.close();
    containers.close();
    try (Stream<Path> files = Files.walk(made)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    origin.close();
    ring.close();
    arena.close();
  }

  private void take(AssembledEvent event) {
    taken++;
    if (work == 5) {
      clock.set(event.stampSeconds() * 1000 + event.stampMillis());
      overRate += bounded.admit(event) == Admission.OVER_RATE ? 1 : 0;
    } else if (work > 0) {
      frame.begin(event);
      if (work == 2) {
        origin.collect(event, frame);
      } else if (work >= 3) {
        clock.set(event.stampSeconds() * 1000 + event.stampMillis());
        live.admit(event);
        live.collect(event, frame);
      }
      frameLength = frame.finish(0, taken, 1, 2);
      if (work == 4) {
        out.clear();
        ecs.encode(read.wrap(frame.address(), frameLength), out);
      }
    }
  }

  private long event(int amount) {
    work = amount;
    int first = (int) (serial & EVENTS - 1) * TYPES.length;
    serial++;
    for (int r = 0; r < TYPES.length; r++) {
      long text = texts[first + r];
      digits(text + 6, 10, 1_700_000_000L + serial / 25_000);
      digits(text + 17, 3, serial / 100 % 1000);
      digits(text + 21, 10, serial);
      assembler.accept(TYPES[r], 0, 0, text, lengths[first + r], 0);
    }
    return taken;
  }

  private static void digits(long address, int width, long number) {
    long left = number;
    for (int i = width - 1; i >= 0; i--) {
      Memory.putByte(address + i, (byte) ('0' + left % 10));
      left /= 10;
    }
  }

  @Benchmark
  public long assembleOnly() {
    return event(0);
  }

  @Benchmark
  public long frameOnly() {
    return event(1);
  }

  @Benchmark
  public long frameWithOrigin() {
    return event(2);
  }

  @Benchmark
  public long frameWithContainer() {
    return event(3);
  }

  @Benchmark
  public long toldAsEcs() {
    return event(4);
  }

  @Benchmark
  public long overRate() {
    return event(5);
  }
}
