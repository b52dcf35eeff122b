package io.coreaudit.agent.config;

/// Where metrics and health answer.
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
                + " can be reached from other hosts, which needs TLS with client certificates; this"
                + " version has no such listener: expected a loopback address such as"
                + " 127.0.0.1:9471, or off")
        .done();
  }
}
