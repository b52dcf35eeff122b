package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Records as lines: on standard input as auditd's plugin gets them, from files, from a pipe. Good
/// ones come out whatever stands between them.
final class LinesIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int RECORDS = 4;
  private static final int EVENTS = Scale.of(2_000, 100_000);

  @TempDir private Path dir;

  private RunningAgent plugin() throws Exception {
    return new RunningAgent(dir)
        .input(ProcessBuilder.Redirect.PIPE)
        .start("input: {mode: plugin}\nsinks: [{type: stdout}]\n")
        .awaitReady();
  }

  @Test
  void shouldTakeGoodLinesOutOfBadOnes() throws Exception {
    try (RunningAgent agent = plugin()) {
      try (OutputStream in = agent.process().getOutputStream()) {
        in.write(mixture());
        in.flush();
        long lines = 4 * RECORDS + 3 + 2 + 2 + 2 + 1;
        agent.until(SOON, lines + " lines", () -> messages(agent) == lines);
        Map<String, Long> metrics = agent.metrics();
        new Ledger(metrics).shouldBalance();
        assertThat(metrics).containsEntry("coreaudit_intake_blank_total", 2L);
        assertThat(metrics).containsEntry("coreaudit_intake_truncated_total", 2L);
        assertThat(metrics).containsEntry("coreaudit_intake_malformed_total", 3L + 2L);
        assertThat(metrics).containsEntry("coreaudit_intake_records_total", 4L * RECORDS + 1);
      }
      assertThat(agent.exitStatus()).as(agent.log()).isZero();
      List<Event> events = Event.read(agent.stdout());
      assertThat(events.getFirst().is("start")).isTrue();
      assertThat(events.getLast().is("stop")).isTrue();
      assertThat(events)
          .filteredOn(Event::isAudit)
          .extracting(Event::serial)
          .containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L);
      assertThat(events).filteredOn(Event::incomplete).isEmpty();
      shouldKeepWhatAuditdAdded(agent);
    }
  }

  private static void shouldKeepWhatAuditdAdded(RunningAgent agent) {
    JsonNode enriched =
        Event.trees(agent.stdout()).stream()
            .filter(json -> json.at("/coreaudit/serial").asLong() == 5)
            .findFirst()
            .orElseThrow();
    assertThat(enriched.at("/user/name").asText()).isEqualTo("carol");
    assertThat(enriched.at("/host/name").asText()).isNotEmpty();
    assertThat(enriched.at("/coreaudit/raw").get(0).asText()).contains("UID=\"carol\"");
  }

  private static byte[] mixture() throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    event(lines, 1);
    line(lines, "garbage");
    line(lines, "type=SYSCALL a record without a stamp");
    line(lines, "type=PATH msg=audit(never:7): item=0");
    event(lines, 2);
    line(lines, "x".repeat(1 << 20));
    line(lines, "type=PATH msg=audit(1000000000.000:9): name=" + "41".repeat(1 << 19));
    event(lines, 3);
    byte[] binary = new byte[4096];
    for (int i = 0; i < binary.length; i++) {
      binary[i] = (byte) (i % 256 == '\n' ? 0 : i);
    }
    lines.write(binary);
    line(lines, "");
    line(lines, "\0\0\0\0 \u00ff\u0080");
    line(lines, "");
    line(lines, "   ");
    event(lines, 4);
    line(
        lines,
        "node=n2 type=USER_LOGIN msg=audit(1000000000.000:5): pid=1 uid=1000 auid=1000 ses=3"
            + " msg='op=login res=success'\u001dUID=\"carol\" AUID=\"carol\"");
    return lines.toByteArray();
  }

  private static void event(OutputStream lines, long serial) throws IOException {
    String stamp = " msg=audit(1000000000.000:" + serial + "): ";
    line(
        lines,
        "type=SYSCALL"
            + stamp
            + "arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd a2=80000 a3=0"
            + " items=1 ppid=1 pid=2489 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0"
            + " sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"cat\" exe=\"/usr/bin/cat\""
            + " key=\"k\"");
    line(lines, "type=CWD" + stamp + "cwd=\"/\"");
    line(
        lines,
        "type=PATH"
            + stamp
            + "item=0 name=\"/run/secrets/token\" inode=2 dev=00:27 mode=0100644 ouid=0 ogid=0"
            + " rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0");
    line(lines, "type=PROCTITLE" + stamp + "proctitle=\"cat\"");
  }

  private static void line(OutputStream lines, String text) throws IOException {
    lines.write(text.getBytes(StandardCharsets.ISO_8859_1));
    lines.write('\n');
  }

  private static long messages(RunningAgent agent) {
    return agent.metric("coreaudit_intake_messages_total");
  }

  /// auditd hands its own SIGHUP on to its plugins.
  @Test
  void shouldReadOnAfterAHangUp() throws Exception {
    try (RunningAgent agent = plugin()) {
      try (OutputStream in = agent.process().getOutputStream()) {
        event(in, 1);
        in.flush();
        agent.until(SOON, "the first event", () -> messages(agent) == RECORDS);
        agent.signal("HUP");
        agent.until(SOON, "told", () -> agent.log().contains("the sinks were read anew"));
        event(in, 2);
        in.flush();
        agent.until(SOON, "the next event", () -> messages(agent) == 2 * RECORDS);
      }
      assertThat(agent.exitStatus()).as(agent.log()).isZero();
      assertThat(Event.read(agent.stdout()))
          .filteredOn(Event::isAudit)
          .extracting(Event::serial)
          .containsExactly(1L, 2L);
    }
  }

  @Test
  void shouldReadFilesAndAPipeOneAfterTheOther() throws Exception {
    Path first = events("first.log", 1, EVENTS);
    Path pipe = dir.resolve("pipe");
    Path last = events("last.log", 2 * EVENTS + 1, EVENTS);
    Command.run("mkfifo", pipe.toString());
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent.start(
          "input: {mode: file, files: [%s, %s, %s]}\nsinks: [{type: stdout}]\n"
              .formatted(first, pipe, last));
      agent.until(SOON, "the first file", () -> messages(agent) == (long) RECORDS * EVENTS);
      try (OutputStream in = Files.newOutputStream(pipe)) {
        for (int i = 1; i <= EVENTS; i++) {
          event(in, EVENTS + i);
        }
      }
      assertThat(agent.exitStatus()).as(agent.log()).isZero();
      List<Event> events = Event.read(agent.stdout());
      assertThat(events.getFirst().is("start")).isTrue();
      assertThat(events.getLast().is("stop")).isTrue();
      List<Long> serials =
          events.stream().filter(Event::isAudit).map(Event::serial).sorted().toList();
      assertThat(serials).hasSize(3 * EVENTS).doesNotHaveDuplicates();
      assertThat(serials.getFirst()).isEqualTo(1);
      assertThat(serials.getLast()).isEqualTo(3L * EVENTS);
      assertThat(events).filteredOn(event -> event.is("gap")).isEmpty();
    }
  }

  @Test
  void shouldStopWhileNobodyWritesThePipe() throws Exception {
    Path pipe = dir.resolve("pipe");
    Command.run("mkfifo", pipe.toString());
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent
          .start("input: {mode: file, files: [%s]}\nsinks: [{type: stdout}]\n".formatted(pipe))
          .awaitReady();
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(agent.log()).doesNotContain("WARN");
      assertThat(Event.read(agent.stdout()).getLast().is("stop")).isTrue();
    }
  }

  @Test
  void shouldRefuseAFileThatIsNotThereBeforeItReadsAnother() throws Exception {
    Path first = events("first.log", 1, 10);
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent.start(
          "input: {mode: file, files: [%s, %s]}\nsinks: []\n"
              .formatted(first, dir.resolve("none")));
      assertThat(agent.exitStatus()).isEqualTo(3);
      assertThat(agent.log())
          .startsWith("coreaudit: open " + dir.resolve("none"))
          .contains("No such file or directory", "input.files")
          .hasLineCount(1);
    }
  }

  private Path events(String name, int from, int count) throws IOException {
    Path file = dir.resolve(name);
    try (OutputStream out = new java.io.BufferedOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < count; i++) {
        event(out, from + i);
      }
    }
    return file;
  }
}
