package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.kernel.KernelAudit;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordTypes;
import io.coreaudit.spool.SpoolInspector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real auditd hears what no agent does: each event stands once in the spool, with the kernel's
/// own text, whichever of the two heard it.
@KernelAudit
final class BackfillIT {
  private static final int EVENTS = 200;
  private static final int PER_SECOND = 400;
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Pattern LINE =
      Pattern.compile("type=(\\S+) msg=(audit\\((\\d+)\\.(\\d{3}):(\\d+)\\).*)");

  @TempDir private Path dir;
  private Path token;

  @BeforeEach
  void watch() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    token = Files.writeString(watched.resolve("token"), "secret");
    Command.run("auditctl", "-e", "1");
    Command.run("auditctl", "-b", "8192");
    Command.run("auditctl", "-w", watched.toString(), "-p", "rwa", "-k", "backfill");
  }

  private String config(int perSecond) {
    return """
    backfill: {log: %s, rate: %d}
    watch: {etcd: {enabled: false}}
    rules: {at_stop: remove}
    sinks: []
    """
        .formatted(dir.resolve("auditd/audit.log"), perSecond);
  }

  @Test
  void shouldHaveEachEventOnceWhetherItOrAuditdHeardIt() throws Exception {
    try (Auditd auditd = Auditd.start(dir.resolve("auditd"), "ENRICHED");
        RunningAgent agent = new RunningAgent(dir)) {
      open(EVENTS);
      try (Load load = Load.start(token, 1_000_000, 2, PER_SECOND / 2)) {
        agent.start(config(5000)).awaitReady();
        awaitBackfill(agent);
        agent.kill();
        Thread.sleep(500);
        agent.startAgain().awaitReady();
        awaitBackfill(agent);
        assertThat(load.running()).isTrue();
      }
      open(EVENTS);
      String last = lastOf(auditd);
      agent.until(SOON, "the last event", () -> spooled(agent.spool()).containsKey(last));
      assertThat(agent.metric("coreaudit_intake_backfilled_total")).isPositive();
      assertThat(agent.command("status")).containsPattern("backfill +done: \\d+ events");
      assertThat(agent.stop()).as(agent.log()).isZero();
      shouldHaveAll(logged(auditd), agent);
    }
  }

  @Test
  void shouldGoOnWhereAKillEndedIt() throws Exception {
    try (Auditd auditd = Auditd.start(dir.resolve("auditd"), "ENRICHED");
        RunningAgent agent = new RunningAgent(dir)) {
      open(3 * EVENTS);
      agent.start(config(100)).awaitReady();
      agent.until(
          SOON,
          "some of before the start",
          () -> agent.metric("coreaudit_intake_backfilled_total") > EVENTS / 2);
      agent.kill();
      long taken = backfilled(spooled(agent.spool()));
      assertThat(taken).isLessThan(3 * EVENTS);
      open(EVENTS);
      agent.configure(config(5000));
      agent.startAgain().awaitReady();
      awaitBackfill(agent);
      assertThat(agent.stop()).as(agent.log()).isZero();
      shouldHaveAll(logged(auditd), agent);
    }
  }

  /// As after a start without auditd: its number is told, for nothing else is known.
  @Test
  void shouldTellWhatAuditdsLogDoesNotHaveEither() throws Exception {
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent.start(config(5000)).awaitReady();
      agent.kill();
      try (Auditd auditd = Auditd.start(dir.resolve("auditd"), "RAW")) {
        assertThat(auditd.pid()).isPositive();
        open(EVENTS);
        Thread.sleep(1000); // what the kernel handed over is written
      }
      open(EVENTS);
      agent.startAgain().awaitReady();
      awaitBackfill(agent);
      agent.until(SOON, "the gap", () -> !gaps(agent).isEmpty());
      assertThat(agent.metric("coreaudit_intake_backfilled_total")).isGreaterThanOrEqualTo(EVENTS);
      assertThat(gaps(agent)).hasSize(1);
      Event gap = gaps(agent).getFirst();
      assertThat(gap.own("reason")).isEqualTo("agent_down");
      assertThat(Long.parseLong(gap.own("events"))).isBetween((long) EVENTS, 2L * EVENTS);
      assertThat(Long.parseLong(gap.own("backfilled"))).isGreaterThanOrEqualTo(EVENTS);
    }
  }

  private static List<Event> gaps(RunningAgent agent) {
    return Event.spooled(agent.spool()).stream().filter(event -> event.is("gap")).toList();
  }

  private static long backfilled(Map<String, List<Spooled>> spooled) {
    return spooled.values().stream().filter(frames -> frames.getFirst().backfilled).count();
  }

  private void shouldHaveAll(Map<String, List<String>> logged, RunningAgent agent) {
    Map<String, List<Spooled>> spooled = spooled(agent.spool());
    long twice = spooled.values().stream().filter(frames -> frames.size() > 1).count();
    List<String> missing =
        logged.keySet().stream().filter(stamp -> !spooled.containsKey(stamp)).toList();
    long backfilled = backfilled(spooled);
    List<String> gaps = gaps(agent).stream().map(gap -> gap.json().toString()).toList();
    System.out.printf(
        "BackfillIT logged=%d backfilled=%d missing=%d twice=%d gaps=%s%n",
        logged.size(), backfilled, missing.size(), twice, gaps);
    assertThat(logged.size()).isGreaterThanOrEqualTo(2 * EVENTS);
    assertThat(twice).as("events that stand twice in the spool").isZero();
    assertThat(missing).as("events that auditd heard and the spool has not").isEmpty();
    assertThat(logged)
        .allSatisfy(
            (stamp, lines) -> {
              Spooled frame = spooled.get(stamp).getFirst();
              // The kernel had handed over the first of its records before the agent listened.
              assertThat(
                      frame.incomplete ? lines.containsAll(frame.lines) : frame.lines.equals(lines))
                  .as("%s: %s in the log, %s in the spool", stamp, lines, frame.lines)
                  .isTrue();
            });
    assertThat(backfilled).isGreaterThanOrEqualTo(EVENTS);
    assertThat(gaps).noneMatch(gap -> gap.contains("agent_down"));
  }

  private void open(int times) throws Exception {
    try (Load load = Load.start(token, times, 1, 0)) {
      load.await();
    }
  }

  private static void awaitBackfill(RunningAgent agent) throws Exception {
    agent.until(SOON, "the end of the backfill", () -> agent.log().contains("backfill done"));
  }

  private static String lastOf(Auditd auditd) throws Exception {
    Thread.sleep(1000); // what the kernel handed over is written
    return List.copyOf(logged(auditd).keySet()).getLast();
  }

  /// The kernel's records of the watched file in auditd's log, without what auditd put behind them.
  private static Map<String, List<String>> logged(Auditd auditd) throws Exception {
    Map<String, List<String>> events = new LinkedHashMap<>();
    for (String line : auditd.log().split("\n")) {
      Matcher parts = LINE.matcher(line);
      if (parts.matches() && !parts.group(1).matches("DAEMON_.*|EOE")) {
        String stamp = parts.group(3) + "." + parts.group(4) + ":" + parts.group(5);
        String text = line.contains("\u001d") ? line.substring(0, line.indexOf('\u001d')) : line;
        events.computeIfAbsent(stamp, _ -> new ArrayList<>()).add(text);
      }
    }
    events
        .values()
        .removeIf(lines -> lines.stream().noneMatch(line -> line.contains("key=\"backfill\"")));
    return events;
  }

  private record Spooled(List<String> lines, boolean backfilled, boolean incomplete) {}

  private static Map<String, List<Spooled>> spooled(Path spool) {
    Map<String, List<Spooled>> events = new LinkedHashMap<>();
    SpoolInspector.of(spool)
        .cat(
            frame -> {
              if (frame.kind() == EventKind.AUDIT) {
                String stamp =
                    "%d.%03d:%d"
                        .formatted(frame.stampSeconds(), frame.stampMillis(), frame.serial());
                boolean backfilled = (frame.flags() & EventFlags.BACKFILLED) != 0;
                boolean incomplete = (frame.flags() & EventFlags.INCOMPLETE) != 0;
                events
                    .computeIfAbsent(stamp, _ -> new ArrayList<>())
                    .add(new Spooled(lines(frame), backfilled, incomplete));
              }
              return true;
            });
    return events;
  }

  private static List<String> lines(FrameFlyweight frame) {
    List<String> lines = new ArrayList<>();
    frame.rewindRecords();
    while (frame.nextRecord()) {
      byte[] text = new byte[frame.recordTextLength()];
      Memory.copy(frame.recordText(), text, 0, text.length);
      lines.add(
          "type=%s msg=%s"
              .formatted(
                  RecordTypes.name(frame.recordType()), new String(text, StandardCharsets.UTF_8)));
    }
    return lines;
  }
}
