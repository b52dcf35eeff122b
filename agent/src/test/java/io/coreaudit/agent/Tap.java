package io.coreaudit.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A network between an agent and its receiver on which things go wrong: connections break in the
/// middle of a message, answers come late or never. It knows no protocol.
final class Tap implements AutoCloseable {
  private static final int MOST_BYTES = 16 << 10;
  private static final int BUFFER_BYTES = 64 << 10;

  /// What becomes of answers.
  enum Answers {
    PASS,
    HOLD,
    LOSE
  }

  private final ServerSocket server;
  private final int target;
  private final Random random = new Random(1);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile Answers answers = Answers.PASS;

  /// @param target the receiver's port on the loopback address
  Tap(int target) throws IOException {
    this.target = target;
    server = new ServerSocket();
    // What lies in buffers is lost by a cut, and must be less than a resend window.
    server.setReceiveBufferSize(BUFFER_BYTES);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    Thread.ofVirtual().start(this::accept);
  }

  /// Where the agent connects to.
  int port() {
    return server.getLocalPort();
  }

  void answers(Answers next) {
    answers = next;
  }

  /// Breaks every connection; what was on its way is lost in both directions.
  void cut() {
    for (Socket socket : open) {
      try {
        socket.setSoLinger(true, 0); // a reset: not even what was sent before has to arrive
        socket.close();
      } catch (IOException e) {
        open.remove(socket); // its peer had just closed it
      }
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        connect(server.accept());
      } catch (IOException e) {
        continue; // closed: the loop ends
      }
    }
  }

  private void connect(Socket from) throws IOException {
    Socket to = new Socket();
    to.setSendBufferSize(BUFFER_BYTES);
    try {
      to.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 2000);
    } catch (IOException e) {
      from.close(); // the receiver is away
      return;
    }
    open.add(from);
    open.add(to);
    Thread.ofVirtual().start(() -> pump(from, to, false));
    Thread.ofVirtual().start(() -> pump(to, from, true));
  }

  private void pump(Socket from, Socket to, boolean answer) {
    byte[] buffer = new byte[MOST_BYTES];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      // Pieces of any length: a break falls anywhere in a message.
      for (int read = in.read(buffer, 0, piece()); read >= 0; read = in.read(buffer, 0, piece())) {
        while (answer && answers == Answers.HOLD) {
          Thread.sleep(10);
        }
        if (!answer || answers == Answers.PASS) {
          out.write(buffer, 0, read);
        }
      }
    } catch (IOException e) {
      return; // one side is gone, and with it the other
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private synchronized int piece() {
    return 1 + random.nextInt(MOST_BYTES);
  }

  @Override
  public void close() throws IOException {
    server.close();
    cut();
  }
}
