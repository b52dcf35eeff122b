package io.coreaudit.agent;

import io.coreaudit.agent.command.Version;
import io.coreaudit.agent.config.Address;
import io.coreaudit.agent.config.ConfigKey;
import io.coreaudit.agent.config.HecEndpoint;
import io.coreaudit.agent.config.HttpSinkConfig;
import io.coreaudit.agent.config.KafkaConfig;
import io.coreaudit.agent.config.Oversize;
import io.coreaudit.agent.config.SaslMechanism;
import io.coreaudit.agent.config.SinkConfig;
import io.coreaudit.agent.config.SpoolConfig;
import io.coreaudit.agent.config.SyslogConfig;
import io.coreaudit.agent.config.SyslogProtocol;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.format.EnvelopeEncoder;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.format.FlatEncoder;
import io.coreaudit.format.MessageEncoder;
import io.coreaudit.format.OcsfEncoder;
import io.coreaudit.format.RawEncoder;
import io.coreaudit.format.RedactingEncoder;
import io.coreaudit.format.SyslogEncoder;
import io.coreaudit.forward.DeadLetterBox;
import io.coreaudit.forward.Flow;
import io.coreaudit.forward.Forwarder;
import io.coreaudit.forward.HttpDialect;
import io.coreaudit.forward.KernelBuffers;
import io.coreaudit.forward.NetworkLoop;
import io.coreaudit.forward.SinkFormat;
import io.coreaudit.forward.SinkSettings;
import io.coreaudit.forward.SinkState;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.spool.SpoolSettings;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Makes the spool's and the sinks' settings of the configuration.
final class Sinks {
  private static final Logger LOG = LoggerFactory.getLogger(Sinks.class);

  private Sinks() {}

  /// @param patient whether the input waits for the spool: then nothing may be overrun
  static SpoolSettings spool(SpoolConfig config, boolean patient) {
    return new SpoolSettings(
        config.dir(),
        config.maxSizeBytes(),
        config.minFreePercent(),
        config.segmentSizeBytes(),
        patient ? SpoolSettings.OnFull.REFUSE : config.onFull());
  }

  /// @param index the sink's place in the configuration
  /// @param stateDir what refused events are kept in
  /// @param reader at the sink's cursor
  static Forwarder forwarder(
      SinkConfig config,
      int index,
      Path stateDir,
      SpoolReader reader,
      NetworkLoop network,
      Consumer<Forwarder> onEnd) {
    SinkSettings settings = settings(config, index, stateDir);
    if (settings instanceof SinkSettings.Tcp tcp && !KernelBuffers.advice(tcp).isEmpty()) {
      LOG.debug("{}", KernelBuffers.advice(tcp));
    }
    Forwarder forwarder =
        Forwarder.of(
            settings,
            new Flow(config.filter().selection(), config.perSecond()),
            reader,
            encoder(config),
            network,
            onEnd);
    forwarder.onChange(state -> tell(config.name(), state));
    return forwarder;
  }

  private static void tell(String sink, SinkState state) {
    boolean waits = state.phase() == SinkState.Phase.WAITING;
    LOG.atLevel(waits ? Level.WARN : Level.INFO)
        .addKeyValue("sink", sink)
        .addKeyValue("phase", state.phase().name().toLowerCase(java.util.Locale.ROOT))
        .log("sink {}: {}{}", sink, state.text(), waits ? "; its events wait in the spool" : "");
  }

  private static EventEncoder encoder(SinkConfig config) {
    EventEncoder encoder = formatting(config);
    if (config.type().messages()) {
      SyslogConfig syslog = config.syslog();
      encoder =
          new SyslogEncoder(
              encoder,
              new SyslogEncoder.Layout(
                  syslog.facility(),
                  syslog.structuredDataId(),
                  syslog.maxSizeBytes(),
                  syslog.oversize() == Oversize.SPLIT,
                  config.format() == SinkFormat.RAW));
    }
    encoder = enveloped(config, encoder);
    return config.redacts() ? new RedactingEncoder(encoder) : encoder;
  }

  private static EventEncoder enveloped(SinkConfig config, EventEncoder encoder) {
    HttpSinkConfig http = config.http();
    return switch (config.type()) {
      case BULK -> EnvelopeEncoder.bulk(encoder);
      case OTLP -> EnvelopeEncoder.log(encoder);
      case HEC ->
          http.endpoint() == HecEndpoint.RAW
              ? encoder
              : EnvelopeEncoder.collector(
                  encoder, config.format().json(), http.index(), http.source(), http.sourcetype());
      case KAFKA -> new MessageEncoder(encoder);
      case STDOUT, FILE, TCP, SYSLOG, RELP, HTTP -> encoder;
    };
  }

