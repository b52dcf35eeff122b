package io.coreaudit.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.event.LogFeed.Event;
import io.coreaudit.event.LogFeed.Line;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Groups logs into events and compares with what libauparse 4.2.2 made of them.
///
/// `X.log` or `X.log.gz` is a log, `X.events.jsonl.gz` beside it libauparse's events. Compared are,
/// per stamp and node, the events in the order of their first lines, and the type and line of each
/// record.
class GroupingTest {
  private static final Path FIXTURES = Path.of("../test-fixtures/events");
  private static final Pattern AVC_PERMISSIONS = Pattern.compile("type=AVC .* \\{ (.*?) \\} ");
  private static final Path SHARED =
      Path.of(System.getProperty("coreaudit.shared", "../../shared"))
          .resolve("fixtures/decode/real");

  @TestFactory
  Stream<DynamicTest> shouldGroupAsLibauparseDoes() throws IOException {
    return logsBelow(FIXTURES)
        .map(log -> DynamicTest.dynamicTest(log.toString(), () -> compare(log)));
  }

  @Test
  void shouldFindTheFixtures() throws IOException {
    assertThat(logsBelow(FIXTURES)).hasSizeGreaterThan(50);
  }

  @Test
  void shouldGroupLogsOfOtherProjectsAsLibauparseDoes() throws IOException {
    assumeTrue(
        Files.isDirectory(SHARED),
        SHARED + " is not there: logs of other projects lie beside a checkout of the project only");
    for (Path log : logsBelow(SHARED).toList()) {
      compare(log);
    }
  }

  @Test
  void shouldFlagAsIncompleteNoEventOfARealLog() throws IOException {
    assumeTrue(Files.isDirectory(SHARED), SHARED + " is not there");
    try (LogFeed feed = new LogFeed(AssemblerMode.FILE, 1 << 24)) {
      feed.file(LogFeed.read(SHARED.resolve("audit-userspace/test3.log"))).assembler.flush();
      assertThat(feed.events).isNotEmpty();
      assertThat(feed.events).noneMatch(event -> event.has(EventFlags.INCOMPLETE));
    }
  }

  private static Stream<Path> logsBelow(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(f -> f.toString().endsWith(".log") || f.toString().endsWith(".log.gz"))
          .sorted()
          .toList()
          .stream();
    }
  }

  private static void compare(Path log) {
    Path expected =
        log.resolveSibling(
            log.getFileName().toString().replaceFirst("\\.log(\\.gz)?$", ".events.jsonl.gz"));
    try (LogFeed feed = new LogFeed(AssemblerMode.FILE, 1 << 24)) {
      feed.file(LogFeed.read(log), GroupingTest::isLostByLibauparse).assembler.flush();
      assertThat(byStamp(feed.events))
          .as(log.toString())
          .isEqualTo(byStamp(expectedEvents(expected)));
      assertThat(feed.ring.liveRecords()).isZero();
      for (List<Event> events : byStampEvents(feed.events).values()) {
        for (int i = 0; i < events.size(); i++) {
          assertThat(events.get(i).repeat()).isEqualTo(i);
        }
      }
    }
  }

  // A defect of the oracle: it drops an AVC whose list of permissions is longer than its buffer.
  private static boolean isLostByLibauparse(String line) {
    Matcher permissions = AVC_PERMISSIONS.matcher(line);
    return permissions.find() && permissions.group(1).length() > 255;
  }

  private static List<Event> expectedEvents(Path file) {
    ObjectMapper json = new ObjectMapper();
    List<Event> events = new ArrayList<>();
    try {
      for (String line : new String(LogFeed.read(file), StandardCharsets.UTF_8).split("\n")) {
        if (line.isBlank()) {
          continue;
        }
        JsonNode event = json.readTree(line);
        List<Line> records = new ArrayList<>();
        for (JsonNode record : event.get("records")) {
          records.add(new Line(record.get("type_id").asInt(), record.get("line").asInt()));
        }
        events.add(
            new Event(
                event.get("node").isNull() ? null : event.get("node").asText(),
                event.get("sec").asLong(),
                event.get("ms").asInt(),
                event.get("serial").bigIntegerValue().longValue(),
                0,
                0,
                records));
      }
    } catch (IOException e) {
      throw new AssertionError(file.toString(), e);
    }
    // libauparse hands out finished events of one stamp in the order of its table's slots.
    events.sort(Comparator.comparingInt(event -> event.records().getFirst().line()));
    return events;
  }

  private static Map<String, List<Event>> byStampEvents(List<Event> events) {
    Map<String, List<Event>> grouped = new TreeMap<>();
    for (Event event : events) {
      grouped.computeIfAbsent(event.stamp(), _ -> new ArrayList<>()).add(event);
    }
    return grouped;
  }

  private static Map<String, List<List<Line>>> byStamp(List<Event> events) {
    Map<String, List<List<Line>>> grouped = new TreeMap<>();
    for (Event event : events) {
      grouped.computeIfAbsent(event.stamp(), _ -> new ArrayList<>()).add(event.records());
    }
    return grouped;
  }
}
