package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/// Many secrets: none is missed, none costs a rule, and those that just lie there cost nothing.
///
/// The same with thousands, and against the clock, is `src/bench/mount_to_watched.py`,
/// `watch_tax.py` and `idle_wakes.py`.
@KernelAudit
final class SecretNumbersIT {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int BURST = 100;
  private static final int ROUNDS = 4;
  private static final int IDLE_SECONDS = 8;

  /// None is expected; a sweep of a minute may be due, which wakes each of them once or twice.
  private static final long MOST_WAKES = 2;

  private static final int WINDOWS = 6;

  /// Not in `/tmp`: whatever anybody does there wakes the warden, on whose way to the anchor it is.
  @TempDir(factory = Aside.class)
  private Path temp;

  private Path pods;

  /// Where next to nobody else makes files.
  private static final class Aside implements TempDirFactory {
    @Override
    public Path createTempDirectory(
        AnnotatedElementContext elementContext, ExtensionContext extensionContext)
        throws IOException {
      return Files.createTempDirectory(Path.of("/var/tmp"), "coreaudit");
    }
  }

  @BeforeEach
  void prepare() throws Exception {
    pods = Files.createDirectory(temp.toRealPath().resolve("pods"));
    for (int i = 0; i < BURST; i++) {
      Files.createDirectories(place(i));
    }
  }

  @AfterEach
  void unmountAll() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      String place = line.split(" ")[4];
      if (place.startsWith(pods.toString())) {
        new ProcessBuilder("umount", "-l", place).start().waitFor();
      }
    }
  }

  private Path place(int number) {
    return pods.resolve(
        "%08x-0000-4000-8000-000000000000/volumes/kubernetes.io~secret/token".formatted(number));
  }

  /// Runs a command for each place, as fast as a shell can.
  private void each(String command) throws Exception {
    List<String> places = IntStream.range(0, BURST).mapToObj(i -> place(i).toString()).toList();
    Command.run(
        "sh",
        "-c",
        "for p in %s; do %s $p || exit; done".formatted(String.join(" ", places), command));
  }

  private RunningAgent start() throws Exception {
    return new RunningAgent(pods.getParent())
        .start(
            """
            watch: {etcd: {enabled: false}}
            rules: {at_stop: remove}
            sinks: [{type: stdout}]
            """)
        .awaitReady();
  }

  @Test
  void shouldMissNoneOfABurstAndTakeNoRuleForIt() throws Exception {
    try (RunningAgent agent = start()) {
      List<String> rules = AuditState.now().rules();
      long before = agent.metric("coreaudit_secrets_attached_total");
      for (int round = 0; round < ROUNDS; round++) {
        each("mount -t tmpfs -o size=64k tmpfs");
        agent.until(SOON, "all covered", () -> agent.metric(MountedSecrets.COVERED) == BURST);
        assertThat(AuditState.now().rules()).isEqualTo(rules);
        each("umount");
        agent.until(SOON, "all forgotten", () -> agent.metric(MountedSecrets.COVERED) == 0);
      }
      Map<String, Long> metrics = agent.metrics();
      assertThat(metrics.get("coreaudit_secrets_attach_seconds_bucket{le=\"0.1\"}"))
          .as(agent.text("/metrics"))
          .isGreaterThan(ROUNDS * BURST / 2);
      assertThat(metrics.get("coreaudit_secrets_attached_total") - before)
          .isEqualTo((long) ROUNDS * BURST);
      assertThat(metrics.get("coreaudit_secrets_refused_total")).isZero();
      assertThat(metrics.get("coreaudit_watches_uncovered")).isZero();
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  @Test
  void shouldSleepWhileNothingIsMounted() throws Exception {
    each("mount -t tmpfs -o size=64k tmpfs");
    try (RunningAgent agent = start()) {
      assertThat(agent.metric(MountedSecrets.COVERED)).isEqualTo(BURST);
      Thread.sleep(3_000); // what the start left to do
      Map<String, Long> wakes = wakesWhileNobodyMounts(agent);
      for (String thread : List.of("mounts", "conductor", "warden")) {
        assertThat(wakes.get(thread)).as(thread).isNotNull().isLessThanOrEqualTo(MOST_WAKES);
      }
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  /// How often each thread woke in some seconds in which nobody on this host mounted anything.
  private static Map<String, Long> wakesWhileNobodyMounts(RunningAgent agent) throws Exception {
    for (int window = 0; window < WINDOWS; window++) {
      long mounts = mountsTold(agent);
      Map<String, Long> before = wakes(agent);
      Thread.sleep(IDLE_SECONDS * 1_000L);
      Map<String, Long> wakes = wakes(agent);
      if (mountsTold(agent) == mounts) {
        before.forEach((thread, count) -> wakes.computeIfPresent(thread, (t, now) -> now - count));
        return wakes;
      }
    }
    throw new AssertionError("somebody mounts and unmounts all the time");
  }

  private static long mountsTold(RunningAgent agent) throws Exception {
    return agent.metric("coreaudit_mount_mounted_total")
        + agent.metric("coreaudit_mount_unmounted_total");
  }

  /// How often each thread has woken.
  private static Map<String, Long> wakes(RunningAgent agent) throws IOException {
    Map<String, Long> wakes = new TreeMap<>();
    Path tasks = Path.of("/proc/" + agent.process().pid() + "/task");
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        String name = Files.readString(thread.resolve("comm")).strip();
        for (String line : Files.readAllLines(thread.resolve("status"))) {
          if (line.startsWith("voluntary_ctxt_switches:")) {
            wakes.merge(name, Long.parseLong(line.replaceAll("[^0-9]", "")), Long::sum);
          }
        }
      }
    }
    return wakes;
  }
}
