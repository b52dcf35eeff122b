package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.format.EnvelopeEncoder;
import io.coreaudit.forward.HttpReceiver.Answer;
import io.coreaudit.forward.HttpReceiver.Asked;
import io.coreaudit.forward.SinkState.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class HttpSinkTest extends HttpScene {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() < deadline).as("happened within 40 s").isTrue();
      Thread.sleep(2);
    }
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  private static List<Long> seqs(List<String> lines) {
    return lines.stream().map(line -> json(line).get("seq").asLong()).toList();
  }

  // ---- lines

  @Test
  void shouldPostLinesInOrder() throws Exception {
    List<Long> taken = new CopyOnWriteArrayList<>();
    try (var receiver =
        new HttpReceiver(
            asked -> {
              taken.addAll(seqs(asked.lines()));
              return new Answer(taken.size() % 2 == 0 ? 204 : 200, "");
            })) {
      feed(30_000, 100);
      forward(HttpDialect.LINES, "/in?x=1", receiver.port(), new JsonLineEncoder());
      await(() -> feed.acknowledged() == 30_000);
      assertThat(taken).isEqualTo(upTo(30_000));
      Asked first = receiver.asked().getFirst();
      assertThat(first.target()).isEqualTo("/in?x=1");
      assertThat(first.headers().getFirst("Authorization")).isEqualTo("Bearer " + TOKEN);
      assertThat(first.headers().getFirst("Content-Type")).isEqualTo("application/x-ndjson");
      assertThat(count(SinkCounter.OPENED)).isEqualTo(1);
      assertThat(forwarder.state().phase()).isEqualTo(Phase.DELIVERING);
    }
  }

  @Test
  void shouldTryAgainWhatIsRefusedForNowAndKeepTheOrder() throws Exception {
    List<Long> taken = new CopyOnWriteArrayList<>();
    Random random = new Random(7);
    try (var receiver =
        new HttpReceiver(
            asked ->
                switch (random.nextInt(6)) {
                  case 0 -> new Answer(503, "busy");
                  case 1 -> new Answer(429, "slow down", "Retry-After", "0");
                  case 2 -> null;
                  case 3 -> {
                    taken.addAll(seqs(asked.lines())); // and the answer is lost
                    yield null;
                  }
                  default -> {
                    taken.addAll(seqs(asked.lines()));
                    yield new Answer(200, "ok", "Connection", random.nextBoolean() ? "close" : "x");
                  }
                })) {
      feed(50_000, 100);
      forward(HttpDialect.LINES, "/", receiver.port(), new JsonLineEncoder());
      await(() -> feed.acknowledged() == 50_000);
      List<Long> first = new ArrayList<>();
      long last = 0;
      for (long seq : taken) {
        if (seq == last + 1) {
          last = seq;
          first.add(seq);
        } else {
          assertThat(seq).as("comes again").isLessThanOrEqualTo(last);
        }
      }
      assertThat(first).isEqualTo(upTo(50_000));
    }
  }

  @Test
  void shouldHoldEverythingWhileSomebodyMustMendIt() throws Exception {
    try (var receiver = new HttpReceiver(asked -> new Answer(401, "{\"text\":\"Token?\"}"))) {
      feed(100, 100);
      Files.writeString(token(), "\n");
      forward(HttpDialect.LINES, "/", receiver.port(), new JsonLineEncoder());
      awaitError("sinks.0.token_file: ", "token: holds no token in its first line");
      Files.writeString(token(), "Basic " + TOKEN + "\n");
      awaitError(": 401 Unauthorized");
      await(() -> forwarder.state().phase() == Phase.WAITING);
      assertThat(receiver.asked().getLast().headers().getFirst("Authorization"))
          .isEqualTo("Basic " + TOKEN);
      assertThat(feed.acknowledged()).isZero();
      receiver.answers(asked -> new Answer(200, ""));
      await(() -> feed.acknowledged() == 100);
      assertThat(count(SinkCounter.POISON_EVENTS)).isZero();
    }
  }

  @Test
  void shouldFindTheEventThatIsRefusedAndKeepIt() throws Exception {
    Set<Long> taken = new ConcurrentSkipListSet<>();
    try (var receiver =
        new HttpReceiver(
            asked -> {
              List<Long> seqs = seqs(asked.lines());
              if (seqs.contains(777L) || seqs.contains(778L)) {
                return new Answer(400, "seven\u0007s");
              }
              if (seqs.size() > 500) {
                return new Answer(413, "");
              }
              taken.addAll(seqs);
              return new Answer(200, "");
            })) {
      feed(2_000, 100);
      forward(HttpDialect.LINES, "/", receiver.port(), new JsonLineEncoder());
      await(() -> feed.acknowledged() == 2_000);
      assertThat(count(SinkCounter.POISON_EVENTS)).isEqualTo(2);
      assertThat(taken).hasSize(1_998).doesNotContain(777L, 778L);
      assertThat(letters()).contains("400 Bad Request seven s").hasLineCount(2);
      feed.add(1);
      await(() -> feed.acknowledged() == 2_001);
      assertThat(receiver.asked())
          .anySatisfy(asked -> assertThat(asked.body()).contains("\"kind\":\"GAP\",\"seq\":778"));
    }
  }

  @Test
  void shouldGiveUpAReceiverThatDoesNotAnswer() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    try (var receiver =
        new HttpReceiver(
            asked -> {
              if (requests.incrementAndGet() == 1) {
                try {
                  Thread.sleep(20_000);
                } catch (InterruptedException e) {
                  return null;
                }
              }
              return new Answer(200, "");
            })) {
      feed(10, 100);
      timings = quick().stall(Duration.ofMillis(500)).made();
      forward(HttpDialect.LINES, "/", receiver.port(), new JsonLineEncoder());
      await(() -> feed.acknowledged() == 10);
      assertThat(forwarder.state().lastError()).contains("did not answer within 1 s");
    }
  }

  @Test
  void shouldGoThroughAProxy() throws Exception {
    List<Long> taken = new CopyOnWriteArrayList<>();
    try (var receiver =
            new HttpReceiver(
                asked -> {
                  taken.addAll(seqs(asked.lines()));
                  return new Answer(200, "");
                });
        var proxy = new ConnectProxy(receiver.port())) {
      feed(1_000, 100);
      this.proxy = proxy.settings();
      forward(HttpDialect.LINES, "/", receiver.port(), new JsonLineEncoder());
      await(() -> feed.acknowledged() == 1_000);
      assertThat(taken).isEqualTo(upTo(1_000));
      assertThat(proxy.heads().getFirst())
          .startsWith("CONNECT 127.0.0.1:" + receiver.port() + " HTTP/1.1");
      assertThat(forwarder.state().lastError()).contains("the proxy refused the way: HTTP/1.1 403");
    }
  }

  // ---- bulk

  @Test
  void shouldStoreEachEventOnceInElasticsearch() throws Exception {
    Map<String, Long> stored = new ConcurrentHashMap<>();
    Random random = new Random(3);
    try (var receiver = new HttpReceiver(asked -> elasticsearch(asked, stored, random))) {
      feed(20_000, 100);
      gzip = true;
      forward(
          HttpDialect.BULK,
          "/logs-coreaudit.audit-default/_bulk",
          receiver.port(),
          EnvelopeEncoder.bulk(new JsonLineEncoder()));
      await(() -> feed.acknowledged() == 20_000);
      assertThat(count(SinkCounter.POISON_EVENTS)).isEqualTo(20);
      assertThat(new TreeSet<>(stored.values()))
          .containsExactlyElementsOf(
              LongStream.rangeClosed(1, 20_000).filter(seq -> seq % 1000 != 500).boxed().toList());
      assertThat(stored).hasSize(19_980).containsEntry("-:1.000:7", 7L);
      assertThat(letters()).hasLineCount(20).contains("400 mapper_parsing_exception: no");
      assertThat(count(SinkCounter.RETRIED_EVENTS)).isPositive();
      assertThat(receiver.asked().getFirst().headers().getFirst("Authorization"))
          .isEqualTo("ApiKey " + TOKEN);
    }
  }

  private static Answer elasticsearch(Asked asked, Map<String, Long> stored, Random random) {
    int fate = random.nextInt(10);
    if (fate == 0) {
      return new Answer(429, "{\"error\":{\"type\":\"es_rejected_execution_exception\"}}");
    }
    List<String> items = new ArrayList<>();
    boolean errors = false;
    List<String> lines = asked.lines();
    for (int i = 0; i < lines.size(); i += 2) {
      String id = json(lines.get(i)).at("/create/_id").asText();
      long seq = json(lines.get(i + 1)).get("seq").asLong();
      int status = 201;
      String error = "";
      if (lines.get(i + 1).contains("GAP")) {
        items.add("{\"create\":{\"_id\":\"" + id + "\",\"status\":201}}");
        continue; // told of what was refused
      }
      if (seq % 1000 == 500) {
        status = 400;
        error = ",\"error\":{\"type\":\"mapper_parsing_exception\",\"reason\":\"no\"}";
      } else if (random.nextInt(50) == 0) {
        status = 429;
        error = ",\"error\":{\"type\":\"es_rejected_execution_exception\",\"reason\":\"full\"}";
      } else if (stored.putIfAbsent(id, seq) != null) {
        status = 409;
        error = ",\"error\":{\"type\":\"version_conflict_engine_exception\",\"reason\":\"there\"}";
      }
      errors |= status != 201;
      items.add("{\"create\":{\"_id\":\"" + id + "\",\"status\":" + status + error + "}}");
    }
    String body =
        "{\"took\":30,\"errors\":" + errors + ",\"items\":[" + String.join(",", items) + "]}";
    return fate == 1 ? null : new Answer(200, body);
  }

  // ---- Splunk

  @Test
  void shouldWaitUntilSplunkHasIndexedAndSendAgainWhatItForgot() throws Exception {
    Set<Long> accepted = new ConcurrentSkipListSet<>();
    Map<Integer, Boolean> acks = new ConcurrentHashMap<>();
    AtomicInteger requests = new AtomicInteger();
    try (var receiver =
        new HttpReceiver(
            asked -> {
              if (asked.headers().getFirst("X-Splunk-Request-Channel") == null) {
                return new Answer(400, "{\"text\":\"Data channel is missing\",\"code\":10}");
              }
              if (asked.target().equals("/services/collector/ack")) {
                List<String> told = new ArrayList<>();
                for (JsonNode id : json(asked.body()).get("acks")) {
                  told.add("\"" + id.asInt() + "\":" + acks.getOrDefault(id.asInt(), false));
                }
                return new Answer(200, "{\"acks\":{" + String.join(",", told) + "}}");
              }
              int request = requests.incrementAndGet();
              if (request % 5 == 2) {
                return new Answer(503, "{\"text\":\"Server is busy\",\"code\":9}");
              }
              for (String line : asked.lines()) {
                JsonNode event = json(line);
                assertThat(event.get("time").asDouble()).isEqualTo(1.0);
                assertThat(event.get("sourcetype").asText()).isEqualTo("coreaudit");
                accepted.add(event.at("/event/seq").asLong());
              }
              acks.put(request, request != 3); // 3 is forgotten
              return new Answer(200, "{\"text\":\"Success\",\"code\":0,\"ackId\":" + request + "}");
            })) {
      feed(30_000, 100);
      gzip = true;
      timings = quick().resendAge(Duration.ofSeconds(18)).made(); // indexed within 3 s, or not
      forward(
          HttpDialect.HEC,
          "/services/collector/event",
          receiver.port(),
          EnvelopeEncoder.collector(new JsonLineEncoder(), true, null, null, "coreaudit"));
      await(() -> accepted.size() == 30_000);
      assertThat(feed.acknowledged()).isLessThan(30_000);
      await(() -> feed.acknowledged() == 30_000);
      assertThat(count(SinkCounter.RETRIED_EVENTS)).isPositive();
      assertThat(receiver.asked().getFirst().headers().getFirst("Authorization"))
          .isEqualTo("Splunk " + TOKEN);
    }
  }

  /// The agent's `stop` is accepted just before its sinks are told to end.
  @Test
  void shouldSendAtTheStopWhatCameWhileItAskedWhatIsIndexed() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    Set<Long> accepted = new ConcurrentSkipListSet<>();
    try (var receiver =
        new HttpReceiver(
            request -> {
              if (request.target().equals("/services/collector/ack")) {
                asked.countDown();
                hold(answer);
                return new Answer(200, "{\"acks\":{\"0\":true}}");
              }
              for (String line : request.lines()) {
                accepted.add(json(line).at("/event/seq").asLong());
              }
              return new Answer(200, "{\"text\":\"Success\",\"code\":0,\"ackId\":0}");
            })) {
      feed(10, 100);
      forward(
          HttpDialect.HEC,
          "/services/collector/event",
          receiver.port(),
          EnvelopeEncoder.collector(new JsonLineEncoder(), true, null, null, "coreaudit"));
      asked.await();
      feed.add(1);
      forwarder.stop(Duration.ofSeconds(10));
      Thread.sleep(300); // it meets the end of what it had read
      answer.countDown();
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(10))).isTrue();
      assertThat(accepted).hasSize(11);
      assertThat(feed.acknowledged()).isEqualTo(11);
    }
  }

  @Test
  void shouldTakeSplunksWordWhereTheTokenHasNoAcknowledgement() throws Exception {
    List<Long> taken = new CopyOnWriteArrayList<>();
    AtomicBoolean mended = new AtomicBoolean();
    try (var receiver =
        new HttpReceiver(
            asked -> {
              if (!mended.get()) {
                return new Answer(400, "{\"text\":\"Incorrect index\",\"code\":7}");
              }
              for (String line : asked.lines()) {
                taken.add(Long.parseLong(line.split(" ")[1]));
              }
              return new Answer(200, "{\"text\":\"Success\",\"code\":0}");
            })) {
      feed(2_000, 100);
      gzip = true;
      forward(HttpDialect.HEC_RAW, "/services/collector/raw", receiver.port(), new LineEncoder());
      awaitError("Incorrect index");
      mended.set(true);
      await(() -> feed.acknowledged() == 2_000);
      assertThat(taken).isEqualTo(upTo(2_000));
      assertThat(count(SinkCounter.POISON_EVENTS)).isZero();
    }
  }

  // ---- OTLP

  @Test
  void shouldSendLogsAndKeepWhatIsPartlyRefused() throws Exception {
    List<Long> taken = new CopyOnWriteArrayList<>();
    AtomicInteger requests = new AtomicInteger();
    try (var receiver =
        new HttpReceiver(
            asked -> {
              if (requests.incrementAndGet() == 1) {
                return new Answer(502, "");
              }
              JsonNode logs = json(asked.body()).at("/resourceLogs/0/scopeLogs/0/logRecords");
              for (JsonNode log : logs) {
                if (log.at("/body/stringValue").asText().contains("GAP")) {
                  continue; // told of what was refused
                }
                assertThat(log.get("timeUnixNano").asText()).isEqualTo("1000000000");
                long seq = json(log.at("/body/stringValue").asText()).get("seq").asLong();
                assertThat(log.at("/attributes/0/value/stringValue").asText())
                    .isEqualTo("-:1.000:" + seq);
                taken.add(seq);
              }
              return requests.get() == 2
                  ? new Answer(
                      200,
                      "{\"partialSuccess\":{\"rejectedLogRecords\":\"2\",\"errorMessage\":\"big\"}}")
                  : new Answer(200, "{}");
            })) {
      feed(5_000, 100);
      gzip = true;
      forward(
          HttpDialect.OTLP,
          "/v1/logs",
          receiver.port(),
          EnvelopeEncoder.log(new JsonLineEncoder()));
      await(() -> feed.acknowledged() == 5_000);
      assertThat(taken).isEqualTo(upTo(5_000));
      assertThat(count(SinkCounter.POISON_EVENTS)).isEqualTo(2);
      assertThat(letters()).contains("2 of ", "big");
    }
  }
}
