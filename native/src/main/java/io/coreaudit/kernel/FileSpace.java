package io.coreaudit.kernel;

import static io.coreaudit.kernel.LinuxConstants.FIEMAP_EXTENT_DELALLOC;
import static io.coreaudit.kernel.LinuxConstants.FIEMAP_EXTENT_UNKNOWN;
import static io.coreaudit.kernel.LinuxConstants.FS_IOC_FIEMAP;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_FIEMAP_EXTENT_FE_FLAGS;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_FIEMAP_EXTENT_FE_LENGTH;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_FIEMAP_EXTENT_FE_LOGICAL;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_FIEMAP_FM_EXTENT_COUNT;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_FIEMAP_FM_LENGTH;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_FIEMAP_FM_MAPPED_EXTENTS;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_FIEMAP_FM_START;
import static io.coreaudit.kernel.LinuxConstants.O_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.O_CREAT;
import static io.coreaudit.kernel.LinuxConstants.O_RDWR;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_FIEMAP;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_FIEMAP_EXTENT;

import io.coreaudit.memory.Memory;

/// Room on a disk, allocated before it is written.
///
/// A file that is mapped into memory and has a hole is a trap: on a full disk the store into it
/// kills the process (SIGBUS). `fallocate` gives the blocks up front, or says that there are none.
public final class FileSpace {
  private static final int EXTENTS_AT_ONCE = 64;

  private FileSpace() {}

  /// Makes sure that the first bytes of a file have blocks of their own, and creates the file
  /// (0600) when it is not there. The file becomes at least that long; bytes without blocks read as
  /// zero, others keep their value. After an error a part of the room may have been allocated.
  ///
  /// @return 0 or `-errno`
  public static int reserve(String path, long lengthBytes) {
    int fd = LibC.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
      return fd;
    }
    try {
      // Not posix_fallocate: where the file system cannot, glibc writes zeros instead of saying so.
      int result;
      do {
        result = LibC.fallocate(fd, 0, 0, lengthBytes);
      } while (result == -Errno.EINTR);
      boolean full = result == -Errno.ENOSPC || result == -Errno.EDQUOT;
      return full && isAllocated(fd, lengthBytes) ? 0 : result;
    } finally {
      LibC.close(fd);
    }
  }

  /// Whether blocks are there for the whole range.
  ///
  /// XFS wants as many free blocks for a `fallocate` as the range is long, also when the range has
  /// all of its blocks; on a full disk only the map of the extents tells. False where the file
  /// system has no such map.
  private static boolean isAllocated(int fd, long lengthBytes) {
    try (Pages pages =
        Pages.allocate(SIZEOF_FIEMAP + (long) EXTENTS_AT_ONCE * SIZEOF_FIEMAP_EXTENT)) {
      long map = pages.address();
      long covered = 0;
      while (covered < lengthBytes) {
        Memory.fill(map, SIZEOF_FIEMAP, (byte) 0);
        Memory.putLong(map + OFFSETOF_FIEMAP_FM_START, covered);
        Memory.putLong(map + OFFSETOF_FIEMAP_FM_LENGTH, lengthBytes - covered);
        Memory.putInt(map + OFFSETOF_FIEMAP_FM_EXTENT_COUNT, EXTENTS_AT_ONCE);
        if (LibC.ioctl(fd, FS_IOC_FIEMAP & 0xffff_ffffL, map) != 0) {
          return false;
        }
        int count = Memory.intAt(map + OFFSETOF_FIEMAP_FM_MAPPED_EXTENTS);
        if (count == 0) {
          return false;
        }
        for (int i = 0; i < count; i++) {
          long extent = map + SIZEOF_FIEMAP + (long) i * SIZEOF_FIEMAP_EXTENT;
          int flags = Memory.intAt(extent + OFFSETOF_FIEMAP_EXTENT_FE_FLAGS);
          if (Memory.longAt(extent + OFFSETOF_FIEMAP_EXTENT_FE_LOGICAL) > covered
              || (flags & (FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC)) != 0) {
            return false;
          }
          covered =
              Memory.longAt(extent + OFFSETOF_FIEMAP_EXTENT_FE_LOGICAL)
                  + Memory.longAt(extent + OFFSETOF_FIEMAP_EXTENT_FE_LENGTH);
        }
      }
      return true;
    }
  }
}
