package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where an event ends: the kernel leaves EOE out for the agent, and every event is still ended at
/// once.
@KernelAudit
final class EndIT {
  private static final Duration SOON = Duration.ofSeconds(15);

  /// Below the assembler's time-out of 2 s.
  private static final Duration AT_ONCE = Duration.ofMillis(1500);

  private static final Pattern RAW_TYPE = Pattern.compile("\"type=([A-Z0-9_]+) msg=");
  private static final Path URING_OPEN = Path.of("..", "src", "test", "c", "uring_open.c");

  @TempDir private Path dir;
  private Path watched;
  private Path token;

  @BeforeEach
  void prepare() throws Exception {
    watched = Files.createDirectory(dir.resolve("watched"));
    token = Files.writeString(watched.resolve("token"), "secret");
  }

  private RunningAgent start() throws Exception {
    return new RunningAgent(dir)
        .start(
            "watch: {paths: [%s]}\nrules: {at_stop: remove}\nsinks: [{type: stdout}]\n"
                .formatted(watched))
        .awaitReady();
  }

  @Test
  void shouldEndEveryOperationOfIoUring() throws Exception {
    Command.require("gcc");
    Path opener = dir.resolve("uring_open");
    Command.run("gcc", "-o", opener.toString(), URING_OPEN.toString());
    try (RunningAgent agent = start()) {
      Command.run(opener.toString(), token.toString(), "inline");
      agent.until(AT_ONCE, "inline", () -> reads(agent).size() == 1);
      assertThat(agent.metric("coreaudit_assembler_timed_out_total")).isZero();
      Command.run(opener.toString(), token.toString(), "worker");
      agent.until(SOON, "worker", () -> operations(agent).size() == 2);
      assertThat(agent.metric("coreaudit_assembler_eoe_eaten_total")).isZero();
      assertThat(agent.metric("coreaudit_assembler_unended_total")).isZero();
      assertThat(agent.metric("coreaudit_assembler_incomplete_total")).isZero();
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(operations(agent).getFirst())
          .containsExactly("URINGOP", "SYSCALL", "CWD", "PATH", "PROCTITLE");
      assertThat(operations(agent).getLast()).startsWith("URINGOP").doesNotContain("EOE");
    }
  }

  @Test
  void shouldTakeEndsWhenSomebodyExcludesProctitle() throws Exception {
    try (RunningAgent agent = start()) {
      assertThat(agent.metric("coreaudit_intake_eoe_left_out")).isEqualTo(1);
      assertThat(agent.log()).doesNotContain("EOE");
      Command.run("auditctl", "-a", "exclude,always", "-F", "msgtype=PROCTITLE");
      for (int i = 0; i < 3; i++) {
        Command.run("cat", token.toString());
      }
      agent.until(SOON, "EOE", () -> agent.metric("coreaudit_intake_eoe_left_out") == 0);
      agent.until(SOON, "three by time-out", () -> reads(agent).size() == 3);
      assertThat(agent.metric("coreaudit_assembler_unended_total")).isGreaterThanOrEqualTo(3);
      assertThat(agent.command("status")).contains("EOE received");
      Command.run("cat", token.toString());
      agent.until(AT_ONCE, "the fourth at once", () -> reads(agent).size() == 4);
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(reads(agent))
          .extracting(Event::incomplete)
          .containsExactly(true, true, true, false);
      assertThat(types(agent))
          .endsWith(List.of("SYSCALL", "CWD", "PATH"), List.of("SYSCALL", "CWD", "PATH"));
    } finally {
      Command.run("auditctl", "-d", "exclude,always", "-F", "msgtype=PROCTITLE");
    }
  }

  private List<Event> reads(RunningAgent agent) {
    return Event.soFar(agent.stdout()).stream()
        .filter(event -> event.path().equals(token.toString()))
        .toList();
  }

  /// The types of the raw records of each event that has an operation of io_uring.
  private static List<List<String>> operations(RunningAgent agent) throws IOException {
    return types(agent).stream().filter(types -> types.contains("URINGOP")).toList();
  }

  /// The types of the raw records of each event of the kernel, so far.
  private static List<List<String>> types(RunningAgent agent) throws IOException {
    List<List<String>> events = new ArrayList<>();
    for (String line : Files.readString(agent.stdout()).split("(?<=\n)")) {
      List<String> types = RAW_TYPE.matcher(line).results().map(type -> type.group(1)).toList();
      boolean own = !types.isEmpty() && types.getFirst().startsWith("COREAUDIT_");
      if (line.endsWith("\n") && !types.isEmpty() && !own) {
        events.add(types);
      }
    }
    return events;
  }
}
