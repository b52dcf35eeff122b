package io.coreaudit.forward;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Makes producers as a sink wants them.
///
/// All in-sync replicas answer, and the producer is idempotent: a message that it sends once more
/// itself is there once and in its place. It does that for as long as it lives: a message whose
/// time ran out would be passed by those behind it. Memory and every wait of the forwarder's thread
/// are bounded. It registers nothing with JMX but its version, and reports nothing to the broker.
final class KafkaProducers {
  /// The most that `send` and `partitionsFor` wait.
  static final int MOST_WAIT_MS = 1000;

  private static final int BUFFER_BYTES = 8 << 20;
  private static final int BATCH_BYTES = 128 << 10;

  /// The brokers say what is too large, and they mean the compressed message.
  private static final int MOST_REQUEST_BYTES = 8 << 20;

  private static final int LINGER_MS = 5;
  private static final int FOR_EVER_MS = Integer.MAX_VALUE;
  private static final String LOGIN = "org.apache.kafka.common.security.%s.%sLoginModule required;";

  private KafkaProducers() {}

  /// A producer, which begins to connect.
  ///
  /// @throws IOException when a file cannot be read that it needs
  static KafkaProducer<byte[], byte[]> producer(SinkSettings.Kafka settings) throws IOException {
    TlsSettings tls = settings.brokers().getFirst().tls();
    if (tls != null) {
      TlsFiles.context(tls); // what is wrong with a file is said now, by its name
    }
    if (settings.sasl() != null) {
      java.util.Arrays.fill(KafkaPassword.read(settings.sasl()), '\0');
    }
    return new KafkaProducer<>(
        configs(settings, tls), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static Map<String, Object> configs(SinkSettings.Kafka settings, TlsSettings tls) {
    SinkSettings.TcpTimings timings = settings.brokers().getFirst().timings();
    var configs = new HashMap<String, Object>();
    configs.put(
        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
        settings.brokers().stream().map(SinkSettings.Tcp::address).toList());
    configs.put(ProducerConfig.CLIENT_ID_CONFIG, "coreaudit-" + settings.name());
    configs.put(ProducerConfig.ACKS_CONFIG, "all");
    configs.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    configs.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
    configs.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
    configs.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, FOR_EVER_MS);
    // so long a producer lives on at most when it ends while a broker says nothing
    configs.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) timings.request().toMillis());
    configs.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MOST_WAIT_MS);
    configs.put(ProducerConfig.BUFFER_MEMORY_CONFIG, (long) BUFFER_BYTES);
    configs.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    configs.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MOST_REQUEST_BYTES);
    configs.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MS);
    configs.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, settings.gzip() ? "gzip" : "none");
    configs.put(
        ProducerConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, timings.connect().toMillis());
    configs.put(ProducerConfig.RECONNECT_BACKOFF_MS_CONFIG, timings.firstBackoff().toMillis());
    configs.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, timings.connect().toMillis());
    configs.put(ProducerConfig.METRIC_REPORTER_CLASSES_CONFIG, List.of());
    configs.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    configs.put("security.protocol", protocol(tls != null, settings.sasl() != null));
    if (tls != null) {
      configs.put(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, KafkaTls.class);
      configs.put(KafkaTls.SETTINGS, tls);
    }
    if (settings.sasl() != null) {
      String mechanism = settings.sasl().mechanism();
      boolean plain = mechanism.equals("PLAIN");
      configs.put(SaslConfigs.SASL_MECHANISM, mechanism);
      configs.put(
          SaslConfigs.SASL_JAAS_CONFIG,
          LOGIN.formatted(plain ? "plain" : "scram", plain ? "Plain" : "Scram"));
      configs.put(SaslConfigs.SASL_CLIENT_CALLBACK_HANDLER_CLASS, KafkaPassword.class);
      configs.put(KafkaPassword.SETTINGS, settings.sasl());
    }
    return configs;
  }

  private static String protocol(boolean tls, boolean sasl) {
    return sasl ? tls ? "SASL_SSL" : "SASL_PLAINTEXT" : tls ? "SSL" : "PLAINTEXT";
  }
}
