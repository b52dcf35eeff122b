/// Mounts come and go: who follows the table of mounts, in which namespace, and which are secrets.
///
/// `MountFollower` is a role on a thread of its own. It tells a `MountListener` what is mounted,
/// unmounted, moved and remounted in the mount namespace of the thread that runs it, first
/// everything that is there. How it learns of it is chosen at run time by trying, best first:
///
/// ```
///  FANOTIFY   the kernel queues an event per mount and umount; statmount tells about the one
///             (Linux 6.15). A poll on mountinfo beside it wakes for what has no event: remounts.
///  LISTMOUNT  a poll on mountinfo wakes; listmount lists the ids, statmount tells about new ones
///             (Linux 6.8)
///  MOUNTINFO  a poll on mountinfo wakes; the text is read again and compared with the last one
/// ```
///
/// The first two cost the same however many mounts there are (listmount: 8 bytes a mount). The
/// third reads the whole text per wake-up: a single mount is seen at once, in a storm it reads at
/// most half of the time. Only mount traffic wakes the thread.
///
/// A mount's id is used again as soon as it is free, and so is a device number of a tmpfs: only the
/// unique id, which the first two methods go by, tells an old mount from a new one for certain. The
/// third goes by id, order and, for a tmpfs, the id of its file system (`MountinfoTable`).
///
/// `HostNamespace` finds the mount namespace the kubelet mounts in and moves a thread into it for
/// good. `SecretMounts` says which mounts are secrets, and of which pod. `Places` says whether two
/// paths can lead to one file, whatever they are called.
///
/// Paths are text with every byte kept (`MountText`): what is not UTF-8 stands as U+DC80 to U+DCFF.
package io.coreaudit.mount;
