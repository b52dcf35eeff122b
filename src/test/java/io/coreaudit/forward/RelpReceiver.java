package io.coreaudit.forward;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/// A RELP receiver on a loopback port, plain Java: it can refuse, keep silent, and cut.
final class RelpReceiver implements AutoCloseable {
  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<String> taken = new CopyOnWriteArrayList<>();
  private final List<String> numbers = new CopyOnWriteArrayList<>();
  private volatile String welcome = "200 OK\nrelp_version=0\nrelp_software=test\ncommands=syslog";
  private volatile Predicate<String> refuses = message -> false;
  private volatile String refusal = "500 no such luck";
  private volatile String also = "";
  private volatile boolean silent;
  private volatile int cutAfter = Integer.MAX_VALUE;
  private volatile int mostWaiting;
  private volatile boolean closedProperly;

  RelpReceiver() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /// Messages that were answered with 200, in the order in which they came.
  List<String> taken() {
    return taken;
  }

  /// Number and command of each frame.
  List<String> numbers() {
    return numbers;
  }

  int sessions() {
    return sockets.size();
  }

  boolean closedProperly() {
    return closedProperly;
  }

  void welcome(String text) {
    welcome = text;
  }

  void refuses(Predicate<String> which) {
    refuses = which;
  }

  void refusal(String text) {
    refusal = text;
  }

  /// Sends a frame of its own in front of each answer.
  void also(String frame) {
    also = frame;
  }

  /// Takes frames and answers none.
  void silent(boolean on) {
    silent = on;
  }

  /// Resets the connection after so many more messages, the last of them unanswered.
  void cutAfter(int messages) {
    cutAfter = messages;
  }

  int mostWaiting() {
    return mostWaiting;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        sockets.add(socket);
        Thread.ofPlatform().daemon().start(() -> serve(socket));
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      int waiting = 0;
      while (true) {
        String number = word(in, ' ');
        String command = word(in, ' ');
        int end;
        StringBuilder digits = new StringBuilder();
        while ((end = in.read()) >= '0' && end <= '9') {
          digits.append((char) end);
        }
        byte[] data = in.readNBytes(Integer.parseInt(digits.toString()));
        if (end == ' ' && in.read() != '\n') {
          throw new IOException("no LF behind a frame");
        }
        numbers.add(number + ' ' + command);
        String text = new String(data, StandardCharsets.ISO_8859_1);
        waiting++;
        mostWaiting = Math.max(mostWaiting, waiting);
        if (command.equals("syslog") && --cutAfter == 0) {
          socket.setSoLinger(true, 0);
          return;
        }
        if (!also.isEmpty() && command.equals("syslog")) {
          out.write(also.getBytes(StandardCharsets.US_ASCII));
          out.flush();
        }
        if (silent && command.equals("syslog")) {
          continue;
        }
        waiting--;
        String said = "200 OK";
        if (command.equals("open")) {
          said = welcome;
        } else if (command.equals("syslog")) {
          if (refuses.test(text)) {
            said = refusal;
          } else {
            taken.add(text);
          }
        }
        closedProperly = command.equals("close");
        out.write(
            (number + " rsp " + said.length() + ' ' + said + '\n')
                .getBytes(StandardCharsets.US_ASCII));
        if (in.available() == 0) {
          out.flush();
        }
      }
    } catch (IOException e) {
      return; // the sender went
    }
  }

  private static String word(InputStream in, int until) throws IOException {
    StringBuilder word = new StringBuilder();
    for (int b = in.read(); b != until; b = in.read()) {
      if (b < 0) {
        throw new EOFException();
      }
      word.append((char) b);
    }
    return word.toString();
  }

  /// Resets all connections.
  void cut() throws IOException {
    for (Socket socket : sockets) {
      if (!socket.isClosed()) {
        socket.setSoLinger(true, 0);
        socket.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }
}
