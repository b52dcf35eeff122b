package io.coreaudit.forward;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// An HTTP proxy that refuses the first who asks, and connects all others to one port.
final class ConnectProxy implements AutoCloseable {
  private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  private final int port;
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  /// @param port of the receiver
  ConnectProxy(int port) throws IOException {
    this.port = port;
    Thread.ofPlatform().daemon().start(this::serve);
  }

  SinkSettings.Proxy settings() {
    return new SinkSettings.Proxy("127.0.0.1", server.getLocalPort());
  }

  /// What was asked of it.
  List<String> heads() {
    return heads;
  }

  /// What it saw of what went to the receiver.
  String sent() {
    synchronized (sent) {
      return sent.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private void serve() {
    try {
      while (true) {
        Socket from = server.accept();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
          head.append((char) from.getInputStream().read());
        }
        heads.add(head.toString());
        if (heads.size() == 1) {
          from.getOutputStream().write("HTTP/1.1 403 Forbidden\r\n\r\n".getBytes());
          from.close();
          continue;
        }
        from.getOutputStream().write("HTTP/1.1 200 OK\r\nVia: x\r\n\r\n".getBytes());
        Socket to = new Socket(InetAddress.getLoopbackAddress(), port);
        pipe(from.getInputStream(), to.getOutputStream(), true);
        pipe(to.getInputStream(), from.getOutputStream(), false);
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void pipe(InputStream in, OutputStream out, boolean kept) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              byte[] bytes = new byte[8192];
              try {
                for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                  if (kept) {
                    synchronized (sent) {
                      sent.write(bytes, 0, read);
                    }
                  }
                  out.write(bytes, 0, read);
                }
              } catch (IOException e) {
                return; // either end went
              }
            });
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
