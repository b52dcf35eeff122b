package io.coreaudit.forward;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/// Says in one line why a connection was not made or broke, and what to look at.
final class ConnectionFailure {
  private ConnectionFailure() {}

  static String sentence(Throwable failure, SinkSettings.Tcp settings) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String known = known(cause, settings);
      if (known != null) {
        return known;
      }
      if (cause.getCause() == cause) {
        break;
      }
    }
    String message = failure.getMessage();
    return ReceiverWords.line(message == null ? failure.getClass().getSimpleName() : message);
  }

  private static String known(Throwable cause, SinkSettings.Tcp settings) {
    String message = cause.getMessage() == null ? "" : cause.getMessage();
    return switch (cause) {
      case UnknownHostException e -> "the name " + settings.host() + " does not resolve";
      case ConnectTimeoutException e ->
          "no answer within " + settings.timings().connect().toMillis() + " ms";
      case NoRouteToHostException e -> "no route to host";
      case ConnectException e ->
          message.contains("refused") ? "connection refused: nothing listens there" : null;
      case SslHandshakeTimeoutException e ->
          "the server did not answer the TLS handshake within "
              + settings.timings().handshake().toMillis()
              + " ms: does it speak TLS on this port?";
      case NotSslRecordException e -> "the server answers in plaintext: it does not speak TLS";
      case CertificateExpiredException e ->
          "the server's certificate or one of its CAs has expired ("
              + ReceiverWords.line(message)
              + ")";
      case CertificateNotYetValidException e ->
          "the server's certificate is not valid yet ("
              + ReceiverWords.line(message)
              + "); is the clock right?";
      case CertificateException e
          when message.startsWith("No name matching")
              || message.startsWith("No subject alternative") ->
          "the server's certificate is not for \""
              + settings.tls().expectedName(settings.host())
              + "\"";
      case java.security.cert.CertPathBuilderException e ->
          "the server's certificate is not signed by a CA of "
              + (settings.tls().ca() == null
                  ? "the Java run time (set " + settings.tls().key() + ".ca)"
                  : settings.tls().ca().toString());
      case SSLException e when message.contains("fatal alert") -> alert(message, settings);
      default -> null;
    };
  }

  private static String alert(String message, SinkSettings.Tcp settings) {
    String alert = message.substring(message.indexOf("fatal alert")).toLowerCase(Locale.ROOT);
    boolean bare = settings.tls().certificate() == null;
    String kind = alert.replaceFirst(".*fatal alert: *", "").strip();
    if (kind.startsWith("certificate_required")
        || bare && (kind.startsWith("bad_certificate") || kind.startsWith("handshake_failure"))) {
      return "the server ended the TLS handshake ("
          + kind
          + "): "
          + (bare
              ? "it asks for a client certificate and none is set ("
                  + settings.tls().key()
                  + ".certificate)"
              : "it did not take our certificate");
    }
    return switch (kind) {
      case "unknown_ca",
          "bad_certificate",
          "certificate_unknown",
          "certificate_expired",
          "certificate_revoked" ->
          "the server does not accept our certificate (" + kind + ")";
      case "protocol_version" -> "the server speaks neither TLS 1.2 nor 1.3 (protocol_version)";
      default -> "the server ended the TLS session (" + kind + ")";
    };
  }

  /// Whether this only says that the peer went away.
  static boolean isClosed(Throwable failure) {
    return failure instanceof ClosedChannelException;
  }
}
