package io.coreaudit.agent.config;

import static io.coreaudit.agent.config.ConfigKey.*;

import io.coreaudit.agent.config.Settings.Setting;
import io.coreaudit.forward.SinkFormat;
import io.coreaudit.spool.SpoolSettings.OnFull;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/// Makes the tree of records from settings. What is wrong is noted in the settings, and the default
/// taken instead, so that one pass finds all faults.
final class ConfigBuilder {
  private final Settings settings;
  private final String source;
  private int sink = -1;

  /// Creates a builder.
  ///
  /// @param source where a fault is said to be when no given value is to blame
  ConfigBuilder(Settings settings, String source) {
    this.settings = settings;
    this.source = source;
  }

  /// The tree; null when anything is wrong.
  AgentConfig build() {
    Path stateDir = path(STATE_DIR);
    Path runDir = path(RUN_DIR);
    InputConfig input =
        part(
            () ->
                new InputConfig(
                    word(INPUT_MODE, InputMode.class),
                    number(INPUT_GATHER),
                    (int) number(INPUT_RECEIVE_BUFFER),
                    paths(INPUT_FILES)));
    AuditConfig audit =
        part(
            () ->
                new AuditConfig(
                    flag(AUDIT_ENABLE),
                    flag(AUDIT_KEEP_ENABLED),
                    (int) number(AUDIT_BACKLOG_LIMIT)));
    RulesConfig rules =
        part(
            () ->
                new RulesConfig(
                    word(RULES_AT_STOP, AtStop.class), texts(RULES_PACKS), path(RULES_DIR)));
    WatchConfig watch = part(this::watch);
    OriginConfig origin =
        part(
            () ->
                new OriginConfig(
                    paths(ORIGIN_STORAGE),
                    texts(ORIGIN_LABELS),
                    (int) number(ORIGIN_CONTAINER_RATE)));
    SpoolConfig spool = part(() -> spool(stateDir));
    List<SinkConfig> sinks = sinks();
    HttpConfig http = part(() -> new HttpConfig(endpoint(HTTP_LISTEN)));
    LogLevel logLevel = word(LOG_LEVEL, LogLevel.class);
    String nodeName = text(NODE_NAME);
    long heartbeatNs = number(HEARTBEAT_INTERVAL);
    if (!settings.problems().isEmpty()) {
      return null;
    }
    return part(
        () ->
            new AgentConfig(
                input,
                audit,
                rules,
                watch,
                origin,
                spool,
                sinks,
                http,
                logLevel,
                nodeName,
                heartbeatNs,
                stateDir,
                runDir));
  }

  private WatchConfig watch() {
    return new WatchConfig(
        paths(WATCH_PATHS),
        new WatchConfig.Etcd(word(WATCH_ETCD_ENABLED, SwitchWord.class), paths(WATCH_ETCD_PATHS)),
        new WatchConfig.Secrets(
            word(WATCH_SECRETS_ENABLED, SwitchWord.class),
            texts(WATCH_SECRETS_MATCH),
            word(WATCH_SECRETS_MODE, SecretsMode.class),
            (int) number(WATCH_SECRETS_MOST_RULES),
            word(WATCH_SECRETS_REPEAT, SecretsRepeat.class),
            paths(WATCH_SECRETS_NEVER_EXE)),
        text(WATCH_NAMESPACE),
        number(WATCH_CANARY));
  }

  private SpoolConfig spool(Path stateDir) {
    Path dir = path(SPOOL_DIR);
    return new SpoolConfig(
        dir == null ? stateDir.resolve("spool") : dir,
        number(SPOOL_MAX_SIZE),
        (int) number(SPOOL_MIN_FREE),
        (int) number(SPOOL_SEGMENT_SIZE),
        word(SPOOL_ON_FULL, OnFull.class));
  }

  private List<SinkConfig> sinks() {
    if (!settings.sinksGiven()) {
      settings.addSink(source);
      settings.put(SINK_TYPE.at(0), new Setting(List.of("stdout"), false, source));
    }
    List<SinkConfig> sinks = new ArrayList<>();
    for (sink = 0; sink < settings.sinkPlaces().size(); sink++) {
      if (settings.get(SINK_TYPE, sink) == null) {
        settings.problem(
            settings.sinkPlaces().get(sink),
            SINK_TYPE.at(sink),
            "is missing: expected " + SINK_TYPE.type().expected());
        continue;
      }
      SinkConfig made = part(this::sink);
      if (made != null) {
        sinks.add(made);
      }
    }
    sink = -1;
    return sinks;
  }

