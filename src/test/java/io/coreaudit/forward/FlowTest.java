package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.EventKind;
import io.coreaudit.format.EventSelection;
import io.coreaudit.format.EventSelection.Names;
import io.coreaudit.forward.HttpReceiver.Answer;
import io.coreaudit.record.RecordType;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a sink is given of the spool, how fast, and how one takes the place of another.
@Timeout(60)
final class FlowTest extends HttpScene {
  private static final Names NOTHING = Names.NONE;

  private final List<String> lines = new CopyOnWriteArrayList<>();

  private SinkSettings lines(int port) {
    return plain(HttpDialect.LINES, port, timings, null, deadLetters());
  }

  private HttpReceiver receiver() throws Exception {
    return new HttpReceiver(
        asked -> {
          lines.addAll(asked.lines());
          return new Answer(200, "");
        });
  }

  private static Flow flow(Names wanted, Names unwanted) {
    return new Flow(new EventSelection(wanted, unwanted), 0);
  }

  private static Names keys(String... keys) {
    return new Names(List.of(keys), List.of(), List.of());
  }

  private static String line(long seq) {
    return "{\"kind\":\"AUDIT\",\"seq\":" + seq + "}";
  }

  private void call(String key) {
    feed.add(EventKind.AUDIT, RecordType.SYSCALL, "audit(1.000:1): syscall=2 key=\"" + key + '"');
  }

  @Test
  void shouldPassWhatTheFilterLeavesOut() throws Exception {
    try (var receiver = receiver()) {
      feed(0, 200);
      for (int i = 1; i <= 20_000; i++) {
        call(i % 100 == 0 ? "etcd" : "noise");
      }
      forward(lines(receiver.port()), flow(keys("etcd"), NOTHING), new JsonLineEncoder());
      LineReceiver.await(() -> feed.acknowledged() == 20_000);
      assertThat(lines)
          .isEqualTo(LongStream.rangeClosed(1, 200).mapToObj(n -> line(n * 100)).toList());
      assertThat(count(SinkCounter.FILTERED_EVENTS)).isEqualTo(19_800);
      assertThat(count(SinkCounter.EVENTS_SENT)).isEqualTo(200);
      assertThat(forwarder.unsentEvents()).isZero();
      Unsent unsent = forwarder.takeUnsent();
      assertThat(unsent.ranges()).startsWith("filter 1-").endsWith("19901-19999");
      assertThat(unsent.folded()).isEqualTo(200 - UnsentRanges.MOST);
      assertThat(unsent.earlier()).isZero();
      assertThat(forwarder.takeUnsent()).isEqualTo(new Unsent("", 0, 0));
    }
  }

  /// A receiver that is sent nothing holds no segment.
  @Test
  void shouldMoveTheCursorOverEventsOfWhichNoneIsWanted() throws Exception {
    try (var receiver = receiver()) {
      feed(0, 200);
      for (int i = 0; i < 20_000; i++) {
        call("noise");
      }
      forward(lines(receiver.port()), flow(NOTHING, keys("noise")), new JsonLineEncoder());
      LineReceiver.await(() -> feed.acknowledged() == 20_000);
      call("etcd");
      call("noise");
      LineReceiver.await(() -> feed.acknowledged() == 20_002);
      assertThat(lines).containsExactly(line(20_001));
      assertThat(forwarder.takeUnsent().ranges()).isEqualTo("filter 1-20000, 20002");
    }
  }

