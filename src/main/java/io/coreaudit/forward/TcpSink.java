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
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// Lines over TCP or TLS to a receiver that acknowledges nothing.
///
/// One connection at a time, made again with growing waits. At most `HIGH_WATER` bytes and one
/// batch wait in this process for the kernel, so a dead receiver costs no memory; the events wait
/// in the spool. `ResendWindow` tells when an event counts as received. A receiver that talks is
/// listened to for 64 KiB and then given up: it would use the thread of all sinks.
///
/// A dead peer is noticed by writes that make no progress (`timings.stall`), by keepalive when
/// nothing is sent (a minute), and, when only a little was sent, by the kernel's own limit on
/// retransmission (15 minutes). Nothing is lost meanwhile: what its kernel did not acknowledge is
/// not counted as received, whatever the window.
public final class TcpSink implements Sink {
  private static final int LOW_WATER_BYTES = 256 << 10;
  private static final int HIGH_WATER_BYTES = 1 << 20;

  /// A connection that lived so long was a good one: the next attempt after it comes at once.
  private static final long STEADY_NS = TimeUnit.SECONDS.toNanos(5);

  /// The network loop rings; this is for a ring that went astray.
  private static final long LONGEST_WAIT_NS = TimeUnit.SECONDS.toNanos(1);

  /// How often to look what the receiver's kernel acknowledged; it matters little to be late.
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(250);

  /// By name, for a run time image need not hold the module that declares them.
  private static final Map<String, Integer> KEEPALIVE_SECONDS =
      Map.of("TCP_KEEPIDLE", 30, "TCP_KEEPINTERVAL", 10, "TCP_KEEPCOUNT", 3);

  private final SinkSettings.Tcp settings;
  private final NetworkLoop loop;
  private final Wakeup bell;
  private final ResendWindow window;
  private final Backoff backoff;
  private final Map<SocketOption<Integer>, Integer> keepAlive = keepAlive();
  private volatile SinkState state;
  private TcpConnection connection;
  private boolean wasUp;
  private long upSinceNs;
  private long lookedNs;
  private long nextAttemptNs = System.nanoTime();
  private int attempts;
  private long opened;
  private long failures;
  private long retriedEvents;

  TcpSink(SinkSettings.Tcp settings, NetworkLoop loop, Wakeup bell) {
    this.settings = settings;
    this.loop = loop;
    this.bell = bell;
    this.window =
        new ResendWindow(settings.resendWindowBytes(), settings.timings().resendAge().toNanos());
    this.backoff =
        new Backoff(
            settings.timings().firstBackoff().toMillis(),
            settings.timings().longestBackoff().toMillis(),
            ThreadLocalRandom.current());
    this.state = SinkState.starting("not connected yet");
  }

  @Override
  public Readiness poll() {
    if (connection == null) {
      if (System.nanoTime() - nextAttemptNs < 0) {
        return Readiness.BUSY;
      }
      connect();
    }
    return switch (connection.phase()) {
      case CONNECTING -> Readiness.BUSY;
      case UP -> up();
      case DOWN -> down();
    };
  }

  /// An attempt begins with a look-up, and a name server that is away takes its time.
  @Override
  public boolean mayWait() {
    return connection == null && System.nanoTime() - nextAttemptNs >= 0;
  }

  private Readiness up() {
    long nowNs = System.nanoTime();
    if (!wasUp) {
      wasUp = true;
      upSinceNs = nowNs;
      opened++;
      lookedNs = nowNs;
      String protocol = connection.protocol();
      state =
          state.to(
              Phase.DELIVERING,
              "connected to " + settings.address() + (protocol.isEmpty() ? "" : ", " + protocol));
    }
    if (nowNs - lookedNs >= LOOK_NS) {
      lookedNs = nowNs;
      connection.look();
    }
    window.arrived(connection.arrivedBytes(), nowNs);
    return connection.writable() ? Readiness.READY : Readiness.BUSY;
  }

