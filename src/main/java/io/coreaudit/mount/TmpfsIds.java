package io.coreaudit.mount;

import static io.coreaudit.kernel.MountConstants.AT_FDCWD;
import static io.coreaudit.kernel.MountConstants.AT_NO_AUTOMOUNT;
import static io.coreaudit.kernel.MountConstants.AT_SYMLINK_NOFOLLOW;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATFS_F_FSID;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATFS_F_TYPE;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATX_STX_DEV_MAJOR;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATX_STX_DEV_MINOR;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATX_STX_MASK;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATX_STX_MNT_ID;
import static io.coreaudit.kernel.MountConstants.SIZEOF_STATFS;
import static io.coreaudit.kernel.MountConstants.SIZEOF_STATX;
import static io.coreaudit.kernel.MountConstants.STATX_MNT_ID;
import static io.coreaudit.kernel.MountConstants.TMPFS_MAGIC;

import io.coreaudit.kernel.MountCalls;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;

/// Asks the file system at the mount point, in the namespace of the calling thread.
///
/// What is there may have changed since the table was read. So it is asked which mount it is too;
/// what is not the one in the table tells nothing.
final class TmpfsIds implements FileSystemIds {
  private static final int PATH_BYTES = 8192;

  private final Pages pages = Pages.allocate(PATH_BYTES + SIZEOF_STATFS + SIZEOF_STATX);

  @Override
  public long at(Mount mount) {
    if (!mount.fsType().equals("tmpfs")) {
      return 0;
    }
    byte[] path = mount.mountPointBytes();
    if (path.length >= PATH_BYTES) {
      return 0;
    }
    long name = pages.address();
    long fileSystem = name + PATH_BYTES;
    Memory.copy(path, 0, name, path.length);
    Memory.putByte(name + path.length, (byte) 0);
    if (MountCalls.statfs(name, fileSystem) < 0
        || Memory.longAt(fileSystem + OFFSETOF_STATFS_F_TYPE) != TMPFS_MAGIC
        || !isOn(mount, name, fileSystem + SIZEOF_STATFS)) {
      return 0;
    }
    return Memory.longAt(fileSystem + OFFSETOF_STATFS_F_FSID);
  }

  private static boolean isOn(Mount mount, long name, long file) {
    int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
    return MountCalls.statx(AT_FDCWD, name, flags, STATX_MNT_ID, file) == 0
        && (Memory.intAt(file + OFFSETOF_STATX_STX_MASK) & STATX_MNT_ID) != 0
        && Memory.longAt(file + OFFSETOF_STATX_STX_MNT_ID) == mount.id()
        && Memory.intAt(file + OFFSETOF_STATX_STX_DEV_MAJOR) == mount.major()
        && Memory.intAt(file + OFFSETOF_STATX_STX_DEV_MINOR) == mount.minor();
  }

  @Override
  public void close() {
    pages.close();
  }
}
