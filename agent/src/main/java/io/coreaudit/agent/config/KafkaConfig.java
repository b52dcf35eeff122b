package io.coreaudit.agent.config;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// How a sink's events go to Kafka.
///
/// @param topic where they go; null: `coreaudit`
/// @param brokers to ask besides the one at the sink's address
/// @param sasl how the agent says who it is
/// @param user its name; null: none
/// @param passwordFile the file whose first line is its password; null: none
public record KafkaConfig(
    String topic, List<Address> brokers, SaslMechanism sasl, String user, Path passwordFile) {
  /// Checks the values.
  public KafkaConfig {
    boolean asks = sasl != SaslMechanism.NONE;
    new Checks()
        .that(
            asks == (user != null),
            ConfigKey.SINK_USER,
            asks ? "sasl needs it: expected a name" : "only with sasl: plain or scram_sha_512")
        .that(
            asks == (passwordFile != null),
            ConfigKey.SINK_PASSWORD_FILE,
            asks ? "sasl needs it: expected a path" : "only with sasl: plain or scram_sha_512")
        .done();
  }

  /// The topic.
  public String topicOrDefault() {
    return topic == null ? "coreaudit" : topic;
  }

  /// The first of these that is not this host, null when all are.
  ///
  /// @param address of the sink
  Address away(Address address) {
    return Stream.concat(Stream.of(address), brokers.stream())
        .filter(broker -> !broker.loopback())
        .findFirst()
        .orElse(null);
  }
}
