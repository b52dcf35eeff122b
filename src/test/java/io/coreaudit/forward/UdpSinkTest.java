package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.forward.SinkState.Phase;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class UdpSinkTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir private Path directory;

  private static int closedPort() throws SocketException {
    try (var socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
      return socket.getLocalPort();
    }
  }

  private static Forwarder start(FrameFeed feed, NetworkLoop loop, int port, int twiceEach) {
    var settings = new SinkSettings.Udp("siem", "127.0.0.1", port, SinkSettings.TcpTimings.DEFAULT);
    Forwarder forwarder =
        Forwarder.of(
            settings, Flow.all(), feed.reader(), new CountedEncoder(twiceEach), loop, ended -> {});
    forwarder.start();
    return forwarder;
  }

  @Test
  void shouldSendEachMessageAsADatagramAndWaitForSomebodyToListen() throws Exception {
    int port = closedPort();
    try (var feed = new FrameFeed(directory.resolve("spool"), 1, 300);
        var loop = new NetworkLoop()) {
      Forwarder forwarder = start(feed, loop, port, 2);
      LineReceiver.await(() -> feed.acknowledged() == 1); // lost: ICMP comes with the next
      feed.add(1);
      LineReceiver.await(() -> forwarder.state().text().contains("nothing listens there"));
      assertThat(forwarder.state().phase()).isEqualTo(Phase.WAITING);
      try (var socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, port))) {
        socket.setReceiveBufferSize(4 << 20);
        socket.setSoTimeout(5000);
        feed.add(98);
        List<Long> seqs = new ArrayList<>();
        int seconds = 0;
        byte[] bytes = new byte[2048];
        while (seqs.isEmpty() || seqs.getLast() < 100 || seconds < 50) {
          var packet = new DatagramPacket(bytes, bytes.length);
          socket.receive(packet);
          String text = new String(bytes, 0, packet.getLength(), StandardCharsets.US_ASCII);
          if (text.equals("xxx")) {
            seconds++;
          } else {
            seqs.add(Long.parseLong(text.split(" ", 3)[1]));
          }
        }
        assertThat(seqs).containsExactlyElementsOf(LongStream.rangeClosed(2, 100).boxed().toList());
        LineReceiver.await(() -> feed.acknowledged() == 100);
      }
      forwarder.stop(Duration.ofSeconds(1));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(2))).isTrue();
    }
  }

  @Test
  void shouldLoseNothingMoreWhileNobodyListens() throws Exception {
    int port = closedPort();
    try (var feed = new FrameFeed(directory.resolve("spool"), 1, 300);
        var loop = new NetworkLoop()) {
      Forwarder forwarder = start(feed, loop, port, 0);
      LineReceiver.await(() -> feed.acknowledged() == 1); // lost: ICMP comes with the next
      for (int i = 0; i < 10; i++) {
        feed.add(1);
        Thread.sleep(250);
      }
      assertThat(feed.acknowledged()).isEqualTo(1);
      try (var socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, port))) {
        socket.setSoTimeout(10_000);
        byte[] bytes = new byte[2048];
        for (long seq = 2; seq <= 11; seq++) {
          var packet = new DatagramPacket(bytes, bytes.length);
          socket.receive(packet);
          String text = new String(bytes, 0, packet.getLength(), StandardCharsets.US_ASCII);
          assertThat(text.split(" ", 3)[1]).isEqualTo(Long.toString(seq));
        }
        LineReceiver.await(() -> feed.acknowledged() == 11);
      }
      forwarder.stop(Duration.ofSeconds(1));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(2))).isTrue();
    }
  }
}
