package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole agent gives a log to the real rsyslog, over RELP and over TCP side by side.
final class RsyslogIT {
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final int EVENTS = 10_000;
  private static final Pattern SEQ = Pattern.compile(" seq=\"([0-9]+)\"");

  @TempDir private Path dir;

  private static Set<Long> seqs(List<String> lines) {
    Set<Long> seqs = new TreeSet<>();
    for (String line : lines) {
      Matcher seq = SEQ.matcher(line);
      if (seq.find()) {
        seqs.add(Long.parseLong(seq.group(1)));
      }
    }
    return seqs;
  }

  @Test
  void shouldGiveEverythingToRsyslog() throws Exception {
    try (Rsyslog rsyslog = new Rsyslog(dir.resolve("rsyslog"));
        RunningAgent agent = new RunningAgent(dir)) {
      agent.start(
          ("input: {mode: file, files: [%s]}\n"
                  + "sinks:\n"
                  + "- {type: relp, address: '127.0.0.1:%d'}\n"
                  + "- {type: syslog, address: '127.0.0.1:%d', format: raw, facility: local3}\n")
              .formatted(
                  LineFeed.file(dir.resolve("audit.log"), EVENTS),
                  rsyslog.relpPort(),
                  rsyslog.tcpPort()));
      assertThat(agent.exitStatus(SOON)).as(agent.log()).isZero();
      Await.until(
          SOON, "all received", agent::log, () -> seqs(rsyslog.overTcp()).size() == EVENTS + 2);
      assertThat(seqs(rsyslog.overRelp())).as("events, start and stop").hasSize(EVENTS + 2);
      assertThat(agent.log()).contains("relp (relp 127.0.0.1:" + rsyslog.relpPort() + ", ecs)");
      assertThat(String.join("\n", rsyslog.overRelp()))
          .contains("coreaudit start [coreaudit@32473 id=", "coreaudit SYSCALL [coreaudit@32473");
      assertThat(String.join("\n", rsyslog.overTcp())).contains("] type=SYSCALL msg=audit(");
    }
  }
}
