package io.coreaudit.agent.config;

/// A host and a port as written: nothing is looked up.
///
/// @param host name or literal address, without brackets
/// @param port 0 lets the system choose, where that makes sense
public record Address(String host, int port) {
  /// Reads `host:port` or `[v6]:port`.
  ///
  /// @throws IllegalArgumentException when the text is neither
  public static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException(text);
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
      if (!host.matches("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(%[A-Za-z0-9_.-]+)?")) {
        throw new IllegalArgumentException(text);
      }
    } else if (!host.matches("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9.])?")) {
      throw new IllegalArgumentException(text);
    }
    String number = text.substring(colon + 1);
    if (!number.matches("[0-9]{1,5}") || Integer.parseInt(number) > 65535) {
      throw new IllegalArgumentException(text);
    }
    return new Address(host, Integer.parseInt(number));
  }

  /// Whether what is sent there cannot leave this host: a literal loopback address or `localhost`.
  public boolean loopback() {
    return host.equals("localhost")
        || host.equals("::1")
        || host.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
