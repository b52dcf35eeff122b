package io.coreaudit.agent.control;

import io.coreaudit.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Asks a running agent.
public final class ControlClient {
  private static final int MAX_ANSWER_BYTES = 4 << 20;
  private static final long RETRY_MILLIS = 50;

  private ControlClient() {}

  /// The answer to a request.
  ///
  /// @throws IOException when nobody answers in time
  public static String ask(Path socket, String request, long timeoutMillis) throws IOException {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    try (SocketChannel channel = connect(socket, deadlineNs, timeoutMillis);
        Selector selector = Selector.open()) {
      channel.write(ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
      channel.register(selector, SelectionKey.OP_READ);
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      ByteBuffer part = ByteBuffer.allocate(16 * 1024);
      while (true) {
        int count = channel.read(part);
        if (count < 0) {
          break;
        }
        answer.write(part.array(), 0, part.position());
        part.clear();
        long leftMillis = (deadlineNs - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0 || answer.size() > MAX_ANSWER_BYTES) {
          throw silent(timeoutMillis);
        }
        selector.select(leftMillis);
        selector.selectedKeys().clear();
      }
      if (answer.size() == 0) {
        throw new IOException("the agent closed the connection without an answer");
      }
      return answer.toString(StandardCharsets.UTF_8).strip();
    }
  }

  /// A connection that no wait hangs on. A socket whose queue of waiting clients is full (its agent
  /// stands still) takes none: then it is tried again.
  private static SocketChannel connect(Path socket, long deadlineNs, long timeoutMillis)
      throws IOException {
    while (true) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        channel.configureBlocking(false);
        if (channel.connect(UnixDomainSocketAddress.of(socket))) {
          return channel;
        }
        channel.close();
      } catch (SocketException e) {
        channel.close();
        // The JDK has no class of its own for EAGAIN; what waiting does not mend is told apart.
        if (e instanceof ConnectException || !Files.isWritable(socket)) {
          throw e;
        }
      }
      if (System.nanoTime() - deadlineNs > 0) {
        throw silent(timeoutMillis);
      }
      pause();
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(RETRY_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static IOException silent(long timeoutMillis) {
    return new IOException("the agent did not answer within " + timeoutMillis + " ms");
  }

  /// An answer's object.
  ///
  /// @throws IOException when it is none, or the agent's word that it could not
  public static Json parse(String answer) throws IOException {
    Json object;
    try {
      object = Json.parse(answer);
    } catch (IllegalArgumentException e) {
      throw new IOException("the answer is not understood", e);
    }
    if (!object.isObject()) {
      throw new IOException("the answer is not understood");
    }
    if (object.at("error") != Json.NONE) {
      throw new IOException("the agent says: " + object.at("error").text());
    }
    return object;
  }
}
