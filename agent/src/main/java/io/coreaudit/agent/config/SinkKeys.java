package io.coreaudit.agent.config;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Which keys of a sink mean something to which types: the others are refused, for whoever writes
/// them expects something of them.
final class SinkKeys {
  private static final Map<ConfigKey, Set<SinkType>> ONLY = new EnumMap<>(ConfigKey.class);

  static {
    only(
        SinkType::network,
        ConfigKey.SINK_ADDRESS,
        ConfigKey.SINK_TLS,
        ConfigKey.SINK_TLS_CA,
        ConfigKey.SINK_TLS_CERTIFICATE,
        ConfigKey.SINK_TLS_KEY,
        ConfigKey.SINK_TLS_KEY_PASSWORD_FILE,
        ConfigKey.SINK_TLS_SERVER_NAME);
    only(
        type -> type == SinkType.FILE,
        ConfigKey.SINK_PATH,
        ConfigKey.SINK_ROTATE_SIZE,
        ConfigKey.SINK_ROTATE_COUNT);
    only(type -> type == SinkType.TCP || type == SinkType.SYSLOG, ConfigKey.SINK_RESEND_WINDOW);
    only(type -> type == SinkType.RELP, ConfigKey.SINK_WINDOW);
    only(
        type -> type == SinkType.RELP || type == SinkType.KAFKA || type.http(),
        ConfigKey.SINK_DEAD_LETTERS);
    only(type -> type == SinkType.KAFKA || type.http(), ConfigKey.SINK_COMPRESS);
    only(
        type -> type == SinkType.KAFKA,
        ConfigKey.SINK_TOPIC,
        ConfigKey.SINK_BROKERS,
        ConfigKey.SINK_SASL,
        ConfigKey.SINK_USER,
        ConfigKey.SINK_PASSWORD_FILE);
    only(type -> type == SinkType.SYSLOG, ConfigKey.SINK_PROTOCOL);
    only(
        SinkType::messages,
        ConfigKey.SINK_FACILITY,
        ConfigKey.SINK_STRUCTURED_DATA_ID,
        ConfigKey.SINK_MAX_SIZE,
        ConfigKey.SINK_OVERSIZE);
    only(SinkType::http, ConfigKey.SINK_TARGET, ConfigKey.SINK_TOKEN_FILE, ConfigKey.SINK_PROXY);
    only(type -> type == SinkType.HEC || type == SinkType.BULK, ConfigKey.SINK_INDEX);
    only(
        type -> type == SinkType.HEC,
        ConfigKey.SINK_ENDPOINT,
        ConfigKey.SINK_SOURCE,
        ConfigKey.SINK_SOURCETYPE);
  }

  private SinkKeys() {}

  private static void only(Predicate<SinkType> types, ConfigKey... keys) {
    Set<SinkType> those = EnumSet.noneOf(SinkType.class);
    Arrays.stream(SinkType.values()).filter(types).forEach(those::add);
    for (ConfigKey key : keys) {
      ONLY.put(key, those);
    }
  }

  /// Whether a key of a sink means something to a type.
  static boolean mean(ConfigKey key, SinkType type) {
    return !ONLY.containsKey(key) || ONLY.get(key).contains(type);
  }

  /// The sinks that a key is for: `a syslog or relp sink`.
  static String whose(ConfigKey key) {
    List<String> words =
        ONLY.get(key).stream().map(ValueType.Word::text).collect(Collectors.toList());
    String first = ONLY.get(key).iterator().next().called();
    words.set(0, first);
    return new ValueType.Word(words).expected() + " sink";
  }
}
