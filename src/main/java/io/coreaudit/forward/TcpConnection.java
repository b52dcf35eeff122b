package io.coreaudit.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// One connection, from the attempt to its end. It never comes back: a new attempt is a new one.
///
/// The network loop drives it and only reports (`phase`, `failure`, `arrivedBytes`); every decision
/// is the sink's, on the forwarder's thread. Each report rings the forwarder's bell, but the last:
/// acknowledgements come without a sign, so the sink asks for a look (`look`) now and then.
final class TcpConnection extends ChannelInboundHandlerAdapter {
  /// Where a connection stands. They follow in this order.
  enum Phase {
    CONNECTING,
    UP,
    DOWN
  }

  /// Of a receiver of which nothing is expected so much may come before it is taken for another's.
  static final int MOST_HEARD_BYTES = 64 << 10;

  /// So much of what a receiver answers may wait for the forwarder.
  static final int MOST_ANSWERED_BYTES = 1 << 20;

  /// What a piece costs beside its bytes.
  private static final int PIECE_BYTES = 64;

  private final SinkSettings.Tcp settings;
  private final Wakeup bell;
  private final Queue<byte[]> answers;
  private final AtomicInteger answeredBytes = new AtomicInteger();
  private volatile Phase phase = Phase.CONNECTING;
  private volatile Channel channel;
  private volatile String failure;
  private volatile String protocol = "";
  private volatile long arrivedBytes;
  private volatile boolean allArrived = true;
  private long writtenBytes; // network loop only
  private volatile boolean outputShut;

  /// @param answers whether something is expected from the receiver; else it is dropped
  TcpConnection(SinkSettings.Tcp settings, Wakeup bell, boolean answers) {
    this.settings = settings;
    this.bell = bell;
    this.answers = answers ? new ConcurrentLinkedQueue<>() : null;
  }

  /// The next piece of what the receiver answered, as the network cut it; null: none now.
  byte[] answer() {
    byte[] piece = answers.poll();
    if (piece != null) {
      answeredBytes.addAndGet(-piece.length - PIECE_BYTES);
    }
    return piece;
  }

  /// Whether there is such a piece.
  boolean hasAnswers() {
    return answers != null && !answers.isEmpty();
  }

  /// Whether the receiver ended it, without an error.
  boolean closedByReceiver() {
    return phase == Phase.DOWN && failure == null;
  }

  Phase phase() {
    return phase;
  }

  /// Why it is down, in one line.
  String failure() {
    String text = failure;
    return text == null ? "the receiver closed the connection" : text;
  }

  /// TLS version, empty for plaintext.
  String protocol() {
    return protocol;
  }

  /// Bytes of batches that the receiver's kernel has for certain: those written, without what our
  /// kernel still holds. In TLS it holds a little more than that, so it is rather too few.
  long arrivedBytes() {
    return arrivedBytes;
  }

  /// Whether the receiver's kernel had all that was written when that was last looked at.
  boolean allArrived() {
    return allArrived;
  }

  /// Has the network loop look again what the receiver's kernel has. Returns at once.
  void look() {
    Channel current = channel;
    if (!allArrived && current != null) {
      current.eventLoop().execute(() -> measure(current));
    }
  }

  private void measure(Channel current) {
    int waiting = ((TcpChannel) current).unacknowledgedBytes();
    if (waiting >= 0) {
      // it may hold a part of a batch that is not written whole: never fewer than before
      arrivedBytes = Math.max(arrivedBytes, writtenBytes - waiting);
      allArrived = waiting == 0;
    }
  }

  /// Whether little enough is waiting for the kernel.
  boolean writable() {
    Channel current = channel;
    return current != null && current.isWritable();
  }

  /// Whether our side is shut, after everything was flushed.
  boolean outputShut() {
    return outputShut;
  }

  /// Whether the receiver read all that was written: it closed, without an error, after we did.
  boolean closedCleanly() {
    return phase == Phase.DOWN && outputShut && failure == null;
  }

  /// Copies bytes and sends them.
  void write(byte[] bytes, int length) {
    Channel current = channel;
    allArrived = false;
    ByteBuf buffer = current.alloc().directBuffer(length, length).writeBytes(bytes, 0, length);
    current
        .writeAndFlush(buffer)
        .addListener(
            written -> {
              if (written.isSuccess()) {
                writtenBytes += length;
                measure(current);
              }
            });
  }

