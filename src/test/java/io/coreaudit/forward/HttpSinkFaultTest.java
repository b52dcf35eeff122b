package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.format.EnvelopeEncoder;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.forward.HttpReceiver.Answer;
import io.coreaudit.forward.HttpReceiver.Asked;
import io.coreaudit.forward.SinkState.Phase;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Receivers that are wrong, broken or set up badly: none may destroy what another would take, nor
/// hold up what comes after one event.
@Timeout(60)
final class HttpSinkFaultTest extends HttpScene {
  HttpSinkFaultTest() {
    timings = faulty().made();
  }

  /// So an answer may take a second, and an event may fail for one.
  private static QuickTimings faulty() {
    return quick()
        .handshake(Duration.ofSeconds(1))
        .stall(Duration.ofMillis(500))
        .resendAge(Duration.ofSeconds(3));
  }

  private void forward(HttpDialect dialect, int port) throws IOException {
    EventEncoder lines = new JsonLineEncoder();
    EventEncoder encoder =
        switch (dialect) {
          case BULK -> EnvelopeEncoder.bulk(lines);
          case HEC -> EnvelopeEncoder.collector(lines, true, null, null, null);
          default -> lines;
        };
    forward(dialect, "/in/event", port, encoder);
  }

  /// Numbers of the events of a request, but gaps.
  private static List<Long> seqs(Asked asked) {
    return asked.lines().stream()
        .filter(line -> line.contains("\"seq\":") && !line.contains("GAP"))
        .map(line -> Long.parseLong(line.replaceAll(".*\"seq\":([0-9]+).*", "$1")))
        .toList();
  }

  // ---- receivers that refuse everything

  @ParameterizedTest
  @ValueSource(ints = {400, 402, 404, 410, 413, 421, 422, 426, 431, 451, 500})
  void shouldDestroyNothingWhereEverythingIsRefused(int status) throws Exception {
    AtomicBoolean mended = new AtomicBoolean();
    Set<Long> taken = new ConcurrentSkipListSet<>();
    try (var receiver =
        new HttpReceiver(
            asked -> {
              if (mended.get()) {
                taken.addAll(seqs(asked));
                return new Answer(200, "");
              }
              return new Answer(status, "no " + asked.headers().getFirst("Authorization"));
            })) {
      feed(3_000, 100);
      forward(HttpDialect.LINES, receiver.port());
      LineReceiver.await(() -> receiver.asked().size() > 40);
      LineReceiver.await(() -> forwarder.state().phase() == Phase.WAITING);
      assertThat(feed.acknowledged()).isZero();
      mended.set(true);
      LineReceiver.await(() -> feed.acknowledged() == 3_000);
      assertThat(count(SinkCounter.POISON_EVENTS)).isZero();
      assertThat(taken).hasSize(3_000);
    }
  }

  @ParameterizedTest
  @CsvSource({"403, security_exception", "404, index_not_found", "400, index_closed_exception"})
  void shouldHoldItemsThatSomebodyHasToMend(int status, String type) throws Exception {
    AtomicBoolean mended = new AtomicBoolean();
    String good = "{\"create\":{\"status\":201}}";
    String bad =
        "{\"create\":{\"status\":%d,\"error\":{\"type\":\"%s\",\"reason\":\"%s\"}}}"
            .formatted(status, type, TOKEN);
    try (var receiver =
        new HttpReceiver(
            asked ->
                new Answer(
                    200,
                    asked.lines().stream()
                        .filter(line -> line.startsWith("{\"create\""))
                        .map(line -> mended.get() ? good : bad)
                        .collect(Collectors.joining(",", "{\"errors\":true,\"items\":[", "]}"))))) {
      feed(2_000, 100);
      forward(HttpDialect.BULK, receiver.port());
      LineReceiver.await(() -> receiver.asked().size() > 40);
      assertThat(feed.acknowledged()).isZero();
      awaitError(status + " " + type);
      mended.set(true);
      LineReceiver.await(() -> feed.acknowledged() == 2_000);
      assertThat(count(SinkCounter.POISON_EVENTS)).isZero();
    }
  }

  @Test
  void shouldReadTheTokenAgainWhenItIsRefused() throws Exception {
    try (var receiver =
        new HttpReceiver(
            asked -> {
              String token = asked.headers().getFirst("Authorization");
              return new Answer(token.equals("Bearer renewed") ? 200 : 401, "not " + token);
            })) {
      feed(100, 100);
      forward(HttpDialect.LINES, receiver.port());
      awaitError(": 401 Unauthorized", "not Bearer ***");
      Files.writeString(token(), "renewed\n");
      LineReceiver.await(() -> feed.acknowledged() == 100);
      assertThat(count(SinkCounter.OPENED)).as("the same connection").isEqualTo(1);
    }
  }

