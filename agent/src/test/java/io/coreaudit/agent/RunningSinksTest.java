package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.agent.config.ConfigReader;
import io.coreaudit.agent.config.SinkConfig;
import io.coreaudit.agent.http.Health;
import io.coreaudit.agent.http.Metrics;
import io.coreaudit.agent.http.Readiness;
import io.coreaudit.forward.Forwarder;
import io.coreaudit.forward.NetworkLoop;
import io.coreaudit.intake.BootId;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.spool.SpoolSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How sinks change while somebody looks at them each second.
@Timeout(60)
final class RunningSinksTest {
  @TempDir private Path dir;
  private final NetworkLoop network = new NetworkLoop();
  private Spool spool;
  private RunningSinks sinks;

  @BeforeEach
  void open() throws Exception {
    spool =
        Spool.open(
            new SpoolSettings(
                dir.resolve("spool"), 64L << 20, 0, 8 << 20, SpoolSettings.OnFull.OVERRUN));
    sinks =
        new RunningSinks(
            new RunningSinks.Surroundings(
                spool,
                network,
                dir,
                BootId.current(),
                new Metrics(),
                new Health(),
                new Readiness(),
                () -> {}));
    sinks.open(config("first"));
    sinks.start();
  }

  @AfterEach
  void close() throws Exception {
    for (Forwarder forwarder : sinks.stopping()) {
      forwarder.stop(Duration.ofSeconds(1));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(5))).isTrue();
    }
    spool.close();
    network.close();
  }

  private List<SinkConfig> config(String... names) throws Exception {
    StringBuilder yaml = new StringBuilder("sinks:\n");
    for (String name : names) {
      yaml.append("- {name: %s, type: file, path: %s}\n".formatted(name, dir.resolve(name)));
    }
    Path file = Files.writeString(dir.resolve("c.yaml"), yaml);
    return ConfigReader.read(file, List.of()).config().sinks();
  }

  private List<String> running() {
    return sinks.forwarders().stream().map(Forwarder::name).toList();
  }

  @Test
  void shouldStartASinkThoughItWasLookedAtWhileItWasPrepared() throws Exception {
    List<SinkConfig> both = config("first", "second");
    assertThat(sinks.prepare(both)).isEqualTo(Set.of("second"));
    sinks.look();
    sinks.want(both);
    assertThat(running()).containsExactly("first", "second");
  }

  @Test
  void shouldLeaveNothingBehindOfASinkThatIsNotTakenAfterAll() throws Exception {
    Set<String> prepared = sinks.prepare(config("first", "second"));
    sinks.look();
    spool.syncCursors();
    sinks.abandon(prepared);
    sinks.abandon(prepared);
    assertThat(dir.resolve("spool/cursor-second")).doesNotExist();
    assertThat(spool.readers()).extracting(SpoolReader::name).containsExactly("first");
    assertThat(sinks.look()).isTrue();
    assertThat(running()).containsExactly("first");
  }

  @Test
  void shouldGiveASinkThatWasTakenAwayALastWord() throws Exception {
    List<SinkConfig> both = config("first", "second");
    sinks.prepare(both);
    sinks.want(both);
    sinks.want(config("first"));
    assertThat(sinks.takeDeparted()).extracting(Forwarder::name).containsExactly("second");
    assertThat(sinks.takeDeparted()).isEmpty();
    sinks.prepare(both);
    sinks.want(both);
    sinks.want(config("first"));
    sinks.prepare(both);
    sinks.want(both);
    assertThat(sinks.takeDeparted()).as("the new one goes on with its figures").isEmpty();
    assertThat(running()).containsExactly("first", "second");
  }

  @Test
  void shouldStartASinkAgainThatEndedByItself() throws Exception {
    List<SinkConfig> both = config("first", "second");
    sinks.prepare(both);
    sinks.want(both);
    Forwarder ended = sinks.forwarders().getLast();
    ended.onTurn(
        _ -> {
          throw new InternalError("a fault");
        },
        () -> {});
    while (ended.running()) {
      Thread.sleep(10);
    }
    assertThat(ended.state().text()).contains("a fault");
    assertThat(sinks.look()).as("nobody asked for it").isTrue();
    assertThat(sinks.forwarders()).contains(ended);
    sinks.prepare(both);
    assertThat(sinks.want(both)).isEqualTo("started again second");
    assertThat(running()).containsExactly("first", "second");
    assertThat(sinks.forwarders().getLast().running()).isTrue();
    assertThat(sinks.look()).isTrue();
    assertThat(sinks.want(both)).isEqualTo("the same");
  }

  @Test
  void shouldStopWhileAChangeStandsAtADiskThatHangs() throws Exception {
    List<SinkConfig> both = config("first", "second");
    Thread change = new Thread(() -> sinks.prepare(both), "change");
    synchronized (spool) { // whoever makes a reader waits
      change.start();
      while (change.getState() != Thread.State.BLOCKED) {
        Thread.onSpinWait();
      }
      assertThat(sinks.stopping()).extracting(Forwarder::name).containsExactly("first");
    }
    change.join();
    assertThat(sinks.look()).isTrue();
    assertThat(running()).containsExactly("first");
  }
}
