package io.coreaudit.event;

import static io.coreaudit.event.Feeds.only;
import static io.coreaudit.event.Feeds.opened;
import static io.coreaudit.event.Feeds.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.event.LogFeed.Event;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssemblerTest {
  private static final long SECOND = 1_000_000_000L;

  private final Feeds feeds = new Feeds();

  private LogFeed feed(AssemblerMode mode) {
    return feeds.open(mode);
  }

  private LogFeed feed(AssemblerMode mode, long ringBytes) {
    return feeds.open(mode, ringBytes);
  }

  @AfterEach
  void booksShouldBalance() {
    feeds.close();
  }

  // ---- completion

  @ParameterizedTest
  @ValueSource(strings = {"LIVE", "FILE", "PLUGIN"})
  void shouldHandOnAnEventWhenItsLastRecordCame(String mode) {
    LogFeed feed = feed(AssemblerMode.valueOf(mode)).lines(opened("1700000000.123:7"));
    Event event = only(feed);
    assertThat(event.types()).isEqualTo("SYSCALL CWD PATH PROCTITLE");
    assertThat(event.stamp()).isEqualTo("null 1700000000.123:7");
    assertThat(event.flags()).isZero();
    assertThat(feed.count(AssemblerCounter.EOE_EATEN)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "USER",
        "USER_AUTH",
        "DAEMON_START",
        "KERNEL",
        "MAC_UNLBL_ALLOW",
        "MAC_CALIPSO_DEL",
        "ANOM_LOGIN_FAILURES",
        "VIRT_CONTROL",
        "UNKNOWN[1199]",
        "UNKNOWN[2999]",
        "UNKNOWN[5000]"
      })
  void shouldHandOnATypeThatStandsAloneAtOnce(String type) {
    LogFeed feed = feed(AssemblerMode.LIVE).lines(record(type, "1700000000.123:7", "pid=1"));
    assertThat(only(feed).flags()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "LOGIN", "CONFIG_CHANGE", "AVC", "APPARMOR_DENIED", "ANOM_ABEND", "INTEGRITY_DATA",
        "SECCOMP", "TTY", "BPF", "NETFILTER_CFG", "UNKNOWN[1420]", "NOT_A_TYPE"
      })
  void shouldWaitForMoreAfterATypeThatMayBeAPartAndNotCallItIncomplete(String type) {
    LogFeed feed = feed(AssemblerMode.LIVE);
    feed.at(0, record(type, "1700000000.123:7", "pid=1"));
    assertThat(feed.events).isEmpty();
    feed.assembler.onTick(2 * SECOND - 1);
    assertThat(feed.events).isEmpty();
    feed.assembler.onTick(2 * SECOND);
    assertThat(only(feed).flags()).isEqualTo(EventFlags.TIMED_OUT);
  }

  @Test
  void shouldCountTheTimeFromTheLastRecord() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    feed.at(0, opened("1700000000.123:7")[0]);
    feed.at(SECOND, opened("1700000000.124:8")[0]);
    feed.at(3 * SECOND / 2, opened("1700000000.123:7")[1]);
    feed.assembler.onTick(3 * SECOND);
    assertThat(only(feed).serial()).isEqualTo(8);
    feed.assembler.onTick(7 * SECOND / 2);
    assertThat(feed.events).extracting(Event::serial).containsExactly(8L, 7L);
    assertThat(feed.events)
        .allMatch(e -> e.has(EventFlags.TIMED_OUT) && e.has(EventFlags.INCOMPLETE));
  }

  @Test
  void shouldJudgeTimeOutsInOnTickOnly() {
    // The process was stopped for a minute; the rest of the event waited in the socket.
    LogFeed feed = feed(AssemblerMode.LIVE);
    feed.at(0, opened("1700000000.123:7")[0]);
    for (int i = 1; i < 5; i++) {
      feed.at(60 * SECOND, opened("1700000000.123:7")[i]);
    }
    feed.assembler.onTick(60 * SECOND);
    assertThat(only(feed).flags()).isZero();
  }

  @Test
  void shouldNotLookAtTheClockInAFileNorAtStampsLive() {
    LogFeed file = feed(AssemblerMode.FILE);
    file.at(0, record("SYSCALL", "1700000000.123:7", "arch=c000003e syscall=1 items=0"));
    file.assembler.onTick(3600 * SECOND);
    assertThat(file.events).isEmpty();
    file.at(0, record("USER_AUTH", "1700000002.000:8", "a=1"));
    assertThat(file.events).extracting(Event::serial).containsExactly(7L, 8L);
    assertThat(file.events.getFirst().flags())
        .as("many logs have no end")
        .isEqualTo(EventFlags.TIMED_OUT);

    LogFeed live = feed(AssemblerMode.LIVE);
    live.at(0, opened("1700000000.123:7")[0]);
    live.at(0, record("USER_AUTH", "1700003600.000:8", "a=1"));
    assertThat(live.events).extracting(Event::serial).containsExactly(8L);
  }

  @Test
  void shouldLookAtBothAsAPlugin() {
    LogFeed feed = feed(AssemblerMode.PLUGIN);
    feed.at(0, opened("1700000000.123:7")[0]);
    feed.at(0, record("USER_AUTH", "1700000002.000:8", "a=1"));
    feed.at(0, opened("1700000002.123:9")[0]);
    feed.assembler.onTick(2 * SECOND);
    assertThat(feed.events).extracting(Event::serial).containsExactly(7L, 8L, 9L);
  }

  @Test
  void shouldNotBeHeldUpByAnOlderEvent() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    feed.lines(opened("1700000000.123:7")[0]);
    feed.lines(opened("1700000000.123:8"));
    assertThat(only(feed).serial()).isEqualTo(8);
  }

  @Test
  void shouldKeepInterleavedEventsApart() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    for (int i = 0; i < 4; i++) {
      for (int serial = 100; serial < 200; serial++) {
        feed.lines(opened("1700000000.123:" + serial)[i]);
      }
    }
    assertThat(feed.events)
        .hasSize(100)
        .allMatch(e -> e.types().equals("SYSCALL CWD PATH PROCTITLE"));
  }

  @Test
  void shouldTakeRecordsOutOfOrderAndTwice() {
    String[] records = opened("1700000000.123:7");
    LogFeed feed =
        feed(AssemblerMode.LIVE).lines(records[2], records[0], records[1], records[1], records[4]);
    assertThat(only(feed).types()).isEqualTo("PATH SYSCALL CWD CWD");
    assertThat(only(feed).flags()).isZero();
  }

  @Test
  void shouldNumberFurtherEventsOfTheSameStamp() {
    String[] records = opened("1700000000.123:7");
    LogFeed feed = feed(AssemblerMode.FILE);
    feed.lines(records).lines(records[2], records[4]).lines(records[2], records[3], records[4]);
    assertThat(feed.events).extracting(Event::repeat).containsExactly(0, 1, 2);
    assertThat(feed.count(AssemblerCounter.REPEATED)).isEqualTo(2);
    feed.lines("node=a " + records[3]);
    assertThat(feed.events.getLast().repeat()).as("another node").isZero();
  }

  @Test
  void shouldForgetStampsCompletedLongAgo() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    String[] records = opened("1700000000.123:7");
    feed.lines(records[0], records[1], records[2], records[3]);
    feed.lines(records[3]);
    assertThat(feed.events.getLast().repeat()).isEqualTo(1);
    for (int serial = 1000; serial < 1000 + 4095; serial++) {
      feed.lines(record("USER_AUTH", "1700000000.123:" + serial, "a=1"));
    }
    feed.lines(records[3]);
    assertThat(feed.events.getLast().repeat()).isEqualTo(2);
    feed.lines(record("USER_AUTH", "1700000000.124:1", "a=1"), records[3]);
    assertThat(feed.events.getLast().repeat()).as("forgotten").isZero();
  }

  @Test
  void shouldGiveNoIdTwiceToAnEventThatGoesOnAfterItsStampWasForgotten() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    feed.at(0, record("AVC", "1700000000.123:7", "a=1"));
    feed.assembler.onTick(2 * SECOND);
    assertThat(only(feed).repeat()).isZero();
    for (int serial = 1000; serial < 1000 + 4096; serial++) {
      feed.lines(record("USER_AUTH", "1700000001.123:" + serial, "a=1"));
    }
    assertThat(feed.events).allMatch(event -> event.repeat() == 0);
    feed.lines(opened("1700000000.123:7"));
    assertThat(feed.events.getLast().repeat()).isEqualTo(AssembledEvent.REPEAT_UNKNOWN);
    assertThat(feed.events.getLast().serial()).isEqualTo(7);
    feed.lines(record("USER_AUTH", "1700000001.124:9000", "a=1"));
    assertThat(feed.events.getLast().repeat()).as("a newer one").isZero();
  }

  @Test
  void shouldCountRepeatsNoFurtherThanAFrameHolds() {
    LogFeed feed = feed(AssemblerMode.FILE);
    for (int i = 0; i <= 0x1_0000; i++) {
      feed.lines(record("USER_AUTH", "1700000000.123:7", "a=1"));
    }
    assertThat(feed.events.get(0xfffe).repeat()).isEqualTo(0xfffe);
    assertThat(feed.events.getLast().repeat()).isEqualTo(AssembledEvent.REPEAT_UNKNOWN);
  }

  @Test
  void shouldTellNodesApart() {
    String[] records = opened("1700000000.123:7");
    LogFeed feed =
        feed(AssemblerMode.PLUGIN)
            .lines(
                "node=a " + records[0], "node=ab " + records[0], records[0], "node=b " + records[0])
            .lines(
                records[4],
                "node=ab " + records[4],
                "node=b " + records[4],
                "node=a " + records[4]);
    assertThat(feed.events).extracting(Event::node).containsExactly(null, "ab", "b", "a");
    assertThat(feed.events).allMatch(e -> e.types().equals("SYSCALL") && e.repeat() == 0);
  }

  @Test
  void shouldTakeTheReceiveTimeOfTheFirstRecord() {
    List<Long> times = new ArrayList<>();
    try (LogFeed feed = new LogFeed(AssemblerMode.LIVE, 1 << 20)) {
      Assembler assembler =
          new Assembler(feed.ring, AssemblerMode.LIVE, event -> times.add(event.receiveTimeNs()));
      assembler.receiveTime(111);
      accept(feed, assembler, 1300, "audit(1700000000.123:7): a=1");
      assembler.receiveTime(222);
      accept(feed, assembler, 1320, "audit(1700000000.123:7): ");
      accept(feed, assembler, 1100, "audit(1700000000.123:8): a=1");
    }
    assertThat(times).containsExactly(111L, 222L);
  }

  private static boolean accept(LogFeed feed, Assembler assembler, int type, String text) {
    long address = feed.buffer(text.getBytes(StandardCharsets.ISO_8859_1));
    return assembler.accept(type, 0, 0, address, text.length(), 0);
  }

  // ---- clocks and serials

  @Test
  void shouldSurviveAClockThatGoesBackAndASerialThatWraps() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    feed.lines(opened("1700000000.123:4294967295"));
    feed.lines(opened("1600000000.001:0"));
    feed.lines(opened("1600000000.001:1"));
    assertThat(feed.events).hasSize(3).allMatch(e -> e.flags() == 0);
    assertThat(feed.assembler.gaps().lostEvents()).isZero();
    feed.assembler.onTick(-5 * SECOND);
    feed.assembler.onTick(10 * SECOND);
    assertThat(feed.assembler.gaps().lostEvents()).isZero();
  }

  @Test
  void shouldCompleteOlderEventsWhenTheStampsOfAFileGoBackAndForth() {
    LogFeed feed = feed(AssemblerMode.FILE);
    feed.lines(
        opened("1700000010.000:1")[0],
        opened("1700000000.000:2")[0], // ten seconds back: completes nothing
        opened("1700000001.000:3")[0]);
    assertThat(feed.events).isEmpty();
    feed.lines(opened("1700000011.000:4")[0]);
    assertThat(feed.events).extracting(Event::serial).containsExactly(2L, 3L);
    feed.lines(opened("1700000012.000:5")[0]);
    assertThat(feed.events).extracting(Event::serial).containsExactly(2L, 3L, 1L);
  }

  @Test
  void shouldTellLiveWhichSerialsNeverCame() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    feed.lines(opened("1700000000.123:10"));
    feed.lines(opened("1700000000.123:15")[4]); // an end alone: nothing of it came
    feed.lines(record("USER_AUTH", "1700000000.123:16", "a=1"));
    feed.assembler.onTick(0);
    feed.assembler.onTick(SECOND);
    assertThat(feed.assembler.gaps().firstMissing()).isEqualTo(11);
    assertThat(feed.assembler.gaps().lastMissing()).isEqualTo(15);
    assertThat(feed.assembler.gaps().takeLost()).isEqualTo(5);
    feed.lines(record("USER_AUTH", "1700000000.123:16", "a=1"));
    assertThat(feed.assembler.gaps().lateEvents()).isZero();
  }

  // ---- bounds

  @Test
  void shouldForceOutTheOldestEventWhenTooManyAreOpen() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    for (int serial = 0; serial < Assembler.IN_FLIGHT; serial++) {
      feed.lines(opened("1700000000.123:" + serial)[0]);
    }
    assertThat(feed.events).isEmpty();
    feed.lines(opened("1700000000.123:0")[1]); // the oldest stays the oldest
    feed.lines(opened("1700000000.123:" + Assembler.IN_FLIGHT)[0]);
    assertThat(only(feed).serial()).isZero();
    assertThat(only(feed).flags()).isEqualTo(EventFlags.FORCED | EventFlags.INCOMPLETE);
    assertThat(feed.count(AssemblerCounter.FORCED_TABLE)).isEqualTo(1);
    assertThat(feed.count(AssemblerCounter.FORCED_RING)).isZero();
    assertThat(feed.count(AssemblerCounter.EVENTS_OPEN)).isEqualTo(Assembler.IN_FLIGHT);
  }

  @Test
  void shouldForceOutTheOldestEventWhenTheRingIsFull() {
    LogFeed feed = feed(AssemblerMode.LIVE, 1 << 16);
    String long4k = "key=" + "x".repeat(4000);
    for (int serial = 0; serial < 100; serial++) {
      feed.lines(record("SYSCALL", "1700000000.123:" + serial, long4k));
    }
    assertThat(feed.events).hasSizeBetween(84, 86).allMatch(e -> e.has(EventFlags.FORCED));
    assertThat(feed.count(AssemblerCounter.FORCED_RING)).isEqualTo(feed.events.size());
    assertThat(feed.count(AssemblerCounter.FORCED_TABLE)).isZero();
    for (int i = 0; i < feed.events.size(); i++) {
      assertThat(feed.events.get(i).serial()).isEqualTo(i);
    }
  }

  @Test
  void shouldDropWhatIsLongerThanAQuarterOfTheRing() {
    try (LogFeed feed = new LogFeed(AssemblerMode.LIVE, 1 << 16)) {
      String text = "audit(1700000000.123:7): a=" + "x".repeat(1 << 14);
      assertThat(accept(feed, feed.assembler, 1300, text)).isFalse();
      assertThat(feed.count(AssemblerCounter.RECORDS_TOO_LONG)).isEqualTo(1);
      assertThat(feed.count(AssemblerCounter.RECORDS_IN)).isEqualTo(1);
      assertThat(feed.assembler.openEvents()).isZero();
    }
  }

  @Test
  void shouldRefuseToForceRecordsThatItWasNotGiven() {
    try (LogFeed feed = new LogFeed(AssemblerMode.LIVE, 1 << 16)) {
      long text = feed.buffer(new byte[16_000]);
      for (int i = 0; i < 4; i++) {
        feed.ring.append(1300, 0, 0, text, 16_000);
      }
      assertThatThrownBy(() -> feed.assembler.accept(1300, 0, 0, text, 16_000, 0))
          .hasMessageContaining("4 records that were not given");
      assertThat(feed.assembler.forceOldest()).isFalse();
    }
  }

  @Test
  void shouldCountRecordsWithoutStamp() {
    LogFeed feed = feed(AssemblerMode.LIVE);
    for (String text :
        List.of("", "garbage", "audit(", "audit(1.1:1): ", "\0\0\0\0\0\0\0\0\0\0\0\0")) {
      assertThat(accept(feed, feed.assembler, 1300, text)).isTrue();
    }
    assertThat(feed.count(AssemblerCounter.RECORDS_NO_STAMP)).isEqualTo(5);
    assertThat(feed.events).isEmpty();
  }

  @Test
  void shouldHoldTheKernelsLargestRecordAndAnExecveOfThousandsOfArguments() {
    LogFeed feed = feed(AssemblerMode.LIVE, 1 << 22);
    String stamp = "1700000000.123:7";
    List<String> lines = new ArrayList<>();
    lines.add(record("SYSCALL", stamp, "arch=c000003e syscall=59 items=1"));
    int argument = 0;
    for (int piece = 0; piece < 300; piece++) {
      StringBuilder fields = new StringBuilder(piece == 0 ? "argc=60000" : " ");
      while (fields.length() < 8960) {
        fields.append(" a").append(argument++).append("=\"").append("y".repeat(30)).append('"');
      }
      lines.add(record("EXECVE", stamp, fields.substring(0, 8930)));
    }
    lines.add(record("PATH", stamp, "item=0"));
    lines.add(record("EOE", stamp, ""));
    feed.lines(lines.toArray(String[]::new));
    assertThat(only(feed).records()).hasSize(302);
    assertThat(only(feed).flags()).isZero();
    assertThat(argument).isGreaterThan(60_000);
  }

  @Test
  void shouldFreeTheRecordsOfAnEventWhoseHandlerThrew() {
    try (LogFeed feed = new LogFeed(AssemblerMode.LIVE, 1 << 16)) {
      Assembler assembler =
          new Assembler(
              feed.ring,
              AssemblerMode.LIVE,
              event -> {
                throw new UnsupportedOperationException("disk");
              });
      assertThatThrownBy(() -> accept(feed, assembler, 1100, "audit(1700000000.123:7): a=1"))
          .hasMessage("disk");
      assertThat(feed.ring.liveRecords()).isZero();
      assertThat(assembler.openEvents()).isZero();
    }
  }
}