  // ---- one event that does harm

  @ParameterizedTest
  @ValueSource(ints = {500, 0})
  void shouldGiveUpAnEventOverWhichTheReceiverFails(int status) throws Exception {
    Set<Long> taken = new ConcurrentSkipListSet<>();
    try (var receiver =
        new HttpReceiver(
            asked -> {
              List<Long> seqs = seqs(asked);
              if (seqs.contains(777L)) {
                return status == 0 ? null : new Answer(status, "panic");
              }
              taken.addAll(seqs);
              return new Answer(200, "");
            })) {
      feed(2_000, 100);
      forward(HttpDialect.LINES, receiver.port());
      LineReceiver.await(() -> taken.size() == 1_999); // while it is tried again
      feed.add(100);
      LineReceiver.await(() -> feed.acknowledged() == 2_100);
      assertThat(count(SinkCounter.POISON_EVENTS)).isEqualTo(1);
      assertThat(taken).hasSize(2_099).doesNotContain(777L);
      assertThat(letters()).contains("777").hasLineCount(1);
    }
  }

  @Test
  void shouldSayWhyADeadLetterIsNotKept() throws Exception {
    Path inItsPlace = Files.createFile(directory.resolve("dead-letters"));
    try (var receiver =
        new HttpReceiver(
            asked -> new Answer(seqs(asked).stream().anyMatch(n -> n % 10 == 0) ? 400 : 200, ""))) {
      feed(15, 100);
      forward(HttpDialect.LINES, receiver.port());
      LineReceiver.await(() -> feed.acknowledged() == 15);
      LineReceiver.await(() -> count(SinkCounter.LOST_LETTERS) == 1);
      assertThat(forwarder.state().text())
          .startsWith("connected to ")
          .endsWith(
              "; what was refused is not kept: "
                  + inItsPlace
                  + "/siem.jsonl: its directory is a link or a file");
      Files.delete(inItsPlace);
      feed.add(10);
      LineReceiver.await(() -> feed.acknowledged() == 25);
      assertThat(count(SinkCounter.LOST_LETTERS)).isEqualTo(1);
      assertThat(forwarder.state().text()).doesNotContain("not kept");
      assertThat(inItsPlace.resolve("siem.jsonl")).content().hasLineCount(1);
    }
  }

  @Test
  void shouldGoOnBehindTheLastEventThatIsRefused() throws Exception {
    Set<Long> taken = new ConcurrentSkipListSet<>();
    try (var receiver =
        new HttpReceiver(
            asked -> {
              List<Long> seqs = seqs(asked);
              if (seqs.stream().anyMatch(seq -> seq <= 12)) {
                return new Answer(400, "old " + asked.headers().getFirst("Authorization"));
              }
              taken.addAll(seqs);
              return new Answer(200, "");
            })) {
      feed(12, 100);
      forward(HttpDialect.LINES, receiver.port());
      LineReceiver.await(() -> receiver.asked().size() > 40);
      assertThat(count(SinkCounter.POISON_EVENTS)).as("not known whose fault it is").isZero();
      feed.add(30);
      LineReceiver.await(() -> feed.acknowledged() == 42);
      assertThat(count(SinkCounter.POISON_EVENTS)).isEqualTo(12);
      assertThat(letters()).contains("400 Bad Request old Bearer ***").doesNotContain("secret");
      assertThat(taken).hasSize(30);
    }
  }

  @Test
  void shouldTakeSplunksWordWhichEventItIs() throws Exception {
    List<Long> taken = new CopyOnWriteArrayList<>();
    try (var receiver =
        new HttpReceiver(
            asked -> {
              List<Long> seqs = seqs(asked);
              int place = seqs.indexOf(777L);
              taken.addAll(place < 0 ? seqs : seqs.subList(0, place));
              return place < 0
                  ? new Answer(200, "{\"code\":0}")
                  : new Answer(400, "{\"code\":6,\"invalid-event-number\":" + place + "}");
            })) {
      feed(2_000, 100);
      forward(HttpDialect.HEC, receiver.port());
      LineReceiver.await(() -> feed.acknowledged() == 2_000);
      assertThat(count(SinkCounter.POISON_EVENTS)).isEqualTo(1);
      assertThat(taken).doesNotHaveDuplicates().hasSize(1_999);
    }
  }

  // ---- connections

