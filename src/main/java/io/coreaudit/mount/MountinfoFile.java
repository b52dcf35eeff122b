package io.coreaudit.mount;

import static io.coreaudit.kernel.LinuxConstants.O_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.O_RDONLY;
import static io.coreaudit.kernel.LinuxConstants.POLLERR;
import static io.coreaudit.kernel.LinuxConstants.POLLPRI;

import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.LibC;

/// The mountinfo file of the mount namespace that the opening thread is in; it stays with that
/// namespace. Ready for POLLPRI when mounts changed since it was last polled; polling takes it.
final class MountinfoFile implements AutoCloseable {
  static final int EVENTS = POLLPRI | POLLERR;
  private static final String PATH = "/proc/thread-self/mountinfo";

  private final int fd;

  MountinfoFile() {
    int opened = LibC.open(PATH, O_RDONLY | O_CLOEXEC, 0);
    if (opened < 0) {
      throw new KernelException("open " + PATH, opened, "mount /proc where the agent runs");
    }
    fd = opened;
  }

  int fd() {
    return fd;
  }

  @Override
  public void close() {
    LibC.close(fd);
  }
}
