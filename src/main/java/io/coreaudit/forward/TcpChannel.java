package io.coreaudit.forward;

import static io.coreaudit.kernel.LinuxConstants.SIOCOUTQ;

import io.coreaudit.kernel.LibC;
import io.coreaudit.memory.Memory;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.nio.channels.SocketChannel;

/// A TCP connection that knows what of it the peer's kernel has not acknowledged.
///
/// Java gives the descriptor of a socket to nobody, so it is read where Chronicle Queue reads its
/// own: in `sun.nio.ch`, which the launcher opens.
final class TcpChannel extends NioSocketChannel {
  private static final MethodHandle DESCRIPTOR = descriptor();

  private final MemorySegment count = Arena.ofAuto().allocate(ValueLayout.JAVA_INT);

  private static MethodHandle descriptor() {
    try {
      Method method = Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal");
      method.setAccessible(true);
      return MethodHandles.lookup()
          .unreflect(method)
          .asType(MethodType.methodType(int.class, SocketChannel.class));
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          "cannot reach the descriptor of a socket: start with"
              + " --add-opens=java.base/sun.nio.ch=ALL-UNNAMED, as the launcher does",
          e);
    }
  }

  /// Bytes in the kernel's send buffer, unsent ones and those that the peer's kernel has not
  /// acknowledged; -1 when it cannot be told. On the event loop only: elsewhere the descriptor
  /// could be another's already.
  int unacknowledgedBytes() {
    if (!isOpen()) {
      return -1;
    }
    int fd;
    try {
      fd = (int) DESCRIPTOR.invokeExact(javaChannel());
    } catch (Throwable e) {
      throw new AssertionError(e); // it returns a field
    }
    return LibC.ioctl(fd, SIOCOUTQ, count.address()) < 0 ? -1 : Memory.intAt(count.address());
  }
}
