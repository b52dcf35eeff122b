package io.coreaudit.forward;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/// What one entry of `sinks` in the configuration says, checked.
///
/// Every settings record is checked as it is made; a `SinkSettingsException` names the key as the
/// file spells it, for which each record is told its place (`key`, as `sinks[0]`).
public sealed interface SinkSettings {
  /// Default of `resend_window`.
  long DEFAULT_RESEND_WINDOW_BYTES = 16L << 20;

  /// Default of a file's `max_size`.
  long DEFAULT_MAX_SIZE_BYTES = 64L << 20;

  /// Default of a file's `keep`.
  int DEFAULT_KEEP_FILES = 5;

  /// Where the entry stands in the configuration: `sinks[0]`.
  String key();

  /// Name of the sink: it names the cursor in the spool, and the sink in metrics and gap events.
  String name();

  /// How events are encoded.
  SinkFormat format();

  /// What the sink is called to people: `tcp 10.0.0.5:6514`.
  String target();

  /// Standard output.
  record Stdout(String key, String name, SinkFormat format) implements SinkSettings {
    /// Checks.
    public Stdout {
      checkName(key, name);
      checkPresent(key, "format", format);
    }

    @Override
    public String target() {
      return "stdout";
    }
  }

  /// A file that rotates by size.
  ///
  /// @param path absolute; its directory exists
  /// @param maxSizeBytes the file is rotated before it grows beyond this
  /// @param keepFiles how many rotated files stay: `path.1` is the youngest
  /// @param syncInterval how often written events are forced to the disk; zero: only when the file
  ///   is rotated or closed. Greater than zero, the cursor moves only over what was forced
  record File(
      String key,
      String name,
      SinkFormat format,
      Path path,
      long maxSizeBytes,
      int keepFiles,
      Duration syncInterval)
      implements SinkSettings {
    private static final long LEAST_SIZE_BYTES = 4096;
    private static final int MOST_FILES = 1000;

    /// Checks.
    public File {
      checkName(key, name);
      checkPresent(key, "format", format);
      checkPresent(key, "path", path);
      if (!path.isAbsolute()) {
        throw new SinkSettingsException(key + ".path", "\"" + path + "\" is not an absolute path");
      }
      path = path.normalize();
      if (path.getFileName() == null) {
        throw new SinkSettingsException(key + ".path", "\"" + path + "\" names no file");
      }
      checkRange(key, "max_size", maxSizeBytes, LEAST_SIZE_BYTES, Long.MAX_VALUE);
      checkRange(key, "keep", keepFiles, 0, MOST_FILES);
      checkPresent(key, "sync_interval", syncInterval);
      if (syncInterval.isNegative()) {
        throw new SinkSettingsException(key + ".sync_interval", "is negative");
      }
    }

    @Override
    public String target() {
      return "file " + path;
    }
  }

  /// Lines over TCP, in TLS or not.
  ///
  /// @param address `host:port`, `[ipv6]:port`
  /// @param tls null when the configuration says nothing: good for a loopback address only
  /// @param resendWindowBytes what is sent again after a connection broke
  /// @param timings how long things may take
  record Tcp(
      String key,
      String name,
      SinkFormat format,
      String address,
      TlsSettings tls,
      long resendWindowBytes,
      TcpTimings timings)
      implements SinkSettings {
    private static final long MOST_WINDOW_BYTES = 1L << 30;
    private static final Pattern ADDRESS =
        Pattern.compile("(?:\\[([0-9A-Fa-f:.%\\w]+)]|([^\\s:/\\[\\]]+)):(\\d{1,5})");
    private static final Pattern LOOPBACK =
        Pattern.compile("(?i)127(?:\\.\\d{1,3}){3}|::1|(?:0:){7}1|localhost\\.?");

    /// Checks.
    public Tcp {
      checkName(key, name);
      checkPresent(key, "format", format);
      checkPresent(key, "address", address);
      checkPresent(key, "timings", timings);
      var matcher = ADDRESS.matcher(address);
      if (!matcher.matches()) {
        throw new SinkSettingsException(
            key + ".address", "\"" + address + "\" is not host:port or [ipv6]:port");
      }
      int port = Integer.parseInt(matcher.group(3));
      if (port < 1 || port > 65535) {
        throw new SinkSettingsException(
            key + ".address", "port " + port + " is not between 1 and 65535");
      }
      if (tls == null && !LOOPBACK.matcher(host(address)).matches()) {
        throw new SinkSettingsException(
            key + ".tls",
            "\""
                + address
                + "\" is not a loopback address: say how to verify it (tls: on, or tls: with a"
                + " ca), or spell out `tls: off` to send audit events in plaintext");
      }
      checkRange(key, "resend_window", resendWindowBytes, 0, MOST_WINDOW_BYTES);
    }

    /// The address's host, without brackets.
    public String host() {
      return host(address);
    }

    /// The address's port.
    public int port() {
      return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /// Whether the connection is in TLS.
    public boolean secured() {
      return tls != null && tls.enabled();
    }

    @Override
    public String target() {
      return (secured() ? "tls " : "tcp ") + address;
    }

    private static String host(String address) {
      String host = address.substring(0, address.lastIndexOf(':'));
      return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
  }

  /// How long a TCP sink waits for what.
  ///
  /// @param connect for the peer to accept
  /// @param handshake for TLS to be agreed
  /// @param stall for a peer that takes nothing while there is something to take
  /// @param firstBackoff before the second attempt
  /// @param longestBackoff between attempts at most
  /// @param resendAge what was written so long ago on a living connection counts as received; more
  ///   than the 15 minutes after which Linux gives up a peer that acknowledges nothing
  /// @param lastWord for the peer to close, after we did, at a clean stop
  record TcpTimings(
      Duration connect,
      Duration handshake,
      Duration stall,
      Duration firstBackoff,
      Duration longestBackoff,
      Duration resendAge,
      Duration lastWord) {
    /// What a sink uses unless told otherwise.
    public static final TcpTimings DEFAULT =
        new TcpTimings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofMillis(100),
            Duration.ofSeconds(30),
            Duration.ofMinutes(30),
            Duration.ofSeconds(1));
  }

  private static void checkName(String key, String name) {
    checkPresent(key, "name", name);
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw new SinkSettingsException(
          key + ".name",
          "\""
              + name
              + "\" is not 1 to 64 letters, digits, '.', '_' or '-', a letter or digit first");
    }
  }

  private static void checkPresent(String key, String what, Object value) {
    if (value == null || value.equals("")) {
      throw new SinkSettingsException(key + "." + what, "is missing");
    }
  }

  private static void checkRange(String key, String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new SinkSettingsException(
          key + "." + what, value + " is not between " + least + " and " + most);
    }
  }
}
