package io.coreaudit.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.LogFeed.Event;
import io.coreaudit.event.LogFeed.Line;
import io.coreaudit.record.RecordTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/// What holds for any interleaving of records.
class AssemblerPropertiesTest {
  private static final String[] TYPES = {
    "SYSCALL",
    "PATH",
    "CWD",
    "EXECVE",
    "PROCTITLE",
    "EOE",
    "EOE",
    "USER_AUTH",
    "LOGIN",
    "AVC",
    "CONFIG_CHANGE",
    "UNKNOWN[1420]",
    "NOT_A_TYPE",
    "MAC_UNLBL_ALLOW",
    "KERNEL",
    "URINGOP"
  };
  private static final String[] NODES = {"", "", "", "node=a ", "node=bb "};
  private static final long SECOND = 1_000_000_000L;

  private static String line(Random random, long second, int serials) {
    return NODES[random.nextInt(NODES.length)]
        + "type="
        + TYPES[random.nextInt(TYPES.length)]
        + " msg=audit("
        + second
        + ".00"
        + random.nextInt(3)
        + ":"
        + random.nextInt(serials)
        + "): item="
        + "x".repeat(random.nextInt(10) == 0 ? random.nextInt(15_000) : random.nextInt(60));
  }

  /// Every record goes somewhere, exactly once: into an event that is handed on, or into a counter.
  @Property(tries = 200)
  void shouldAccountForEveryRecord(@ForAll long seed, @ForAll AssemblerMode mode) {
    Random random = new Random(seed);
    int serials = 1 + random.nextInt(3000);
    long second = 1_700_000_000L;
    long now = 0;
    try (LogFeed feed = new LogFeed(mode, 1 << 16 + random.nextInt(4))) {
      for (int i = 0; i < 1000; i++) {
        switch (random.nextInt(40)) {
          case 0 -> feed.at(now, "type=PATH msg=audit(" + second + ".9999:1): bad stamp");
          case 1 ->
              feed.at(now, "type=EXECVE msg=audit(" + second + ".001:1): " + "x".repeat(1 << 18));
          case 2 -> now += random.nextInt(4) * SECOND / 2;
          case 3 -> second += random.nextInt(4) - 1;
          case 4 -> feed.assembler.onTick(now);
          case 5 -> feed.assembler.forceOldest();
          default -> feed.at(now, line(random, second, serials));
        }
        check(feed);
      }
      feed.assembler.flush();
      check(feed);
      assertThat(feed.count(AssemblerCounter.RECORDS_OPEN)).isZero();
      assertThat(feed.ring.liveRecords()).isZero();
      assertThat(feed.ring.usedBytes()).isZero();
      long records = feed.events.stream().mapToLong(e -> e.records().size()).sum();
      assertThat(feed.count(AssemblerCounter.RECORDS_OUT)).isEqualTo(records);
      assertThat(feed.events.stream().flatMap(e -> e.records().stream()).map(Line::line))
          .doesNotHaveDuplicates();
    }
  }

  private static void check(LogFeed feed) {
    if (feed.count(AssemblerCounter.RECORDS_IN)
        != feed.count(AssemblerCounter.RECORDS_OUT)
            + feed.count(AssemblerCounter.EOE_EATEN)
            + feed.count(AssemblerCounter.RECORDS_NO_STAMP)
            + feed.count(AssemblerCounter.RECORDS_TOO_LONG)
            + feed.count(AssemblerCounter.RECORDS_OPEN)) {
      throw new AssertionError("books do not balance");
    }
    assertThat((long) feed.assembler.openEvents())
        .isEqualTo(feed.count(AssemblerCounter.EVENTS_OPEN));
  }

  /// The grouping of a file is what the rules of libauparse, written down plainly, make of it.
  @Property(tries = 200)
  void shouldGroupAFileAsThePlainRulesDo(@ForAll long seed) {
    Random random = new Random(seed);
    int serials = 1 + random.nextInt(40);
    long second = 1_700_000_000L;
    try (LogFeed feed = new LogFeed(AssemblerMode.FILE, 1 << 24)) {
      PlainRules rules = new PlainRules();
      for (int i = 0; i < 500; i++) {
        if (random.nextInt(20) == 0) {
          second += random.nextInt(6) - 2;
        }
        String line = line(random, second, serials);
        feed.at(0, line);
        rules.line(line, i + 1);
      }
      feed.assembler.flush();
      rules.flush();
      assertThat(groups(feed.events)).isEqualTo(rules.complete);
      Map<String, Integer> repeats = new HashMap<>();
      for (Event event : feed.events) {
        assertThat(event.repeat()).isEqualTo(repeats.merge(event.stamp(), 1, Integer::sum) - 1);
      }
    }
  }

  private static Map<String, List<List<Integer>>> groups(List<Event> events) {
    Map<String, List<List<Integer>>> groups = new HashMap<>();
    for (Event event : events) {
      groups
          .computeIfAbsent(event.stamp(), _ -> new ArrayList<>())
          .add(event.records().stream().map(Line::line).toList());
    }
    return groups;
  }

  /// facts of libauparse, with maps and lists: slow and plain.
  private static final class PlainRules {
    private record Open(long second, List<Integer> lines) {}

    final Map<String, List<List<Integer>>> complete = new HashMap<>();
    private final Map<String, Open> open = new LinkedHashMap<>();

    void line(String line, int number) {
      String node = line.startsWith("node=") ? line.substring(5, line.indexOf(' ')) : "null";
      String stamp = line.substring(line.indexOf('(') + 1, line.indexOf(')'));
      long second = Long.parseLong(stamp.substring(0, stamp.indexOf('.')));
      int millis = Integer.parseInt(stamp.substring(stamp.indexOf('.') + 1, stamp.indexOf(':')));
      String key = node + " " + second + "." + millis + stamp.substring(stamp.indexOf(':'));
      String name = line.substring(line.indexOf("type=") + 5, line.indexOf(" msg="));
      if (!open.containsKey(key) && name.equals("EOE")) {
        return;
      }
      open.computeIfAbsent(key, _ -> new Open(second, new ArrayList<>())).lines.add(number);
      for (String old : List.copyOf(open.keySet())) {
        if (open.get(old).second + 2 <= second) {
          complete(old);
        }
      }
      int type = RecordTypes.number(name);
      if (open.containsKey(key)
          && (type == 1327
              || type == 1320
              || type == 2000
              || (type > 1006 && type < 1300)
              || (type >= 1406 && type <= 1419))) {
        complete(key);
      }
    }

    private void complete(String key) {
      complete.computeIfAbsent(key, _ -> new ArrayList<>()).add(open.remove(key).lines);
    }

    void flush() {
      List.copyOf(open.keySet()).forEach(this::complete);
    }
  }
}
