package io.coreaudit.agent.http;

import io.coreaudit.agent.config.Address;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
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
  private final EventLoopGroup loop;

  private HttpServer(Channel channel, EventLoopGroup loop) {
    this.channel = channel;
    this.loop = loop;
  }

  /// Binds and begins to answer, on an event loop of its own.
  ///
  /// @param listen a loopback address; port 0: any
  /// @throws IOException when the address cannot be had; the message names it
  public static HttpServer start(
      Address listen, Metrics metrics, Health health, Readiness readiness) throws IOException {
    return start(listen, metrics, health, readiness, TimeUnit.SECONDS.toMillis(10));
  }

  static HttpServer start(
      Address listen, Metrics metrics, Health health, Readiness readiness, long requestMillis)
      throws IOException {
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("http", true), NioIoHandler.newFactory());
    ConnectionBound bound = new ConnectionBound(MAX_CONNECTIONS);
    Answers answers = new Answers(metrics, health, readiness);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, MAX_CONNECTIONS)
            .option(ChannelOption.SO_REUSEADDR, true)
            .handler(bound)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel client) {
                    client
                        .pipeline()
                        .addLast(bound.activity())
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
      return new HttpServer(channel, loop);
    } catch (Exception e) {
      // Netty throws what bind met, checked or not, past the compiler.
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw new IOException(
          "http.listen="
              + listen
              + ": "
              + e.getMessage()
              + " (another program has it? choose another, or off)",
          e);
    }
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
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
