package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import io.coreaudit.spool.SpoolInspector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `kill -9` at any moment, while it starts too: what the spool accepted arrives, and nothing torn.
@KernelAudit
final class KillIT {
  private static final int KILLS = Scale.of(5, 50);
  private static final int PER_SECOND = 2000;
  private static final int LONGEST_LIFE_MILLIS = 4500;
  private static final Duration DELIVERS_WITHIN = Duration.ofSeconds(60);

  @TempDir private Path dir;

  /// What was in the spool after any of the kills: number and id.
  private final Map<Long, String> accepted = new HashMap<>();

  @Test
  void shouldDeliverWhatTheSpoolAccepted() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path file = Files.writeString(watched.resolve("token"), "secret");
    AuditState before = AuditState.now();
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = new RunningAgent(dir)) {
      agent
          .start(
              "watch: {paths: [%s]}\nrules: {at_stop: remove}\nsinks: [%s]\n"
                  .formatted(watched, receiver.sink("siem")))
          .awaitReady();
      try (Load load = Load.start(file, 10_000_000, 1, PER_SECOND)) {
        for (int i = 0; i < KILLS; i++) {
          Thread.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
          agent.kill();
          noteAccepted(agent);
          agent.startAgain();
        }
        agent.awaitReady();
        // on a busy machine each life may end before it saw much
        agent.until(
            Duration.ofSeconds(30), "load received", () -> receiver.count() > 2 * PER_SECOND);
        assertThat(load.running()).isTrue();
      }
      Await.still(Duration.ofSeconds(2), DELIVERS_WITHIN, receiver::count);
      assertThat(agent.stop()).as(agent.log()).isZero();
      noteAccepted(agent);
      assertThat(AuditState.now()).as("rules of killed ones are gone too").isEqualTo(before);
      shouldHaveAll(receiver, "seed " + seed);
    }
  }

  private void noteAccepted(RunningAgent agent) {
    if (!Files.exists(agent.spool().resolve("metadata.cq4t"))) {
      return; // killed before it had one
    }
    List<String> problems = new ArrayList<>();
    SpoolInspector.Findings found = SpoolInspector.of(agent.spool()).verify(problems::add);
    assertThat(found.isSound()).as("spool: %s", problems).isTrue();
    for (Event event : Event.spooled(agent.spool())) {
      String other = accepted.put(event.seq(), event.id());
      assertThat(other == null || other.equals(event.id()))
          .as("seq %d is given once: %s, %s", event.seq(), other, event.id())
          .isTrue();
    }
  }

  private void shouldHaveAll(LineReceiver receiver, String seed) {
    Map<Long, String> received = new HashMap<>();
    long lines = 0;
    // Reads every whole line; one that is not JSON fails here.
    for (Event event : receiver.events()) {
      lines++;
      String other = received.put(event.seq(), event.id());
      assertThat(other == null || other.equals(event.id()))
          .as("%s: seq %d is one event: %s, %s", seed, event.seq(), other, event.id())
          .isTrue();
    }
    System.out.printf(
        "KillIT kills=%d accepted=%d received=%d again=%d missing=%d torn=%d %s%n",
        KILLS,
        accepted.size(),
        received.size(),
        lines - received.size(),
        accepted.keySet().stream().filter(seq -> !received.containsKey(seq)).count(),
        receiver.torn().size(),
        seed);
    assertThat(received).as(seed).containsAllEntriesOf(accepted);
    long last = received.keySet().stream().mapToLong(Long::longValue).max().orElseThrow();
    assertThat(received).as("%s: seq 1 to %d", seed, last).hasSize((int) last);
    assertThat(accepted).as("%s: the load was seen", seed).isNotEmpty();
    assertThat(received).as(seed).hasSizeGreaterThan(PER_SECOND);
    // A line that a kill cut has no end; a receiver that waits for ends takes it for no event.
    assertThat(receiver.torn()).as(seed).noneMatch(line -> line.endsWith("}"));
  }
}
