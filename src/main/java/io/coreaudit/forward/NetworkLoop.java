package io.coreaudit.forward;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/// The one thread that moves bytes for all network sinks. It starts with the first connection.
public final class NetworkLoop implements AutoCloseable {
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("network", true), NioIoHandler.newFactory());

  EventLoopGroup group() {
    return group;
  }

  /// Starts the thread, and has it show at an interval that it goes round.
  ///
  /// @param beat told the time, by `System.nanoTime`; must neither wait nor throw
  public void onTurn(Duration interval, LongConsumer beat) {
    long ns = interval.toNanos();
    group
        .next()
        .scheduleWithFixedDelay(() -> beat.accept(System.nanoTime()), ns, ns, TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