  /// Says that nothing follows: everything is flushed, then our side is shut.
  void shutOutput() {
    Channel current = channel;
    current
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            flushed -> {
              SslHandler tls = current.pipeline().get(SslHandler.class);
              if (tls == null) {
                shutSocket(current);
              } else {
                tls.closeOutbound().addListener(closed -> shutSocket(current));
              }
            });
  }

  private void shutSocket(Channel current) {
    ((SocketChannel) current)
        .shutdownOutput()
        .addListener(
            shut -> {
              if (shut.isSuccess()) {
                outputShut = true;
                bell.ring();
              }
            });
  }

  /// Ends it at once; what is unsent is dropped here and in the kernel.
  void abort() {
    Channel current = channel;
    if (current != null) {
      current.eventLoop().execute(() -> reset(current));
    }
  }

  private static void reset(Channel current) {
    if (current.isOpen()) {
      current.config().setOption(ChannelOption.SO_LINGER, 0);
      current.close();
    }
  }

  /// The attempt failed before there was a channel.
  void failed(Throwable cause) {
    down(ConnectionFailure.sentence(cause, settings));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    channel = context.channel();
  }

  /// Linux lets a socket connect to itself when nobody listens on a port of the range from which
  /// sockets get theirs. It would swallow every event, and keep the receiver from its port.
  @Override
  public void channelActive(ChannelHandlerContext context) {
    Channel current = context.channel();
    if (current.localAddress().equals(current.remoteAddress())) {
      down("nothing listens there (it met itself)");
      reset(current);
    } else if (!settings.secured()) {
      up("");
    }
    context.fireChannelActive();
  }

  private void up(String how) {
    protocol = how;
    phase = Phase.UP;
    bell.ring();
  }

  private void down(String why) {
    if (failure == null) {
      failure = why; // the first error is the cause, what follows is its echo
    }
    phase = Phase.DOWN;
    bell.ring();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (answers == null) {
      ReferenceCountUtil.release(message); // the protocol has no answers; what comes is dropped
      return;
    }
    ByteBuf piece = (ByteBuf) message;
    byte[] bytes = new byte[piece.readableBytes()];
    piece.readBytes(bytes).release();
    answers.add(bytes);
    if (answeredBytes.addAndGet(bytes.length + PIECE_BYTES) > MOST_ANSWERED_BYTES
        && phase != Phase.DOWN) {
      down("the receiver answers more than its protocol has to say");
      reset(context.channel());
    }
    bell.ring();
  }

  /// The handler that counts what comes, before TLS reads it: whatever it is, it costs the thread
  /// that serves all sinks. The TLS handshake has bounds of its own.
  ChannelInboundHandlerAdapter hearing() {
    return new ChannelInboundHandlerAdapter() {
      private int heardBytes;

      @Override
      public void channelRead(ChannelHandlerContext context, Object message) {
        if (phase == Phase.UP && answers == null) {
          heardBytes += ((ByteBuf) message).readableBytes();
        }
        if (heardBytes <= MOST_HEARD_BYTES) {
          context.fireChannelRead(message);
          return;
        }
        ReferenceCountUtil.release(message);
        if (phase != Phase.DOWN) {
          down(
              "the receiver sent more than "
                  + MOST_HEARD_BYTES / 1024
                  + " KiB and should send nothing: is it one that takes lines over TCP?");
          reset(context.channel());
        }
      }
    };
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    bell.ring();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    switch (event) {
      case SslHandshakeCompletionEvent handshake when handshake.isSuccess() ->
          up(context.pipeline().get(SslHandler.class).engine().getSession().getProtocol());
      case SslHandshakeCompletionEvent handshake -> {
        down(
            ConnectionFailure.isClosed(handshake.cause())
                ? "the server closed the connection during the TLS handshake: does it speak TLS,"
                    + " and does it ask for a client certificate?"
                : ConnectionFailure.sentence(handshake.cause(), settings));
        context.close();
      }
      case IdleStateEvent idle -> {
        var waiting = context.channel().unsafe().outboundBuffer();
        if (waiting != null && waiting.totalPendingWriteBytes() > 0) {
          down(
              "the receiver took nothing for "
                  + settings.timings().stall().toMillis()
                  + " ms: given up as dead");
          reset(context.channel());
        }
      }
      default -> {}
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (failure == null) {
      failure = ConnectionFailure.sentence(cause, settings);
    }
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    phase = Phase.DOWN;
    bell.ring();
  }
}
