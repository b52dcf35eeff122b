package io.coreaudit.forward;

import io.netty.handler.ssl.JdkSslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// Tries whether a receiver can be reached: its name resolves, it takes a connection, and where it
/// is to be in TLS, each side takes the other's certificate. Nothing of a protocol is said.
public final class SinkProbe {
  private SinkProbe() {}

  /// Connects, and closes again.
  ///
  /// @param within most that each step may take
  /// @return how it went: `10.0.0.5:6514, TLSv1.3`
  /// @throws IOException when it cannot be; the message is one line, and says what to look at
  public static String reach(String host, int port, TlsSettings tls, Duration within)
      throws IOException {
    SinkSettings.Tcp way = way(host, port, tls, within);
    try (Socket plain = new Socket()) {
      InetSocketAddress address = new InetSocketAddress(host, port);
      if (address.isUnresolved()) {
        throw new UnknownHostException(host);
      }
      plain.connect(address, (int) within.toMillis());
      if (plain.getLocalSocketAddress().equals(plain.getRemoteSocketAddress())) {
        throw new IOException("nothing listens there (it met itself)");
      }
      String at = address.getAddress().getHostAddress() + ":" + port;
      return tls == null ? at + ", plain text" : at + ", " + shakeHands(plain, way);
    } catch (SocketTimeoutException e) {
      throw new IOException("no answer within " + within.toMillis() + " ms", e);
    } catch (IOException e) {
      throw new IOException(ConnectionFailure.sentence(e, way), e);
    }
  }

  private static String shakeHands(Socket plain, SinkSettings.Tcp way) throws IOException {
    JdkSslContext context = (JdkSslContext) TlsFiles.context(way.tls());
    String name = way.tls().expectedName(way.host());
    plain.setSoTimeout((int) way.timings().handshake().toMillis());
    try (SSLSocket secured =
        (SSLSocket)
            context.context().getSocketFactory().createSocket(plain, name, way.port(), true)) {
      SSLParameters parameters = secured.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      secured.setSSLParameters(parameters);
      secured.startHandshake();
      return secured.getSession().getProtocol();
    }
  }

  private static SinkSettings.Tcp way(String host, int port, TlsSettings tls, Duration within) {
    SinkSettings.TcpTimings usual = SinkSettings.TcpTimings.DEFAULT;
    return new SinkSettings.Tcp(
        "",
        host,
        port,
        tls,
        0,
        new SinkSettings.TcpTimings(
            within,
            within,
            usual.stall(),
            usual.firstBackoff(),
            usual.longestBackoff(),
            usual.resendAge(),
            usual.lastWord()));
  }
}
