package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.coreaudit.kernel.KernelAudit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real auditd starts the agent as its plugin, by the file that is shipped for it, and hands it
/// what the kernel says.
@KernelAudit
final class PluginIT {
  private static final Path SHIPPED = Path.of("src/main/dist/etc/audit/plugins.d/coreaudit.conf");
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path dir;
  private Path token;
  private RunningAgent agent;

  @BeforeEach
  void prepare() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    token = Files.writeString(watched.resolve("token"), "secret");
    // The agent leaves the kernel alone in this mode: audit is auditd's, and so are the rules.
    Command.run("auditctl", "-e", "1");
    Command.run("auditctl", "-w", watched.toString(), "-p", "rwa", "-k", "plugin");
    agent = new RunningAgent(dir);
    Path launcher = agent.launcher("sinks: [{type: stdout}]\n");
    String shipped = Files.readString(SHIPPED);
    String ours = shipped.replaceAll("(?m)^path = .*$", "path = " + launcher);
    assertThat(ours).isNotEqualTo(shipped);
    Path plugin =
        Files.createDirectories(dir.resolve("auditd/plugins.d")).resolve("coreaudit.conf");
    Files.writeString(plugin, ours);
    Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rw-r-----"));
  }

  private Auditd auditd() throws Exception {
    Auditd auditd = Auditd.start(dir.resolve("auditd"), "ENRICHED");
    try {
      until("ready", () -> agent.get("/readyz") == 200);
      return auditd;
    } catch (Exception | AssertionError e) {
      auditd.close();
      throw e;
    }
  }

  private void until(String expected, Await.Condition condition) throws Exception {
    Await.until(
        SOON,
        expected,
        () -> "auditd says:\n" + said() + "\nthe agent says:\n" + agent.log(),
        condition);
  }

  private String said() {
    try {
      return Files.readString(dir.resolve("auditd/said"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /// Reads the file and waits for the event; who read it.
  private long read() throws Exception {
    Process reader = new ProcessBuilder("cat", token.toString()).start();
    reader.getInputStream().readAllBytes();
    assertThat(reader.waitFor()).isZero();
    until(
        "the read",
        () ->
            Event.soFar(agent.stdout()).stream()
                .anyMatch(e -> e.pid() == reader.pid() && e.path().equals(token.toString())));
    return reader.pid();
  }

  @Test
  void shouldTellWhatAuditdHandsOver() throws Exception {
    List<Long> plugins;
    long reader;
    try (Auditd auditd = auditd()) {
      reader = read();
      plugins = auditd.plugins();
      assertThat(plugins).hasSize(1);
    }
    until("it ends with auditd", () -> ProcessHandle.of(plugins.getFirst()).isEmpty());
    assertThat(agent.log()).doesNotContain("WARN").doesNotContain("ERROR");
    assertThat(Event.read(agent.stdout()).getLast().is("stop")).isTrue();
    shouldHaveAuditdsNames(reader);
  }

  private void shouldHaveAuditdsNames(long reader) {
    JsonNode event =
        Event.trees(agent.stdout()).stream()
            .filter(json -> json.at("/process/pid").asLong() == reader)
            .filter(json -> json.at("/file/path").asText().equals(token.toString()))
            .findFirst()
            .orElseThrow();
    assertThat(event.at("/event/action").asText()).isEqualTo("opened-file");
    assertThat(event.at("/tags/0").asText()).isEqualTo("plugin");
    assertThat(event.at("/process/name").asText()).isEqualTo("cat");
    assertThat(event.at("/user/name").asText()).isEqualTo("root");
    assertThat(event.at("/coreaudit/incomplete").asBoolean()).isFalse();
    assertThat(event.at("/coreaudit/raw/0").asText())
        .as("the names are auditd's")
        .contains("\u001d", "SYSCALL=openat", "UID=\"root\"");
  }

  @Test
  void shouldGoOnWhenAuditdReadsItsConfigurationAnew() throws Exception {
    try (Auditd auditd = auditd()) {
      read();
      List<Long> before = auditd.plugins();
      auditd.reload(); // it hands the signal on to its plugins
      until("auditd has read it", () -> auditd.log().contains("op=reconfigure"));
      Thread.sleep(1_000); // what a signal ends has ended by then
      read();
      assertThat(auditd.plugins()).as("no other was started").isEqualTo(before);
      assertThat(Event.soFar(agent.stdout())).filteredOn(event -> event.is("start")).hasSize(1);
    }
  }
}
