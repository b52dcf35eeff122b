package io.coreaudit.mount;

import static io.coreaudit.kernel.Errno.EAGAIN;
import static io.coreaudit.kernel.Errno.EINTR;
import static io.coreaudit.kernel.Errno.EINVAL;
import static io.coreaudit.kernel.Errno.EMFILE;
import static io.coreaudit.kernel.Errno.EPERM;
import static io.coreaudit.kernel.LinuxConstants.O_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.O_RDONLY;
import static io.coreaudit.kernel.MountConstants.FANOTIFY_METADATA_VERSION;
import static io.coreaudit.kernel.MountConstants.FAN_CLOEXEC;
import static io.coreaudit.kernel.MountConstants.FAN_EVENT_INFO_TYPE_MNT;
import static io.coreaudit.kernel.MountConstants.FAN_MARK_ADD;
import static io.coreaudit.kernel.MountConstants.FAN_MARK_MNTNS;
import static io.coreaudit.kernel.MountConstants.FAN_MNT_ATTACH;
import static io.coreaudit.kernel.MountConstants.FAN_MNT_DETACH;
import static io.coreaudit.kernel.MountConstants.FAN_NONBLOCK;
import static io.coreaudit.kernel.MountConstants.FAN_REPORT_MNT;
import static io.coreaudit.kernel.MountConstants.FAN_UNLIMITED_QUEUE;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_FANOTIFY_EVENT_INFO_HEADER_INFO_TYPE;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_FANOTIFY_EVENT_INFO_HEADER_LEN;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_FANOTIFY_EVENT_INFO_MNT_MNT_ID;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_FANOTIFY_EVENT_METADATA_EVENT_LEN;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_FANOTIFY_EVENT_METADATA_MASK;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_FANOTIFY_EVENT_METADATA_METADATA_LEN;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_FANOTIFY_EVENT_METADATA_VERS;

import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.MountCalls;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;

/// The kernel's queue of mount events of the mount namespace that the opening thread is in.
///
/// ```
///  +0 event_len u32   +4 vers u8   +6 metadata_len u16   +8 mask u64   +16 fd   +20 pid
///  +metadata_len: info_type u8   pad u8   len u16   pad u32   mnt_id u64
/// ```
final class MountEvents implements AutoCloseable {
  private static final String NAMESPACE = "/proc/thread-self/ns/mnt";
  private static final int ROOM_BYTES = 64 << 10;

  private final Pages room = Pages.allocate(ROOM_BYTES);
  private final int fd;
  private long at;
  private long end;

  /// Opens the queue; from here on no event is missed.
  ///
  /// @param queueFlags FAN_UNLIMITED_QUEUE, or 0 for a queue as long as the sysctl says
  /// @throws KernelException when the kernel has no such events
  MountEvents(int queueFlags) {
    int opened =
        MountCalls.fanotify_init(FAN_REPORT_MNT | FAN_NONBLOCK | FAN_CLOEXEC | queueFlags, 0);
    if (opened < 0) {
      room.close();
      throw new KernelException("fanotify_init(FAN_REPORT_MNT)", opened, remedy(opened));
    }
    fd = opened;
    int namespace = LibC.open(NAMESPACE, O_RDONLY | O_CLOEXEC, 0);
    int marked =
        namespace < 0
            ? namespace
            : MountCalls.fanotify_mark(
                fd, FAN_MARK_ADD | FAN_MARK_MNTNS, FAN_MNT_ATTACH | FAN_MNT_DETACH, namespace, 0);
    LibC.close(namespace);
    if (marked < 0) {
      close();
      throw new KernelException("fanotify_mark(FAN_MARK_MNTNS)", marked, remedy(marked));
    }
  }

  MountEvents() {
    this(FAN_UNLIMITED_QUEUE);
  }

  private static String remedy(int error) {
    return switch (-error) {
      case EINVAL -> "the kernel is older than 6.15";
      case EPERM -> "give the agent CAP_SYS_ADMIN";
      case EMFILE -> "raise fs.fanotify.max_user_groups";
      default -> "";
    };
  }

  int fd() {
    return fd;
  }

  /// Steps to the next event, and fetches more from the kernel when all are used up.
  ///
  /// @return whether there is one
  boolean next() {
    if (at < end) {
      at += Integer.toUnsignedLong(Memory.intAt(at + OFFSETOF_FANOTIFY_EVENT_METADATA_EVENT_LEN));
    }
    return at < end || fetch();
  }

  private boolean fetch() {
    long read;
    do {
      read = LibC.read(fd, room.address(), room.sizeBytes());
    } while (read == -EINTR);
    at = room.address();
    end = at;
    if (read == -EAGAIN || read == 0) {
      return false;
    }
    end = at + KernelException.checked("read of mount events", read);
    int version = Memory.byteAt(at + OFFSETOF_FANOTIFY_EVENT_METADATA_VERS);
    if (version != FANOTIFY_METADATA_VERSION) {
      throw new IllegalStateException("fanotify version=" + version + " is not known");
    }
    return true;
  }

  /// What happened: FAN_MNT_ATTACH, FAN_MNT_DETACH, both for a move; FAN_Q_OVERFLOW.
  int mask() {
    return (int) Memory.longAt(at + OFFSETOF_FANOTIFY_EVENT_METADATA_MASK);
  }

  /// The unique id of the mount, or 0 when the event names none.
  long mountId() {
    long eventEnd =
        at + Integer.toUnsignedLong(Memory.intAt(at + OFFSETOF_FANOTIFY_EVENT_METADATA_EVENT_LEN));
    long info =
        at
            + Short.toUnsignedInt(
                Memory.shortAt(at + OFFSETOF_FANOTIFY_EVENT_METADATA_METADATA_LEN));
    while (info + OFFSETOF_FANOTIFY_EVENT_INFO_MNT_MNT_ID + Long.BYTES <= eventEnd) {
      if (Memory.byteAt(info + OFFSETOF_FANOTIFY_EVENT_INFO_HEADER_INFO_TYPE)
          == FAN_EVENT_INFO_TYPE_MNT) {
        return Memory.longAt(info + OFFSETOF_FANOTIFY_EVENT_INFO_MNT_MNT_ID);
      }
      info +=
          Math.max(
              1,
              Short.toUnsignedInt(Memory.shortAt(info + OFFSETOF_FANOTIFY_EVENT_INFO_HEADER_LEN)));
    }
    return 0;
  }

  @Override
  public void close() {
    LibC.close(fd);
    room.close();
  }
}
