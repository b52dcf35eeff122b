package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole agent with kafka sinks whose brokers are not there: others get everything, what is
/// wrong is said once and in the agent's words, and the agent ends.
final class KafkaAwayIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int EVENTS = 3_000;

  @TempDir private Path dir;

  @Test
  void shouldGiveOthersEverythingAndEnd() throws Exception {
    Path file = dir.resolve("events.json");
    try (RunningAgent agent = new RunningAgent(dir);
        var mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      int nobody;
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        nobody = socket.getLocalPort();
      }
      agent.start(
          """
          input: {mode: file, files: [%s]}
          sinks:
          - {type: file, path: %s, format: ocsf}
          - {type: kafka, name: nobody, address: '127.0.0.1:%d'}
          - {type: kafka, name: mute, address: '127.0.0.1:%d', format: ocsf}
          """
              .formatted(
                  LineFeed.file(dir.resolve("audit.log"), EVENTS),
                  file,
                  nobody,
                  mute.getLocalPort()));
      agent.until(
          SOON,
          "all written, and the fault said",
          () ->
              Files.exists(file)
                  && Files.readAllLines(file).size() > EVENTS
                  && agent.log().contains("sink nobody"));
      assertThat(agent.get("/healthz")).isEqualTo(200);
      assertThat(agent.stop()).as("what was not sent stays: " + agent.log()).isEqualTo(3);
      List<String> lines = Files.readAllLines(file);
      System.out.printf("KafkaAwayIT events=%d written=%d%n", EVENTS, lines.size());
      assertThat(lines).as("and start, stop").hasSize(EVENTS + 2);
      JsonNode event = new ObjectMapper().readTree(lines.get(1));
      assertThat(event.at("/metadata/version").asText()).isEqualTo("1.7.0");
      assertThat(agent.log())
          .containsOnlyOnce(
              "sink nobody: cannot connect to 127.0.0.1:"
                  + nobody
                  + ": connection refused: nothing listens there")
          .doesNotContain("NetworkClient", "org.apache", "SLF4J");
    }
  }
}
