package io.coreaudit.agent.config;

import static io.coreaudit.agent.config.ConfigKey.*;

import io.coreaudit.agent.config.Settings.Setting;
import io.coreaudit.event.EventKind;
import io.coreaudit.format.EventSelection;
import io.coreaudit.format.SyslogFacility;
import io.coreaudit.forward.SinkFormat;
import io.coreaudit.intake.ShedSettings;
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
    BackfillConfig backfill =
        part(
            () ->
                new BackfillConfig(
                    flag(BACKFILL_ENABLED), path(BACKFILL_LOG), (int) number(BACKFILL_RATE)));
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
    MetricsConfig metrics =
        part(
            () ->
                new MetricsConfig(
                    endpoint(METRICS_LISTEN),
                    texts(METRICS_CLIENTS),
                    path(METRICS_TLS_CA),
                    path(METRICS_TLS_CERTIFICATE),
                    path(METRICS_TLS_KEY)));
    LogLevel logLevel = word(LOG_LEVEL, LogLevel.class);
    String nodeName = text(NODE_NAME);
    HeartbeatConfig heartbeat =
        part(
            () ->
                new HeartbeatConfig(
                    number(HEARTBEAT_INTERVAL),
                    flag(HEARTBEAT_CHAIN),
                    path(HEARTBEAT_SIGN_KEY_FILE)));
    if (!settings.problems().isEmpty()) {
      return null;
    }
    return part(
        () ->
            new AgentConfig(
                input, backfill, audit, rules, watch, origin, spool, sinks, http, metrics, logLevel,
                nodeName, heartbeat, stateDir, runDir));
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
        word(SPOOL_ON_FULL, OnFull.class),
        new ShedSettings(
            (int) number(SPOOL_SHED_AT),
            texts(SPOOL_SHED_LAST_KEYS),
            types(SPOOL_SHED_LAST_TYPES)));
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
    String given = text(SINK_NAME);
    String name = given == null ? ValueType.Word.text(type) : given;
    refuseWhatMeansNothing(type, name);
    return new SinkConfig(
        name,
        type,
        word(SINK_FORMAT, SinkFormat.class),
        flag(SINK_INCLUDE_RAW),
        word(SINK_REDACT, SwitchWord.class),
        filter(),
        (int) number(SINK_RATE),
        endpoint(SINK_ADDRESS),
        path(SINK_PATH),
        number(SINK_ROTATE_SIZE),
        (int) number(SINK_ROTATE_COUNT),
        number(SINK_RESEND_WINDOW),
        (int) number(SINK_WINDOW),
        number(SINK_DEAD_LETTERS),
        new SyslogConfig(
            word(SINK_PROTOCOL, SyslogProtocol.class),
            word(SINK_FACILITY, SyslogFacility.class),
            text(SINK_STRUCTURED_DATA_ID),
            (int) number(SINK_MAX_SIZE),
            word(SINK_OVERSIZE, Oversize.class)),
        new HttpSinkConfig(
            text(SINK_TARGET),
            path(SINK_TOKEN_FILE),
            word(SINK_COMPRESS, SwitchWord.class),
            endpoint(SINK_PROXY),
            word(SINK_ENDPOINT, HecEndpoint.class),
            text(SINK_INDEX),
            text(SINK_SOURCE),
            text(SINK_SOURCETYPE)),
        new KafkaConfig(
            text(SINK_TOPIC),
            addresses(SINK_BROKERS),
            word(SINK_SASL, SaslMechanism.class),
            text(SINK_USER),
            path(SINK_PASSWORD_FILE)),
        new TlsConfig(
            word(SINK_TLS, TlsMode.class),
            path(SINK_TLS_CA),
            path(SINK_TLS_CERTIFICATE),
            path(SINK_TLS_KEY),
            path(SINK_TLS_KEY_PASSWORD_FILE),
            text(SINK_TLS_SERVER_NAME)));
  }

  private FilterConfig filter() {
    return new FilterConfig(
        new EventSelection.Names(
            texts(SINK_FILTER_KEYS), types(SINK_FILTER_TYPES), kinds(SINK_FILTER_KINDS)),
        new EventSelection.Names(
            texts(SINK_FILTER_EXCLUDE_KEYS),
            types(SINK_FILTER_EXCLUDE_TYPES),
            kinds(SINK_FILTER_EXCLUDE_KINDS)));
  }

  private void refuseWhatMeansNothing(SinkType type, String name) {
    for (ConfigKey key : ConfigKey.values()) {
      if (key.ofSink() && !SinkKeys.mean(key, type) && settings.get(key, sink) != null) {
        settings.problem(
            settings.get(key, sink).where(),
            key.at(sink),
            "means nothing to sink %s of type %s, only to %s: leave it out"
                .formatted(name, ValueType.Word.text(type), SinkKeys.whose(key)));
      }
    }
    Setting window = settings.get(SINK_RESEND_WINDOW, sink);
    if (type == SinkType.SYSLOG
        && window != null
        && word(SINK_PROTOCOL, SyslogProtocol.class) == SyslogProtocol.UDP) {
      settings.problem(
          window.where(),
          SINK_RESEND_WINDOW.at(sink),
          "means nothing to sink %s, for datagrams are not sent again: leave it out, or choose protocol: tcp"
              .formatted(name));
    }
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

  private List<Integer> types(ConfigKey key) {
    return list(key, ((ValueType.RecordTypeList) key.type())::parse);
  }

  private List<EventKind> kinds(ConfigKey key) {
    return list(key, ((ValueType.KindList) key.type())::parse);
  }

  private List<Address> addresses(ConfigKey key) {
    return list(key, Address::parse);
  }

  private <T> List<T> list(ConfigKey key, Function<String, T> parse) {
    Setting setting = settings.get(key, sink);
    String special = ((ValueType.Many) key.type()).special();
    if (special != null) {
      if (setting == null || setting.texts().equals(List.of(special))) {
        return List.of();
      }
      if (setting.texts().isEmpty()) {
        settings.problem(
            setting.where(), key.at(sink), "is empty: expected " + key.type().expected());
      }
    } else if (setting == null) {
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
