package io.coreaudit.watch;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.LinuxConstants;
import io.coreaudit.kernel.MountCalls;
import io.coreaudit.kernel.MountConstants;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A tiny tmpfs of the agent's own that is attached as a secret is: whoever opens it is heard as
/// whoever opens a secret, or nobody is.
///
/// It is mounted, attached and taken out of the tree again; an open descriptor keeps it, and the
/// process's own folder in /proc leads to it. So nothing of it is left behind, however the agent
/// ends, and no container gets a copy. What somebody trims is lost to it as to the secrets: then it
/// is made anew.
///
/// Where it cannot be made, the anchor itself serves: that hears the rules, not what is attached.
final class AnchorCanary implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AnchorCanary.class);
  private static final int NONE = -1;

  private final Path anchor;
  private boolean refusalTold;
  private int fd = NONE;
  private volatile Path path;

  AnchorCanary(Path anchor) {
    this.anchor = anchor;
    this.path = anchor;
  }

  /// Makes a fresh one.
  ///
  /// @param attach attaches the tmpfs that is mounted at a path; a refusal is a `KernelException`
  synchronized void renew(Consumer<String> attach) {
    Path place = anchor.resolveSibling("canary");
    try {
      Files.createDirectories(place);
      mount(place.toString());
      int fresh;
      try {
        fresh = attached(place.toString(), attach);
      } finally {
        umount(place.toString());
      }
      close();
      fd = fresh;
      path = Path.of("/proc/self/fd/" + fresh);
    } catch (IOException | KernelException e) {
      if (!refusalTold) {
        refusalTold = true;
        LOG.warn("no canary among the secrets: {}", e.getMessage());
      }
      close();
    }
  }

  private static void mount(String place) {
    long flags = MountConstants.MS_NOSUID | MountConstants.MS_NODEV | MountConstants.MS_NOEXEC;
    try (Arena arena = Arena.ofConfined()) {
      KernelException.checked(
          "mount of a tmpfs at " + place,
          MountCalls.mount(
              arena.allocateFrom("coreaudit").address(),
              arena.allocateFrom(place).address(),
              arena.allocateFrom("tmpfs").address(),
              flags,
              arena.allocateFrom("size=4k,nr_inodes=2,mode=0700").address()));
    }
  }

  private static int attached(String place, Consumer<String> attach) {
    int opened =
        KernelException.checked(
            "open " + place, LibC.open(place, LinuxConstants.O_PATH | LinuxConstants.O_CLOEXEC, 0));
    try {
      attach.accept(place);
      return opened;
    } catch (KernelException e) {
      LibC.close(opened);
      throw e;
    }
  }

  private static void umount(String place) {
    try (Arena arena = Arena.ofConfined()) {
      int result =
          MountCalls.umount2(arena.allocateFrom(place).address(), MountConstants.MNT_DETACH);
      if (result < 0) {
        LOG.warn("{} stays mounted: {}", place, Errno.describe(-result));
      }
    }
  }

  /// What to open.
  Path path() {
    return path;
  }

  @Override
  public synchronized void close() {
    path = anchor;
    if (fd != NONE) {
      LibC.close(fd);
      fd = NONE;
    }
  }
}
