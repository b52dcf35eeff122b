package io.coreaudit.mount;

import static io.coreaudit.kernel.Errno.EOVERFLOW;
import static io.coreaudit.kernel.MountConstants.LSMT_ROOT;
import static io.coreaudit.kernel.MountConstants.MNT_ID_REQ_SIZE_VER0;
import static io.coreaudit.kernel.MountConstants.MOUNT_ATTR_IDMAP;
import static io.coreaudit.kernel.MountConstants.MOUNT_ATTR_NOATIME;
import static io.coreaudit.kernel.MountConstants.MOUNT_ATTR_NODEV;
import static io.coreaudit.kernel.MountConstants.MOUNT_ATTR_NODIRATIME;
import static io.coreaudit.kernel.MountConstants.MOUNT_ATTR_NOEXEC;
import static io.coreaudit.kernel.MountConstants.MOUNT_ATTR_NOSUID;
import static io.coreaudit.kernel.MountConstants.MOUNT_ATTR_NOSYMFOLLOW;
import static io.coreaudit.kernel.MountConstants.MOUNT_ATTR_RDONLY;
import static io.coreaudit.kernel.MountConstants.MOUNT_ATTR_RELATIME;
import static io.coreaudit.kernel.MountConstants.MOUNT_ATTR__ATIME;
import static io.coreaudit.kernel.MountConstants.MS_SHARED;
import static io.coreaudit.kernel.MountConstants.MS_SLAVE;
import static io.coreaudit.kernel.MountConstants.MS_UNBINDABLE;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_MNT_ID_REQ_MNT_ID;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_MNT_ID_REQ_PARAM;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_MNT_ID_REQ_SIZE;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_FS_SUBTYPE;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_FS_TYPE;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_MASK;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_MNT_ATTR;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_MNT_ID;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_MNT_ID_OLD;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_MNT_MASTER;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_MNT_OPTS;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_MNT_PARENT_ID_OLD;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_MNT_PEER_GROUP;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_MNT_POINT;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_MNT_PROPAGATION;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_MNT_ROOT;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_PROPAGATE_FROM;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_SB_DEV_MAJOR;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_SB_DEV_MINOR;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_SB_FLAGS;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_SB_SOURCE;
import static io.coreaudit.kernel.MountConstants.OFFSETOF_STATMOUNT_SIZE;
import static io.coreaudit.kernel.MountConstants.SB_DIRSYNC;
import static io.coreaudit.kernel.MountConstants.SB_LAZYTIME;
import static io.coreaudit.kernel.MountConstants.SB_RDONLY;
import static io.coreaudit.kernel.MountConstants.SB_SYNCHRONOUS;
import static io.coreaudit.kernel.MountConstants.SIZEOF_STATMOUNT;
import static io.coreaudit.kernel.MountConstants.STATMOUNT_FS_SUBTYPE;
import static io.coreaudit.kernel.MountConstants.STATMOUNT_FS_TYPE;
import static io.coreaudit.kernel.MountConstants.STATMOUNT_MNT_BASIC;
import static io.coreaudit.kernel.MountConstants.STATMOUNT_MNT_OPTS;
import static io.coreaudit.kernel.MountConstants.STATMOUNT_MNT_POINT;
import static io.coreaudit.kernel.MountConstants.STATMOUNT_MNT_ROOT;
import static io.coreaudit.kernel.MountConstants.STATMOUNT_PROPAGATE_FROM;
import static io.coreaudit.kernel.MountConstants.STATMOUNT_SB_BASIC;
import static io.coreaudit.kernel.MountConstants.STATMOUNT_SB_SOURCE;

import io.coreaudit.kernel.MountCalls;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;

/// What statmount and listmount say of the mount namespace that the calling thread is in.
///
/// `struct statmount` is 512 bytes of numbers, some of them offsets of strings behind it; its mask
/// says which of them the kernel knew how to fill.
final class Statmount implements AutoCloseable {
  private static final int ROOM_BYTES = 64 << 10;
  private static final int MOST_BYTES = 16 << 20;
  private static final int FIRST_IDS = 4096;
  private static final long ASKED =
      STATMOUNT_SB_BASIC
          | STATMOUNT_MNT_BASIC
          | STATMOUNT_PROPAGATE_FROM
          | STATMOUNT_MNT_ROOT
          | STATMOUNT_MNT_POINT
          | STATMOUNT_FS_TYPE
          | STATMOUNT_MNT_OPTS
          | STATMOUNT_FS_SUBTYPE
          | STATMOUNT_SB_SOURCE;

