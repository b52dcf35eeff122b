package io.coreaudit.kernel;

/// The numbers and struct layouts of mounts, mount namespaces and mount events, under their C
/// names.
///
/// Written from `linux/mount.h`, `linux/fanotify.h` and `linux/nsfs.h` of Linux 6.15: they are
/// newer than the headers of the machines this is built on. A test compares those that the building
/// machine's headers know, another one reads a mount with them on the running kernel and compares
/// it with the kernel's own text. The numbers are those of x86-64 and of every architecture whose
/// system calls were numbered after 2018 in common.
public final class MountConstants {
  public static final int SYS_STATMOUNT = 457;
  public static final int SYS_LISTMOUNT = 458;

  public static final int CLONE_FS = 0x200;
  public static final int CLONE_NEWNS = 0x20000;
  public static final int NS_GET_NSTYPE = 0xB703;

  public static final int MS_RDONLY = 1;
  public static final int MS_NOSUID = 2;
  public static final int MS_NODEV = 4;
  public static final int MS_NOEXEC = 8;
  public static final int MS_REMOUNT = 32;
  public static final int MS_BIND = 4096;
  public static final int MS_MOVE = 8192;
  public static final int MS_REC = 16384;
  public static final int MS_UNBINDABLE = 1 << 17;
  public static final int MS_PRIVATE = 1 << 18;
  public static final int MS_SLAVE = 1 << 19;
  public static final int MS_SHARED = 1 << 20;
  public static final int MNT_DETACH = 2;

  public static final int TMPFS_MAGIC = 0x01021994;
  public static final int SIZEOF_STATFS = 120;
  public static final int OFFSETOF_STATFS_F_TYPE = 0;
  public static final int OFFSETOF_STATFS_F_FSID = 56;

  public static final int AT_FDCWD = -100;
  public static final int AT_SYMLINK_NOFOLLOW = 0x100;
  public static final int AT_NO_AUTOMOUNT = 0x800;
  public static final int STATX_MNT_ID = 0x1000;
  public static final int SIZEOF_STATX = 256;
  public static final int OFFSETOF_STATX_STX_MASK = 0;
  public static final int OFFSETOF_STATX_STX_DEV_MAJOR = 136;
  public static final int OFFSETOF_STATX_STX_DEV_MINOR = 140;
  public static final int OFFSETOF_STATX_STX_MNT_ID = 144;

  public static final int FAN_CLOEXEC = 1;
  public static final int FAN_NONBLOCK = 2;
  public static final int FAN_UNLIMITED_QUEUE = 0x10;
  public static final int FAN_REPORT_MNT = 0x4000;
  public static final int FAN_MARK_ADD = 1;
  public static final int FAN_MARK_MNTNS = 0x110;
  public static final int FAN_Q_OVERFLOW = 0x4000;
  public static final int FAN_MNT_ATTACH = 0x01000000;
  public static final int FAN_MNT_DETACH = 0x02000000;
  public static final int FAN_EVENT_INFO_TYPE_MNT = 7;
  public static final int FANOTIFY_METADATA_VERSION = 3;
  public static final int SIZEOF_FANOTIFY_EVENT_METADATA = 24;
  public static final int OFFSETOF_FANOTIFY_EVENT_METADATA_EVENT_LEN = 0;
  public static final int OFFSETOF_FANOTIFY_EVENT_METADATA_VERS = 4;
  public static final int OFFSETOF_FANOTIFY_EVENT_METADATA_METADATA_LEN = 6;
  public static final int OFFSETOF_FANOTIFY_EVENT_METADATA_MASK = 8;
  public static final int OFFSETOF_FANOTIFY_EVENT_INFO_HEADER_INFO_TYPE = 0;
  public static final int OFFSETOF_FANOTIFY_EVENT_INFO_HEADER_LEN = 2;
  public static final int OFFSETOF_FANOTIFY_EVENT_INFO_MNT_MNT_ID = 8;

