package io.coreaudit.kernel;

import static io.coreaudit.kernel.Errno.EINTR;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_POLLFD_EVENTS;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_POLLFD_FD;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_POLLFD_REVENTS;
import static io.coreaudit.kernel.LinuxConstants.POLLIN;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_POLLFD;

import io.coreaudit.memory.Memory;
import java.util.concurrent.TimeUnit;

/// A fixed set of descriptors to wait on. Waiting allocates nothing. One thread's own.
public final class Poll implements AutoCloseable {
  private final Pages pages;
  private final int capacity;
  private int size;

  /// Creates an empty set.
  ///
  /// @param capacity the most descriptors it will hold
  public Poll(int capacity) {
    this.pages = Pages.allocate((long) capacity * SIZEOF_POLLFD);
    this.capacity = capacity;
  }

  /// Adds a descriptor.
  ///
  /// @param fd the descriptor; a negative one is never ready
  /// @param events what to wait for: POLLIN, POLLPRI, …
  /// @return its index, to ask with
  public int add(int fd, int events) {
    if (size == capacity) {
      throw new IllegalStateException("capacity=" + capacity + " is used up");
    }
    int index = size++;
    change(index, fd, events);
    return index;
  }

  /// Puts another descriptor in a place.
  public void change(int index, int fd, int events) {
    long entry = entry(index);
    Memory.putInt(entry + OFFSETOF_POLLFD_FD, fd);
    Memory.putShort(entry + OFFSETOF_POLLFD_EVENTS, (short) events);
    Memory.putShort(entry + OFFSETOF_POLLFD_REVENTS, (short) 0);
  }

  /// Waits until at least one descriptor is ready. A signal to the process does not end the wait.
  ///
  /// @param timeoutMillis 0 only looks, -1 waits for ever
  /// @return how many are ready, 0 after the time, or `-errno`
  public int await(int timeoutMillis) {
    int ready = LibC.poll(pages.address(), size, timeoutMillis);
    return ready == -EINTR ? awaitAgain(timeoutMillis) : ready;
  }

  private int awaitAgain(int timeoutMillis) {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    int ready;
    do {
      long leftNs = deadlineNs - System.nanoTime();
      int left = timeoutMillis < 0 ? -1 : (int) Math.max(0, TimeUnit.NANOSECONDS.toMillis(leftNs));
      ready = LibC.poll(pages.address(), size, left);
    } while (ready == -EINTR);
    return ready;
  }

  /// What the last wait saw at a descriptor: POLLIN, POLLERR, …; 0 for nothing.
  public int revents(int index) {
    return Memory.shortAt(entry(index) + OFFSETOF_POLLFD_REVENTS);
  }

  /// Whether the last wait saw something to read.
  public boolean readable(int index) {
    return (revents(index) & POLLIN) != 0;
  }

  private long entry(int index) {
    return pages.address() + (long) index * SIZEOF_POLLFD;
  }

  @Override
  public void close() {
    pages.close();
  }
}
