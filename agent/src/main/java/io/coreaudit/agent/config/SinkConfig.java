package io.coreaudit.agent.config;

import io.coreaudit.forward.SinkFormat;
import java.nio.file.Path;

/// One receiver of events.
///
/// @param name in metrics, in status, and of the cursor in the spool
/// @param type what it is
/// @param format how events look
/// @param includeRaw whether an ECS event carries the kernel's records
/// @param redact whether secrets in arguments are masked
/// @param address receiver of a tcp sink; null for others
/// @param path file of a file sink; null for others
/// @param rotateSizeBytes a file sink starts a new file at this size
/// @param rotateCount full files that a file sink keeps
/// @param resendWindowBytes what a tcp sink sends again after a break
/// @param tls of a tcp sink
public record SinkConfig(
    String name,
    SinkType type,
    SinkFormat format,
    boolean includeRaw,
    SwitchWord redact,
    Address address,
    Path path,
    long rotateSizeBytes,
    int rotateCount,
    long resendWindowBytes,
    TlsConfig tls) {
  /// Checks the values.
  public SinkConfig {
    boolean tcp = type == SinkType.TCP;
    new Checks()
        .within(ConfigKey.SINK_ROTATE_SIZE, rotateSizeBytes)
        .within(ConfigKey.SINK_ROTATE_COUNT, rotateCount)
        .within(ConfigKey.SINK_RESEND_WINDOW, resendWindowBytes)
        .that(
            !tcp || address != null && address.port() > 0,
            ConfigKey.SINK_ADDRESS,
            "a tcp sink needs it: expected host:port of the receiver")
        .that(tcp || address == null, ConfigKey.SINK_ADDRESS, "only for a tcp sink")
        .that(
            type != SinkType.FILE || path != null,
            ConfigKey.SINK_PATH,
            "a file sink needs it: expected a path that begins with /")
        .that(
            type != SinkType.FILE || path == null || path.getFileName() != null,
            ConfigKey.SINK_PATH,
            "names no file")
        .that(type == SinkType.FILE || path == null, ConfigKey.SINK_PATH, "only for a file sink")
        .that(tcp || !tls.enabled(), ConfigKey.SINK_TLS, "only for a tcp sink")
        .that(
            !tcp
                || address == null
                || address.loopback()
                || tls.enabled()
                || tls.mode() == TlsMode.OFF,
            ConfigKey.SINK_TLS,
            "events would go to "
                + address
                + " in plain text: expected tls: on, or tls: off spelled out")
        .done();
  }

  /// Whether secrets in arguments are masked: by default in every format but raw.
  public boolean redacts() {
    return redact == SwitchWord.TRUE || redact == SwitchWord.AUTO && format != SinkFormat.RAW;
  }
}