  private static EventEncoder formatting(SinkConfig config) {
    return switch (config.format()) {
      case ECS -> new EcsEncoder(config.includeRaw());
      case RAW -> new RawEncoder();
      case CEF -> FlatEncoder.cef(Version.text());
      case LEEF -> FlatEncoder.leef(Version.text());
      case OCSF -> new OcsfEncoder(Version.text(), config.includeRaw());
    };
  }

  private static SinkSettings settings(SinkConfig config, int index, Path stateDir) {
    return switch (config.type()) {
      case STDOUT -> new SinkSettings.Stdout(config.name());
      case FILE ->
          new SinkSettings.File(
              config.name(), config.path(), config.rotateSizeBytes(), config.rotateCount());
      case TCP -> tcp(config, index);
      case SYSLOG ->
          switch (config.syslog().protocol()) {
            case TCP -> tcp(config, index);
            case UDP ->
                new SinkSettings.Udp(
                    config.name(),
                    config.address().host(),
                    config.address().port(),
                    SinkSettings.TcpTimings.DEFAULT);
          };
      case RELP ->
          new SinkSettings.Relp(tcp(config, index), config.window(), letters(config, stateDir));
      case HTTP, HEC, BULK, OTLP -> http(config, index, stateDir);
      case KAFKA -> kafka(config, index, stateDir);
    };
  }

  private static DeadLetterBox letters(SinkConfig config, Path stateDir) {
    return new DeadLetterBox(stateDir.resolve("dead-letters"), config.deadLettersBytes());
  }

  private static SinkSettings.Http http(SinkConfig config, int index, Path stateDir) {
    HttpSinkConfig http = config.http();
    Address proxy = http.proxy();
    return new SinkSettings.Http(
        tcp(config, index),
        proxy == null ? null : new SinkSettings.Proxy(proxy.host(), proxy.port()),
        switch (config.type()) {
          case HEC -> http.endpoint() == HecEndpoint.RAW ? HttpDialect.HEC_RAW : HttpDialect.HEC;
          case BULK -> HttpDialect.BULK;
          case OTLP -> HttpDialect.OTLP;
          default -> HttpDialect.LINES;
        },
        http.target(config.type()),
        ConfigKey.SINK_TOKEN_FILE.at(index),
        http.tokenFile(),
        http.compresses(config.type()),
        letters(config, stateDir));
  }

  private static SinkSettings.Kafka kafka(SinkConfig config, int index, Path stateDir) {
    KafkaConfig kafka = config.kafka();
    SinkSettings.Sasl sasl =
        kafka.sasl() == SaslMechanism.NONE
            ? null
            : new SinkSettings.Sasl(
                kafka.sasl().word(),
                kafka.user(),
                ConfigKey.SINK_PASSWORD_FILE.at(index),
                kafka.passwordFile());
    return new SinkSettings.Kafka(
        Stream.concat(Stream.of(config.address()), kafka.brokers().stream())
            .map(broker -> tcp(config, index, broker))
            .toList(),
        kafka.topicOrDefault(),
        config.format().schema(),
        config.format().contentType(),
        sasl,
        config.http().compresses(config.type()),
        letters(config, stateDir));
  }

  private static SinkSettings.Tcp tcp(SinkConfig config, int index) {
    return tcp(config, index, config.address());
  }

  private static SinkSettings.Tcp tcp(SinkConfig config, int index, Address address) {
    return new SinkSettings.Tcp(
        config.name(),
        address.host(),
        address.port(),
        config.tls().settings(ConfigKey.SINK_TLS.at(index)),
        config.resendWindowBytes(),
        SinkSettings.TcpTimings.DEFAULT);
  }

  /// A sink in a few words: `siem (tcp 127.0.0.1:6514, ecs)`.
  static String describe(SinkConfig config) {
    String target =
        switch (config.type()) {
          case STDOUT -> "stdout";
          case FILE -> "file " + config.path();
          case TCP -> (config.tls().enabled() ? "tls " : "tcp ") + config.address();
          case SYSLOG, RELP, HTTP, HEC, BULK, OTLP, KAFKA ->
              config.type().name().toLowerCase(java.util.Locale.ROOT)
                  + (config.tls().enabled()
                      ? "+tls "
                      : config.syslog().protocol() == SyslogProtocol.UDP ? "+udp " : " ")
                  + config.address();
        };
    return config.name()
        + " ("
        + target
        + ", "
        + config.format().name().toLowerCase(java.util.Locale.ROOT)
        + ")";
  }
}
