package io.coreaudit.kernel;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.coreaudit.memory.Memory;
import java.lang.foreign.Arena;

/// Room on a disk, allocated before it is written.
///
/// A file that is mapped into memory and has a hole is a trap: on a full disk the store into it
/// kills the process (SIGBUS). `fallocate` gives the blocks up front, or says that there are none.
public final class FileSpace {
  private static final int O_RDWR = 2;
  private static final int O_CREAT = 0100;
  private static final int O_CLOEXEC = 02000000;
  private static final int EINTR = 4;
  private static final int ENOSPC = 28;
  private static final int EDQUOT = 122;

  // struct fiemap and struct fiemap_extent of linux/fiemap.h
  private static final long FS_IOC_FIEMAP = 0xc020660bL;
  private static final int FM_LENGTH = 8;
  private static final int FM_MAPPED_EXTENTS = 20;
  private static final int FM_EXTENT_COUNT = 24;
  private static final int FM_HEADER_LENGTH = 32;
  private static final int FE_LENGTH = 16;
  private static final int FE_FLAGS = 40;
  private static final int FE_SIZE = 56;
  private static final int FIEMAP_EXTENT_UNKNOWN = 2;
  private static final int FIEMAP_EXTENT_DELALLOC = 4;
  private static final int EXTENTS_AT_ONCE = 64;

  private FileSpace() {}

  private static final class Bindings {
    static {
      Native.register(Bindings.class, NativeLibrary.getProcess());
    }

    private Bindings() {}

    static native int open(String path, int flags, int mode);

    static native int fallocate(int fd, int mode, long offset, long length);

    static native int ioctl(int fd, long request, long argument);

    static native int close(int fd);

    static native String strerror(int errno);
  }

  /// Makes sure that the first bytes of a file have blocks of their own, and creates the file
  /// (0600) when it is not there. The file becomes at least that long; bytes without blocks read as
  /// zero, others keep their value. After an error a part of the room may have been allocated.
  ///
  /// @return 0 or `-errno`
  public static int reserve(String path, long lengthBytes) {
    int fd = Bindings.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
      return -Native.getLastError();
    }
    try {
      // Not posix_fallocate: where the file system cannot, glibc writes zeros instead of saying so.
      while (Bindings.fallocate(fd, 0, 0, lengthBytes) != 0) {
        int errno = Native.getLastError();
        if ((errno == ENOSPC || errno == EDQUOT) && isAllocated(fd, lengthBytes)) {
          return 0;
        }
        if (errno != EINTR) {
          return -errno;
        }
      }
      return 0;
    } finally {
      Bindings.close(fd);
    }
  }

  /// What the C library says of an error number.
  public static String errorText(int errno) {
    return Bindings.strerror(errno);
  }

  /// Whether blocks are there for the whole range.
  ///
  /// XFS wants as many free blocks for a `fallocate` as the range is long, also when the range has
  /// all of its blocks; on a full disk only the map of the extents tells. False where the file
  /// system has no such map.
  private static boolean isAllocated(int fd, long lengthBytes) {
    try (Arena arena = Arena.ofConfined()) {
      long map = arena.allocate(FM_HEADER_LENGTH + EXTENTS_AT_ONCE * FE_SIZE, 8).address();
      long covered = 0;
      while (covered < lengthBytes) {
        Memory.fill(map, FM_HEADER_LENGTH, (byte) 0);
        Memory.putLong(map, covered);
        Memory.putLong(map + FM_LENGTH, lengthBytes - covered);
        Memory.putInt(map + FM_EXTENT_COUNT, EXTENTS_AT_ONCE);
        if (Bindings.ioctl(fd, FS_IOC_FIEMAP, map) != 0) {
          return false;
        }
        int count = Memory.intAt(map + FM_MAPPED_EXTENTS);
        if (count == 0) {
          return false;
        }
        for (int i = 0; i < count; i++) {
          long extent = map + FM_HEADER_LENGTH + (long) i * FE_SIZE;
          int flags = Memory.intAt(extent + FE_FLAGS);
          if (Memory.longAt(extent) > covered
              || (flags & (FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC)) != 0) {
            return false;
          }
          covered = Memory.longAt(extent) + Memory.longAt(extent + FE_LENGTH);
        }
      }
      return true;
    }
  }
}
