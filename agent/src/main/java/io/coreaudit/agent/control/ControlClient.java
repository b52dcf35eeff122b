package io.coreaudit.agent.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Asks a running agent.
public final class ControlClient {
  private static final int MAX_ANSWER_BYTES = 4 << 20;

  private ControlClient() {}

  /// The answer to a request.
  ///
  /// @throws IOException when nobody answers in time
  public static String ask(Path socket, String request, long timeoutMillis) throws IOException {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        Selector selector = Selector.open()) {
      channel.write(ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
      channel.configureBlocking(false);
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
          throw new IOException("the agent did not answer within " + timeoutMillis + " ms");
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

  /// An answer as maps, lists, texts and numbers.
  ///
  /// @throws IOException when it is none, or the agent's word that it could not
  public static Map<?, ?> parse(String answer) throws IOException {
    try {
      if (Json.read(answer) instanceof Map<?, ?> map) {
        if (map.get("error") != null) {
          throw new IOException("the agent says: " + map.get("error"));
        }
        return map;
      }
    } catch (RuntimeException e) {
      throw new IOException("the answer is not understood", e);
    }
    throw new IOException("the answer is not understood");
  }
}
