package io.coreaudit.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.SerialGaps;
import io.coreaudit.telemetry.Counters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LossTellerTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long TICK_NS = SECOND_NS / 4;

  private final SerialGaps gaps = new SerialGaps();
  private final Counters<IntakeCounter> counters = new Counters<>("intake", IntakeCounter.class);
  private final List<String> told = new ArrayList<>();
  private final LossTeller losses = new LossTeller(gaps, counters, this::note);
  private boolean refusing;
  private long nowNs;
  private long serial = 1000;

  private boolean note(OwnEvent event) {
    if (refusing) {
      return false;
    }
    told.add(new String(event.text(), StandardCharsets.US_ASCII));
    return true;
  }

  /// Time passes; each tick as many serials come.
  private void pass(int seconds, int serialsATick) {
    for (long until = nowNs + seconds * SECOND_NS; nowNs < until; nowNs += TICK_NS) {
      for (int i = 0; i < serialsATick; i++) {
        came(serial++);
      }
      gaps.tick(nowNs);
      losses.tick(nowNs);
    }
  }

  /// A record whose event began now.
  private void came(long kernelSerial) {
    gaps.onSerial(kernelSerial, nowNs / 1_000_000);
  }

  private void overrun(int lostEvents) {
    losses.overrun(nowNs);
    losses.drained(5L * lostEvents);
    serial += lostEvents;
  }

  @Test
  void shouldTellALossWhileTheStreamGoesOn() {
    pass(2, 100);
    overrun(70);
    pass(4, 100);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst())
        .contains("reason=\"netlink_overrun\" events=70 overruns=1 dropped_records=350")
        .contains("first_serial=1800 last_serial=1869");
    pass(70, 100);
    assertThat(told).hasSize(1);
    assertThat(counters.value(IntakeCounter.LOST_EVENTS)).isEqualTo(70);
    assertThat(counters.value(IntakeCounter.UNSEEN_SERIALS)).isZero();
  }

  @Test
  void shouldTellALossLargerThanTheWindowOfSerials() {
    pass(2, 100);
    losses.overrun(nowNs);
    nowNs += 3 * SECOND_NS; // a full buffer takes its time
    losses.drained(1_000_000);
    serial += 200_000;
    pass(6, 100);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst()).contains("events=200000 overruns=1 dropped_records=1000000");
    pass(70, 100);
    assertThat(counters.value(IntakeCounter.UNSEEN_SERIALS)).isZero();
  }

  @Test
  void shouldWaitForTheSerialThatShowsALossAtTheEnd() {
    pass(2, 100);
    overrun(70);
    pass(5, 0);
    assertThat(told).isEmpty();
    assertThat(losses.pending()).isTrue();
    came(serial++);
    pass(4, 0);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst()).contains("events=70");
    assertThat(losses.pending()).isFalse();
  }

  @Test
  void shouldTellOverrunsThatDoNotEnd() {
    pass(2, 100);
    for (int i = 0; i < 30; i++) {
      overrun(10);
      pass(1, 100);
    }
    assertThat(told).hasSizeGreaterThanOrEqualTo(2);
    pass(5, 100);
    assertThat(told.stream().mapToLong(text -> number(text, "events=")).sum()).isEqualTo(300);
    assertThat(told.stream().mapToLong(text -> number(text, "overruns=")).sum()).isEqualTo(30);
    assertThat(told.stream().mapToLong(text -> number(text, "dropped_records=")).sum())
        .isEqualTo(1500);
  }

  @Test
  void shouldTellMissingSerialsWithoutAnOverrunApart() {
    pass(2, 100);
    serial += 3;
    pass(70, 100);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst()).contains("reason=\"serials_unseen\" events=3");
    assertThat(counters.value(IntakeCounter.LOST_EVENTS)).isZero();
  }

  @Test
  void shouldTellAtTheEndWhatIsOpen() {
    pass(2, 100);
    overrun(70);
    came(serial);
    losses.finish();
    assertThat(told).hasSize(1);
    assertThat(told.getFirst()).contains("events=70 overruns=1 dropped_records=350");
  }

  @Test
  void shouldKeepWhatTheSpoolRefusedToBeTold() {
    pass(2, 100);
    refusing = true;
    overrun(70);
    pass(5, 100);
    overrun(30);
    pass(5, 100);
    assertThat(told).isEmpty();
    assertThat(losses.pending()).isTrue();
    refusing = false;
    pass(1, 100);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst()).contains("events=100 overruns=2 dropped_records=500");
    pass(70, 100);
    assertThat(told).hasSize(1);
  }

  @Test
  void shouldKeepUnseenSerialsThatTheSpoolRefusedToBeTold() {
    pass(2, 100);
    serial += 3;
    refusing = true;
    pass(70, 100);
    serial += 4;
    pass(5, 100);
    refusing = false;
    pass(1, 100);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst()).contains("reason=\"serials_unseen\" events=7");
  }

  @Test
  void shouldTellEventsThatAFullRingEnded() {
    refusing = true;
    losses.ringFull(5);
    assertThat(losses.pending()).isTrue();
    losses.tick(nowNs);
    losses.ringFull(2);
    refusing = false;
    losses.tick(nowNs);
    losses.tick(nowNs);
    assertThat(told).containsExactly("reason=\"ring_full\" events=7");
    assertThat(losses.pending()).isFalse();
  }

  @Test
  void shouldTellWhatWasMissedWhileNoAgentRan() {
    gaps.goOnAfter(serial - 51);
    losses.agentWasDown(true, 3);
    pass(30, 0);
    assertThat(told).as("nobody knows yet").isEmpty();
    pass(4, 100);
    assertThat(told)
        .containsExactly(
            "reason=\"agent_down\" events=53 first_serial=950 last_serial=999"
                + " estimate=\"excluded records take serials too\"");
    serial += 3;
    pass(70, 100);
    assertThat(told).hasSize(2);
    assertThat(told.getLast()).contains("reason=\"serials_unseen\" events=3");
    assertThat(counters.value(IntakeCounter.MISSED_EVENTS)).isEqualTo(53);
    assertThat(losses.owedEvents()).isZero();
  }

  @Test
  void shouldTellOnlyWhatAuditdsLogDidNotHaveEither() {
    gaps.goOnAfter(serial - 51);
    losses.agentWasDown(true, 3);
    losses.awaitsBackfill();
    pass(20, 100);
    assertThat(told).as("it may be found yet").isEmpty();
    losses.backfilled(900); // of a start before that was killed in its backfill
    losses.backfilled(0); // a further event of one of them
    for (long found = 950; found < 990; found++) {
      losses.backfilled(found);
    }
    assertThat(losses.owedEvents()).as("left to the next process by a stop now").isEqualTo(12);
    losses.finish();
    assertThat(told).isEmpty();
    losses.backfillIsOver("the spool is nearly full");
    pass(1, 100);
    assertThat(told)
        .containsExactly(
            "reason=\"agent_down\" events=12 first_serial=950 last_serial=999 backfilled=41"
                + " backfill=\"the spool is nearly full\""
                + " estimate=\"excluded records take serials too\"");
    assertThat(losses.owedEvents()).isZero();
    assertThat(counters.value(IntakeCounter.MISSED_EVENTS)).isEqualTo(12);
  }

  @Test
  void shouldTellNothingWhenAuditdsLogHadAll() {
    gaps.goOnAfter(serial - 3);
    losses.agentWasDown(true, 0);
    losses.awaitsBackfill();
    pass(5, 100);
    losses.backfilled(998);
    losses.backfilled(999);
    losses.backfillIsOver(null);
    pass(70, 100);
    assertThat(told).isEmpty();
    assertThat(losses.owedEvents()).isZero();
    assertThat(counters.value(IntakeCounter.MISSED_EVENTS)).isZero();
  }

  @Test
  void shouldTellWhatAnEndWithoutRoomLeftUntold() {
    losses.agentWasDown(false, 7);
    refusing = true;
    pass(1, 0);
    assertThat(losses.owedEvents()).isEqualTo(7);
    refusing = false;
    pass(1, 0);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst()).startsWith("reason=\"agent_down\" events=7 estimate=");
  }

  @Test
  void shouldTakeBackWhatCameAfterAll() {
    pass(2, 100);
    serial += 3;
    pass(70, 100);
    came(gaps.firstMissing());
    pass(70, 100);
    assertThat(told).hasSize(2);
    assertThat(told.getLast()).isEqualTo("reason=\"came_late\" events=1");
    assertThat(counters.value(IntakeCounter.LATE_EVENTS)).isEqualTo(1);
  }

  @Test
  void shouldTellAtTheEndWhatIsLeftUnread() {
    losses.unread(4711);
    losses.finish();
    assertThat(told).containsExactly("reason=\"unread_at_stop\" bytes=4711");
  }

  @Test
  void shouldTellEventsThatAFullTableCut() {
    losses.tableFull(5);
    losses.tick(nowNs);
    assertThat(told).containsExactly("reason=\"table_full\" events=5");
  }

  private static long number(String text, String name) {
    int from = text.indexOf(' ' + name) + 1 + name.length();
    int to = from;
    while (to < text.length() && Character.isDigit(text.charAt(to))) {
      to++;
    }
    return Long.parseLong(text.substring(from, to));
  }
}
