package io.coreaudit.forward;

import java.nio.file.Path;
import java.time.Duration;

/// What a forwarder is told of its sink. It is the configuration's word and checked there; nothing
/// is checked again here.
public sealed interface SinkSettings {
  /// Name of the sink: it names the cursor in the spool, and the sink in metrics and gap events.
  String name();

  /// Standard output.
  record Stdout(String name) implements SinkSettings {}

  /// A file that rotates by size.
  ///
  /// @param path absolute; its directory exists
  /// @param maxSizeBytes the file is rotated before it grows beyond this
  /// @param keepFiles how many rotated files stay: `path.1` is the youngest
  record File(String name, Path path, long maxSizeBytes, int keepFiles) implements SinkSettings {}

  /// Lines over TCP, in TLS or not.
  ///
  /// @param host name or literal address, without brackets
  /// @param tls null: plaintext
  /// @param resendWindowBytes what is sent again after a connection broke
  /// @param timings how long things may take
  record Tcp(
      String name,
      String host,
      int port,
      TlsSettings tls,
      long resendWindowBytes,
      TcpTimings timings)
      implements SinkSettings {
    /// Host and port as people write them.
    public String address() {
      return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /// Whether the connection is in TLS.
    public boolean secured() {
      return tls != null;
    }
  }

  /// How long a TCP sink waits for what.
  ///
  /// @param connect for the peer to accept
  /// @param handshake for TLS to be agreed
  /// @param stall for a peer that takes nothing while there is something to take
  /// @param firstBackoff before the second attempt
  /// @param longestBackoff between attempts at most
  /// @param resendAge what arrived so long ago on a living connection counts as received
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
}
