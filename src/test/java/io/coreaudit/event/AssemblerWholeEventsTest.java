package io.coreaudit.event;

import static io.coreaudit.event.Feeds.only;
import static io.coreaudit.event.Feeds.opened;
import static io.coreaudit.event.Feeds.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.LogFeed.Event;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Which events are whole, of which something is missing, and what ends an operation of io_uring.
final class AssemblerWholeEventsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final Path REAL = Path.of("../test-fixtures/events/netlink/kernel-6.18.records");

  private final Feeds feeds = new Feeds();

  private LogFeed feed(AssemblerMode mode) {
    return feeds.open(mode);
  }

  @AfterEach
  void booksShouldBalance() {
    feeds.close();
  }

  // ---- what is missing

  @ParameterizedTest
  @EnumSource
  void shouldMakeNoEventOfAnEndAlone(AssemblerMode mode) {
    LogFeed feed = feed(mode).lines(opened("1700000000.123:7")[4]);
    assertThat(feed.events).isEmpty();
    assertThat(feed.count(AssemblerCounter.EOE_EATEN)).isEqualTo(1);
  }

  @Test
  void shouldEndAnEventByItsEndWithoutKeepingItButInAFile() {
    String[] records = opened("1700000000.123:7");
    for (AssemblerMode mode : AssemblerMode.values()) {
      LogFeed feed = feed(mode).lines(records[0], records[1], records[2], records[4]);
      assertThat(only(feed).types())
          .isEqualTo(mode == AssemblerMode.FILE ? "SYSCALL CWD PATH EOE" : "SYSCALL CWD PATH");
      assertThat(only(feed).flags()).isZero();
    }
  }

  // ---- io_uring

  private static String[] openedByWorker(String stamp) {
    return new String[] {
      record("URINGOP", stamp, "uring_op=18 success=yes exit=4 items=2 pid=1"),
      record("CWD", stamp, "cwd=\"/\""),
      record("PATH", stamp, "item=0 name=\"/\""),
      record("PATH", stamp, "item=1 name=\"/x\""),
      record("EOE", stamp, "")
    };
  }

  @Test
  void shouldEndAnOperationOfIoUringWithItsLastPath() {
    String[] records = openedByWorker("1700000000.123:7");
    for (AssemblerMode mode : List.of(AssemblerMode.LIVE, AssemblerMode.PLUGIN)) {
      LogFeed feed = feed(mode).lines(records[0], records[1], records[2]);
      assertThat(feed.events).isEmpty();
      feed.lines(records[3]);
      assertThat(only(feed).types()).isEqualTo("URINGOP CWD PATH PATH");
      assertThat(only(feed).flags()).isZero();
      assertThat(feed.lines(records[4]).events).hasSize(1);
    }
    LogFeed file = feed(AssemblerMode.FILE).lines(records);
    assertThat(only(file).types()).as("as libauparse").isEqualTo("URINGOP CWD PATH PATH EOE");
  }

  @Test
  void shouldEndAnOperationOfIoUringWithinASystemCallWithThatCall() {
    String stamp = "1700000000.123:7";
    LogFeed feed = feed(AssemblerMode.LIVE);
    feed.lines(
        record("URINGOP", stamp, "uring_op=18 success=yes items=1"),
        record("SYSCALL", stamp, "arch=c000003e syscall=426 success=yes items=1"),
        record("CWD", stamp, "cwd=\"/\""),
        record("PATH", stamp, "item=0"));
    assertThat(feed.events).isEmpty();
    feed.lines(record("PROCTITLE", stamp, "proctitle=\"x\""));
    assertThat(only(feed).types()).isEqualTo("URINGOP SYSCALL CWD PATH PROCTITLE");
    assertThat(only(feed).flags()).isZero();
  }

  @Test
  void shouldWaitForAnOperationOfIoUringWithoutPathsAndNotCallItIncomplete() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    feed.at(0, record("URINGOP", "1700000000.123:7", "uring_op=16 success=yes items=0"));
    feed.at(0, record("SOCKADDR", "1700000000.123:7", "saddr=02"));
    feed.at(0, openedByWorker("1700000000.124:8")[0]);
    feed.assembler.onTick(2 * SECOND);
    assertThat(feed.events).hasSize(2);
    assertThat(feed.events.getFirst().flags()).isEqualTo(EventFlags.TIMED_OUT);
    assertThat(feed.events.getLast().flags())
        .as("its paths never came")
        .isEqualTo(EventFlags.TIMED_OUT | EventFlags.INCOMPLETE);
    assertThat(feed.count(AssemblerCounter.UNENDED)).isZero();
  }

  @Test
  void shouldCountTheEventsThatLackNothingButTheirProctitle() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    String[] whole = opened("1700000000.123:7");
    String[] cut = opened("1700000000.123:8");
    feed.at(0, whole[0]).at(0, whole[1]).at(0, whole[2]);
    feed.at(0, cut[0]).at(0, cut[1]);
    feed.at(0, opened("1700000000.123:9")[2]);
    feed.assembler.onTick(2 * SECOND);
    assertThat(feed.events).hasSize(3).allMatch(e -> e.has(EventFlags.INCOMPLETE));
    assertThat(feed.count(AssemblerCounter.TIMED_OUT)).isEqualTo(3);
    assertThat(feed.count(AssemblerCounter.UNENDED)).isEqualTo(1);
  }

  @Test
  void shouldFlagPartsWithoutTheirSyscall() {
    String[] records = opened("1700000000.123:7");
    LogFeed feed = feed(AssemblerMode.LIVE).lines(records[1], records[2], records[3], records[4]);
    assertThat(only(feed).flags()).isEqualTo(EventFlags.INCOMPLETE);
    assertThat(feed.count(AssemblerCounter.INCOMPLETE)).isEqualTo(1);
  }

  @Test
  void shouldFlagASyscallThatAnnouncedMorePathsThanCame() {
    String[] records = opened("1700000000.123:7");
    LogFeed feed = feed(AssemblerMode.FILE).lines(records[0], records[1], records[3]);
    assertThat(only(feed).flags()).isEqualTo(EventFlags.INCOMPLETE);
    feed.lines(
        record("URINGOP", "1700000000.124:8", "uring_op=18 success=yes items=2"),
        record("PATH", "1700000000.124:8", "item=0"),
        record("EOE", "1700000000.124:8", ""));
    assertThat(feed.events.getLast().flags()).isEqualTo(EventFlags.INCOMPLETE);
  }

  @Test
  void shouldKnowThatMessageQueuesHideAPath() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    feed.lines(
        record("SYSCALL", "1700000000.123:7", "arch=c000003e syscall=240 success=yes items=2"),
        record("MQ_OPEN", "1700000000.123:7", "oflag=0x40 mode=0600"),
        record("PATH", "1700000000.123:7", "item=0"),
        record("EOE", "1700000000.123:7", ""));
    assertThat(only(feed).flags()).isZero();
  }

  @Test
  void shouldMissNothingInEventsOfTheRealKernel() throws IOException {
    LogFeed feed = feed(AssemblerMode.LIVE);
    int heads = 0;
    for (String line : Files.readAllLines(REAL, StandardCharsets.ISO_8859_1)) {
      if (!line.startsWith("#")) {
        int blank = line.indexOf(' ');
        heads += line.startsWith("1300 ") ? 1 : 0;
        feed.lines("type=" + line.substring(0, blank) + " msg=" + line.substring(blank + 1));
      }
    }
    assertThat(heads).isGreaterThan(10);
    assertThat(feed.events).hasSize(heads).allMatch(e -> e.flags() == 0 && e.repeat() == 0);
    assertThat(feed.events)
        .extracting(Event::types)
        .contains("SYSCALL MQ_OPEN CWD PATH PROCTITLE")
        .anyMatch(types -> types.contains("EXECVE EXECVE EXECVE"));
  }

  @Test
  void shouldFlagASyscallWithoutEndLiveButNotInAFile() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    feed.at(0, record("SYSCALL", "1700000000.123:7", "arch=c000003e syscall=1 items=0"));
    feed.assembler.onTick(2 * SECOND);
    assertThat(only(feed).flags()).isEqualTo(EventFlags.TIMED_OUT | EventFlags.INCOMPLETE);
    LogFeed file = feed(AssemblerMode.FILE);
    file.lines(record("SYSCALL", "1700000000.123:7", "arch=c000003e syscall=1 items=0"));
    file.assembler.flush();
    assertThat(only(file).flags()).isZero();
  }
}