  public static final int MNT_ID_REQ_SIZE_VER0 = 24;
  public static final int OFFSETOF_MNT_ID_REQ_SIZE = 0;
  public static final int OFFSETOF_MNT_ID_REQ_MNT_ID = 8;
  public static final int OFFSETOF_MNT_ID_REQ_PARAM = 16;

  /// Asks listmount for the whole namespace, from its root on.
  public static final long LSMT_ROOT = -1L;

  public static final int STATMOUNT_SB_BASIC = 1;
  public static final int STATMOUNT_MNT_BASIC = 2;
  public static final int STATMOUNT_PROPAGATE_FROM = 4;
  public static final int STATMOUNT_MNT_ROOT = 8;
  public static final int STATMOUNT_MNT_POINT = 0x10;
  public static final int STATMOUNT_FS_TYPE = 0x20;
  public static final int STATMOUNT_MNT_OPTS = 0x80;
  public static final int STATMOUNT_FS_SUBTYPE = 0x100;
  public static final int STATMOUNT_SB_SOURCE = 0x200;

  public static final int SIZEOF_STATMOUNT = 512;
  public static final int OFFSETOF_STATMOUNT_SIZE = 0;
  public static final int OFFSETOF_STATMOUNT_MNT_OPTS = 4;
  public static final int OFFSETOF_STATMOUNT_MASK = 8;
  public static final int OFFSETOF_STATMOUNT_SB_DEV_MAJOR = 16;
  public static final int OFFSETOF_STATMOUNT_SB_DEV_MINOR = 20;
  public static final int OFFSETOF_STATMOUNT_SB_FLAGS = 32;
  public static final int OFFSETOF_STATMOUNT_FS_TYPE = 36;
  public static final int OFFSETOF_STATMOUNT_MNT_ID = 40;
  public static final int OFFSETOF_STATMOUNT_MNT_PARENT_ID = 48;
  public static final int OFFSETOF_STATMOUNT_MNT_ID_OLD = 56;
  public static final int OFFSETOF_STATMOUNT_MNT_PARENT_ID_OLD = 60;
  public static final int OFFSETOF_STATMOUNT_MNT_ATTR = 64;
  public static final int OFFSETOF_STATMOUNT_MNT_PROPAGATION = 72;
  public static final int OFFSETOF_STATMOUNT_MNT_PEER_GROUP = 80;
  public static final int OFFSETOF_STATMOUNT_MNT_MASTER = 88;
  public static final int OFFSETOF_STATMOUNT_PROPAGATE_FROM = 96;
  public static final int OFFSETOF_STATMOUNT_MNT_ROOT = 104;
  public static final int OFFSETOF_STATMOUNT_MNT_POINT = 108;
  public static final int OFFSETOF_STATMOUNT_FS_SUBTYPE = 120;
  public static final int OFFSETOF_STATMOUNT_SB_SOURCE = 124;

  public static final int MOUNT_ATTR_RDONLY = 1;
  public static final int MOUNT_ATTR_NOSUID = 2;
  public static final int MOUNT_ATTR_NODEV = 4;
  public static final int MOUNT_ATTR_NOEXEC = 8;
  public static final int MOUNT_ATTR__ATIME = 0x70;
  public static final int MOUNT_ATTR_RELATIME = 0;
  public static final int MOUNT_ATTR_NOATIME = 0x10;
  public static final int MOUNT_ATTR_STRICTATIME = 0x20;
  public static final int MOUNT_ATTR_NODIRATIME = 0x80;
  public static final int MOUNT_ATTR_IDMAP = 0x100000;
  public static final int MOUNT_ATTR_NOSYMFOLLOW = 0x200000;

  public static final int SB_RDONLY = 1;
  public static final int SB_SYNCHRONOUS = 16;
  public static final int SB_DIRSYNC = 128;
  public static final int SB_LAZYTIME = 1 << 25;

  private MountConstants() {}
}
