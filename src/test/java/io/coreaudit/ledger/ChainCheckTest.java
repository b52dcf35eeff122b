package io.coreaudit.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ChainCheckTest {
  private static final String NONE = "0".repeat(64);

  private final AcceptedEvents events = new AcceptedEvents();
  private final List<String> problems = new ArrayList<>();
  private final ChainCheck check = new ChainCheck(ChainKeys.NONE, problems::add);

  @AfterEach
  void close() {
    events.close();
  }

  @Test
  void shouldFindWhatWasAcceptedSound() throws Exception {
    ChainMark first = open(1, 10);
    check.add(events.opened(11, "/late").frame());
    check.add(events.heartbeat(12, first).frame());
    shouldHaveFound(10, 0, 1);
    ChainMark second = open(13, 20);
    check.add(events.heartbeat(21, second).frame());
    assertThat(problems).isEmpty();
    shouldHaveFound(20, 0, 2);
  }

  @Test
  void shouldFindWhatWasChanged() throws Exception {
    open(1, 4);
    events.opened(5, "/etc/shadow");
    ChainMark mark = events.mark(1, 5);
    check.add(events.opened(5, "/etc/motd").frame());
    check.add(events.heartbeat(6, mark).frame());
    assertThat(problems).singleElement().asString().startsWith("events 1 to 5 are not those that");
    shouldHaveFound(0, 5, 1);
  }

  @Test
  void shouldFindWhatIsMissingAndGoOnBehindIt() throws Exception {
    ChainMark first = open(1, 10);
    check.add(events.heartbeat(11, first).frame());
    events.opened(12, "/never");
    ChainMark second = open(13, 20);
    check.add(events.heartbeat(21, second).frame());
    ChainMark third = open(22, 30);
    check.add(events.heartbeat(31, third).frame());
    assertThat(problems)
        .containsExactly("event 12 is missing before event 13, and nothing in the stream says so");
    // 11 and 13 to 20 are between a hash that is known and one that cannot be computed.
    shouldHaveFound(10 + 10, 1, 3);
  }

  @Test
  void shouldSayNothingOfWhatLiesBeforeTheFirstHash() throws Exception {
    events.opened(1, "/gone");
    ChainMark first = open(2, 10);
    check.add(events.heartbeat(11, first).frame());
    shouldHaveFound(0, 0, 1);
    ChainMark second = open(12, 20);
    check.add(events.heartbeat(21, second).frame());
    assertThat(problems).isEmpty();
    shouldHaveFound(10, 0, 2);
  }

  @Test
  void shouldFollowAChainThatBeginsAnew() throws Exception {
    ChainMark first = open(1, 10);
    check.add(events.heartbeat(11, first).frame());
    events.beginAnew();
    open(12, 20);
    check.add(events.heartbeat(21, events.mark(12, 20)).frame());
    assertThat(problems).isEmpty();
    shouldHaveFound(10 + 9, 0, 2);
  }

  @Test
  void shouldNotBelieveWhatIsNoHash() throws Exception {
    ChainMark first = open(1, 4);
    check.add(
        events.heartbeat(5, new ChainMark(first.fromBoot(), 1, first.boot(), 9, NONE)).frame());
    check.add(
        events
            .heartbeat(6, new ChainMark(first.fromBoot(), 1, first.boot(), 4, "no hash"))
            .frame());
    shouldHaveFound(0, 0, 0);
  }

  @Test
  void shouldCheckAHashFarBehindItsHeartbeat() throws Exception {
    ChainMark first = open(1, 2);
    check.add(events.heartbeat(3, first).frame());
    long last = 3 + ChainCheck.MOST_DIGESTS + 100;
    long told = last - 50;
    ChainMark mark = null;
    for (long seq = 4; seq <= last; seq++) {
      check.add(events.opened(seq, "/a").frame());
      mark = seq == told ? events.mark(1, seq) : mark;
    }
    check.add(events.heartbeat(last + 1, mark).frame());
    assertThat(problems).isEmpty();
    shouldHaveFound(told, 0, 2);
  }

  @Test
  void shouldFollowTheChainOverABoot() throws Exception {
    ChainMark first = open(1, 10);
    check.add(events.heartbeat(11, first).frame());
    check.add(events.opened(12, "/last-of-boot").frame());
    events.boot();
    ChainMark second = open(1, 5);
    check.add(events.heartbeat(6, second).frame());
    assertThat(problems).isEmpty();
    shouldHaveFound(10 + 2 + 5, 0, 2);
  }

  @Test
  void shouldFindWhatIsMissingAtTheEndOfABoot() throws Exception {
    ChainMark first = open(1, 10);
    check.add(events.heartbeat(11, first).frame());
    events.opened(12, "/last-of-boot");
    events.boot();
    check.add(events.opened(1, "/a").frame());
    check.add(events.heartbeat(2, events.mark(1, 1)).frame());
    assertThat(problems)
        .singleElement()
        .asString()
        .startsWith("events of the boot before and 1 to 1 are not those that");
  }

  @Test
  void shouldFindWhatIsMissingAtTheBeginOfABoot() throws Exception {
    open(1, 10);
    events.boot();
    open(3, 4);
    check.finish();
    assertThat(problems)
        .containsExactly(
            "events 1 to 2 are missing before event 3, and nothing in the stream says so");
  }

  private void shouldHaveFound(long checked, long wrong, long heartbeats) {
    ChainCheck.Findings found = check.findings();
    assertThat(found.checkedEvents()).isEqualTo(checked);
    assertThat(found.alteredEvents() + found.missingEvents()).isEqualTo(wrong);
    assertThat(found.heartbeats()).isEqualTo(heartbeats);
    assertThat(found.isSound()).isEqualTo(wrong == 0);
  }

  private ChainMark open(long first, long last) throws Exception {
    for (long seq = first; seq <= last; seq++) {
      check.add(events.opened(seq, "/etc/" + seq).frame());
    }
    return events.mark(1, last);
  }
}
