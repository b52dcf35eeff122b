package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.forward.SinkState.Phase;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class UdpSinkTest extends ForwarderScene {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private static int closedPort() throws SocketException {
    try (var socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
      return socket.getLocalPort();
    }
  }

  private void forward(int port, int twiceEach) {
    var settings = new SinkSettings.Udp("siem", "127.0.0.1", port, SinkSettings.TcpTimings.DEFAULT);
    forward(settings, new CountedEncoder(twiceEach));
  }

  @Test
  void shouldSendEachMessageAsADatagramAndWaitForSomebodyToListen() throws Exception {
    int port = closedPort();
    feed(1, 300);
    forward(port, 2);
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
      assertThat(seqs).containsExactlyElementsOf(upTo(100).subList(1, 100));
      LineReceiver.await(() -> feed.acknowledged() == 100);
    }
  }

  @Test
  void shouldLoseNothingMoreWhileNobodyListens() throws Exception {
    int port = closedPort();
    feed(1, 300);
    forward(port, 0);
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
  }
}
