package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bursts as fast as the kernel makes them: every event arrives once, and every stage's sums hold.
@KernelAudit
final class BurstIT {
  private static final Duration ARRIVES_WITHIN = Duration.ofSeconds(60);
  private static final int EVENTS = Scale.of(20_000, 100_000);

  @TempDir private Path dir;

  @Test
  void shouldBringEveryEventOnce() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path file = Files.writeString(watched.resolve("token"), "secret");
    String yaml = "watch: {paths: [%s]}\nrules: {at_stop: remove}\nsinks: [%s]\n";
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = new RunningAgent(dir)) {
      // The first burst begins the moment that it says ready: a cold start loses nothing either.
      agent.start(yaml.formatted(watched, receiver.sink("siem"))).awaitReady();
      burst(file, 1);
      awaitLines(agent, receiver, EVENTS);
      burst(file, 2);
      awaitLines(agent, receiver, 2 * EVENTS);

      Await.still(Duration.ofMillis(700), ARRIVES_WITHIN, receiver::count);
      new Ledger(agent.metrics()).shouldBalanceAtRest("siem");
      assertThat(agent.metric("coreaudit_intake_refused_total")).isZero();
      assertThat(agent.stop()).isZero();

      List<Event> events = receiver.events();
      assertThat(events)
          .filteredOn(event -> event.path().equals(file.toString()))
          .hasSize(2 * EVENTS);
      assertThat(events).filteredOn(Event::incomplete).isEmpty();
      assertThat(events).filteredOn(event -> event.is("gap")).isEmpty();
      assertThat(events.stream().map(Event::id).distinct().count()).isEqualTo(events.size());
      for (int i = 0; i < events.size(); i++) {
        assertThat(events.get(i).seq()).isEqualTo(i + 1L);
      }
      assertThat(receiver.torn()).isEmpty();
    }
  }

  private static void burst(Path file, int generators) throws Exception {
    try (Load load = Load.start(file, EVENTS / generators, generators, 0)) {
      assertThat(load.await()).isEqualTo(EVENTS);
    }
  }

  private static void awaitLines(RunningAgent agent, LineReceiver receiver, int lines)
      throws Exception {
    agent.until(ARRIVES_WITHIN, lines + " lines at the receiver", () -> receiver.count() >= lines);
  }
}
