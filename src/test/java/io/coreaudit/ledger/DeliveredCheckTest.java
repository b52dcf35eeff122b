package io.coreaudit.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a receiver may do to events, and what of it shows.
final class DeliveredCheckTest {
  private final AcceptedEvents events = new AcceptedEvents();
  private final List<String> problems = new ArrayList<>();
  private final ChainCheck check = new ChainCheck(ChainKeys.NONE, problems::add);

  @AfterEach
  void close() {
    events.close();
  }

  @Test
  void shouldTakeWhatComesTwice() throws Exception {
    List<DeliveredEvent> sent = new ArrayList<>(accepted(1, 20));
    sent.add(events.heartbeat(21, events.mark(1, 20)).delivered());
    sent.addAll(List.copyOf(sent.subList(10, 21)));
    sent.addAll(accepted(22, 30));
    sent.add(events.heartbeat(31, events.mark(1, 30)).delivered());
    ChainCheck.Findings found = check(sent);
    assertThat(problems).isEmpty();
    assertThat(found.repeatedEvents()).isEqualTo(11);
    assertThat(found.checkedEvents()).isEqualTo(30);
    assertThat(found.heartbeats()).isEqualTo(2);
    assertThat(found.isSound()).isTrue();
  }

  @Test
  void shouldNameTheEventThatCameTwiceAndDiffers() throws Exception {
    List<DeliveredEvent> sent = new ArrayList<>(accepted(1, 20));
    AcceptedEvents forged = new AcceptedEvents();
    sent.add(forged.opened(7, "/etc/forged").delivered());
    ChainCheck.Findings found = check(sent);
    assertThat(problems)
        .containsExactly(
            "event 7 (node-1:7) came before, and was not the same: one of the two was changed");
    assertThat(found.alteredEvents()).isOne();
    forged.close();
  }

  @Test
  void shouldNameTheEventThatIsOutOfItsPlaceAndStillVerifyIt() throws Exception {
    List<DeliveredEvent> sent = new ArrayList<>(accepted(1, 20));
    sent.add(12, sent.remove(4));
    sent.add(events.heartbeat(21, events.mark(1, 20)).delivered());
    ChainCheck.Findings found = check(sent);
    assertThat(problems).containsExactly("event 5 (node-1:5) comes behind event 13: wrong order");
    assertThat(found.disorderedEvents()).isOne();
    assertThat(found.missingEvents()).isZero();
    assertThat(found.checkedEvents()).isEqualTo(20);
    assertThat(found.isSound()).isFalse();
  }

  @Test
  void shouldTellWhatIsMissingFromWhatTheStreamSaysIsMissing() throws Exception {
    List<DeliveredEvent> sent = new ArrayList<>(accepted(1, 20));
    sent.removeIf(event -> event.seq() >= 5 && event.seq() <= 7 || event.seq() == 11);
    sent.add(events.heartbeat(21, events.mark(1, 20)).delivered());
    sent.addAll(accepted(22, 30));
    sent.add(events.heartbeat(31, events.mark(1, 30)).delivered());
    check.tell(5, 7, "spool_overrun");
    check.tell(5, 7, "spool_overrun");
    ChainCheck.Findings found = check(sent);
    assertThat(problems)
        .containsExactly(
            "events 5 to 7 are missing before event 8 (node-1:8): the stream says so"
                + " (spool_overrun)",
            "event 11 is missing before event 12 (node-1:12), and nothing in the stream says so");
    assertThat(found.missingEvents()).isEqualTo(4);
    assertThat(found.toldEvents()).isEqualTo(3);
    assertThat(found.checkedEvents()).as("behind the next heartbeat").isEqualTo(10);
  }

  /// Of what lies behind the sink's cursor a later heartbeat tells; and what none tells is missing.
  @Test
  void shouldTakeWhatHeartbeatsSayOfTheFilterAsLeftOutOnPurpose() throws Exception {
    List<DeliveredEvent> sent = new ArrayList<>(accepted(1, 20));
    sent.removeIf(event -> event.seq() >= 5 && event.seq() <= 7 || event.seq() >= 16);
    sent.add(beat(21, 16, "filter 5-6"));
    sent.addAll(accepted(22, 30));
    sent.removeIf(event -> event.seq() == 25 || event.seq() == 27);
    sent.add(beat(31, 30, "filter 16-20, overrun 25"));
    check.ofSink("siem");
    ChainCheck.Findings found = check(sent);
    assertThat(problems)
        .containsExactly(
            "1 of events 5 to 7 are missing before event 8 (node-1:8), and nothing in the stream"
                + " says so",
            "event 25 is missing before event 26 (node-1:26): the stream says so (overrun)",
            "event 27 is missing before event 28 (node-1:28), and nothing in the stream says so");
    assertThat(found.leftOutEvents()).isEqualTo(7);
    assertThat(found.missingEvents()).isEqualTo(3);
    assertThat(found.toldEvents()).isEqualTo(1);
  }