  /// What was left out is not counted again when the connection broke behind it.
  @Test
  void shouldCountWhatItLeavesOutOnceThoughItIsReadAgain() throws Exception {
    try (var receiver = new LineReceiver()) {
      feed(0, 200);
      for (int i = 1; i <= 1_000; i++) {
        call(i % 2 == 0 ? "etcd" : "noise");
      }
      var way = new SinkSettings.Tcp("siem", "127.0.0.1", receiver.port(), null, 16 << 20, timings);
      forward(way, flow(keys("etcd"), NOTHING), new LineEncoder());
      LineReceiver.await(() -> receiver.seqs().size() == 500);
      assertThat(feed.acknowledged()).as("the window holds it").isLessThan(3);
      receiver.sessions().getFirst().socket.setSoLinger(true, 0);
      receiver.sessions().getFirst().socket.close();
      LineReceiver.await(() -> count(SinkCounter.RETRIED_EVENTS) > 0);
      call("etcd");
      LineReceiver.await(() -> receiver.seqs().contains(1_001L));
      assertThat(count(SinkCounter.FILTERED_EVENTS)).as("nothing is acknowledged").isLessThan(3);
      forwarder.stop(Duration.ofSeconds(2));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(5))).isTrue();
      assertThat(count(SinkCounter.FILTERED_EVENTS)).isEqualTo(500);
      assertThat(new TreeSet<>(receiver.seqs())).hasSize(501);
    }
  }

  @Test
  void shouldLetWhatComesTooFastWait() throws Exception {
    try (var receiver = receiver()) {
      feed(150, 10);
      long startNs = System.nanoTime();
      forward(lines(receiver.port()), new Flow(EventSelection.all(), 50), new JsonLineEncoder());
      LineReceiver.await(() -> count(SinkCounter.HELD_BACK) == 1);
      LineReceiver.await(
          () -> forwarder.state().text().endsWith("held back to 50 events a second"));
      LineReceiver.await(() -> feed.acknowledged() == 150);
      // 50 at once, the others at 50 a second.
      assertThat(Duration.ofNanos(System.nanoTime() - startNs))
          .isGreaterThan(Duration.ofMillis(1950));
      assertThat(lines).isEqualTo(LongStream.rangeClosed(1, 150).mapToObj(FlowTest::line).toList());
      LineReceiver.await(() -> count(SinkCounter.HELD_BACK) == 0);
    }
  }

  /// An event that was refused is told by the gap event that goes with the next one; here it comes
  /// after a stop.
  @Test
  void shouldTellAfterAStartWhatWasRefusedBefore() throws Exception {
    try (var receiver =
        new HttpReceiver(
            asked -> {
              if (asked.body().contains(line(25))) {
                return new Answer(400, "no");
              }
              lines.addAll(asked.lines());
              return new Answer(200, "");
            })) {
      feed(50, 10);
      forward(lines(receiver.port()), new JsonLineEncoder());
      LineReceiver.await(() -> count(SinkCounter.POISON_EVENTS) == 1);
      LineReceiver.await(() -> feed.acknowledged() == 50);
      assertThat(forwarder.takeUnsent()).isEqualTo(new Unsent("", 0, 0));
      startAgain(receiver.port());
      feed.add(1);
      LineReceiver.await(() -> feed.acknowledged() == 51);
      assertThat(lines).endsWith("{\"kind\":\"GAP\",\"seq\":25}", line(51));
      assertThat(forwarder.takeUnsent().ranges()).isEqualTo("refused 25");
      startAgain(receiver.port());
      feed.add(1);
      LineReceiver.await(() -> feed.acknowledged() == 52);
      assertThat(lines).endsWith(line(51), line(52));
      assertThat(lines.stream().filter(line -> line.contains("GAP"))).hasSize(1);
    }
  }

  private void startAgain(int port) throws Exception {
    forwarder.stop(Duration.ofSeconds(2));
    assertThat(forwarder.awaitEnd(Duration.ofSeconds(5))).isTrue();
    feed.close();
    feed(0, 10);
    forward(lines(port), new JsonLineEncoder());
  }

  /// As at a reload that changes the sink: nothing is missing, and only what was under way comes
  /// twice.
  @Test
  void shouldGoOnWhereTheOneBeforeLeft() throws Exception {
    try (var receiver = receiver()) {
      feed(40_000, 200);
      forward(lines(receiver.port()), new Flow(EventSelection.all(), 1_500), new JsonLineEncoder());
      LineReceiver.await(() -> lines.size() > 1_000);
      Forwarder before = forwarder;
      before.leave(Duration.ofSeconds(2));
      assertThat(before.awaitEnd(Duration.ofSeconds(5))).isTrue();
      assertThat(feed.acknowledged()).isLessThan(40_000);
      forwarder = after(before, Flow.all(), receiver.port());
      forwarder.start();
      LineReceiver.await(() -> feed.acknowledged() == 40_000);
      LineReceiver.await(() -> count(SinkCounter.EVENTS_ACKNOWLEDGED) == 40_000);
      assertThat(lines.stream().distinct().toList())
          .isEqualTo(LongStream.rangeClosed(1, 40_000).mapToObj(FlowTest::line).toList());
      assertThat(lines.size()).isLessThan(40_000 + 10_000);
    }
  }

  /// What was encoded and not taken any more is behind events that were passed; it is not lost.
  @Test
  void shouldNotPassWhatItDropsWhenItLeaves() throws Exception {
    try (var receiver = receiver()) {
      feed(0, 200);
      call("etcd");
      for (int i = 0; i < 100; i++) {
        call("noise");
      }
      var sink = new ReluctantSink();
      Forwarder before =
          new Forwarder(
              "siem",
              flow(keys("etcd"), NOTHING),
              feed.reader(),
              new JsonLineEncoder(),
              sink,
              new Wakeup(),
              ended -> {});
      before.boot(FrameFeed.BOOT_HIGH, FrameFeed.BOOT_LOW);
      before.start();
      LineReceiver.await(() -> sink.offered);
      before.leave(Duration.ofSeconds(1));
      assertThat(before.awaitEnd(Duration.ofSeconds(5))).isTrue();
      assertThat(feed.acknowledged()).isZero();
      forwarder = after(before, flow(keys("etcd"), NOTHING), receiver.port());
      forwarder.start();
      LineReceiver.await(() -> feed.acknowledged() == 101);
      assertThat(lines).containsExactly(line(1));
      assertThat(count(SinkCounter.FILTERED_EVENTS)).as("each counted once").isEqualTo(100);
      assertThat(forwarder.takeUnsent().ranges()).isEqualTo("filter 2-101");
    }
  }

  /// As at a reload that changes a filter while nobody has acknowledged what was sent: what the new
  /// one leaves out is told, what it does not is sent and no longer told as left out.
  @Test
  void shouldDecideAnewWithAnotherFilter() throws Exception {
    try (var receiver = receiver()) {
      feed(0, 200);
      for (int i = 0; i < 50; i++) {
        call("etcd");
        call("noise");
      }
      Forwarder all = silent(Flow.all());
      leave(all);
      Forwarder noise = silent(flow(NOTHING, keys("etcd")), all);
      leave(noise);
      assertThat(noise.counters().value(SinkCounter.FILTERED_EVENTS)).isZero();
      assertThat(noise.counters().value(SinkCounter.RETRIED_EVENTS)).isEqualTo(100);
      forwarder = after(noise, flow(keys("etcd"), NOTHING), receiver.port());
      forwarder.start();
      LineReceiver.await(() -> feed.acknowledged() == 100);
      assertThat(lines).hasSize(50).startsWith(line(1)).endsWith(line(99));
      assertThat(count(SinkCounter.FILTERED_EVENTS)).isEqualTo(50);
      assertThat(forwarder.takeUnsent().ranges()).startsWith("filter 2-").endsWith(" 98, 100");
    }
  }

  @Test
  void shouldSendWhatAnotherFilterLeftOut() throws Exception {
    try (var receiver = receiver()) {
      feed(0, 200);
      for (int i = 0; i < 50; i++) {
        call("etcd");
        call("noise");
      }
      Forwarder etcd = silent(flow(keys("etcd"), NOTHING));
      leave(etcd);
      assertThat(etcd.counters().value(SinkCounter.FILTERED_EVENTS)).isZero();
      forwarder = after(etcd, Flow.all(), receiver.port());
      forwarder.start();
      LineReceiver.await(() -> feed.acknowledged() == 100);
      assertThat(lines).hasSize(100);
      assertThat(count(SinkCounter.FILTERED_EVENTS)).isZero();
      assertThat(forwarder.takeUnsent().ranges()).isEmpty();
    }
  }

  private Forwarder silent(Flow flow, Forwarder... before) throws Exception {
    var sink = new ReluctantSink();
    sink.takes = true;
    Forwarder silent =
        new Forwarder(
            "siem", flow, feed.reader(), new JsonLineEncoder(), sink, new Wakeup(), ended -> {});
    silent.boot(FrameFeed.BOOT_HIGH, FrameFeed.BOOT_LOW);
    for (Forwarder one : before) {
      silent.goOnAfter(one);
    }
    silent.start();
    LineReceiver.await(() -> silent.unsentEvents() == 0);
    return silent;
  }

  private static void leave(Forwarder forwarder) throws Exception {
    forwarder.leave(Duration.ofSeconds(1));
    assertThat(forwarder.awaitEnd(Duration.ofSeconds(5))).isTrue();
  }

  private Forwarder after(Forwarder before, Flow flow, int port) throws Exception {
    Forwarder next =
        Forwarder.of(lines(port), flow, feed.reader(), new JsonLineEncoder(), loop, ended -> {});
    next.boot(FrameFeed.BOOT_HIGH, FrameFeed.BOOT_LOW);
    next.goOnAfter(before);
    return next;
  }

  /// A receiver that acknowledges nothing holds a window of the spool, not of what it is sent.
  @Test
  void shouldNotHoldTheSpoolForAFewEvents() throws Exception {
    try (var receiver = new LineReceiver()) {
      feed(0, 200);
      call("etcd");
      for (int i = 0; i < 2_000; i++) {
        call("noise");
      }
      var way = new SinkSettings.Tcp("siem", "127.0.0.1", receiver.port(), null, 64 << 10, timings);
      forward(way, flow(keys("etcd"), NOTHING), new LineEncoder());
      LineReceiver.await(() -> receiver.seqs().size() == 1);
      LineReceiver.await(() -> feed.acknowledged() == 2_001);
      assertThat(count(SinkCounter.RETRIED_EVENTS)).isZero();
    }
  }

  /// One that is ready and then takes nothing, or acknowledges nothing.
  private static final class ReluctantSink extends Sink {
    private volatile boolean offered;
    private volatile boolean takes;

    ReluctantSink() {
      super(new SinkHistory("reluctant"), new Poison());
    }

    @Override
    Readiness poll() {
      return Readiness.READY;
    }

    @Override
    long dueNs() {
      return Duration.ofMillis(10).toNanos();
    }

    @Override
    boolean offer(Batch batch) {
      offered = true;
      return takes;
    }

    @Override
    void finish(long timeoutNs) {}

    @Override
    public void close() {}
  }

  @Test
  void shouldTellNoGapWhereGapsAreLeftOut() throws Exception {
    try (var receiver = receiver()) {
      feed(3, 10);
      var good = new JsonLineEncoder();
      forward(
          lines(receiver.port()),
          flow(NOTHING, new Names(List.of(), List.of(), List.of(EventKind.GAP))),
          (frame, out) -> {
            if (frame.seq() == 3) {
              throw new IllegalStateException("no such luck");
            }
            good.encode(frame, out);
          });
      LineReceiver.await(() -> feed.acknowledged() == 3);
      assertThat(lines).containsExactly(line(1), line(2));
      assertThat(count(SinkCounter.ENCODE_FAILURES)).isEqualTo(1);
      assertThat(count(SinkCounter.GAPS_TOLD)).isZero();
      assertThat(forwarder.takeUnsent().ranges()).isEqualTo("encode 3");
    }
  }
}
