package io.coreaudit.agent;

import static io.coreaudit.agent.DebianMachine.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// The tarball on a host that systemd booted, by the README's five commands. With `--full=install`
/// also what becomes of it: killed, stopped, refused, hidden from, locked, rebooted, taken away.
final class InstalledIT {
  private static final String PREMISE = "the host's mounts and paths";
  private static final double REFUSED_SECONDS = 10;

  @ParameterizedTest(name = "kernel {0}")
  @FieldSource("io.coreaudit.agent.VirtualMachine#VERSIONS")
  void shouldBeReadyAndTellOfTheHostFromMountsOfItsOwn(String kernel) throws Exception {
    Path results = DebianMachine.results(kernel);
    assertThat(text(results, "state")).isEqualTo("active\n");
    assertThat(text(results, "said")).isEqualTo("ready\n");
    assertThat(Files.readAllLines(results.resolve("namespaces")))
        .hasSize(2)
        .doesNotHaveDuplicates();
    assertThat(text(results, "rules")).contains("-w /etc/pam.d -p rwa -k coreaudit_watch");
    assertThat(uncovered(results, "watches.json")).isEmpty();
    assertThat(text(results, "process"))
        .contains(
            "Seccomp:\t2",
            "NoNewPrivs:\t1",
            "CapEff:\t0000002060881004",
            "CapBnd:\t0000002060881004");
    assertThat(text(results, "security")).contains("exposure level for coreaudit.service: 2.");
    assertThat(text(results, "journal")).doesNotContain(" ERROR ");
  }

  private static List<String> uncovered(Path results, String file) throws Exception {
    JsonNode report = new ObjectMapper().readTree(text(results, file));
    assertThat(report.at("/watches")).isNotEmpty();
    return report
        .at("/watches")
        .valueStream()
        .filter(watch -> watch.at("/state").asText().equals("uncovered"))
        .map(watch -> watch.at("/path").asText())
        .toList();
  }

  @ParameterizedTest(name = "kernel {0}")
  @FieldSource("io.coreaudit.agent.VirtualMachine#VERSIONS")
  void shouldComeBackSeeTheKubeletsMountsAndLeaveNothing(String kernel) throws Exception {
    assumeTrue(DebianMachine.full(), "src/verify.sh --full=install");
    Path results = DebianMachine.results(kernel);
    assertThat(text(results, "boots")).isEqualTo("3\n");
    assertThat(text(results, "auditd")).isEqualTo("active\n");
    assertThat(text(results, "restarts")).isEqualTo("2\n");
    assertThat(text(results, "watchdog")).contains("Watchdog timeout");
    assertThat(secondsToTheNextStart(results))
        .hasSizeGreaterThan(1)
        .allSatisfy(seconds -> assertThat(seconds).isGreaterThanOrEqualTo(REFUSED_SECONDS));
    assertThat(text(results, "place")).as("exchanged").isEqualTo("coreaudit.b\n");
    assertThat(uncovered(results, "watches-without-namespace.json")).contains(PREMISE);
    assertThat(uncovered(results, "watches-with-namespace.json")).isEmpty();
    JsonNode doctor = new ObjectMapper().readTree(text(results, "doctor.json"));
    assertThat(doctor.at("/bad").asInt(-1)).as("%s", doctor).isZero();
    assertThat(text(results, "agent-when-kubelet-started-2")).isEqualTo("active\n");
    assertThat(text(results, "audit-2")).contains("enabled 2\n");
    assertThat(text(results, "rules-locked")).contains("-w /etc/pam.d -p rwa -k coreaudit_watch");
    assertThat(text(results, "agent-when-kubelet-started-3")).isEqualTo("active\n");
    assertThat(text(results, "audit-3")).contains("enabled 1\n");
    assertThat(text(results, "rules-left")).isEqualTo("No rules\n");
    assertThat(text(results, "left")).isEmpty();
  }

  /// How long after each end with status 3 systemd starts it anew.
  private static List<Double> secondsToTheNextStart(Path results) throws Exception {
    List<Double> waits = new ArrayList<>();
    double ended = 0;
    for (String line : Files.readAllLines(results.resolve("refused"))) {
      double at = Double.parseDouble(line.substring(0, line.indexOf(' ')));
      if (line.contains("status=3/")) {
        ended = at;
      } else if (ended > 0) {
        waits.add(at - ended);
        ended = 0;
      }
    }
    return waits;
  }
}
