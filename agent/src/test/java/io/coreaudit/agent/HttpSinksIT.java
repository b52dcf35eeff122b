package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole agent gives a log to receivers over HTTP, each kind beside the others, and keeps its
/// token to itself.
final class HttpSinksIT {
  private static final Duration SOON = Duration.ofSeconds(Scale.of("delivery", 40, 600));
  private static final int EVENTS = Scale.of("delivery", 5_000, 1_000_000);
  private static final String TOKEN = "b3c1-not-to-be-told";

  @TempDir private Path dir;

  @Test
  void shouldGiveEverythingToEachKindOfReceiver() throws Exception {
    Path token = Files.writeString(dir.resolve("token"), TOKEN + "\n");
    try (SiemServer server = new SiemServer();
        RunningAgent agent = new RunningAgent(dir)) {
      StringBuilder sinks = new StringBuilder();
      for (String type : List.of("http", "hec", "bulk", "otlp")) {
        sinks.append(
            "- {type: %s, address: '127.0.0.1:%d', token_file: %s}\n"
                .formatted(type, server.port(), token));
      }
      agent.start(
          "input: {mode: file, files: [%s]}\nheartbeat: {interval: off}\nsinks:\n%s"
              .formatted(LineFeed.file(dir.resolve("audit.log"), EVENTS), sinks));
      assertThat(agent.command("config", "print")).contains("token_file: " + token);
      assertThat(agent.exitStatus(SOON)).as(agent.log()).isZero();
      assertThat(server.paths())
          .containsExactlyInAnyOrder(
              SiemServer.HTTP, SiemServer.HEC, SiemServer.BULK, SiemServer.OTLP);
      assertThat(server.paths())
          .allSatisfy(
              path -> {
                Deliveries taken = server.of(path);
                System.out.printf(
                    "HttpSinksIT %s events=%d again=%d out_of_order=%d%n",
                    path, taken.count(), taken.again(), taken.outOfOrder());
                assertThat(taken.count()).as("and start, stop: %s", path).isEqualTo(EVENTS + 2);
                assertThat(taken.missing(EVENTS + 2)).as(path).isEmpty();
                assertThat(taken.again()).as(path).isZero();
                assertThat(taken.outOfOrder()).as(path).isZero();
              });
      assertThat(server.authorizations())
          .containsExactlyInAnyOrder("Bearer " + TOKEN, "Splunk " + TOKEN, "ApiKey " + TOKEN);
      assertThat(agent.log()).doesNotContain(TOKEN);
      assertThat(agent.command("config", "print")).doesNotContain(TOKEN);
    }
  }
}
