package io.coreaudit.format;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.interpret.AccountNames;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// Time of one event from its frame to the bytes that a receiver takes.
///
/// | Bench | Measures | Fixture |
/// |---|---|---|
/// | ecs | ECS with raw records | openat of a secret: SYSCALL, CWD, PATH, PROCTITLE, EOE |
/// | withoutRaw | ECS without them | the same |
/// | redacted | ECS with raw records, secrets looked for and not found | the same |
/// | cef | CEF | the same |
/// | ocsf | OCSF with raw records | the same |
/// | raw | auditd's lines | the same |
/// | records | every field raw and interpreted | the same |
/// | leftOut | a sink's filter by type and key, which leaves the event out | the same |
/// | varied | ECS with raw records | 512 opens, all different: no branch is learnt by heart |
///
/// Recipe: `java -cp <test class path> org.openjdk.jmh.Main EncoderBench -f 1 -wi 3 -i 5 -prof gc`.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncoderBench {
  private static final List<String> RECORDS =
      List.of(
          "type=SYSCALL msg=audit(1795321989.984:3022): arch=c000003e syscall=257 success=yes"
              + " exit=3 a0=ffffff9c a1=7ffd1c3e7f2a a2=0 a3=0 items=1 ppid=2436 pid=2489"
              + " auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0"
              + " ses=4294967295 comm=\"cat\" exe=\"/usr/bin/cat\""
              + " subj=system_u:system_r:container_t:s0:c15,c26 key=\"openshift_secret\"",
          "type=CWD msg=audit(1795321989.984:3022): cwd=\"/\"",
          "type=PATH msg=audit(1795321989.984:3022): item=0 name=\"/run/secrets/token\" inode=2"
              + " dev=00:27 mode=0100644 ouid=0 ogid=0 rdev=00:00"
              + " obj=system_u:object_r:container_file_t:s0:c15,c26 nametype=NORMAL cap_fp=0"
              + " cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
          "type=PROCTITLE msg=audit(1795321989.984:3022):"
              + " proctitle=636174002F72756E2F736563726574732F746F6B656E",
          "type=EOE msg=audit(1795321989.984:3022): ");

  private final EcsEncoder ecs = new EcsEncoder(true);
  private final EcsEncoder withoutRaw = new EcsEncoder(false);
  private final EventEncoder redacted = new RedactingEncoder(new EcsEncoder(true));
  private final FlatEncoder cef = FlatEncoder.cef("0.1.0");
  private final OcsfEncoder ocsf = new OcsfEncoder("0.1.0", true);
  private final RawEncoder raw = new RawEncoder();
  private final RecordsEncoder records = new RecordsEncoder(new AccountNames(), new AccountNames());
  private final EventSelection selection =
      new EventSelection(
          EventSelection.Names.NONE,
          new EventSelection.Names(
              List.of("etcd", "identity", "openshift_secret"),
              List.of(RecordType.USER_LOGIN, RecordType.AVC),
              List.of()));
  private final ByteOutput out = new ByteOutput(8192);
  private final Arena arena = Arena.ofAuto();
  private final Frames frames = new Frames(arena);
  private static final int VARIED = 512;

  private final FrameFlyweight[] varied = new FrameFlyweight[VARIED];
  private FrameFlyweight frame;
  private int next;

  /// Makes the frame and checks the answer before the time.
  @Setup
  public void makeFrame() {
    frames.each(
        "#! node node-1\n#! user 0 root\n#! group 0 root\n#! parent_name bash\n"
            + "#! parent_executable /usr/bin/bash\n",
        none -> {
          throw new IllegalStateException("no event was given");
        });
    frame = keep(frames.audit(RECORDS));
    for (int i = 0; i < VARIED; i++) {
      varied[i] = keep(frames.audit(variedRecords(i)));
    }
    if (!leftOut()) {
      throw new IllegalStateException("the filter does not know the key");
    }
    String lengths = ecs() + " " + withoutRaw() + " " + raw();
    if (!lengths.equals("1881 1061 792")) {
      throw new IllegalStateException("the events are not what they were: " + lengths);
    }
  }

  private FrameFlyweight keep(FrameFlyweight made) {
    long address = arena.allocate(made.length()).address();
    Memory.copy(made.address(), address, made.length());
    return new FrameFlyweight().wrap(address, made.length());
  }

  private static List<String> variedRecords(int i) {
    String directory = i % 3 == 0 ? "/" : "/var/lib/app" + i % 7;
    String name = i % 4 == 0 ? "secrets/token" : "/run/secrets/token" + i % 300;
    return RECORDS.stream()
        .map(
            record ->
                record
                    .replace("pid=2489", "pid=" + (300 + i * 97))
                    .replace("ppid=2436", "ppid=" + (100 + i * 31))
                    .replace(
                        "success=yes exit=3",
                        i % 9 == 0 ? "success=no exit=-13" : "success=yes exit=" + i % 20)
                    .replace("7ffd1c3e7f2a", Long.toHexString(0x7ffd1c3e7f2aL >>> i % 3 * 4))
                    .replace("tty=pts0", i % 5 == 0 ? "tty=pts0" : "tty=(none)")
                    .replace(
                        "comm=\"cat\"",
                        i % 2 == 0 ? "comm=\"cat\"" : "comm=\"worker-" + i % 13 + '"')
                    .replace("cwd=\"/\"", "cwd=\"" + directory + '"')
                    .replace("/run/secrets/token", name)
                    .replace("inode=2", "inode=" + i % 1200)
                    .replace("989.984:3022", "989." + (100 + i) + ":" + (3022 + i)))
        .toList();
  }

  /// A filter.
  @Benchmark
  public boolean leftOut() {
    return !selection.wants(frame);
  }

  /// ECS with raw records, of events that differ.
  @Benchmark
  public int varied() {
    out.clear();
    ecs.encode(varied[next++ & VARIED - 1], out);
    return out.length();
  }

  /// ECS with raw records.
  @Benchmark
  public int ecs() {
    out.clear();
    ecs.encode(frame, out);
    return out.length();
  }

  /// ECS with raw records, secrets in arguments masked.
  @Benchmark
  public int redacted() {
    out.clear();
    redacted.encode(frame, out);
    return out.length();
  }

  /// CEF.
  @Benchmark
  public int cef() {
    out.clear();
    cef.encode(frame, out);
    return out.length();
  }

  /// OCSF.
  @Benchmark
  public int ocsf() {
    out.clear();
    ocsf.encode(frame, out);
    return out.length();
  }

  /// ECS without raw records.
  @Benchmark
  public int withoutRaw() {
    out.clear();
    withoutRaw.encode(frame, out);
    return out.length();
  }

  /// Lines as auditd writes them.
  @Benchmark
  public int raw() {
    out.clear();
    raw.encode(frame, out);
    return out.length();
  }

  /// Every field, raw and interpreted.
  @Benchmark
  public int records() {
    out.clear();
    records.encode(frame, out);
    return out.length();
  }
}
