package io.coreaudit.forward;

import io.coreaudit.forward.SinkState.Phase;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The way to one receiver over TCP or TLS: one connection at a time, made again with growing
/// waits. Used by the forwarder's thread.
///
/// A dead peer is noticed by writes that make no progress (`timings.stall`), by keepalive when
/// nothing is sent (a minute), and, when only a little was sent, by the kernel's own limit on
/// retransmission (15 minutes).
final class Link {
  /// What is new of the connection.
  enum Step {
    /// There is none.
    DOWN,
    /// One is being made.
    CONNECTING,
    /// It stands; told once.
    OPENED,
    /// It stands.
    UP,
    /// It stood and broke, or was not made; told once. What was said on it is in `last`.
    BROKE
  }

  private static final int LOW_WATER_BYTES = 256 << 10;
  private static final int HIGH_WATER_BYTES = 1 << 20;

  /// A connection that lived so long was a good one: the next attempt after it comes at once.
  private static final long STEADY_NS = TimeUnit.SECONDS.toNanos(5);

  /// One that lived shorter was ended by a fault, also when it was quiet.
  private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(1);

  /// The network loop rings; this is for a ring that went astray.
  private static final long LONGEST_WAIT_NS = TimeUnit.SECONDS.toNanos(1);

  /// By name, for a run time image need not hold the module that declares them.
  private static final Map<String, Integer> KEEPALIVE_SECONDS =
      Map.of("TCP_KEEPIDLE", 30, "TCP_KEEPINTERVAL", 10, "TCP_KEEPCOUNT", 3);

  private final SinkSettings.Tcp settings;
  private final SinkSettings.Proxy proxy;
  private final NetworkLoop loop;
  private final Wakeup bell;
  private final boolean answers;
  private final Backoff backoff;
  private final Map<SocketOption<Integer>, Integer> keepAlive = keepAlive();
  private final SinkHistory history = new SinkHistory("not connected yet");
  private TcpConnection connection;
  private TcpConnection last;
  private boolean wasUp;
  private boolean quiet;
  private boolean idle;
  private boolean answered;
  private boolean resting;
  private long attemptSinceNs;
  private long upSinceNs;
  private long nextAttemptNs = System.nanoTime();
  private int attempts;
  private String standing = "";

  /// @param proxy asked for the way to the receiver; null: none
  /// @param answers whether the receiver's protocol has any
  Link(
      SinkSettings.Tcp settings,
      SinkSettings.Proxy proxy,
      NetworkLoop loop,
      Wakeup bell,
      boolean answers) {
    this.settings = settings;
    this.proxy = proxy;
    this.loop = loop;
    this.bell = bell;
    this.answers = answers;
    this.backoff = new Backoff(settings.timings());
  }

  /// Does what is due and tells what is new.
  Step poll() {
    if (connection == null) {
      if (resting || System.nanoTime() - nextAttemptNs < 0) {
        return Step.DOWN;
      }
      connect();
    }
    return switch (connection.phase()) {
      case CONNECTING ->
          System.nanoTime() - attemptSinceNs > settings.timings().attempt().toNanos()
              ? fail("no connection after " + settings.timings().attempt().toSeconds() + " s")
              : Step.CONNECTING;
      case UP -> wasUp ? Step.UP : opened();
      case DOWN -> {
        boolean good = answered || System.nanoTime() - upSinceNs >= QUIET_NS;
        if (quiet && wasUp && good) {
          renew(); // a receiver may close what is not used
          yield Step.DOWN;
        }
        broke(connection.failure());
        yield Step.BROKE;
      }
    };
  }

  private Step opened() {
    wasUp = true;
    answered = false;
    upSinceNs = System.nanoTime();
    history.opened();
    String protocol = connection.protocol();
    standing = "connected to " + settings.address() + (protocol.isEmpty() ? "" : ", " + protocol);
    return Step.OPENED;
  }

  /// Says whether nothing is under way, so that the receiver may close without a fault.
  ///
  /// @param nothingToSay after such a close no connection is needed until `wake`
  void quiet(boolean nothingUnderWay, boolean nothingToSay) {
    quiet = nothingUnderWay;
    idle = nothingToSay;
  }

  /// The receiver answered a request whole: it may close at any time now.
  void answered() {
    answered = true;
  }

  /// Goes on with a new connection, for the receiver ended this one as the protocol has it.
  void renew() {
    connection.abort();
    last = connection;
    connection = null;
    wasUp = false;
    resting = idle;
    nextAttemptNs = System.nanoTime();
  }

  /// Whether there is no connection because none is needed.
  boolean resting() {
    return resting && connection == null;
  }

  /// A connection is needed.
  void wake() {
    resting = false;
  }

  /// The receiver takes nothing for now; the connection stands.
  void hold(String why) {
    history.failed(settings.address() + ": " + why);
  }