  private Readiness down() {
    if (wasUp) {
      // it may have gone down with more arrived than was last seen
      window.arrived(connection.arrivedBytes(), System.nanoTime());
      if (System.nanoTime() - upSinceNs >= STEADY_NS) {
        backoff.reset();
      }
    }
    failures++;
    long waitNs = backoff.nextNs();
    nextAttemptNs = System.nanoTime() + waitNs;
    state =
        state.failed(
            Phase.WAITING,
            (wasUp ? "lost " : "cannot connect to ")
                + settings.address()
                + ": "
                + connection.failure());
    connection = null;
    wasUp = false;
    long again = window.forget();
    retriedEvents += again;
    return again > 0 ? Readiness.LOST : Readiness.BUSY;
  }

  private void connect() {
    var attempt = new TcpConnection(settings, bell);
    connection = attempt;
    state = state.to(Phase.CONNECTING, "connecting to " + settings.address());
    InetSocketAddress address;
    SslContext tls;
    try {
      // both may take their time: here they hold up this sink alone, not the network loop
      InetAddress[] found = InetAddress.getAllByName(settings.host());
      address = new InetSocketAddress(found[attempts++ % found.length], settings.port());
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
    if (tls != null) {
      String name =
          settings.tls().serverName() == null ? settings.host() : settings.tls().serverName();
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

  @Override
  public long dueNs() {
    return connection == null ? nextAttemptNs - System.nanoTime() : LONGEST_WAIT_NS;
  }

  @Override
  public boolean offer(Batch batch) {
    if (connection == null || !wasUp || !connection.writable()) {
      return false;
    }
    connection.write(batch.array(), batch.lengthBytes());
    window.sent(batch.position(), batch.lengthBytes(), batch.events(), System.nanoTime());
    return true;
  }

  @Override
  public long acknowledgedPosition() {
    return window.acknowledgedPosition();
  }

  @Override
  public long acknowledgedEvents() {
    return window.acknowledgedEvents();
  }

  @Override
  public long retriedEvents() {
    return retriedEvents;
  }

  @Override
  public long heldBytes() {
    return window.heldBytes();
  }

  @Override
  public long opened() {
    return opened;
  }

  @Override
  public long failures() {
    return failures;
  }

  /// Shuts our side and waits for the receiver's. Only when it closed without an error had it read
  /// everything: a kernel answers a close over unread bytes with a reset. Otherwise the cursor
  /// stays a window behind, and the next start sends that again.
  @Override
  public void finish(long timeoutNs) {
    if (connection == null || connection.phase() != TcpConnection.Phase.UP) {
      return;
    }
    long deadlineNs = System.nanoTime() + timeoutNs;
    boolean said = false;
    connection.shutOutput();
    while (connection.phase() != TcpConnection.Phase.DOWN) {
      if (connection.outputShut() && !said) {
        said = true;
        deadlineNs =
            Math.min(deadlineNs, System.nanoTime() + settings.timings().lastWord().toNanos());
      }
      long leftNs = deadlineNs - System.nanoTime();
      if (leftNs <= 0 || Thread.currentThread().isInterrupted()) {
        break;
      }
      bell.await(leftNs);
    }
    window.arrived(connection.arrivedBytes(), System.nanoTime());
    if (connection.closedCleanly()) {
      window.settleAll();
      state = state.to(Phase.STOPPED, "closed; the receiver has everything that was sent");
    } else {
      state =
          state.to(
              Phase.STOPPED,
              "closed; the receiver did not close in turn, the resend window will be sent again");
    }
  }

  @Override
  public SinkState state() {
    return state;
  }

  @Override
  public void close() {
    if (connection != null) {
      connection.abort();
      connection = null;
    }
    if (state.phase() != Phase.STOPPED) {
      state = state.to(Phase.STOPPED, "stopped while not connected");
    }
  }
}
