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
import org.junit.jupiter.api.io.TempDir;

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

  /// None is expected; somebody else may mount something, or the sweep of a minute be due.
  private static final long MOST_WAKES = IDLE_SECONDS;

  private static final String COVERED = "coreaudit_watches{kind=\"secret\",state=\"covered\"}";

  @TempDir private Path temp;
  private Path pods;

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
        agent.until(SOON, "all covered", () -> agent.metric(COVERED) == BURST);
        assertThat(AuditState.now().rules()).isEqualTo(rules);
        each("umount");
        agent.until(SOON, "all forgotten", () -> agent.metric(COVERED) == 0);
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
      assertThat(agent.metric(COVERED)).isEqualTo(BURST);
      Thread.sleep(3_000); // what the start left to do
      Map<String, Long> before = wakes(agent);
      Thread.sleep(IDLE_SECONDS * 1_000L);
      Map<String, Long> after = wakes(agent);
      assertThat(after.keySet()).contains("mounts", "conductor");
      // The warden also wakes for what others do in /tmp, which is on the way to the anchor here.
      for (String thread : List.of("mounts", "conductor")) {
        assertThat(after.get(thread) - before.get(thread)).as(thread).isLessThan(MOST_WAKES);
      }
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
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
