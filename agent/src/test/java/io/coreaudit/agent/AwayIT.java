package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What waits when the agent is stopped is taken; what comes while none runs is told by the next.
@KernelAudit
final class AwayIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  /// Fits into the receive buffer of 64 MiB, and is more than one turn takes.
  private static final int WAITING = 16_000;

  private static final int MISSED = 3000;

  /// Serials that the start of the agent itself takes, before it listens.
  private static final int BESIDE = 50;

  @TempDir private Path dir;
  private Path watched;
  private Path token;

  @BeforeEach
  void prepare() throws Exception {
    watched = Files.createDirectory(dir.resolve("watched"));
    token = Files.writeString(watched.resolve("token"), "secret");
  }

  /// Without a sink, so that all of it stays in the spool.
  private RunningAgent start() throws Exception {
    return new RunningAgent(dir)
        .start("watch: {paths: [%s]}\nrules: {at_stop: keep}\nsinks: []\n".formatted(watched))
        .awaitReady();
  }

  private void load(int opens) throws Exception {
    try (Load load = Load.start(token, opens, 1, 0)) {
      assertThat(load.await()).isEqualTo(opens);
    }
  }

  private long reads(RunningAgent agent) {
    return Event.spooled(agent.spool()).stream()
        .filter(event -> event.path().equals(token.toString()))
        .map(Event::serial)
        .distinct()
        .count();
  }

  private static List<Event> gaps(RunningAgent agent) {
    return Event.spooled(agent.spool()).stream().filter(event -> event.is("gap")).toList();
  }

  @Test
  void shouldTakeWhatWaitsWhenItIsStopped() throws Exception {
    try (RunningAgent agent = start()) {
      agent.signal("STOP");
      load(WAITING);
      agent.signal("TERM");
      agent.signal("CONT");
      assertThat(agent.exitStatus()).as(agent.log()).isZero();
      assertThat(gaps(agent)).extracting(Event::json).isEmpty();
      assertThat(reads(agent)).isEqualTo(WAITING);
    }
  }

  @Test
  void shouldTellWhatTheKernelMadeWhileNoneRan() throws Exception {
    try (RunningAgent agent = start()) {
      load(100);
      agent.until(SOON, "100", () -> reads(agent) == 100);
      agent.kill();
      load(MISSED);
      agent.startAgain().awaitReady();
      agent.until(SOON, "a gap", () -> !gaps(agent).isEmpty());
      Event gap = gaps(agent).getFirst();
      assertThat(gap.own("reason")).isEqualTo("agent_down");
      assertThat(Long.parseLong(gap.own("events")))
          .isBetween((long) MISSED, (long) MISSED + BESIDE);
      assertThat(agent.metric("coreaudit_intake_missed_events_total"))
          .isEqualTo(Long.parseLong(gap.own("events")));
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(gaps(agent)).hasSize(1);
      assertThat(reads(agent)).isEqualTo(100);
    }
  }
}
