package io.coreaudit.forward;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/// What a forwarder is told of its sink. It is the configuration's word and checked there; nothing
/// is checked again here.
public sealed interface SinkSettings {
  /// Name of the sink: it names the cursor in the spool, and the sink in metrics and gap events.
  String name();

  private static String address(String host, int port) {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

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
      return SinkSettings.address(host, port);
    }

    /// Whether the connection is in TLS.
    public boolean secured() {
      return tls != null;
    }
  }

  /// Syslog messages as datagrams.
  ///
  /// @param host name or literal address, without brackets
  record Udp(String name, String host, int port, TcpTimings timings) implements SinkSettings {
    /// Host and port as people write them.
    public String address() {
      return SinkSettings.address(host, port);
    }
  }

  /// Syslog messages over RELP, in TLS or not.
  ///
  /// @param way to the receiver; its resend window means nothing here
  /// @param window most messages that the receiver has not answered
  /// @param deadLetters where what it refuses for good is kept
  record Relp(Tcp way, int window, DeadLetterBox deadLetters) implements SinkSettings {
    @Override
    public String name() {
      return way.name();
    }
  }

  /// Events over HTTP.
  ///
  /// @param way to the receiver; its resend window means nothing here
  /// @param proxy asked for that way; null: none
  /// @param dialect what the receiver expects and answers
  /// @param target path and query of the requests
  /// @param tokenKey where the token's file stands in the configuration, for messages
  /// @param tokenFile its first line is the token; null: none is sent
  /// @param gzip whether requests are compressed
  /// @param deadLetters where what it refuses for good is kept
  record Http(
      Tcp way,
      Proxy proxy,
      HttpDialect dialect,
      String target,
      String tokenKey,
      Path tokenFile,
      boolean gzip,
      DeadLetterBox deadLetters)
      implements SinkSettings {
    @Override
    public String name() {
      return way.name();
    }
  }

  /// Events as messages of Kafka.
  ///
  /// @param brokers ways to some of the brokers, one at least; they name the others. All of them
  ///   are reached alike; their resend windows mean nothing here
  /// @param schema what the events are, for who reads the topic: `ecs/8.17.0`
  /// @param contentType of the events
  /// @param sasl null: nobody asks who we are
  /// @param gzip whether messages are compressed
  /// @param deadLetters where what it refuses for good is kept
  record Kafka(
      List<Tcp> brokers,
      String topic,
      String schema,
      String contentType,
      Sasl sasl,
      boolean gzip,
      DeadLetterBox deadLetters)
      implements SinkSettings {
    @Override
    public String name() {
      return brokers.getFirst().name();
    }

    /// Hosts and ports as people write them.
    public String addresses() {
      return brokers.stream().map(Tcp::address).collect(Collectors.joining(","));
    }
  }

  /// How a broker is told who we are.
  ///
  /// @param mechanism `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`
  /// @param passwordKey where the password's file stands in the configuration, for messages
  /// @param passwordFile its first line is the password, read for each connection anew
  record Sasl(String mechanism, String user, String passwordKey, Path passwordFile) {}

  /// A proxy for HTTP, reached in plain text; it sees names and bytes, TLS goes through it.
  record Proxy(String host, int port) {}

  /// How long a sink waits for what. What is not given follows from what is.
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

    /// For a connection to come about: each part of it has a bound of its own, this is for one that
    /// has none. The handshake counts twice, for a proxy may take as long as TLS.
    Duration attempt() {
      return connect.plus(handshake.multipliedBy(2)).plusSeconds(1);
    }

    /// For a broker to answer one request, for which it may have to be connected to first.
    Duration request() {
      return connect.plus(handshake);
    }

    /// For the answer to a request: a receiver may stall once as it takes the request and once as
    /// it stores it.
    Duration answer() {
      return stall.multipliedBy(2);
    }

    /// For any of many answers that are due: three times a dead peer's stall, for a receiver whose
    /// disk is slow still answers.
    Duration silence() {
      return stall.multipliedBy(3);
    }

    /// For a receiver to get over what it says of one event, or to index what it accepted: long
    /// enough for its restart, short beside `resendAge`, within which a sink that is told nothing
    /// expects a receiver to have stored what it read.
    Duration patience() {
      return resendAge.dividedBy(6);
    }

    /// For a receiver to stop failing over an event while it takes others: whose fault it is is
    /// less clear than where it says that it refuses, so twice as long.
    Duration longPatience() {
      return patience().multipliedBy(2);
    }
  }
}
