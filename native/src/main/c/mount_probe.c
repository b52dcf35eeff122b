/* Prints what this machine's headers know of the numbers in MountConstants; older headers know
 * less. MountConstantsTest compiles it and compares. One line each: <name> <value> */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fanotify.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/nsfs.h>
#include <linux/stat.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#define C(name) printf("%s %lld\n", #name, (long long)(name));
#define N(name, value) printf("%s %lld\n", name, (long long)(value));

int main(void) {
  C(CLONE_FS) C(CLONE_NEWNS) C(NS_GET_NSTYPE)
  C(TMPFS_MAGIC)
  N("SIZEOF_STATFS", sizeof(struct statfs))
  N("OFFSETOF_STATFS_F_TYPE", offsetof(struct statfs, f_type))
  N("OFFSETOF_STATFS_F_FSID", offsetof(struct statfs, f_fsid))
  C(AT_FDCWD) C(AT_SYMLINK_NOFOLLOW) C(AT_NO_AUTOMOUNT) C(STATX_MNT_ID)
  N("SIZEOF_STATX", sizeof(struct statx))
  N("OFFSETOF_STATX_STX_MASK", offsetof(struct statx, stx_mask))
  N("OFFSETOF_STATX_STX_DEV_MAJOR", offsetof(struct statx, stx_dev_major))
  N("OFFSETOF_STATX_STX_DEV_MINOR", offsetof(struct statx, stx_dev_minor))
  N("OFFSETOF_STATX_STX_MNT_ID", offsetof(struct statx, stx_mnt_id))
  C(MS_RDONLY) C(MS_NOSUID) C(MS_NODEV) C(MS_NOEXEC) C(MS_REMOUNT) C(MS_BIND) C(MS_MOVE) C(MS_REC)
  C(MS_UNBINDABLE) C(MS_PRIVATE) C(MS_SLAVE) C(MS_SHARED)
  C(FAN_CLOEXEC) C(FAN_NONBLOCK) C(FAN_UNLIMITED_QUEUE) C(FAN_MARK_ADD) C(FAN_Q_OVERFLOW)
  C(FANOTIFY_METADATA_VERSION)
  N("SIZEOF_FANOTIFY_EVENT_METADATA", sizeof(struct fanotify_event_metadata))
  N("OFFSETOF_FANOTIFY_EVENT_METADATA_EVENT_LEN", offsetof(struct fanotify_event_metadata, event_len))
  N("OFFSETOF_FANOTIFY_EVENT_METADATA_VERS", offsetof(struct fanotify_event_metadata, vers))
  N("OFFSETOF_FANOTIFY_EVENT_METADATA_METADATA_LEN", offsetof(struct fanotify_event_metadata, metadata_len))
  N("OFFSETOF_FANOTIFY_EVENT_METADATA_MASK", offsetof(struct fanotify_event_metadata, mask))
  N("OFFSETOF_FANOTIFY_EVENT_INFO_HEADER_INFO_TYPE", offsetof(struct fanotify_event_info_header, info_type))
  N("OFFSETOF_FANOTIFY_EVENT_INFO_HEADER_LEN", offsetof(struct fanotify_event_info_header, len))
  C(MOUNT_ATTR_RDONLY) C(MOUNT_ATTR_NOSUID) C(MOUNT_ATTR_NODEV) C(MOUNT_ATTR_NOEXEC)
  C(MOUNT_ATTR__ATIME) C(MOUNT_ATTR_RELATIME) C(MOUNT_ATTR_NOATIME) C(MOUNT_ATTR_STRICTATIME)
  C(MOUNT_ATTR_NODIRATIME) C(MOUNT_ATTR_IDMAP) C(MOUNT_ATTR_NOSYMFOLLOW)
#ifdef SYS_statmount
  N("SYS_STATMOUNT", SYS_statmount)
  N("SYS_LISTMOUNT", SYS_listmount)
#endif
#ifdef FAN_REPORT_MNT
  C(FAN_REPORT_MNT) C(FAN_MARK_MNTNS) C(FAN_MNT_ATTACH) C(FAN_MNT_DETACH) C(FAN_EVENT_INFO_TYPE_MNT)
  N("OFFSETOF_FANOTIFY_EVENT_INFO_MNT_MNT_ID", offsetof(struct fanotify_event_info_mnt, mnt_id))
#endif
#ifdef MNT_ID_REQ_SIZE_VER0
  C(MNT_ID_REQ_SIZE_VER0)
  N("OFFSETOF_MNT_ID_REQ_SIZE", offsetof(struct mnt_id_req, size))
  N("OFFSETOF_MNT_ID_REQ_MNT_ID", offsetof(struct mnt_id_req, mnt_id))
  N("OFFSETOF_MNT_ID_REQ_PARAM", offsetof(struct mnt_id_req, param))
#endif
#ifdef STATMOUNT_SB_SOURCE
  C(STATMOUNT_SB_BASIC) C(STATMOUNT_MNT_BASIC) C(STATMOUNT_PROPAGATE_FROM) C(STATMOUNT_MNT_ROOT)
  C(STATMOUNT_MNT_POINT) C(STATMOUNT_FS_TYPE) C(STATMOUNT_MNT_OPTS) C(STATMOUNT_FS_SUBTYPE)
  C(STATMOUNT_SB_SOURCE)
  N("SIZEOF_STATMOUNT", offsetof(struct statmount, str))
#define O(name, field) N("OFFSETOF_STATMOUNT_" name, offsetof(struct statmount, field))
  O("SIZE", size) O("MNT_OPTS", mnt_opts) O("MASK", mask) O("SB_DEV_MAJOR", sb_dev_major)
  O("SB_DEV_MINOR", sb_dev_minor) O("SB_FLAGS", sb_flags) O("FS_TYPE", fs_type)
  O("MNT_ID", mnt_id) O("MNT_PARENT_ID", mnt_parent_id) O("MNT_ID_OLD", mnt_id_old)
  O("MNT_PARENT_ID_OLD", mnt_parent_id_old) O("MNT_ATTR", mnt_attr)
  O("MNT_PROPAGATION", mnt_propagation) O("MNT_PEER_GROUP", mnt_peer_group)
  O("MNT_MASTER", mnt_master) O("PROPAGATE_FROM", propagate_from) O("MNT_ROOT", mnt_root)
  O("MNT_POINT", mnt_point) O("FS_SUBTYPE", fs_subtype) O("SB_SOURCE", sb_source)
#endif
  return 0;
}
