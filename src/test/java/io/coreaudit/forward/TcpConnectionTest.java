package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.forward.TcpConnection.Phase;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TcpConnectionTest {
  @Test
  @Timeout(10)
  void shouldNotTakeItselfForTheReceiver() throws Exception {
    int port;
    try (ServerSocket reserved = LineReceiver.bound(0)) {
      port = reserved.getLocalPort();
    }
    var settings =
        new SinkSettings.Tcp("siem", "127.0.0.1", port, null, 0, SinkSettings.TcpTimings.DEFAULT);
    var connection = new TcpConnection(settings, new Wakeup(), false);
    var self = new InetSocketAddress("127.0.0.1", port);
    try (var loop = new NetworkLoop()) {
      new Bootstrap()
          .group(loop.group())
          .channel(NioSocketChannel.class)
          .option(ChannelOption.SO_REUSEADDR, true)
          .handler(connection)
          .connect(self, self)
          .sync();
      LineReceiver.await(() -> connection.phase() == Phase.DOWN);
      assertThat(connection.failure()).isEqualTo("nothing listens there (it met itself)");
      LineReceiver.bound(port).close(); // the receiver may have its port at once
    }
  }

  @Test
  void shouldBoundWhatWaitsAlsoInTinyPieces() {
    var settings =
        new SinkSettings.Tcp("siem", "127.0.0.1", 9, null, 0, SinkSettings.TcpTimings.DEFAULT);
    var connection = new TcpConnection(settings, new Wakeup(), true);
    var channel = new EmbeddedChannel(connection);
    int pieces = 0;
    while (connection.phase() == Phase.UP && pieces < 100_000) {
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[1]));
      pieces++;
    }
    assertThat(connection.failure()).contains("answers more than its protocol");
    assertThat(pieces).isLessThan(20_000);
  }
}
