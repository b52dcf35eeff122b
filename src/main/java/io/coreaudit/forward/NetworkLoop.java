package io.coreaudit.forward;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The one thread that moves bytes for all network sinks. It starts with the first connection or
/// task.
public final class NetworkLoop implements AutoCloseable {
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("coreaudit-net", true), NioIoHandler.newFactory());

  EventLoopGroup group() {
    return group;
  }

  /// Runs a short task at a fixed interval on the loop, until the loop ends. It must not wait, and
  /// must not throw: it would not run again.
  public void every(Duration interval, Runnable task) {
    long ns = interval.toNanos();
    group.next().scheduleWithFixedDelay(task, ns, ns, TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
