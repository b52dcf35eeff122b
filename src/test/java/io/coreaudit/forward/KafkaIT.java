package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.event.EventKind;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.format.MessageEncoder;
import io.coreaudit.forward.SinkState.Phase;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// A kafka sink against a real broker. `-Dpeer.events` says how many events the long ones are
/// given.
@Timeout(240)
final class KafkaIT extends ForwarderScene {
  private static final long EVENTS = Long.getLong("peer.events", 30_000);
  private static final int LARGE_BYTES = 300 << 10;

  @TempDir private static Path shared;
  private static Certificates files;
  private static KafkaBroker broker;

  @BeforeAll
  static void startBroker() throws Exception {
    // both ends speak there, and the broker at length
    for (String name : List.of("org.apache.kafka", "kafka", "state.change.logger")) {
      ((Logger) LoggerFactory.getLogger(name)).setLevel(Level.OFF);
    }
    files = new Certificates(shared);
    Files.writeString(shared.resolve("sasl"), KafkaBroker.PASSWORD + "\n");
    Files.writeString(shared.resolve("wrong-sasl"), "a guess\n");
    broker = new KafkaBroker(shared.resolve("broker"), files);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  KafkaIT() {
    errorPatience = Duration.ofSeconds(180);
  }

  private static String topic(TestInfo test) {
    return test.getTestMethod().orElseThrow().getName()
        + test.getDisplayName().replaceAll("[^a-zA-Z0-9]", "");
  }

  private SinkSettings.Kafka settings(int port, TlsSettings tls, String topic) {
    return settings(port, tls, null, topic, true);
  }

  private SinkSettings.Kafka settings(
      int port, TlsSettings tls, SinkSettings.Sasl sasl, String topic, boolean gzip) {
    return new SinkSettings.Kafka(
        List.of(
            new SinkSettings.Tcp(
                "siem", "127.0.0.1", port, tls, 0, SinkSettings.TcpTimings.DEFAULT)),
        topic,
        "ecs/8.17.0",
        "application/json",
        sasl,
        gzip,
        deadLetters());
  }

  private static TlsSettings tls(Path ca, String certificate) {
    return new TlsSettings(
        "sinks.0.tls",
        ca,
        certificate == null ? null : files.path(certificate + ".pem"),
        certificate == null ? null : files.path(certificate + ".key"),
        null,
        null);
  }

  private void feed(long events) {
    feed = FrameFeed.ofFileReads(directory.resolve("spool"), events);
  }

  private static EventEncoder ecs() {
    return new MessageEncoder(new EcsEncoder(true));
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(180).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() < deadline).as(what).isTrue();
      Thread.sleep(20);
    }
  }

  private static long seq(ConsumerRecord<byte[], byte[]> message) {
    return Long.parseLong(header(message, "coreaudit.seq"));
  }

  private static String header(ConsumerRecord<byte[], byte[]> message, String name) {
    var header = message.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }

  /// CPU time of the threads that send; the broker has others, and who collects garbage is neither.
  private static long senderCpuNs() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Thread.getAllStackTraces().keySet().stream()
        .filter(
            thread ->
                thread.getName().startsWith(Forwarder.THREAD)
                    || thread.getName().startsWith("kafka-producer-network-thread"))
        .mapToLong(thread -> threads.getThreadCpuTime(thread.threadId()))
        .sum();
  }

  private static long producerThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kafka-producer-network-thread"))
        .count();
  }

  @Test
  void shouldGiveEverythingInOrder(TestInfo test) throws Exception {
    String topic = topic(test);
    broker.topic(topic, Map.of());
    feed(EVENTS);
    forward(settings(broker.plain(), null, topic), ecs());
    await("half of it", () -> count(SinkCounter.EVENTS_ACKNOWLEDGED) >= EVENTS / 2);
    long warm = count(SinkCounter.EVENTS_ACKNOWLEDGED);
    long cpuNs = senderCpuNs();
    await("everything acknowledged", () -> feed.acknowledged() == EVENTS);
    double us = (senderCpuNs() - cpuNs) / 1e3 / Math.max(1, EVENTS - warm);
    System.out.printf("KafkaIT events=%d cpu_us=%.1f%n", EVENTS, us);

    var first = new ArrayList<ConsumerRecord<byte[], byte[]>>();
    long[] read = new long[1]; // a million of them must not stay
    broker.each(
        topic,
        EVENTS,
        message -> {
          assertThat(seq(message)).isEqualTo(++read[0]);
          if (read[0] == 1) {
            first.add(message);
          }
          assertThat(message.partition()).isEqualTo(first.getFirst().partition());
        });
    assertThat(read[0]).isEqualTo(EVENTS);
    ConsumerRecord<byte[], byte[]> message = first.getFirst();
    JsonNode event = new ObjectMapper().readTree(message.value());
    assertThat(event.at("/file/path").asText()).isEqualTo("/var/lib/etcd/member/snap/db");
    assertThat(header(message, "event.id")).isEqualTo(event.at("/event/id").asText());
    assertThat(header(message, "coreaudit.schema")).isEqualTo("ecs/8.17.0");
    assertThat(header(message, "content-type")).isEqualTo("application/json");
    assertThat(new String(message.key(), StandardCharsets.UTF_8))
        .isEqualTo(event.at("/host/name").asText());
    assertThat(message.value()[message.value().length - 1]).isEqualTo((byte) '}');
    assertThat(forwarder.state().text())
        .isEqualTo("connected to 127.0.0.1:" + broker.plain() + ", topic " + topic);
  }

  @Test
  void shouldGoOnInOrderWhereABrokerStopsAndStarts(TestInfo test) throws Exception {
    String topic = topic(test);
    broker.topic(topic, Map.of());
    long events = 20_000;
    feed(events);
    forward(settings(broker.plain(), null, topic), ecs());
    await("some of it", () -> feed.acknowledged() > events / 4);
    broker.stop();
    try {
      feed.add(1000);
      awaitError("127.0.0.1:" + broker.plain(), "connection refused");
    } finally {
      broker.start();
    }
    await("everything", () -> feed.acknowledged() == events + 1000);
    assertThat(forwarder.state().phase()).isEqualTo(Phase.DELIVERING);
    List<Long> seqs = broker.read(topic, events + 1000).stream().map(KafkaIT::seq).toList();
    assertThat(new TreeSet<>(seqs)).hasSize((int) events + 1000);
    assertThat(seqs.stream().distinct().toList()).isEqualTo(upTo(events + 1000));
    assertThat(seqs.size() - events - 1000).isLessThanOrEqualTo(events / 4);
  }

  @Test
  void shouldTakeARenewedAuthorityWithoutAStart(TestInfo test) throws Exception {
    String topic = topic(test);
    broker.topic(topic, Map.of());
    Path ca = directory.resolve("ca.pem");
    Files.copy(files.path("other-ca.pem"), ca);
    feed(2000);
    forward(settings(broker.tls(), tls(ca, "client"), topic), ecs());
    awaitError("the server's certificate is not signed by a CA of " + ca);
    Files.copy(files.path("ca.pem"), ca, StandardCopyOption.REPLACE_EXISTING);
    await("everything", () -> feed.acknowledged() == 2000);
    assertThat(forwarder.state().text()).contains(", TLS, topic " + topic);
    assertThat(broker.read(topic, 2000).stream().map(KafkaIT::seq)).isEqualTo(upTo(2000));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          stranger | did not take our certificate
          gone     | sinks.0.tls.key
          """)
  void shouldSayWhatIsWrongWithTls(String certificate, String said, TestInfo test)
      throws Exception {
    String topic = "no-matter";
    feed(1);
    forward(settings(broker.tls(), tls(files.path("ca.pem"), certificate), topic), ecs());
    awaitError(said);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PLAIN", "SCRAM-SHA-512"})
  void shouldSayWhoItIs(String mechanism, TestInfo test) throws Exception {
    String topic = topic(test);
    broker.topic(topic, Map.of());
    Path password = directory.resolve("password");
    Files.copy(shared.resolve("wrong-sasl"), password);
    var sasl =
        new SinkSettings.Sasl(mechanism, KafkaBroker.USER, "sinks.0.password_file", password);
    feed(500);
    forward(settings(broker.sasl(), null, sasl, topic, true), ecs());
    await(
        "its state",
        () ->
            forwarder
                .state()
                .lastError()
                .toLowerCase(Locale.ROOT)
                .contains("authentication failed"));
    assertThat(forwarder.state().toString()).doesNotContain("a guess");
    Files.copy(shared.resolve("sasl"), password, StandardCopyOption.REPLACE_EXISTING);
    await("everything", () -> feed.acknowledged() == 500);
    assertThat(broker.read(topic, 500).stream().map(KafkaIT::seq)).isEqualTo(upTo(500));
  }

  @Test
  void shouldWaitForATopicThatIsNotThere(TestInfo test) throws Exception {
    String topic = topic(test);
    feed(100);
    forward(settings(broker.plain(), null, topic), ecs());
    awaitError("there is no topic " + topic);
    broker.topic(topic, Map.of());
    await("everything", () -> feed.acknowledged() == 100);
  }

  @Test
  void shouldKeepWhatIsTooLargeAsDeadLetters(TestInfo test) throws Exception {
    String topic = topic(test);
    broker.topic(topic, Map.of("max.message.bytes", Integer.toString(LARGE_BYTES / 2)));
    feed(100, 64);
    forward(settings(broker.plain(), null, null, topic, false), new MessageEncoder(sizes(7)));
    await("everything", () -> feed.acknowledged() == 100);
    await("it was told", () -> count(SinkCounter.POISON_EVENTS) == 14);
    feed.add(1); // the gap is told before it
    await("the rest", () -> feed.acknowledged() == 101);
    List<ConsumerRecord<byte[], byte[]>> messages = broker.read(topic, 101 - 14 + 1);
    assertThat(messages.stream().filter(m -> header(m, "coreaudit.seq") != null).map(KafkaIT::seq))
        .containsExactlyElementsOf(
            LongStream.rangeClosed(1, 101).filter(n -> n % 7 != 0).boxed().toList());
    assertThat(messages.stream().filter(m -> header(m, "coreaudit.seq") == null))
        .isNotEmpty()
        .allSatisfy(m -> assertThat(new String(m.value())).startsWith("GAP"));
    assertThat(Files.readAllLines(deadLetters().directory().resolve("siem.jsonl")))
        .hasSizeGreaterThanOrEqualTo(1)
        .allSatisfy(line -> assertThat(line).contains("larger than the max"));
  }

  @Test
  void shouldGiveNothingUpWhereEverythingIsTooLarge(TestInfo test) throws Exception {
    String topic = topic(test);
    broker.topic(topic, Map.of("max.message.bytes", Integer.toString(LARGE_BYTES / 2)));
    feed(20, 64);
    forward(settings(broker.plain(), null, null, topic, false), new MessageEncoder(sizes(1)));
    awaitError("nothing is given up");
    assertThat(count(SinkCounter.POISON_EVENTS)).isZero();
    assertThat(feed.acknowledged()).isZero();
    assertThat(deadLetters().directory()).doesNotExist();
  }

  /// Each so-manieth event is too large.
  private static EventEncoder sizes(int each) {
    byte[] large = new byte[LARGE_BYTES];
    java.util.Arrays.fill(large, (byte) 'x');
    return (frame, out) -> {
      out.put((frame.kind() + " " + frame.seq()).getBytes(StandardCharsets.US_ASCII));
      if (frame.kind() == EventKind.AUDIT && frame.seq() % each == 0) {
        out.put(large);
      }
      out.put('\n');
    };
  }

  @Test
  void shouldStopWhereNobodyListens() throws Exception {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    feed(100);
    forward(settings(port, null, "coreaudit"), ecs());
    awaitError("cannot connect");
    assertThat(forwarder.state().lastError())
        .isEqualTo(
            "cannot connect to 127.0.0.1:" + port + ": connection refused: nothing listens there");
    endsSoon();
  }

  @Test
  void shouldStopWhereSomebodyElseListens() throws Exception {
    try (var socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      feed(100);
      forward(settings(socket.getLocalPort(), null, "coreaudit"), ecs());
      await("its producer", () -> producerThreads() > 0);
      endsSoon();
      await("no thread is left", () -> producerThreads() == 0);
    }
  }

  @Test
  void shouldStopWhereTheBrokerWent(TestInfo test) throws Exception {
    String topic = topic(test);
    broker.topic(topic, Map.of());
    feed(20_000);
    forward(settings(broker.plain(), null, topic), ecs());
    await("some of it", () -> feed.acknowledged() > 0);
    broker.stop();
    try {
      endsSoon();
      assertThat(forwarder.state().phase()).isEqualTo(Phase.STOPPED);
    } finally {
      broker.start();
    }
    await("no thread is left", () -> producerThreads() == 0);
  }

  private void endsSoon() throws InterruptedException {
    forwarder.stop(Duration.ofMillis(500));
    assertThat(forwarder.awaitEnd(Duration.ofSeconds(5))).isTrue();
  }
}
