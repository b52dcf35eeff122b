package io.coreaudit.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Asks an HTTP proxy for the way to the receiver (CONNECT) before anything else is said, then
/// steps aside. Whoever stands behind it hears of the connection when the way is open.
final class ProxyConnect extends ChannelInboundHandlerAdapter {
  private static final int LONGEST_HEAD = 16 << 10;

  private final String target;
  private final Duration patience;
  private final StringBuilder head = new StringBuilder();
  private Future<?> impatience;

  /// @param target host and port of the receiver
  /// @param patience for the proxy's answer
  ProxyConnect(String target, Duration patience) {
    this.target = target;
    this.patience = patience;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    String request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n";
    context.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
    impatience =
        context
            .executor()
            .schedule(
                () ->
                    context.fireExceptionCaught(
                        new IOException(
                            "the proxy did not answer within " + patience.toMillis() + " ms")),
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (impatience != null) {
      impatience.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf piece = (ByteBuf) message;
    while (piece.isReadable() && !ended()) {
      head.append((char) piece.readUnsignedByte());
    }
    if (!ended()) {
      piece.release();
      if (head.length() > LONGEST_HEAD) {
        context.fireExceptionCaught(new IOException("the proxy does not speak HTTP"));
      }
      return;
    }
    String status = head.substring(0, head.indexOf("\r\n"));
    if (!status.matches("HTTP/1\\.[01] 2[0-9]{2}.*")) {
      piece.release();
      context.fireExceptionCaught(
          new IOException("the proxy refused the way: " + status.replaceAll("\\p{Cntrl}", "?")));
      return;
    }
    context.fireChannelActive();
    context.pipeline().remove(this);
    if (piece.isReadable()) {
      context.fireChannelRead(piece);
    } else {
      piece.release();
    }
  }

  private boolean ended() {
    int length = head.length();
    return length >= 4 && head.substring(length - 4).equals("\r\n\r\n");
  }
}