  @Test
  void shouldFindAStreamSoundOfWhichOnlyTheFilterLeavesSomethingOut() throws Exception {
    List<DeliveredEvent> sent = new ArrayList<>(accepted(1, 20));
    sent.removeIf(event -> event.seq() % 2 == 0);
    sent.add(beat(21, 20, "filter 2, 4, 6, 8, 10, 12, 14, 16, 18, 20"));
    check.ofSink("siem");
    ChainCheck.Findings found = check(sent);
    assertThat(problems).isEmpty();
    assertThat(found.leftOutEvents()).isEqualTo(10);
    assertThat(found.isSound()).isTrue();
  }

  /// With several sinks nobody knows whose numbers these are, unless it is said.
  @Test
  void shouldNotTakeAnotherSinksNumbers() throws Exception {
    List<DeliveredEvent> sent = new ArrayList<>(accepted(1, 20));
    sent.removeIf(event -> event.seq() == 5);
    sent.add(beat(21, 20, "filter 5"));
    check.ofSink(null);
    ChainCheck.Findings found = check(sent);
    assertThat(problems).hasSize(1);
    assertThat(found.leftOutEvents()).isZero();
  }

  private DeliveredEvent beat(long seq, long cursor, String unsent) throws Exception {
    return events
        .heartbeat(
            seq,
            events.mark(1, seq - 1),
            fields ->
                fields
                    .with("sink_siem_cursor", cursor)
                    .with("sink_siem_unsent", unsent)
                    .with("sink_other_cursor", seq - 1))
        .delivered();
  }

  @Test
  void shouldNotSpeakOfEventsWhoseTextIsNotThere() throws Exception {
    List<DeliveredEvent> sent = new ArrayList<>(accepted(1, 20));
    DeliveredEvent whole = sent.get(6);
    sent.set(
        6,
        new DeliveredEvent(
            whole.node(), whole.boot(), whole.seq(), whole.kind(), whole.id(), null));
    sent.add(events.heartbeat(21, events.mark(1, 20)).delivered());
    sent.addAll(accepted(22, 30));
    sent.add(events.heartbeat(31, events.mark(1, 30)).delivered());
    ChainCheck.Findings found = check(sent);
    assertThat(problems).isEmpty();
    assertThat(found.checkedEvents()).as("those of the second range").isEqualTo(10);
  }

  @Test
  void shouldTakeABootThatComesOnceMore() throws Exception {
    List<DeliveredEvent> before = accepted(1, 20);
    events.boot();
    List<DeliveredEvent> after = accepted(1, 5);
    List<DeliveredEvent> sent = new ArrayList<>(before);
    sent.addAll(after);
    sent.addAll(before.subList(15, 20));
    sent.addAll(after);
    ChainCheck.Findings found = check(sent);
    assertThat(problems).isEmpty();
    assertThat(found.repeatedEvents()).isEqualTo(10);
  }

  @Test
  void shouldFindAnEventBehindThoseOfTheNextBoot() throws Exception {
    List<DeliveredEvent> before = accepted(1, 20);
    events.boot();
    List<DeliveredEvent> sent = new ArrayList<>(before.subList(0, 19));
    sent.addAll(accepted(1, 5));
    sent.add(before.getLast());
    assertThat(check(sent).disorderedEvents()).isOne();
    assertThat(problems).singleElement().asString().contains("event 20 (node-1:20)", "wrong order");
  }

  private ChainCheck.Findings check(List<DeliveredEvent> sent) {
    sent.forEach(check::add);
    check.finish();
    return check.findings();
  }

  private List<DeliveredEvent> accepted(long first, long last) throws Exception {
    List<DeliveredEvent> accepted = new ArrayList<>();
    for (long seq = first; seq <= last; seq++) {
      accepted.add(events.opened(seq, "/etc/" + seq).delivered());
    }
    return accepted;
  }
}
