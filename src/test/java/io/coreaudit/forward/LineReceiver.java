package io.coreaudit.forward;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/// A receiver of lines on a loopback port: real sockets, plain Java. It can be slow, deaf, killed
/// and restarted on its port.
final class LineReceiver implements AutoCloseable {
  /// What came over one connection.
  static final class Session {
    final List<String> lines = new ArrayList<>();
    final Socket socket;
    volatile long bytes;
    volatile boolean ended;
    String torn = "";

    Session(Socket socket) {
      this.socket = socket;
    }

    synchronized List<String> lines() {
      return List.copyOf(lines);
    }

    synchronized int count() {
      return lines.size();
    }

    /// The second word of each line.
    List<Long> seqs() {
      return lines().stream().map(line -> Long.parseLong(line.split(" ", 3)[1])).toList();
    }
  }

  private final ServerSocket listener;
  private final List<Session> sessions = new CopyOnWriteArrayList<>();
  private final Thread acceptor;
  private volatile boolean reading = true;
  private volatile boolean closeAtEnd = true;
  private volatile int pauseMs;

  LineReceiver() throws IOException {
    this(0);
  }

  LineReceiver(int port) throws IOException {
    this(boundSoon(port, 0));
  }

  /// @param bufferBytes what its kernel holds for it, about; it grows by itself otherwise
  LineReceiver(int port, int bufferBytes) throws IOException {
    this(boundSoon(port, bufferBytes));
  }

  /// A port that was let go may have been lent to some other connection for a moment.
  private static ServerSocket boundSoon(int port, int bufferBytes) throws IOException {
    long deadline = System.nanoTime() + 5_000_000_000L;
    while (true) {
      try {
        return bound(port, bufferBytes);
      } catch (BindException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  LineReceiver(ServerSocket bound) {
    listener = bound;
    acceptor = Thread.ofPlatform().daemon().start(this::accept);
  }

  static ServerSocket bound(int port) throws IOException {
    return bound(port, 0);
  }

  private static ServerSocket bound(int port, int bufferBytes) throws IOException {
    var socket = new ServerSocket();
    if (bufferBytes > 0) {
      socket.setReceiveBufferSize(bufferBytes);
    }
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  int port() {
    return listener.getLocalPort();
  }

  List<Session> sessions() {
    return sessions;
  }

  /// Stops or starts taking bytes from the sockets.
  void reading(boolean on) {
    reading = on;
  }

  /// Waits after each read, at most 64 KB.
  void pauseMs(int millis) {
    pauseMs = millis;
  }

  /// Whether it closes when the sender has.
  void closeAtEnd(boolean on) {
    closeAtEnd = on;
  }

  private void accept() {
    try {
      while (true) {
        var session = new Session(listener.accept());
        sessions.add(session);
        Thread.ofPlatform().daemon().start(() -> read(session));
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void read(Session session) {
    var line = new ByteArrayOutputStream();
    byte[] bytes = new byte[64 << 10];
    try (Socket socket = session.socket) {
      InputStream in = socket.getInputStream();
      while (true) {
        while (!reading) {
          Thread.sleep(5);
        }
        int count = in.read(bytes);
        if (count < 0) {
          break;
        }
        take(session, line, bytes, count);
        if (pauseMs > 0) {
          Thread.sleep(pauseMs);
        }
      }
      while (!closeAtEnd) {
        Thread.sleep(5);
      }
    } catch (IOException | InterruptedException e) {
      session.torn = line.toString(StandardCharsets.ISO_8859_1);
    } finally {
      session.ended = true;
    }
  }

  private static void take(Session session, ByteArrayOutputStream line, byte[] bytes, int count) {
    synchronized (session) {
      int start = 0;
      for (int i = 0; i < count; i++) {
        if (bytes[i] == '\n') {
          line.write(bytes, start, i - start);
          session.lines.add(line.toString(StandardCharsets.ISO_8859_1));
          line.reset();
          start = i + 1;
        }
      }
      line.write(bytes, start, count - start);
    }
    session.bytes += count;
  }

  /// All lines of all connections in the order of the connections.
  List<Long> seqs() {
    return sessions.stream().flatMap(session -> session.seqs().stream()).toList();
  }

  long bytes() {
    return sessions.stream().mapToLong(session -> session.bytes).sum();
  }

  /// Cuts the present connection with a reset, as a killed process with unread bytes does.
  void cut() throws IOException {
    reset(sessions.getLast().socket);
  }

  private static void reset(Socket socket) throws IOException {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException e) {
      return; // it ended by itself
    }
    socket.close();
  }

  /// Waits until something is so.
  static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not happen within 30 s");
      }
      Thread.sleep(2);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Session session : sessions) {
      if (!session.ended) {
        reset(session.socket);
      }
    }
  }
}
