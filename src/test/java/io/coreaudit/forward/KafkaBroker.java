package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Time;

/// A real broker and controller in this JVM, with a listener in plain text, one in TLS that wants a
/// client certificate, and one that wants a name and a password. It can be stopped, and started
/// again with what it had.
final class KafkaBroker implements AutoCloseable {
  static final String USER = "node";
  static final String PASSWORD = "a broker's \"own\" secret";
  static final int PARTITIONS = 3;

  /// Reading is far faster than that.
  private static final int MESSAGES_A_SECOND = 5_000;

  private final Properties properties = new Properties();
  private final int plain;
  private final int tls;
  private final int sasl;
  private KafkaRaftServer server;

  KafkaBroker(Path directory, Certificates files) throws IOException {
    int[] ports = freePorts(4);
    plain = ports[0];
    tls = ports[1];
    sasl = ports[2];
    int controller = ports[3];
    set("process.roles", "broker,controller");
    set("node.id", "1");
    set("controller.listener.names", "CONTROLLER");
    set("controller.quorum.voters", "1@127.0.0.1:" + controller);
    set(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,SSL://127.0.0.1:%d,SASL_PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
            .formatted(plain, tls, sasl, controller));
    set(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT");
    set("inter.broker.listener.name", "PLAINTEXT");
    set("log.dirs", directory.resolve("log").toString());
    set("auto.create.topics.enable", "false");
    set("controlled.shutdown.enable", "false");
    set("offsets.topic.replication.factor", "1");
    set("transaction.state.log.replication.factor", "1");
    set("transaction.state.log.min.isr", "1");
    set("log.dir.failure.timeout.ms", "1000");
    set("ssl.keystore.type", "PKCS12");
    set("ssl.keystore.location", files.path("server.p12").toString());
    set("ssl.keystore.password", "p12");
    set("ssl.truststore.type", "PEM");
    set("ssl.truststore.location", files.path("ca.pem").toString());
    set("ssl.client.auth", "required");
    set("sasl.enabled.mechanisms", "SCRAM-SHA-512,PLAIN");
    String login = "listener.name.sasl_plaintext.%s.sasl.jaas.config";
    set(
        login.formatted("scram-sha-512"),
        "org.apache.kafka.common.security.scram.ScramLoginModule required;");
    set(
        login.formatted("plain"),
        "org.apache.kafka.common.security.plain.PlainLoginModule required user_%s=\"%s\";"
            .formatted(USER, PASSWORD.replace("\"", "\\\"")));
    format(directory);
    start();
  }

  private void set(String key, String value) {
    properties.setProperty(key, value);
  }

  private static int[] freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }
    int[] ports = sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    return ports;
  }

  private void format(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path file = directory.resolve("server.properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      properties.store(out, null);
    }
    String[] arguments = {
      "format",
      "-t",
      Uuid.randomUuid().toString(),
      "-c",
      file.toString(),
      "-S",
      "SCRAM-SHA-512=[name=%s,password=%s]".formatted(USER, PASSWORD)
    };
    var quiet = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    assertThat(StorageTool.execute(arguments, quiet)).isZero();
  }

  void start() {
    server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
    server.startup();
  }

  void stop() {
    server.shutdown();
    server.awaitShutdown();
    server = null;
  }

  int plain() {
    return plain;
  }

  int tls() {
    return tls;
  }

  int sasl() {
    return sasl;
  }

  /// Makes a topic.
  void topic(String name, Map<String, String> configs) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + plain))) {
      admin
          .createTopics(List.of(new NewTopic(name, PARTITIONS, (short) 1).configs(configs)))
          .all()
          .get();
    }
  }

  /// All that a topic has.
  List<ConsumerRecord<byte[], byte[]>> read(String topic, long atLeast) {
    List<ConsumerRecord<byte[], byte[]>> messages = new ArrayList<>();
    each(topic, atLeast, messages::add);
    return messages;
  }

  /// Hands over all that a topic has, until so many messages were read; each partition in its
  /// order.
  void each(String topic, long atLeast, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    Map<String, Object> configs = new HashMap<>();
    configs.put("bootstrap.servers", "127.0.0.1:" + plain);
    configs.put("isolation.level", "read_committed");
    List<TopicPartition> partitions =
        IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition(topic, p)).toList();
    try (var consumer =
        new KafkaConsumer<>(configs, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long deadline =
          System.nanoTime() + Duration.ofSeconds(60 + atLeast / MESSAGES_A_SECOND).toNanos();
      long end = consumer.endOffsets(partitions).values().stream().mapToLong(n -> n).sum();
      for (long count = 0; count < Math.max(atLeast, end) && System.nanoTime() < deadline; ) {
        var messages = consumer.poll(Duration.ofMillis(200));
        messages.forEach(reader);
        count += messages.count();
      }
    }
  }

  @Override
  public void close() {
    if (server != null) {
      stop();
    }
  }
}
