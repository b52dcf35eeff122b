package io.coreaudit.agent.config;

/// Where metrics and health answer to this host.
///
/// @param listen a loopback address; null: nowhere
public record HttpConfig(Address listen) {
  /// Checks the values.
  public HttpConfig {
    new Checks()
        .that(
            listen == null || listen.loopback(),
            ConfigKey.HTTP_LISTEN,
            listen
                + " can be reached from other hosts, which need TLS with client certificates: that"
                + " is metrics.listen; expected a loopback address such as 127.0.0.1:9471, or off")
        .done();
  }
}
