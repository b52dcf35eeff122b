package io.coreaudit.kernel;

import static io.coreaudit.kernel.LinuxConstants.EFD_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.EFD_NONBLOCK;

import io.coreaudit.memory.Memory;

/// Wakes a thread that waits in poll.
///
/// Any thread signals, one thread drains. Signals that nobody drained yet are one signal.
public final class EventFd implements AutoCloseable {
  private static final int COUNTER_BYTES = 8;

  private final Pages pages = Pages.allocate(2 * COUNTER_BYTES);
  private final int fd;
  private boolean closed;

  /// Opens one, not signalled.
  public EventFd() {
    int opened = LibC.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (opened < 0) {
      pages.close();
      throw new KernelException("eventfd", opened, "raise the limit of open files (LimitNOFILE)");
    }
    fd = opened;
    Memory.putLong(pages.address(), 1);
  }

  /// The descriptor to poll for POLLIN.
  public int fd() {
    return fd;
  }

  /// Makes the descriptor readable. After a close it does nothing: the number may be another's.
  public synchronized void signal() {
    if (!closed) {
      LibC.write(fd, pages.address(), COUNTER_BYTES);
    }
  }

  /// Takes all signals so far.
  ///
  /// @return whether there were any
  public boolean drain() {
    return LibC.read(fd, pages.address() + COUNTER_BYTES, COUNTER_BYTES) == COUNTER_BYTES;
  }

  /// Closes it. The thread that drains must be done with it.
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      LibC.close(fd);
      pages.close();
    }
  }
}
