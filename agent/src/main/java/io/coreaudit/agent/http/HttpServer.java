package io.coreaudit.agent.http;

import io.coreaudit.agent.config.Address;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/// The HTTP listener on a loopback address.
public final class HttpServer implements AutoCloseable {
  private static final int MAX_CONNECTIONS = 64;
  private static final int MAX_REQUEST_LINE_BYTES = 2048;
  private static final int MAX_HEADER_BYTES = 8192;

  private final Channel channel;
  private final EventLoopGroup ownLoop;

  private HttpServer(Channel channel, EventLoopGroup ownLoop) {
    this.channel = channel;
    this.ownLoop = ownLoop;
  }

  /// Binds and begins to answer.
  ///
  /// @param listen a loopback address; port 0: any
  /// @param shared event loop to run on; null: one of its own
  /// @throws IOException when the address cannot be had; the message names it
  public static HttpServer start(
      Address listen, EventLoopGroup shared, Metrics metrics, Health health, Readiness readiness)
      throws IOException {
    return start(listen, shared, metrics, health, readiness, TimeUnit.SECONDS.toMillis(10));
  }

  static HttpServer start(
      Address listen,
      EventLoopGroup shared,
      Metrics metrics,
      Health health,
      Readiness readiness,
      long requestMillis)
      throws IOException {
    EventLoopGroup ownLoop = shared == null ? eventLoop() : null;
    Answers answers = new Answers(metrics, health, readiness);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(shared == null ? ownLoop : shared)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, MAX_CONNECTIONS)
            .option(ChannelOption.SO_REUSEADDR, true)
            .handler(new ConnectionBound(MAX_CONNECTIONS))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel client) {
                    client
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(
                                new HttpDecoderConfig()
                                    .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
                                    .setMaxHeaderSize(MAX_HEADER_BYTES)))
                        .addLast(new RequestHandler(answers, requestMillis));
                  }
                });
    try {
      Channel channel =
          bootstrap
              .bind(new InetSocketAddress(listen.host(), listen.port()))
              .syncUninterruptibly()
              .channel();
      return new HttpServer(channel, ownLoop);
    } catch (Exception e) {
      // Netty throws what bind met, checked or not, past the compiler.
      if (ownLoop != null) {
        ownLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      }
      throw new IOException(
          "http.listen="
              + listen
              + ": "
              + e.getMessage()
              + " (another program has it? choose another, or off)",
          e);
    }
  }

  /// Creates an event loop of one daemon thread.
  public static EventLoopGroup eventLoop() {
    return new MultiThreadIoEventLoopGroup(
        1, new DefaultThreadFactory("netty", true), NioIoHandler.newFactory());
  }

  /// The port in fact.
  public int port() {
    return address().port();
  }

  /// The address in fact.
  public Address address() {
    InetSocketAddress bound = (InetSocketAddress) channel.localAddress();
    InetAddress host = bound.getAddress();
    // There is one loopback address in version 6, and Java spells it out.
    boolean v6 = host instanceof Inet6Address && host.isLoopbackAddress();
    return new Address(v6 ? "::1" : host.getHostAddress(), bound.getPort());
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    if (ownLoop != null) {
      ownLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  /// Closes every connection beyond so many. Runs on the one event loop thread.
  private static final class ConnectionBound extends ChannelInboundHandlerAdapter {
    private final int most;
    private int open;

    ConnectionBound(int most) {
      this.most = most;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      Channel client = (Channel) message;
      if (open >= most) {
        client.unsafe().closeForcibly();
        return;
      }
      open++;
      client.closeFuture().addListener(_ -> open--);
      context.fireChannelRead(message);
    }
  }
}
