package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sinks come, change and go at SIGHUP while events flow: none is missing anywhere, and who is as
/// before notices nothing.
final class SinkReloadIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int STEP = 2_000;

  @TempDir private Path dir;
  private OutputStream in;
  private int written;

  private void write() throws Exception {
    LineFeed.write(in, written + 1, STEP);
    written += STEP;
  }

  private void reload(RunningAgent agent, String sinks, String expected) throws Exception {
    agent.configure("input: {mode: plugin}\nheartbeat: {interval: off}\n" + sinks);
    int before = told(agent, expected);
    agent.signal("HUP");
    agent.until(SOON, expected, () -> told(agent, expected) > before);
  }

  private static int told(RunningAgent agent, String words) {
    return agent.log().split(java.util.regex.Pattern.quote(words), -1).length;
  }

  private static List<Long> serials(LineReceiver receiver) {
    return receiver.events().stream().filter(Event::isAudit).map(Event::serial).toList();
  }

  private List<Long> all() {
    return LongStream.rangeClosed(1, written).boxed().toList();
  }

  private void shouldHaveAll(RunningAgent agent, LineReceiver receiver) throws Exception {
    agent.until(
        SOON,
        "all of " + written + " events",
        () -> serials(receiver).stream().distinct().count() == written);
  }

  @Test
  void shouldTakeSinksAsTheConfigurationHasThem() throws Exception {
    try (LineReceiver stays = new LineReceiver(dir.resolve("stays"));
        LineReceiver comes = new LineReceiver(dir.resolve("comes"));
        RunningAgent agent = new RunningAgent(dir)) {
      String first = "sinks: [%s, {name: disk, type: file, path: %s}]\n";
      agent
          .input(Redirect.PIPE)
          .start(
              "input: {mode: plugin}\nheartbeat: {interval: off}\n"
                  + first.formatted(stays.sink("stays"), dir.resolve("disk")))
          .awaitReady();
      in = agent.process().getOutputStream();
      write();
      shouldHaveAll(agent, stays);

      String second = "sinks: [%s, %s]\n".formatted(comes.sink("comes"), stays.sink("stays"));
      write();
      reload(agent, second, "the sinks were read anew from " + agent.config() + ": new comes;");
      write();
      assertThat(agent.log())
          .contains(": new comes; taken away disk")
          .contains("sink disk: taken away; the spool has ");
      shouldHaveAll(agent, comes); // from the oldest event that is kept on
      assertThat(agent.metrics().keySet())
          .contains("coreaudit_sink_lag_events{sink=\"comes\"}")
          .noneMatch(name -> name.contains("\"disk\""));

      reload(agent, "sinks: [{type: tcq}]\n", "nothing changes: ");
      reload(
          agent,
          "sinks: [{type: tcp, address: 'localhost:1', tls: {ca: /no/such.pem}}]\n",
          "sinks.0.tls.ca: /no/such.pem: no such file");
      write();
      shouldHaveAll(agent, comes);

      String changed = comes.sink("comes").replace("tls: off", "tls: off, include_raw: false");
      reload(agent, "sinks: [%s, %s]\n".formatted(stays.sink("stays"), changed), ": changed comes");
      write();
      shouldHaveAll(agent, comes);
      assertThat(serials(stays)).as("in order, and once").isEqualTo(all());
      assertThat(stays.connections()).isEqualTo(1);
      assertThat(comes.connections()).isEqualTo(2);
      assertThat(serials(comes).stream().distinct().toList()).isEqualTo(all());
      assertThat(agent.command("status")).contains("comes", "stays").doesNotContain("disk ");
      assertThat(agent.text("/healthz")).isEqualTo("healthy\n");
      in.close();
      assertThat(agent.exitStatus(SOON)).as(agent.log()).isZero();
      shouldHaveAll(agent, stays);
    }
  }
}
