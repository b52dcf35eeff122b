package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The README's demonstration: start it, read a file in the watched directory, see the event.
@KernelAudit
final class DemonstrationIT {
  private static final Duration SOON = Duration.ofSeconds(15);

  @TempDir private Path dir;
  private Path watched;
  private Path token;

  @BeforeEach
  void prepare() throws Exception {
    watched = Files.createDirectory(dir.resolve("watched"));
    token = Files.writeString(watched.resolve("token"), "secret");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r-----"));
  }

  private String config(String sinks) {
    return "watch: {paths: [%s]}\nrules: {at_stop: remove}\nsinks: [%s]\n"
        .formatted(watched, sinks);
  }

  @Test
  void shouldShowOneReadAsOneEventEverywhere() throws Exception {
    AuditState before = AuditState.now();
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = new RunningAgent(dir)) {
      agent.start(config("{type: stdout}, " + receiver.sink("siem"))).awaitReady();
      AuditState during = AuditState.now();
      assertThat(during.setting("enabled")).startsWith("1");
      assertThat(during.rules()).contains("-w %s -p rwa -k coreaudit_watch".formatted(watched));
      Command.run("cat", token.toString());
      agent.until(SOON, "the event at the receiver", () -> !read(receiver.events()).isEmpty());
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(AuditState.now()).isEqualTo(before);

      List<Event> printed = Event.read(agent.stdout());
      for (List<Event> seen : List.of(printed, receiver.events(), Event.spooled(agent.spool()))) {
        assertThat(read(seen)).hasSize(1);
        assertThat(seen.getFirst().is("start")).isTrue();
        assertThat(seen.getLast().is("stop")).isTrue();
        assertThat(seen).extracting(Event::seq).isSorted().doesNotHaveDuplicates();
        assertThat(seen).extracting(Event::id).isEqualTo(printed.stream().map(Event::id).toList());
      }
      assertThat(agent.log().lines()).as("log").allMatch(line -> line.contains("INFO"));
      shouldTellWhoReadWhat(agent);
    }
  }

  private void shouldTellWhoReadWhat(RunningAgent agent) {
    JsonNode event =
        Event.trees(agent.stdout()).stream()
            .filter(json -> json.at("/file/path").asText().equals(token.toString()))
            .findFirst()
            .orElseThrow();
    assertThat(event.at("/event/action").asText()).isEqualTo("opened-file");
    assertThat(event.at("/event/outcome").asText()).isEqualTo("success");
    assertThat(event.at("/tags").toString()).isEqualTo("[\"coreaudit_watch\"]");
    assertThat(event.at("/process/name").asText()).isEqualTo("cat");
    assertThat(event.at("/process/executable").asText()).endsWith("/cat");
    assertThat(event.at("/process/args").toString()).isEqualTo("[\"cat\",\"" + token + "\"]");
    assertThat(event.at("/process/working_directory").asText())
        .isEqualTo(Path.of("").toAbsolutePath().toString());
    assertThat(event.at("/process/parent/pid").asLong()).isEqualTo(ProcessHandle.current().pid());
    assertThat(event.at("/process/parent/name").asText()).isNotEmpty();
    assertThat(event.at("/user/id").asText()).isEqualTo("0");
    assertThat(event.at("/user/name").asText()).isEqualTo("root");
    assertThat(event.at("/file/mode").asText()).isEqualTo("0640");
    assertThat(event.at("/file/owner").asText()).isEqualTo("root");
    assertThat(event.at("/coreaudit/syscall").asText()).isEqualTo("openat");
    assertThat(event.at("/coreaudit/raw").get(0).asText()).startsWith("type=SYSCALL msg=audit(");
    assertThat(event.at("/coreaudit/incomplete").isMissingNode()).isTrue();
  }

  @Test
  void shouldGoOnWhereTheLastStartEnded() throws Exception {
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent.start(config("{type: stdout}")).awaitReady();
      Command.run("cat", token.toString());
      agent.until(SOON, "the first", () -> read(Event.soFar(agent.stdout())).size() == 1);
      assertThat(agent.stop()).isZero();
      List<Event> first = Event.read(agent.stdout());

      agent.startAgain().awaitReady();
      Command.run("cat", token.toString());
      agent.until(SOON, "the second", () -> read(Event.soFar(agent.stdout())).size() == 1);
      assertThat(agent.stop()).isZero();
      List<Event> second = Event.read(agent.stdout());

      assertThat(second.getFirst().is("start")).isTrue();
      assertThat(second.getFirst().seq()).isEqualTo(first.getLast().seq() + 1);
      assertThat(second)
          .extracting(Event::id)
          .doesNotContainAnyElementsOf(first.stream().map(Event::id).toList());
    }
  }

  @Test
  void shouldRunOnceOnAHost() throws Exception {
    try (RunningAgent first = new RunningAgent(dir)) {
      first.start(config("{type: stdout}")).awaitReady();
      AuditState during = AuditState.now();
      String shown = first.command("status");
      assertThat(shown).contains("pid " + first.process().pid(), watched.toString());
      try (RunningAgent second =
          new RunningAgent(Files.createDirectory(dir.resolve("elsewhere")))) {
        Files.copy(first.config(), second.config());
        second.startAgain();
        assertThat(second.exitStatus()).isEqualTo(3);
        assertThat(second.log())
            .startsWith(
                "coreaudit: another coreaudit runs on this host: pid " + first.process().pid());
      }
      assertThat(AuditState.now()).isEqualTo(during);
      assertThat(first.stop()).isZero();
    }
  }

  private List<Event> read(List<Event> events) {
    return events.stream().filter(event -> event.path().equals(token.toString())).toList();
  }
}
