package io.coreaudit.agent.config;

import io.coreaudit.format.EventTemplate;
import io.coreaudit.forward.SinkFormat;
import java.nio.file.Path;

/// One receiver of events.
///
/// @param name in metrics, in status, and of the cursor in the spool
/// @param type what it is
/// @param format how events look
/// @param includeRaw whether an ECS or OCSF event carries the kernel's records
/// @param redact whether secrets in arguments are masked
/// @param filter which events it is given
/// @param perSecond most events a second that are sent; 0: no bound
/// @param address receiver of a network sink; null for others
/// @param path file of a file sink; null for others
/// @param rotateSizeBytes a file sink starts a new file at this size
/// @param rotateCount full files that a file sink keeps
/// @param resendWindowBytes what a sink whose receiver acknowledges nothing sends again after a
///   break
/// @param window messages of a relp sink that may wait for their acknowledgement
/// @param deadLettersBytes most that is kept of what the receiver refuses for good
/// @param syslog of a sink that sends messages
/// @param http of a sink whose receiver is asked over HTTP
/// @param kafka of a sink whose receiver is Kafka
/// @param tls of a network sink
public record SinkConfig(
    String name,
    SinkType type,
    SinkFormat format,
    boolean includeRaw,
    SwitchWord redact,
    FilterConfig filter,
    int perSecond,
    Address address,
    Path path,
    long rotateSizeBytes,
    int rotateCount,
    long resendWindowBytes,
    int window,
    long deadLettersBytes,
    SyslogConfig syslog,
    HttpSinkConfig http,
    KafkaConfig kafka,
    TlsConfig tls) {
  /// The most that a relp sink keeps until it is answered.
  private static final long MOST_UNANSWERED = 16 << 20;

  /// Checks the values.
  public SinkConfig {
    boolean network = type.network();
    Checks checks =
        new Checks()
            .within(ConfigKey.SINK_RATE, perSecond)
            .within(ConfigKey.SINK_ROTATE_SIZE, rotateSizeBytes)
            .within(ConfigKey.SINK_ROTATE_COUNT, rotateCount)
            .within(ConfigKey.SINK_RESEND_WINDOW, resendWindowBytes)
            .within(ConfigKey.SINK_WINDOW, window)
            .within(ConfigKey.SINK_DEAD_LETTERS, deadLettersBytes)
            .that(
                !network || address != null && address.port() > 0,
                ConfigKey.SINK_ADDRESS,
                type.called() + " sink needs it: expected host:port of the receiver")
            .that(
                type != SinkType.FILE || path != null,
                ConfigKey.SINK_PATH,
                "a file sink needs it: expected a path that begins with /")
            .that(
                type != SinkType.FILE || path == null || path.getFileName() != null,
                ConfigKey.SINK_PATH,
                "names no file")
            .that(
                !network
                    || address == null
                    || kafka.away(address) == null
                        && http.proxy() == null // a proxy has a loopback, too
                    || tls.enabled()
                    || tls.mode() == TlsMode.OFF,
                ConfigKey.SINK_TLS,
                "events would go to "
                    + (address == null || kafka.away(address) == null
                        ? address
                        : kafka.away(address))
                    + " in plain text: expected tls: on, or tls: off spelled out");
    messages(checks, type, syslog, tls, window);
    requests(checks, type, format, http);
    topics(checks, type, kafka, tls);
    checks.done();
  }

  private static void messages(
      Checks checks, SinkType type, SyslogConfig syslog, TlsConfig tls, int window) {
    boolean udp = type == SinkType.SYSLOG && syslog.protocol() == SyslogProtocol.UDP;
    checks
        .that(
            !udp || !tls.enabled(),
            ConfigKey.SINK_TLS,
            "datagrams are not encrypted: expected tls: off, or protocol: tcp")
        .that(
            !udp || syslog.maxSizeBytes() <= SyslogConfig.MOST_OF_DATAGRAM,
            ConfigKey.SINK_MAX_SIZE,
            "a datagram carries no more than 63KiB")
        .that(
            type != SinkType.RELP || syslog.maxSizeBytes() <= SyslogConfig.MOST_OF_FRAME,
            ConfigKey.SINK_MAX_SIZE,
            "a receiver breaks the connection over a RELP frame of more than 128KiB")
        .that(
            type != SinkType.RELP
                || syslog.maxSizeBytes() > SyslogConfig.MOST_OF_FRAME // told above
                || (long) window * syslog.maxSizeBytes() <= MOST_UNANSWERED,
            ConfigKey.SINK_WINDOW,
            "%d messages of max_size would be under way and kept in memory at once, more than 16MiB: expected %d, or a smaller max_size"
                .formatted(window, MOST_UNANSWERED / Math.max(1, syslog.maxSizeBytes())));
  }

  private static void requests(
      Checks checks, SinkType type, SinkFormat format, HttpSinkConfig http) {
    checks
        .that(
            http.target() == null || !http.namesInTarget(type),
            ConfigKey.SINK_TARGET,
            "index, source and sourcetype stand in the target: expected them, or it")
        .that(
            http.endpoint() == HecEndpoint.EVENT || !format.json(),
            ConfigKey.SINK_ENDPOINT,
            "Splunk would cut JSON into lines of its own time: expected event, or format: raw, cef"
                + " or leef")
        .that(
            type != SinkType.BULK || format == SinkFormat.ECS,
            ConfigKey.SINK_FORMAT,
            "a data stream wants @timestamp: expected ecs")
        .that(
            type != SinkType.HTTP || format.json(),
            ConfigKey.SINK_FORMAT,
            type.called() + " sink sends JSON: expected ecs or ocsf");
    boolean each = type == SinkType.HEC && http.endpoint() == HecEndpoint.EVENT;
    template(checks, ConfigKey.SINK_INDEX, http.index(), EventTemplate.Use.INDEX, each);
    template(checks, ConfigKey.SINK_SOURCE, http.source(), EventTemplate.Use.TEXT, each);
    template(checks, ConfigKey.SINK_SOURCETYPE, http.sourcetype(), EventTemplate.Use.TEXT, each);
  }

  private static void topics(Checks checks, SinkType type, KafkaConfig kafka, TlsConfig tls) {
    checks
        .that(
            kafka.brokers().stream().allMatch(broker -> broker.port() > 0),
            ConfigKey.SINK_BROKERS,
            "0 is no port of a broker")
        .that(
            kafka.sasl() != SaslMechanism.PLAIN || tls.enabled(),
            ConfigKey.SINK_SASL,
            "plain would send the password in plain text: expected tls: on, or scram_sha_512");
  }

  /// @param each whether it is written beside each event, and not once for a request
  private static void template(
      Checks checks, ConfigKey key, String text, EventTemplate.Use use, boolean each) {
    if (text == null || !text.contains("{") && !text.contains("}")) {
      return;
    }
    checks.that(
        each,
        key,
        "stands in the address of the request, so it is one for all events: expected no {...}, or"
            + " a hec sink with endpoint: event");
    try {
      EventTemplate.of(text, use);
    } catch (IllegalArgumentException e) {
      checks.that(false, key, e.getMessage());
    }
  }

  /// Whether secrets in arguments are masked: by default in every format but raw.
  public boolean redacts() {
    return redact == SwitchWord.TRUE || redact == SwitchWord.AUTO && format != SinkFormat.RAW;
  }
}
