package io.coreaudit.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A receiver of lines over TCP that keeps every whole line in a file. It can be slow, be killed
/// and come back on its port. A line without its end is no line: it is kept apart.
final class LineReceiver implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final FileChannel out;
  private final int port;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger broken = new AtomicInteger();
  private final List<String> torn = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private volatile long delayMillis;
  private volatile ServerSocket server;

  LineReceiver(Path file) throws IOException {
    this.file = file;
    out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING);
    listen(0);
    port = server.getLocalPort();
  }

  /// Listens again after `kill`.
  void reopen() throws IOException {
    listen(port);
  }

  /// Goes as a killed process goes: what it had not read is answered with a reset.
  void kill() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  private void listen(int wanted) throws IOException {
    ServerSocket opened = new ServerSocket();
    opened.setReuseAddress(true);
    opened.setReceiveBufferSize(BUFFER_BYTES); // what it had not read when it was killed is lost
    opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
    server = opened;
    start("line-receiver", () -> accept(opened));
  }

  private void accept(ServerSocket from) {
    while (!from.isClosed()) {
      try {
        Socket socket = from.accept();
        connections.incrementAndGet();
        open.add(socket);
        start("line-connection", () -> read(socket));
      } catch (IOException e) {
        continue; // closed: the loop ends
      }
    }
  }

  private static void start(String name, Runnable role) {
    Thread thread = new Thread(role, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void read(Socket socket) {
    byte[] buffer = new byte[BUFFER_BYTES];
    byte[] rest = {};
    try (socket) {
      for (int read = socket.getInputStream().read(buffer);
          read >= 0;
          read = socket.getInputStream().read(buffer)) {
        rest = take(rest, buffer, read);
        if (delayMillis > 0) {
          Thread.sleep(delayMillis);
        }
      }
    } catch (IOException e) {
      broken.incrementAndGet(); // one side was killed; what was read counts
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
      if (rest.length > 0) {
        torn.add(new String(rest, StandardCharsets.UTF_8));
      }
    }
  }

  private byte[] take(byte[] rest, byte[] buffer, int length) throws IOException {
    byte[] all = new byte[rest.length + length];
    System.arraycopy(rest, 0, all, 0, rest.length);
    System.arraycopy(buffer, 0, all, rest.length, length);
    int lines = 0;
    int whole = 0;
    for (int i = rest.length; i < all.length; i++) {
      if (all[i] == '\n') {
        lines++;
        whole = i + 1;
      }
    }
    synchronized (out) {
      ByteBuffer bytes = ByteBuffer.wrap(all, 0, whole);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
    count.addAndGet(lines);
    return java.util.Arrays.copyOfRange(all, whole, all.length);
  }

  /// Waits so long after each read of 64 KiB.
  void delay(long millis) {
    delayMillis = millis;
  }

  int port() {
    return port;
  }

  /// Whole lines so far.
  int count() {
    return count.get();
  }

  /// Connections so far.
  int connections() {
    return connections.get();
  }

  /// Connections that ended with an error.
  int broken() {
    return broken.get();
  }

  /// What came without an end when a connection broke.
  List<String> torn() {
    return torn;
  }

  /// The lines so far.
  List<Event> events() {
    return Event.read(file);
  }

  Path file() {
    return file;
  }

  /// The agent's configuration of a sink that leads here.
  String sink(String name) {
    return "{name: %s, type: tcp, address: '127.0.0.1:%d', tls: off}".formatted(name, port);
  }

  @Override
  public void close() throws IOException {
    kill();
    out.close();
  }
}
