package io.coreaudit.agent;

import io.coreaudit.agent.command.Version;
import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.config.ConfigKey;
import io.coreaudit.agent.config.SinkConfig;
import io.coreaudit.agent.config.SinkType;
import io.coreaudit.agent.config.SpoolConfig;
import io.coreaudit.agent.config.TlsConfig;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.format.FlatEncoder;
import io.coreaudit.format.RawEncoder;
import io.coreaudit.format.RedactingEncoder;
import io.coreaudit.forward.Forwarder;
import io.coreaudit.forward.KernelBuffers;
import io.coreaudit.forward.NetworkLoop;
import io.coreaudit.forward.SinkSettings;
import io.coreaudit.forward.SinkState;
import io.coreaudit.forward.TlsSettings;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolSettings;
import java.util.function.Consumer;
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
  static Forwarder forwarder(
      SinkConfig config, int index, Spool spool, NetworkLoop network, Consumer<Forwarder> onEnd) {
    SinkSettings settings = settings(config, index);
    if (settings instanceof SinkSettings.Tcp tcp && !KernelBuffers.advice(tcp).isEmpty()) {
      LOG.debug("{}", KernelBuffers.advice(tcp));
    }
    Forwarder forwarder =
        Forwarder.of(settings, spool.reader(config.name()), encoder(config), network, onEnd);
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
    return config.redacts() ? new RedactingEncoder(encoder) : encoder;
  }

  private static EventEncoder formatting(SinkConfig config) {
    return switch (config.format()) {
      case ECS -> new EcsEncoder(config.includeRaw());
      case RAW -> new RawEncoder();
      case CEF -> FlatEncoder.cef(Version.text());
      case LEEF -> FlatEncoder.leef(Version.text());
    };
  }

  private static SinkSettings settings(SinkConfig config, int index) {
    return switch (config.type()) {
      case STDOUT -> new SinkSettings.Stdout(config.name());
      case FILE ->
          new SinkSettings.File(
              config.name(), config.path(), config.rotateSizeBytes(), config.rotateCount());
      case TCP ->
          new SinkSettings.Tcp(
              config.name(),
              config.address().host(),
              config.address().port(),
              tls(ConfigKey.SINK_TLS.at(index), config.tls()),
              config.resendWindowBytes(),
              SinkSettings.TcpTimings.DEFAULT);
    };
  }

  private static TlsSettings tls(String key, TlsConfig config) {
    return config.enabled()
        ? new TlsSettings(
            key,
            config.ca(),
            config.certificate(),
            config.key(),
            config.keyPasswordFile(),
            config.serverName())
        : null;
  }

  /// Whether a sink's write may wait for ever: a pipe that nobody reads is not a fault of ours.
  static boolean mayBlock(AgentConfig config, String sink) {
    return config.sinks().stream()
        .anyMatch(s -> s.name().equals(sink) && s.type() == SinkType.STDOUT);
  }

  /// A sink in a few words: `siem (tcp 127.0.0.1:6514, ecs)`.
  static String describe(SinkConfig config) {
    String target =
        switch (config.type()) {
          case STDOUT -> "stdout";
          case FILE -> "file " + config.path();
          case TCP -> (config.tls().enabled() ? "tls " : "tcp ") + config.address();
        };
    return config.name()
        + " ("
        + target
        + ", "
        + config.format().name().toLowerCase(java.util.Locale.ROOT)
        + ")";
  }
}
