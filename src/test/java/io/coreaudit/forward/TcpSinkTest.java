package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.forward.LineReceiver.Session;
import io.coreaudit.forward.SinkState.Phase;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TcpSinkTest extends ForwarderScene {
  private static final SinkSettings.TcpTimings QUICK = new QuickTimings().made();
  private static final int RECEIVE_BUFFER_BYTES = 64 << 10;

  private Forwarder forward(
      FrameFeed feed, int port, long window, SinkSettings.TcpTimings timings) {
    forward(
        new SinkSettings.Tcp("siem", "127.0.0.1", port, null, window, timings), new LineEncoder());
    return forwarder;
  }

  @Test
  void shouldDeliverAllInOrderAndAcknowledgeAtACleanStop() throws Exception {
    try (var receiver = new LineReceiver()) {
      feed(20_000, 500);
      forward(feed, receiver.port(), 16 << 20, QUICK);
      LineReceiver.await(() -> count(SinkCounter.EVENTS_SENT) == 20_000);
      assertThat(feed.acknowledged()).isZero(); // all of it is within the window
      forwarder.stop(Duration.ofSeconds(5));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(5))).isTrue();

      assertThat(receiver.seqs()).isEqualTo(upTo(20_000));
      assertThat(feed.acknowledged()).isEqualTo(20_000);
      assertThat(forwarder.state().phase()).isEqualTo(Phase.STOPPED);
      assertThat(count(SinkCounter.HELD_EVENTS)).isZero();
      awaitBalance();
    }
  }

  @Test
  void shouldStillSendWhatTheSpoolHoldsWhenStopped() throws Exception {
    try (var receiver = new LineReceiver()) {
      receiver.pauseMs(1);
      feed(50_000, 500);
      forward(feed, receiver.port(), 16 << 20, QUICK);
      forwarder.stop(Duration.ofSeconds(20));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(21))).isTrue();
      assertThat(receiver.seqs()).isEqualTo(upTo(50_000));
      assertThat(feed.acknowledged()).isEqualTo(50_000);
    }
  }

  @Test
  void shouldKeepTheCursorBackWhenTheReceiverDoesNotCloseInTurn() throws Exception {
    try (var receiver = new LineReceiver()) {
      receiver.closeAtEnd(false);
      feed(1_000, 500);
      forward(feed, receiver.port(), 16 << 20, QUICK);
      LineReceiver.await(() -> count(SinkCounter.EVENTS_SENT) == 1_000);
      long start = System.nanoTime();
      forwarder.stop(Duration.ofSeconds(20));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(20))).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
      assertThat(feed.acknowledged()).isZero();
      assertThat(forwarder.state().text()).contains("did not close");
    }
  }

  @Test
  void shouldAcknowledgeWhatIsOlderThanTheWindow() throws Exception {
    try (var receiver = new LineReceiver()) {
      feed(20_000, 490); // 10 MB
      forward(feed, receiver.port(), 1 << 20, QUICK);
      LineReceiver.await(() -> receiver.bytes() >= 20_000 * 500);
      LineReceiver.await(() -> feed.acknowledged() > 17_000);
      LineReceiver.await(
          () -> count(SinkCounter.HELD_BYTES) < (1 << 20) + 2 * Forwarder.BATCH_BYTES);
      assertThat(count(SinkCounter.HELD_BYTES)).isGreaterThanOrEqualTo(1 << 20);
      LineReceiver.await(() -> count(SinkCounter.HELD_EVENTS) == 20_000 - feed.acknowledged());
      awaitBalance();
    }
  }

  @Test
  void shouldTakeWhatWasWrittenLongAgoAsReceived() throws Exception {
    var timings = new QuickTimings().resendAge(Duration.ofMillis(300)).made();
    try (var receiver = new LineReceiver()) {
      feed(100, 100);
      long start = System.nanoTime();
      forward(feed, receiver.port(), 16 << 20, timings);
      LineReceiver.await(() -> feed.acknowledged() == 100);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }
  }

  /// The receiver is killed under load again and again, with all buffers on the way full, and each
  /// time loses the last megabyte that it had read, as one that had not stored it yet. The window
  /// is only as large as that and its kernel's buffer: what our own kernel holds, several times as
  /// much, is no part of it.
  @Test
  void shouldLoseNothingToAReceiverThatIsKilledAndRestarted() throws Exception {
    int forgotten = 1 << 20;
    int window = forgotten + 2 * RECEIVE_BUFFER_BYTES + (64 << 10);
    long ours = 0;
    int events = 120_000; // 60 MB
    var stored = new TreeSet<Long>();
    var receiver = slowReceiver(0);
    int port = receiver.port();
    feed(events, 490);
    forward(feed, port, window, QUICK);
    try {
      long expected = 1;
      for (int life = 0; life < 3; life++) {
        LineReceiver current = receiver;
        LineReceiver.await(() -> current.bytes() > (6 << 20));
        current.reading(false);
        ours = Math.max(ours, awaitFull());
        receiver.close();
        current.reading(true); // its thread finds the connection gone
        assertThat(receiver.sessions()).hasSize(1);
        Session session = receiver.sessions().getFirst();
        LineReceiver.await(() -> session.ended);
        List<Long> seqs = session.seqs();
        assertContiguous(seqs);
        assertThat(seqs.getFirst()).isLessThanOrEqualTo(expected);
        // what comes twice is the window at most, and the batches that straddle its edges
        assertThat((expected - seqs.getFirst()) * 500)
            .isLessThan(window + window / 256 + 3 * Forwarder.BATCH_BYTES);
        expected = seqs.getLast() + 1;
        stored.addAll(seqs.subList(0, seqs.size() - forgotten / 500));
        receiver = slowReceiver(port);
      }
      LineReceiver last = receiver;
      last.pauseMs(0);
      LineReceiver.await(() -> lastSeq(last, 0) == events);
      forwarder.stop(Duration.ofSeconds(5));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(5))).isTrue();
      stored.addAll(receiver.seqs());
      assertThat(stored).hasSize(events);
      assertThat(feed.acknowledged()).isEqualTo(events);
      assertThat(ours).isGreaterThan(2L * window); // else this showed nothing
      assertThat(count(SinkCounter.RETRIED_EVENTS)).isPositive();
      awaitBalance();
    } finally {
      receiver.close();
    }
  }

  /// Waits until the connection takes no more, and the sink knows all that arrived: it looks four
  /// times a second; what it holds.
  private long awaitFull() throws InterruptedException {
    long sent = -1;
    long held = -1;
    while (sent != count(SinkCounter.BYTES_SENT) || held != count(SinkCounter.HELD_BYTES)) {
      sent = count(SinkCounter.BYTES_SENT);
      held = count(SinkCounter.HELD_BYTES);
      Thread.sleep(800);
    }
    return held;
  }

  private static LineReceiver slowReceiver(int port) throws IOException {
    var receiver = new LineReceiver(port, RECEIVE_BUFFER_BYTES);
    receiver.pauseMs(1);
    return receiver;
  }

  private static void assertContiguous(List<Long> seqs) {
    for (int i = 1; i < seqs.size(); i++) {
      assertThat(seqs.get(i)).isEqualTo(seqs.get(i - 1) + 1);
    }
  }

  @Test
  void shouldHoldLittleInMemoryForADeafReceiver() throws Exception {
    try (var receiver = new LineReceiver(0, RECEIVE_BUFFER_BYTES)) {
      receiver.reading(false);
      int events = moreThanTheKernelHolds();
      feed(events, 490);
      long directBefore = directBytes();
      forward(feed, receiver.port(), 16 << 20, QUICK);
      LineReceiver.await(() -> count(SinkCounter.EVENTS_SENT) > 0);
      long sent = -1;
      while (sent != count(SinkCounter.EVENTS_SENT)) {
        sent = count(SinkCounter.EVENTS_SENT);
        Thread.sleep(300);
      }
      // both kernels' buffers and ours, not all of it
      assertThat(count(SinkCounter.BYTES_SENT)).isLessThan(kernelBytes() + (4 << 20));
      assertThat(directBytes() - directBefore).isLessThan(8 << 20);
      assertThat(forwarder.state().phase()).isEqualTo(Phase.DELIVERING);

      receiver.reading(true);
      forwarder.stop(Duration.ofSeconds(20));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(20))).isTrue();
      assertThat(receiver.seqs()).isEqualTo(upTo(events));
    }
  }

  /// What both kernels may hold of a connection whose receiver has so small a buffer and does not
  /// read: the sender's grows by itself to this host's limit.
  private static long kernelBytes() {
    return KernelBuffers.largest(Path.of("/proc/sys/net/ipv4/tcp_wmem"))
        + 4L * RECEIVE_BUFFER_BYTES;
  }

  /// So many events of 500 bytes.
  private static int moreThanTheKernelHolds() {
    return (int) ((kernelBytes() + (32 << 20)) / 500);
  }

  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum()
        + Math.max(0, io.netty.util.internal.PlatformDependent.usedDirectMemory());
  }

  @Test
  void shouldGiveUpAReceiverThatTakesNothing() throws Exception {
    var timings = new QuickTimings().stall(Duration.ofMillis(300)).made();
    try (var receiver = new LineReceiver(0, RECEIVE_BUFFER_BYTES)) {
      receiver.reading(false);
      int events = moreThanTheKernelHolds();
      feed(events, 490);
      forward(feed, receiver.port(), 16 << 20, timings);
      LineReceiver.await(() -> count(SinkCounter.OPENED) >= 2);
      assertThat(forwarder.state().lastError()).contains("took nothing for 300 ms");
      receiver.reading(true);
      // a slow machine may stall once more: then the rest comes in another session
      LineReceiver.await(() -> lastSeq(receiver, receiver.sessions().size() - 1) == events);
      assertThat(new TreeSet<>(receiver.seqs())).containsExactlyElementsOf(upTo(events));
    }
  }

  @Test
  void shouldNotGiveUpAQuietReceiver() throws Exception {
    var timings = new QuickTimings().stall(Duration.ofMillis(100)).made();
    try (var receiver = new LineReceiver()) {
      feed(10, 10);
      forward(feed, receiver.port(), 0, timings);
      LineReceiver.await(() -> receiver.sessions().size() == 1 && receiver.bytes() > 0);
      Thread.sleep(400);
      assertThat(receiver.sessions()).hasSize(1);
      assertThat(count(SinkCounter.FAILURES)).isZero();
    }
  }

  @Test
  void shouldWaitForAReceiverThatComesLater() throws Exception {
    int port;
    try (var reserved = LineReceiver.bound(0)) {
      port = reserved.getLocalPort();
    }
    feed(10, 10);
    forward(feed, port, 0, QUICK);
    LineReceiver.await(() -> count(SinkCounter.FAILURES) >= 3);
    assertThat(forwarder.state().phase()).isIn(Phase.WAITING, Phase.CONNECTING);
    assertThat(forwarder.state().lastError())
        .isEqualTo(
            "cannot connect to 127.0.0.1:" + port + ": connection refused: nothing listens there");
    assertThat(count(SinkCounter.CONNECTED)).isZero();
    try (var receiver = new LineReceiver(port)) {
      LineReceiver.await(() -> feed.acknowledged() == 10);
      LineReceiver.await(() -> lastSeq(receiver, 0) == 10); // its kernel has it, now it read it
      assertThat(receiver.seqs()).isEqualTo(upTo(10));
      assertThat(count(SinkCounter.CONNECTED)).isEqualTo(1);
      assertThat(forwarder.state().text()).isEqualTo("connected to 127.0.0.1:" + port);
    }
  }

  @Test
  void shouldReconnectAndResendWhenTheReceiverClosesWhileQuiet() throws Exception {
    try (var receiver = new LineReceiver()) {
      feed(10, 10);
      forward(feed, receiver.port(), 1 << 20, QUICK);
      LineReceiver.await(
          () -> receiver.bytes() > 0 && receiver.sessions().getFirst().count() == 10);
      receiver.sessions().getFirst().socket.shutdownOutput();
      LineReceiver.await(() -> receiver.sessions().size() == 2);
      LineReceiver.await(() -> receiver.sessions().get(1).count() == 10);
      feed.add(5);
      LineReceiver.await(() -> receiver.sessions().get(1).count() == 15);
      assertThat(receiver.sessions().get(1).seqs()).isEqualTo(upTo(15));
      assertThat(forwarder.state().lastError()).contains("the receiver closed the connection");
      assertThat(count(SinkCounter.RETRIED_EVENTS)).isEqualTo(10);
      awaitBalance();
    }
  }

  @Test
  void shouldDropTheLittleThatTheReceiverSays() throws Exception {
    try (var receiver = new LineReceiver()) {
      feed(100, 100);
      forward(feed, receiver.port(), 0, QUICK);
      LineReceiver.await(() -> receiver.sessions().size() == 1);
      receiver.sessions().getFirst().socket.getOutputStream().write(new byte[64 << 10]);
      feed.add(100);
      LineReceiver.await(() -> feed.acknowledged() == 200);
      LineReceiver.await(() -> lastSeq(receiver, 0) == 200);
      assertThat(receiver.seqs()).isEqualTo(upTo(200));
      assertThat(count(SinkCounter.FAILURES)).isZero();
    }
  }

  /// What a receiver sends is read by the thread of all sinks, so one that talks on is given up,
  /// and comes back no faster than one that fails.
  @Test
  void shouldGiveUpAReceiverThatTalks() throws Exception {
    try (var receiver = new LineReceiver()) {
      feed(100, 100);
      forward(feed, receiver.port(), 1 << 20, QUICK);
      int talked = 0;
      for (int session = 0; session < 5; session++) {
        int last = session;
        LineReceiver.await(() -> receiver.sessions().size() > last);
        talked += talk(receiver.sessions().get(session));
        LineReceiver.await(() -> count(SinkCounter.FAILURES) > last);
        assertThat(forwarder.state().lastError())
            // It may talk before our end knows that it is connected.
            .endsWith(
                " 127.0.0.1:%d: the receiver sent more than 64 KiB and should send nothing: is"
                        .formatted(receiver.port())
                    + " it one that takes lines over TCP?");
      }
      assertThat(talked).isEqualTo(5);
      LineReceiver.await(() -> receiver.sessions().size() == 6);
      LineReceiver.await(() -> receiver.sessions().get(5).count() == 100);
      feed.add(100);
      LineReceiver.await(() -> receiver.sessions().get(5).count() == 200);
    }
  }

  /// Talks until it is cut off: 1. It is let go on: 0.
  private static int talk(Session session) {
    byte[] noise = new byte[1 << 20];
    try {
      OutputStream out = session.socket.getOutputStream();
      for (int i = 0; i < 50; i++) {
        out.write(noise);
      }
      return 0;
    } catch (IOException e) {
      return 1;
    }
  }

  /// A spool that is too small for a receiver that is away: it comes back to a gap, then to all
  /// that is left, and hears of the gap again after a cut.
  @Test
  void shouldTellAnOverrunInItsPlaceAndAgainAfterACut() throws Exception {
    smallFeed();
    int port;
    try (var first = new LineReceiver()) {
      port = first.port();
      forward(feed, port, 16 << 20, QUICK);
      LineReceiver.await(() -> lastSeq(first, 0) == 100);
    }
    LineReceiver.await(() -> count(SinkCounter.FAILURES) > 0);
    feed.add(10_000);
    try (var receiver = new LineReceiver(port)) {
      LineReceiver.await(() -> lastSeq(receiver, 0) == feed.appended());
      List<String> lines = receiver.sessions().getFirst().lines();
      long lost = count(SinkCounter.SPOOL_OVERRUN_EVENTS);
      assertThat(lost).isGreaterThan(5_000);
      String gap = lines.stream().filter(line -> line.startsWith("GAP")).findFirst().orElseThrow();
      int place = lines.indexOf(gap);
      long before = place == 0 ? 0 : receiver.sessions().getFirst().seqs().get(place - 1);
      assertThat(gap)
          .isEqualTo(
              "GAP %d reason=spool_overrun events=%d first_seq=%d last_seq=%d sink=\"siem\""
                  .formatted(before + lost, lost, before + 1, before + lost));
      assertContiguous(receiver.sessions().getFirst().seqs().subList(place, lines.size()));
      assertThat(lines).hasSize((int) (feed.appended() - lost) + 1);

      receiver.cut();
      LineReceiver.await(() -> lastSeq(receiver, 1) == feed.appended());
      assertThat(receiver.sessions().get(1).lines()).anyMatch(line -> line.startsWith("GAP"));
      // Not counted again; but the keeper may have had to delete one more segment meanwhile.
      assertThat(count(SinkCounter.SPOOL_OVERRUN_EVENTS)).isBetween(lost, lost + 300);
    }
  }

  private static long lastSeq(LineReceiver receiver, int session) {
    List<Long> seqs =
        receiver.sessions().size() > session ? receiver.sessions().get(session).seqs() : List.of();
    return seqs.isEmpty() ? 0 : seqs.getLast();
  }

  @Test
  void shouldSendAnEventThatIsLargerThanABatchAndThanTheBuffers() throws Exception {
    try (var receiver = new LineReceiver()) {
      feed(5, (2 << 20) - 256);
      forward(feed, receiver.port(), 0, QUICK);
      LineReceiver.await(() -> feed.acknowledged() == 5);
      LineReceiver.await(() -> receiver.sessions().getFirst().count() == 5);
      assertThat(receiver.sessions().getFirst().lines().getLast())
          .hasSize("AUDIT 5 ".length() + (2 << 20) - 256);
    }
  }

  @Test
  void shouldLeaveOutAnEventThatCannotBeEncodedAndSaySo() throws Exception {
    try (var receiver = new LineReceiver()) {
      feed(5, 10);
      var settings = new SinkSettings.Tcp("siem", "127.0.0.1", receiver.port(), null, 0, QUICK);
      var good = new LineEncoder();
      forwarder =
          Forwarder.of(
              settings,
              Flow.all(),
              feed.reader(),
              (frame, out) -> {
                good.encode(frame, out);
                if (frame.seq() == 3 && frame.kind() != io.coreaudit.event.EventKind.GAP) {
                  throw new IllegalStateException("half-way");
                }
              },
              loop,
              ended -> {});
      forwarder.start();
      LineReceiver.await(() -> feed.acknowledged() == 5);
      LineReceiver.await(() -> receiver.seqs().size() == 5);
      assertThat(receiver.sessions().getFirst().lines().get(2))
          .isEqualTo("GAP 3 reason=encode_failed events=1 first_seq=3 last_seq=3 sink=\"siem\"");
      assertThat(count(SinkCounter.ENCODE_FAILURES)).isEqualTo(1);
    }
  }

  @Test
  void shouldGatherEventsThatFollowEachOther() throws Exception {
    try (var receiver = new LineReceiver()) {
      feed(0, 100);
      forward(feed, receiver.port(), 0, QUICK);
      LineReceiver.await(() -> count(SinkCounter.CONNECTED) == 1);
      long start = System.nanoTime();
      for (int i = 0; i < 200; i++) {
        feed.add(1);
        Thread.sleep(2);
      }
      LineReceiver.await(() -> feed.acknowledged() == 200);
      long lingers = (System.nanoTime() - start) / Forwarder.LINGER_NS;
      // about one each, and some where what was written rang
      assertThat(count(SinkCounter.BATCHES_SENT)).isBetween(2L, 3 * (lingers + 2));
    }
  }

  @Test
  void shouldRestItsHeartbeatWhileItLooksANameUp() throws Exception {
    List<String> signs = new java.util.concurrent.CopyOnWriteArrayList<>();
    int free;
    try (var socket = new java.net.ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    feed(1, 10);
    var settings = new SinkSettings.Tcp("siem", "localhost", free, null, 1 << 20, QUICK);
    forwarder =
        Forwarder.of(settings, Flow.all(), feed.reader(), new LineEncoder(), loop, ended -> {});
    forwarder.onTurn(nowNs -> signs.add("beat"), () -> signs.add("rest"));
    forwarder.doWork();
    assertThat(signs).containsExactly("rest", "beat");
    forwarder.doWork(); // the attempt is under way, or its end told: nothing is looked up
    assertThat(signs).hasSize(2);
  }
}
