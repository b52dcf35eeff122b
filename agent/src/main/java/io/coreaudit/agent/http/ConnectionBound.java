package io.coreaudit.agent.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.LinkedHashSet;

/// Keeps the number of connections at a bound: a new one beyond it takes the place of the one that
/// has been silent longest.
///
/// The other way round, whoever opens so many connections and says nothing would keep the probes
/// out, and an agent that does not answer its probes is killed. All of it runs on the one event
/// loop thread.
final class ConnectionBound extends ChannelInboundHandlerAdapter {
  private final int most;

  /// The one that has been silent longest first.
  private final LinkedHashSet<Channel> open = new LinkedHashSet<>();

  ConnectionBound(int most) {
    this.most = most;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    Channel client = (Channel) message;
    if (open.size() >= most) {
      open.removeFirst().close();
    }
    open.addLast(client);
    client.closeFuture().addListener(_ -> open.remove(client));
    context.fireChannelRead(message);
  }

  /// The handler of one connection that notes when bytes come.
  ChannelInboundHandlerAdapter activity() {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext context, Object message) {
        if (open.remove(context.channel())) { // gone already: it is being closed
          open.addLast(context.channel());
        }
        context.fireChannelRead(message);
      }
    };
  }
}
