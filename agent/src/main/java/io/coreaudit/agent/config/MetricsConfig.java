package io.coreaudit.agent.config;

import io.coreaudit.forward.TlsSettings;
import java.nio.file.Path;
import java.util.List;

/// Where metrics and health answer to other hosts.
///
/// @param listen null: nowhere
/// @param clients common names that are let in; empty: whoever the authorities vouch for
/// @param ca authorities that may vouch for a client
/// @param certificate what the agent shows
/// @param key its private key
public record MetricsConfig(
    Address listen, List<String> clients, Path ca, Path certificate, Path key) {
  private static final String NEEDED =
      "metrics.listen needs it: other hosts are answered over TLS, and only with a certificate of"
          + " theirs; expected the path of a PEM file";

  /// Checks the values.
  public MetricsConfig {
    clients = List.copyOf(clients);
    new Checks()
        .that(listen == null || ca != null, ConfigKey.METRICS_TLS_CA, NEEDED)
        .that(listen == null || certificate != null, ConfigKey.METRICS_TLS_CERTIFICATE, NEEDED)
        .that(listen == null || key != null, ConfigKey.METRICS_TLS_KEY, NEEDED)
        .done();
  }

  /// The same as the TLS side wants it.
  public TlsSettings tls() {
    return new TlsSettings("metrics.tls", ca, certificate, key, null, null);
  }
}
