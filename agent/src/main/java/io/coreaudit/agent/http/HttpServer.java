package io.coreaudit.agent.http;

import io.coreaudit.agent.config.Address;
import io.coreaudit.agent.config.MetricsConfig;
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
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// An HTTP listener: on a loopback address, or over TLS for clients with a certificate.
public final class HttpServer implements AutoCloseable {
  private static final long REQUEST_MILLIS = TimeUnit.SECONDS.toMillis(10);
  private static final Duration LOOK = Duration.ofSeconds(10);
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
    return start(listen, metrics, health, readiness, REQUEST_MILLIS);
  }

  static HttpServer start(
      Address listen, Metrics metrics, Health health, Readiness readiness, long requestMillis)
      throws IOException {
    Answers answers = new Answers(metrics, health, readiness);
    return start("http", listen, answers, requestMillis, client -> {});
  }

  /// The same over TLS, for clients of other hosts; its files are read again when they change.
  ///
  /// @throws IOException also when a file cannot be used; the message names its key
  public static HttpServer start(
      MetricsConfig config, Metrics metrics, Health health, Readiness readiness)
      throws IOException {
    return start(config, metrics, health, readiness, LOOK);
  }

  static HttpServer start(
      MetricsConfig config, Metrics metrics, Health health, Readiness readiness, Duration look)
      throws IOException {
    RenewedTls tls = new RenewedTls(config.tls(), look);
    Set<String> names = Set.copyOf(config.clients());
    Answers answers = new Answers(metrics, health, readiness);
    Consumer<SocketChannel> secure =
        client -> {
          SslHandler handler = tls.current().newHandler(client.alloc());
          handler.setHandshakeTimeoutMillis(REQUEST_MILLIS);
          client.pipeline().addLast(handler).addLast(new ClientNames(names));
        };
    return start("metrics", config.listen(), answers, REQUEST_MILLIS, secure);
  }

  /// @param name of its thread, and of the section in the configuration where its address stands
  /// @param secure puts what TLS needs before all that reads
  private static HttpServer start(
      String name,
      Address listen,
      Answers answers,
      long requestMillis,
      Consumer<SocketChannel> secure)
      throws IOException {
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
    ConnectionBound bound = new ConnectionBound(MAX_CONNECTIONS);
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
                    client.pipeline().addLast(bound.activity());
                    secure.accept(client);
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
      return new HttpServer(channel, loop);
    } catch (Exception e) {
      // Netty throws what bind met, checked or not, past the compiler.
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw new IOException(
          name
              + ".listen="
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