  private SinkConfig sink() {
    SinkType type = word(SINK_TYPE, SinkType.class);
    String name = text(SINK_NAME);
    return new SinkConfig(
        name == null ? ValueType.Word.text(type) : name,
        type,
        word(SINK_FORMAT, SinkFormat.class),
        flag(SINK_INCLUDE_RAW),
        word(SINK_REDACT, SwitchWord.class),
        endpoint(SINK_ADDRESS),
        path(SINK_PATH),
        number(SINK_ROTATE_SIZE),
        (int) number(SINK_ROTATE_COUNT),
        number(SINK_RESEND_WINDOW),
        new TlsConfig(
            word(SINK_TLS, TlsMode.class),
            path(SINK_TLS_CA),
            path(SINK_TLS_CERTIFICATE),
            path(SINK_TLS_KEY),
            path(SINK_TLS_KEY_PASSWORD_FILE),
            text(SINK_TLS_SERVER_NAME)));
  }

  /// Makes a record; the faults that it finds in itself are noted where their values stand.
  private <T> T part(Supplier<T> record) {
    try {
      return record.get();
    } catch (Checks.Refused e) {
      for (Checks.Fault fault : e.faults()) {
        blame(fault);
      }
      return null;
    }
  }

  private void blame(Checks.Fault fault) {
    ConfigKey key = fault.key();
    if (key.ofSink() && sink < 0) {
      // Two sinks in each other's way: the last one is to blame as well as any.
      sink = settings.sinkPlaces().size() - 1;
    }
    Setting setting = settings.get(key, sink);
    String where =
        setting != null ? setting.where() : key.ofSink() ? settings.sinkPlaces().get(sink) : source;
    if (!settings.faulty(key.at(sink))) {
      settings.problem(where, key.at(sink), fault.text());
    }
  }

  private <E extends Enum<E>> E word(ConfigKey key, Class<E> type) {
    return value(
        key,
        text -> {
          for (E constant : type.getEnumConstants()) {
            if (ValueType.Word.text(constant).equals(text)) {
              return constant;
            }
          }
          throw new IllegalArgumentException(text);
        });
  }

  private boolean flag(ConfigKey key) {
    return value(key, ((ValueType.Flag) key.type())::parse);
  }

  private long number(ConfigKey key) {
    ValueType.Number type = (ValueType.Number) key.type();
    long value = value(key, type::parse);
    if (type.within(value)) {
      return value;
    }
    // Told here, not by the record: an int of the record must not wrap.
    settings.problem(
        settings.get(key, sink).where(),
        key.at(sink),
        shown(settings.get(key, sink).text()) + ": expected " + type.expected());
    return type.parse(key.byDefault());
  }

  private Path path(ConfigKey key) {
    return value(key, ((ValueType.PathName) key.type())::parse);
  }

  private Address endpoint(ConfigKey key) {
    return value(key, ((ValueType.Endpoint) key.type())::parse);
  }

  private String text(ConfigKey key) {
    return value(key, ((ValueType.Text) key.type())::parse);
  }

  private List<Path> paths(ConfigKey key) {
    return list(key, ValueType.PathName::absolute);
  }

  private List<String> texts(ConfigKey key) {
    return list(key, ((ValueType.TextList) key.type())::parse);
  }

  private <T> List<T> list(ConfigKey key, Function<String, T> parse) {
    Setting setting = settings.get(key, sink);
    if (setting == null) {
      // As a user would write it: [a, b].
      String byDefault = key.byDefault().substring(1, key.byDefault().length() - 1);
      return byDefault.isEmpty()
          ? List.of()
          : Arrays.stream(byDefault.split(", ")).map(parse).toList();
    }
    List<T> values = new ArrayList<>();
    for (String text : setting.texts()) {
      try {
        values.add(parse.apply(text));
      } catch (IllegalArgumentException _) {
        settings.problem(
            setting.where(), key.at(sink), shown(text) + ": expected " + key.type().expected());
      }
    }
    return values;
  }

  private <T> T value(ConfigKey key, Function<String, T> parse) {
    Setting setting = settings.get(key, sink);
    if (setting != null) {
      try {
        return parse.apply(setting.text());
      } catch (IllegalArgumentException _) {
        settings.problem(
            setting.where(),
            key.at(sink),
            shown(setting.text()) + ": expected " + key.type().expected());
      }
    }
    if (key.byDefault() != null) {
      return parse.apply(key.byDefault());
    }
    return key == SINK_TYPE ? parse.apply("stdout") : null;
  }

  private static String shown(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return "'" + (line.length() > 80 ? line.substring(0, 77) + "..." : line) + "'";
  }
}