  /// Gives the connection up because of what its receiver said or did not say. Returns what `poll`
  /// would.
  Step fail(String why) {
    connection.abort();
    broke(why);
    return Step.BROKE;
  }

  private void broke(String why) {
    if (wasUp && (answered || System.nanoTime() - upSinceNs >= STEADY_NS)) {
      backoff.reset();
    }
    nextAttemptNs = System.nanoTime() + backoff.nextNs();
    history.failed((wasUp ? "lost " : "cannot connect to ") + settings.address() + ": " + why);
    last = connection;
    connection = null;
    wasUp = false;
  }

  /// How the last connection that stood was made, for people: `connected to 10.0.0.5:6514,
  /// TLSv1.3`.
  String standing() {
    return standing;
  }

  /// The connection that stands; null when none does.
  TcpConnection connection() {
    return wasUp ? connection : null;
  }

  /// The connection that broke last.
  TcpConnection last() {
    return last;
  }

  /// An attempt begins with a look-up, and a name server that is away takes its time.
  boolean mayWait() {
    return connection == null && !resting && System.nanoTime() - nextAttemptNs >= 0;
  }

  /// How long there is nothing to do here, unless the bell rings.
  long dueNs() {
    if (connection == null && !resting) {
      return nextAttemptNs - System.nanoTime();
    }
    boolean news = wasUp && connection != null && connection.hasAnswers();
    return news ? 0 : LONGEST_WAIT_NS;
  }

  /// How it went, also on connections before this one.
  SinkHistory history() {
    return history;
  }

  /// Says that events flow over the connection, if it still stands.
  ///
  /// @param more to be said behind how the connection was made
  void delivers(String more) {
    if (connection() != null) {
      history.to(Phase.DELIVERING, standing + more);
    }
  }

  /// Gives up what is open, at once.
  void close() {
    if (connection != null) {
      connection.abort();
      connection = null;
      wasUp = false;
    }
    history.stopped("stopped while not connected");
  }

  private void connect() {
    var attempt = new TcpConnection(settings, bell, answers);
    connection = attempt;
    attemptSinceNs = System.nanoTime();
    history.to(Phase.CONNECTING, "connecting to " + settings.address());
    InetSocketAddress address;
    SslContext tls;
    try {
      // both may take their time: here they hold up this sink alone, not the network loop
      InetAddress[] found =
          InetAddress.getAllByName(proxy == null ? settings.host() : proxy.host());
      int port = proxy == null ? settings.port() : proxy.port();
      address = new InetSocketAddress(found[attempts++ % found.length], port);
      tls = settings.secured() ? TlsFiles.context(settings.tls()) : null;
    } catch (IOException e) {
      attempt.failed(e);
      return;
    }
    bootstrap(attempt, tls)
        .connect(address)
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                attempt.failed(connected.cause());
              }
            });
  }

  private Bootstrap bootstrap(TcpConnection attempt, SslContext tls) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop.group())
            .channelFactory(TcpChannel::new)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) settings.timings().connect().toMillis())
            // batches are whole already: nothing is won by holding one back for the next
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(LOW_WATER_BYTES, HIGH_WATER_BYTES))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    fill(channel, attempt, tls);
                  }
                });
    keepAlive.forEach((option, value) -> bootstrap.option(NioChannelOption.of(option), value));
    return bootstrap;
  }

  private void fill(Channel channel, TcpConnection attempt, SslContext tls) {
    long stallMs = settings.timings().stall().toMillis();
    channel.pipeline().addLast(attempt.hearing());
    channel.pipeline().addLast(new IdleStateHandler(true, 0, stallMs, 0, TimeUnit.MILLISECONDS));
    if (proxy != null) {
      channel
          .pipeline()
          .addLast(new ProxyConnect(settings.address(), settings.timings().handshake()));
    }
    if (tls != null) {
      String name = settings.tls().expectedName(settings.host());
      SslHandler handler = tls.newHandler(channel.alloc(), name, settings.port());
      handler.setHandshakeTimeoutMillis(settings.timings().handshake().toMillis());
      channel.pipeline().addLast(handler);
    }
    channel.pipeline().addLast(attempt);
  }

  /// The options of `KEEPALIVE_SECONDS` that this run time knows.
  private static Map<SocketOption<Integer>, Integer> keepAlive() {
    var known = new HashMap<SocketOption<Integer>, Integer>();
    try (var channel = SocketChannel.open()) {
      for (SocketOption<?> option : channel.supportedOptions()) {
        Integer value = KEEPALIVE_SECONDS.get(option.name());
        if (value != null) {
          @SuppressWarnings("unchecked") // these three take an Integer
          var typed = (SocketOption<Integer>) option;
          known.put(typed, value);
        }
      }
    } catch (IOException e) {
      return Map.of(); // no sockets at all: the connection will say so
    }
    return known;
  }
}