  private final Pages request = Pages.allocate(MNT_ID_REQ_SIZE_VER0);
  private Pages result = Pages.allocate(ROOM_BYTES);
  private Pages ids = Pages.allocate((long) FIRST_IDS * Long.BYTES);
  private int idCount;

  Statmount() {
    Memory.putInt(request.address() + OFFSETOF_MNT_ID_REQ_SIZE, MNT_ID_REQ_SIZE_VER0);
  }

  private void ask(long id, long param) {
    Memory.putLong(request.address() + OFFSETOF_MNT_ID_REQ_MNT_ID, id);
    Memory.putLong(request.address() + OFFSETOF_MNT_ID_REQ_PARAM, param);
  }

  /// Lists the unique ids of all mounts, in ascending order.
  ///
  /// @return how many there are, or `-errno`
  int list() {
    idCount = 0;
    long last = 0;
    while (true) {
      int room = (int) (ids.sizeBytes() / Long.BYTES) - idCount;
      if (room == 0) {
        growIds();
        continue;
      }
      ask(LSMT_ROOT, last);
      int count =
          MountCalls.listmount(
              request.address(), ids.address() + (long) idCount * Long.BYTES, room);
      if (count < 0) {
        return count;
      }
      idCount += count;
      if (count < room) {
        return idCount;
      }
      last = id(idCount - 1);
    }
  }

  private void growIds() {
    Pages larger = Pages.allocate(2 * ids.sizeBytes());
    Memory.copy(ids.address(), larger.address(), ids.sizeBytes());
    ids.close();
    ids = larger;
  }

  /// One of the ids last listed.
  long id(int index) {
    return Memory.longAt(ids.address() + (long) index * Long.BYTES);
  }

  /// Looks at one mount.
  ///
  /// @return 0, or `-errno`: ENOENT when it has gone
  int look(long id) {
    ask(id, ASKED);
    int answer = MountCalls.statmount(request.address(), result.address(), result.sizeBytes());
    while (answer == -EOVERFLOW && result.sizeBytes() < MOST_BYTES) {
      Pages larger = Pages.allocate(2 * result.sizeBytes());
      result.close();
      result = larger;
      answer = MountCalls.statmount(request.address(), result.address(), result.sizeBytes());
    }
    return answer;
  }

  private boolean has(int bit) {
    return (Memory.longAt(result.address() + OFFSETOF_STATMOUNT_MASK) & bit) != 0;
  }

  private int number(int offset) {
    return Memory.intAt(result.address() + offset);
  }

  private long wide(int offset) {
    return Memory.longAt(result.address() + offset);
  }

  private String text(int bit, int offset) {
    if (!has(bit)) {
      return "";
    }
    long start = result.address() + SIZEOF_STATMOUNT + Integer.toUnsignedLong(number(offset));
    long end = start;
    while (Memory.byteAt(end) != 0) {
      end++;
    }
    return MountText.of(start, (int) (end - start));
  }

