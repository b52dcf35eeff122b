package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.EventKind;
import io.coreaudit.format.EventSelection;
import io.coreaudit.format.EventSelection.Names;
import io.coreaudit.forward.SinkState.Phase;
import io.coreaudit.record.RecordType;
import io.coreaudit.spool.SpoolSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class RelpSinkTest extends ForwarderScene {
  private final QuickTimings timings =
      new QuickTimings()
          .backoff(Duration.ofMillis(5), Duration.ofMillis(50))
          .resendAge(Duration.ofSeconds(3)); // so an event is refused for half a second

  private void forward(RelpReceiver receiver, int window, int twiceEach) {
    var way = new SinkSettings.Tcp("siem", "127.0.0.1", receiver.port(), null, 0, timings.made());
    var settings = new SinkSettings.Relp(way, window, deadLetters());
    forward(settings, new CountedEncoder(twiceEach));
  }

  /// The seq of each message, parts of two joined.
  private static List<Long> seqs(List<String> messages) {
    List<Long> seqs = new ArrayList<>();
    for (String message : messages) {
      if (!message.equals("xxx")) {
        seqs.add(Long.parseLong(message.split(" ", 3)[1]));
      }
    }
    return seqs;
  }

  @Test
  void shouldDeliverAllInOrderAndMoveTheCursorWithTheAnswers() throws Exception {
    try (var receiver = new RelpReceiver()) {
      feed(20_000, 300);
      forward(receiver, 128, 7);
      LineReceiver.await(() -> feed.acknowledged() == 20_000);
      assertThat(seqs(receiver.taken())).isEqualTo(upTo(20_000));
      assertThat(receiver.taken()).filteredOn("xxx"::equals).hasSize(20_000 / 7);
      assertThat(receiver.numbers()).startsWith("1 open", "2 syslog", "3 syslog");
      assertThat(forwarder.state().text()).endsWith(", RELP");
      forwarder.stop(Duration.ofSeconds(5));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(5))).isTrue();
      assertThat(receiver.closedProperly()).isTrue();
      assertThat(forwarder.state().text()).contains("has everything");
      assertThat(count(SinkCounter.HELD_BYTES)).isZero();
    }
  }

  @Test
  void shouldSendNoMoreThanAWindowWithoutAnAnswer() throws Exception {
    try (var receiver = new RelpReceiver()) {
      receiver.silent(true);
      feed(1_000, 300);
      forward(receiver, 16, 3);
      LineReceiver.await(() -> receiver.mostWaiting() == 16);
      Thread.sleep(100);
      assertThat(receiver.mostWaiting()).isEqualTo(16);
      assertThat(feed.acknowledged()).isZero();
      assertThat(forwarder.lagSeconds()).isPositive();
    }
  }

  @Test
  void shouldGiveUpAReceiverThatAnswersNothingAndSendAgain() throws Exception {
    try (var receiver = new RelpReceiver()) {
      receiver.silent(true);
      feed(100, 300);
      timings.stall(Duration.ofMillis(400));
      forward(receiver, 16, 0);
      LineReceiver.await(() -> receiver.sessions() >= 2);
      awaitError("answered nothing for 1 s");
      receiver.silent(false);
      LineReceiver.await(() -> feed.acknowledged() == 100);
      assertThat(seqs(receiver.taken())).isEqualTo(upTo(100));
    }
  }

  @Test
  void shouldLoseNothingWhenCutAgainAndAgain() throws Exception {
    try (var receiver = new RelpReceiver()) {
      feed(5_000, 300);
      receiver.cutAfter(333);
      forward(receiver, 64, 5);
      for (int cut = 0; cut < 10; cut++) {
        int sessions = receiver.sessions();
        LineReceiver.await(() -> receiver.sessions() > sessions);
        receiver.cutAfter(333);
      }
      receiver.cutAfter(Integer.MAX_VALUE);
      LineReceiver.await(() -> feed.acknowledged() == 5_000);
      List<Long> seqs = seqs(receiver.taken());
      assertThat(new TreeSet<>(seqs)).containsExactlyElementsOf(upTo(5_000));
      assertThat(seqs.size() - 5_000).isLessThanOrEqualTo(receiver.sessions() * 64);
      assertThat(count(SinkCounter.RETRIED_EVENTS)).isPositive();
    }
  }

  @Test
  void shouldTryARefusedEventAgainAndThenKeepItAsDeadLetter() throws Exception {
    try (var receiver = new RelpReceiver()) {
      receiver.refuses(message -> message.startsWith("AUDIT 50 "));
      feed(100, 300);
      forward(receiver, 16, 10); // 50 goes in two messages
      LineReceiver.await(() -> feed.acknowledged() == 100);
      assertThat(count(SinkCounter.POISON_EVENTS)).isEqualTo(1);
      assertThat(new TreeSet<>(seqs(receiver.taken()))).hasSize(99).doesNotContain(50L);
      Path letters = deadLetters().directory().resolve("siem.jsonl");
      assertThat(Files.readString(letters))
          .contains("\"said\":\"500 no such luck\"", "AUDIT 50 ")
          .hasLineCount(1);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(letters)))
          .isEqualTo("rw-------");
      feed.add(1);
      LineReceiver.await(() -> feed.acknowledged() == 101);
      assertThat(receiver.taken())
          .anySatisfy(
              message ->
                  assertThat(message).contains("reason=refused events=1 first_seq=50 last_seq=50"));
    }
  }

  @Test
  void shouldDeliverWhatIsRefusedForAWhileOnly() throws Exception {
    try (var receiver = new RelpReceiver()) {
      int[] times = new int[1];
      receiver.refuses(message -> message.startsWith("AUDIT 50 ") && times[0]++ < 3);
      feed(100, 300);
      forward(receiver, 16, 0);
      LineReceiver.await(() -> feed.acknowledged() == 100);
      assertThat(count(SinkCounter.POISON_EVENTS)).isZero();
      assertThat(new TreeSet<>(seqs(receiver.taken()))).containsExactlyElementsOf(upTo(100));
    }
  }

  @Test
  void shouldHoldEverythingWhileTheReceiverTakesNothing() throws Exception {
    try (var receiver = new RelpReceiver()) {
      receiver.refusal("500 command disabled");
      receiver.refuses(message -> true);
      feed(100, 300);
      forward(receiver, 16, 0);
      LineReceiver.await(() -> receiver.sessions() > 40);
      assertThat(count(SinkCounter.POISON_EVENTS)).isZero();
      receiver.refuses(message -> false);
      LineReceiver.await(() -> feed.acknowledged() == 100);
      assertThat(seqs(receiver.taken())).isEqualTo(upTo(100));
    }
  }

  @Test
  void shouldPassOverHints() throws Exception {
    try (var receiver = new RelpReceiver()) {
      receiver.also("0 hint 5 hello\n");
      feed(100, 300);
      forward(receiver, 16, 0);
      LineReceiver.await(() -> feed.acknowledged() == 100);
      assertThat(count(SinkCounter.FAILURES)).isZero();
    }
  }

  @Test
  void shouldTakeForAFaultWhatAnswersNothingThatWaits() throws Exception {
    try (var receiver = new RelpReceiver()) {
      feed(10, 300);
      forward(receiver, 16, 0);
      LineReceiver.await(() -> feed.acknowledged() == 10);
      receiver.also("777 rsp 6 200 OK\n");
      receiver.silent(true);
      feed.add(1);
      awaitError("answered a message that does not wait");
      receiver.also("");
      receiver.silent(false);
      LineReceiver.await(() -> feed.acknowledged() == 11);
    }
  }

  @Test
  void shouldSayWhatIsNoRelpReceiver() throws Exception {
    try (var receiver = new RelpReceiver()) {
      receiver.welcome("200 OK\nrelp_version=0\ncommands=starttls");
      feed(1, 30);
      forward(receiver, 16, 0);
      awaitError("no syslog over RELP");
      receiver.welcome("500 too many sessions");
      awaitError("refused a RELP session: 500 too many sessions");
      assertThat(forwarder.state().phase()).isNotEqualTo(Phase.DELIVERING);
    }
  }

  /// A filter, a receiver that answers nothing, a full spool, a refusal, a fault of the encoder:
  /// each event is counted once, under one name.
  @Test
  void shouldAccountForEachEvent() throws Exception {
    try (var receiver = new RelpReceiver()) {
      receiver.silent(true);
      feed =
          new FrameFeed(
              new SpoolSettings(
                  directory.resolve("spool"), 3 << 20, 0, 256 << 10, SpoolSettings.OnFull.OVERRUN),
              1_000);
      mixed(300);
      var counted = new CountedEncoder(0);
      var way =
          new SinkSettings.Tcp(
              "siem",
              "127.0.0.1",
              receiver.port(),
              null,
              0,
              timings.stall(Duration.ofMillis(300)).made());
      forward(
          new SinkSettings.Relp(way, 16, deadLetters()),
          new Flow(
              new EventSelection(
                  Names.NONE, new Names(List.of(), List.of(RecordType.CONFIG_CHANGE), List.of())),
              0),
          (frame, out) -> {
            if (frame.seq() % 97 == 0 && frame.kind() == EventKind.AUDIT) {
              throw new IllegalStateException("no such luck");
            }
            counted.encode(frame, out);
          });
      LineReceiver.await(() -> receiver.mostWaiting() == 16);
      mixed(9_000);
      LineReceiver.await(() -> receiver.sessions() >= 2);
      receiver.silent(false);
      LineReceiver.await(() -> feed.acknowledged() == feed.appended());
      String refused = "AUDIT " + (feed.appended() + 2) + " ";
      receiver.refuses(message -> message.startsWith(refused));
      feed.add(3);
      LineReceiver.await(() -> count(SinkCounter.POISON_EVENTS) == 1);
      feed.add(1); // the gap goes before it
      LineReceiver.await(() -> feed.acknowledged() == feed.appended());
      forwarder.stop(Duration.ofSeconds(5));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(5))).isTrue();
      assertThat(count(SinkCounter.HELD_EVENTS)).isZero();
      shouldBalance();
      assertThat(
              List.of(
                  SinkCounter.EVENTS_ACKNOWLEDGED,
                  SinkCounter.RETRIED_EVENTS,
                  SinkCounter.POISON_EVENTS,
                  SinkCounter.FILTERED_EVENTS,
                  SinkCounter.ENCODE_FAILURES,
                  SinkCounter.SPOOL_OVERRUN_EVENTS,
                  SinkCounter.GAPS_TOLD))
          .allSatisfy(key -> assertThat(count(key)).as("%s", key).isPositive());
    }
  }

  private void mixed(int events) {
    for (int i = 0; i < events; i++) {
      if (i % 3 == 0) {
        feed.add(
            EventKind.AUDIT, RecordType.CONFIG_CHANGE, "audit(1.000:1): op=x" + "x".repeat(900));
      } else {
        feed.add(1);
      }
    }
  }
}
