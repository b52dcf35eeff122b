package io.coreaudit.kernel;

import static io.coreaudit.kernel.LinuxConstants.IN_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.IN_CLOSE_WRITE;
import static io.coreaudit.kernel.LinuxConstants.IN_CREATE;
import static io.coreaudit.kernel.LinuxConstants.IN_DELETE;
import static io.coreaudit.kernel.LinuxConstants.IN_DELETE_SELF;
import static io.coreaudit.kernel.LinuxConstants.IN_MOVED_FROM;
import static io.coreaudit.kernel.LinuxConstants.IN_MOVED_TO;
import static io.coreaudit.kernel.LinuxConstants.IN_MOVE_SELF;
import static io.coreaudit.kernel.LinuxConstants.IN_NONBLOCK;
import static io.coreaudit.kernel.LinuxConstants.IN_ONLYDIR;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_INOTIFY_EVENT_LEN;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_INOTIFY_EVENT_MASK;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_INOTIFY_EVENT_WD;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_INOTIFY_EVENT;

import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;

/// Tells which names come and go in some directories, by creation, deletion and renaming, and where
/// that is asked for, which files were written.
///
/// Not for several threads. Directories are meant as the calling thread sees them.
public final class Inotify implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int MASK =
      IN_CREATE
          | IN_DELETE
          | IN_MOVED_FROM
          | IN_MOVED_TO
          | IN_DELETE_SELF
          | IN_MOVE_SELF
          | IN_ONLYDIR;

  private final Pages pages = Pages.allocate(BUFFER_BYTES);
  private final int fd;

  /// Takes what happened.
  @FunctionalInterface
  public interface Handler {
    /// Something happened.
    ///
    /// @param directory its number; -1 when more happened than could be kept
    /// @param mask IN_CREATE, IN_MOVED_TO, …
    /// @param name in the directory; empty when it is about the directory itself
    void on(int directory, int mask, String name);
  }

  /// Opens one without directories.
  public Inotify() {
    int opened = LibC.inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (opened < 0) {
      pages.close();
      throw new KernelException(
          "inotify_init1", opened, "raise the limit fs.inotify.max_user_instances");
    }
    fd = opened;
  }

  /// The descriptor to poll for POLLIN.
  public int fd() {
    return fd;
  }

  /// Adds a directory. One that is there already, under whatever name, keeps its number.
  ///
  /// @param written whether it counts also that a file in it was written, when it is closed
  /// @return its number, or `-errno`
  public int add(String directory, boolean written) {
    return LibC.inotify_add_watch(fd, directory, written ? MASK | IN_CLOSE_WRITE : MASK);
  }

  /// Takes a directory out; one that went by itself is no fault.
  public void remove(int directory) {
    LibC.inotify_rm_watch(fd, directory);
  }

  /// Hands on all that happened so far.
  public void drain(Handler handler) {
    long length;
    while ((length = LibC.read(fd, pages.address(), BUFFER_BYTES)) > 0) {
      long end = pages.address() + length;
      for (long at = pages.address(); at + SIZEOF_INOTIFY_EVENT <= end; ) {
        int nameBytes = Memory.intAt(at + OFFSETOF_INOTIFY_EVENT_LEN);
        handler.on(
            Memory.intAt(at + OFFSETOF_INOTIFY_EVENT_WD),
            Memory.intAt(at + OFFSETOF_INOTIFY_EVENT_MASK),
            name(at + SIZEOF_INOTIFY_EVENT, nameBytes));
        at += SIZEOF_INOTIFY_EVENT + nameBytes;
      }
    }
  }

  private static String name(long address, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    int end = 0;
    while (end < length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    LibC.close(fd);
    pages.close();
  }
}