  /// A number that changes when what was last looked at has changed.
  long print() {
    long at = result.address() + OFFSETOF_STATMOUNT_MASK;
    long end = result.address() + Integer.toUnsignedLong(number(OFFSETOF_STATMOUNT_SIZE));
    long print = end - at;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      print = (Long.rotateLeft(print, 5) ^ Memory.longAt(at)) * 0x9E3779B97F4A7C15L;
    }
    for (; at < end; at++) {
      print = (Long.rotateLeft(print, 5) ^ Memory.byteAt(at)) * 0x9E3779B97F4A7C15L;
    }
    return print;
  }

  /// Whether what was last looked at can be reached from this thread's root: it has a mount point.
  boolean reachable() {
    return has(STATMOUNT_MNT_POINT)
        && Memory.byteAt(
                result.address()
                    + SIZEOF_STATMOUNT
                    + Integer.toUnsignedLong(number(OFFSETOF_STATMOUNT_MNT_POINT)))
            != 0;
  }

  /// What was last looked at.
  Mount mount() {
    String subtype = text(STATMOUNT_FS_SUBTYPE, OFFSETOF_STATMOUNT_FS_SUBTYPE);
    String type = text(STATMOUNT_FS_TYPE, OFFSETOF_STATMOUNT_FS_TYPE);
    return new Mount(
        wide(OFFSETOF_STATMOUNT_MNT_ID),
        number(OFFSETOF_STATMOUNT_MNT_ID_OLD),
        number(OFFSETOF_STATMOUNT_MNT_PARENT_ID_OLD),
        number(OFFSETOF_STATMOUNT_SB_DEV_MAJOR),
        number(OFFSETOF_STATMOUNT_SB_DEV_MINOR),
        text(STATMOUNT_MNT_ROOT, OFFSETOF_STATMOUNT_MNT_ROOT),
        text(STATMOUNT_MNT_POINT, OFFSETOF_STATMOUNT_MNT_POINT),
        subtype.isEmpty() ? type : type + "." + subtype,
        text(STATMOUNT_SB_SOURCE, OFFSETOF_STATMOUNT_SB_SOURCE),
        options(),
        superOptions(),
        propagation());
  }

  /// As mountinfo's sixth field.
  private String options() {
    long attributes = wide(OFFSETOF_STATMOUNT_MNT_ATTR);
    StringBuilder options = new StringBuilder(32);
    options.append((attributes & MOUNT_ATTR_RDONLY) != 0 ? "ro" : "rw");
    append(options, attributes, MOUNT_ATTR_NOSUID, ",nosuid");
    append(options, attributes, MOUNT_ATTR_NODEV, ",nodev");
    append(options, attributes, MOUNT_ATTR_NOEXEC, ",noexec");
    int atime = (int) attributes & MOUNT_ATTR__ATIME;
    options.append(atime == MOUNT_ATTR_NOATIME ? ",noatime" : "");
    append(options, attributes, MOUNT_ATTR_NODIRATIME, ",nodiratime");
    options.append(atime == MOUNT_ATTR_RELATIME ? ",relatime" : "");
    append(options, attributes, MOUNT_ATTR_NOSYMFOLLOW, ",nosymfollow");
    append(options, attributes, MOUNT_ATTR_IDMAP, ",idmapped");
    return options.toString();
  }

  /// As mountinfo's last field.
  private String superOptions() {
    int flags = number(OFFSETOF_STATMOUNT_SB_FLAGS);
    StringBuilder options = new StringBuilder(64);
    options.append((flags & SB_RDONLY) != 0 ? "ro" : "rw");
    append(options, flags, SB_SYNCHRONOUS, ",sync");
    append(options, flags, SB_DIRSYNC, ",dirsync");
    append(options, flags, SB_LAZYTIME, ",lazytime");
    String own = text(STATMOUNT_MNT_OPTS, OFFSETOF_STATMOUNT_MNT_OPTS);
    return own.isEmpty() ? options.toString() : options.append(',').append(own).toString();
  }

  private static void append(StringBuilder text, long flags, int bit, String option) {
    if ((flags & bit) != 0) {
      text.append(option);
    }
  }

  /// As mountinfo's optional fields.
  private String propagation() {
    long kind = wide(OFFSETOF_STATMOUNT_MNT_PROPAGATION);
    StringBuilder fields = new StringBuilder(16);
    if ((kind & MS_SHARED) != 0) {
      fields.append(" shared:").append(wide(OFFSETOF_STATMOUNT_MNT_PEER_GROUP));
    }
    if ((kind & MS_SLAVE) != 0) {
      long master = wide(OFFSETOF_STATMOUNT_MNT_MASTER);
      long from = wide(OFFSETOF_STATMOUNT_PROPAGATE_FROM);
      fields.append(" master:").append(master);
      if (from != 0 && from != master) {
        fields.append(" propagate_from:").append(from);
      }
    }
    if ((kind & MS_UNBINDABLE) != 0) {
      fields.append(" unbindable");
    }
    return fields.isEmpty() ? "" : fields.substring(1);
  }

  @Override
  public void close() {
    request.close();
    result.close();
    ids.close();
  }
}