  /// Answers each request as told and closes the connection after it; then its events count.
  private static Thread closing(ServerSocket listener, String answer, AtomicInteger events) {
    return Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                while (true) {
                  String body;
                  try (Socket socket = listener.accept()) {
                    body = request(socket.getInputStream());
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                  }
                  events.addAndGet((int) body.lines().count());
                }
              } catch (IOException e) {
                return; // closed
              }
            });
  }

  private static String request(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        return "";
      }
      head.append((char) b);
    }
    int length = Integer.parseInt(head.toString().replaceAll("(?s).*Length: ([0-9]+).*", "$1"));
    return new String(in.readNBytes(length), StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.0 200 OK\r\n\r\nthanks",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
      })
  void shouldLoseNoTimeWithAReceiverThatClosesAfterEachAnswer(String answer) throws Exception {
    timings = faulty().backoff(Duration.ofMillis(100), Duration.ofSeconds(30)).made();
    AtomicInteger events = new AtomicInteger();
    try (var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      closing(listener, answer, events);
      feed(1, 100);
      forward(HttpDialect.LINES, listener.getLocalPort());
      for (int i = 1; i < 60; i++) {
        long all = i;
        LineReceiver.await(() -> feed.acknowledged() == all && events.get() >= all);
        feed.add(1);
      }
      LineReceiver.await(() -> feed.acknowledged() == 60 && events.get() >= 60);
      boolean announced = answer.contains("close") || answer.contains("1.0");
      assertThat(count(SinkCounter.FAILURES))
          .as(forwarder.state().lastError())
          .isLessThanOrEqualTo(announced ? 0 : 5);
    }
  }

  @Test
  void shouldConnectOnlyWhenThereIsSomethingToSay() throws Exception {
    AtomicInteger events = new AtomicInteger();
    try (var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      closing(listener, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", events);
      feed(1, 100);
      forward(HttpDialect.LINES, listener.getLocalPort());
      LineReceiver.await(() -> feed.acknowledged() == 1);
      Thread.sleep(1_500);
      assertThat(count(SinkCounter.OPENED)).isEqualTo(1);
      feed.add(1);
      LineReceiver.await(() -> feed.acknowledged() == 2);
      assertThat(count(SinkCounter.OPENED)).isEqualTo(2);
      assertThat(count(SinkCounter.FAILURES)).isZero();
    }
  }

  @Test
  void shouldGiveUpAProxyThatDoesNotAnswer() throws Exception {
    try (var proxy = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      feed(1, 100);
      this.proxy = new SinkSettings.Proxy("127.0.0.1", proxy.getLocalPort());
      forward(HttpDialect.LINES, 9);
      awaitError("the proxy did not answer within 1000 ms");
    }
  }

  @Test
  void shouldEndAnAnswerThatIsTooLongAndGoOn() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    try (var receiver =
        new HttpReceiver(
            asked ->
                requests.incrementAndGet() < 3
                    ? new Answer(
                        200, "{\"errors\":true,\"items\":[" + "{},".repeat(900_000) + "{}]}")
                    : new Answer(200, "{\"errors\":false}"))) {
      feed(100, 100);
      forward(HttpDialect.BULK, receiver.port());
      LineReceiver.await(() -> feed.acknowledged() == 100);
      assertThat(forwarder.state().lastError())
          .containsAnyOf("answer is too long", "answers more than its protocol");
    }
  }

  // ---- a spool that moves on

  @Test
  void shouldEndTheBatchThatTheSpoolDroppedMeanwhile() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    Set<Long> taken = new ConcurrentSkipListSet<>();
    List<String> gaps = new CopyOnWriteArrayList<>();
    smallFeed();
    try (var receiver =
        new HttpReceiver(
            asked -> {
              taken.addAll(seqs(asked));
              asked.lines().stream().filter(line -> line.contains("GAP")).forEach(gaps::add);
              hold(held);
              return new Answer(200, "");
            })) {
      timings = faulty().handshake(Duration.ofSeconds(60)).made();
      forward(HttpDialect.LINES, receiver.port());
      LineReceiver.await(() -> taken.size() == 100);
      feed.add(20_000);
      held.countDown();
      LineReceiver.await(() -> taken.contains(20_100L) && feed.reader().lagEvents() == 0);
    }
    long lost = count(SinkCounter.SPOOL_OVERRUN_EVENTS);
    assertThat(lost).isGreaterThan(10_000);
    assertThat(taken)
        .hasSize((int) (20_100 - lost))
        .containsAll(LongStream.rangeClosed(1, 100).boxed().toList());
    // What is missing lies behind what was held, in one piece, and is told by its last number.
    long first =
        LongStream.rangeClosed(1, 20_100)
            .filter(seq -> !taken.contains(seq))
            .findFirst()
            .orElseThrow();
    assertThat(gaps).containsExactly("{\"kind\":\"GAP\",\"seq\":" + (first + lost - 1) + "}");
    assertThat(first).isGreaterThan(100);
    assertThat(count(SinkCounter.POISON_EVENTS)).isZero();
  }
}
