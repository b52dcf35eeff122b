package io.coreaudit.kernel;

import static io.coreaudit.kernel.MountConstants.SYS_LISTMOUNT;
import static io.coreaudit.kernel.MountConstants.SYS_STATMOUNT;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/// The system calls about mounts and mount namespaces, under their C names.
///
/// As in [LibC]: each returns the value of the call, or `-errno`; addresses are `long`s. Older
/// kernels answer `-ENOSYS` or `-EINVAL` to the newer ones: whoever calls probes by calling.
public final class MountCalls {
  private MountCalls() {}

  /// The functions as the C library exports them: -1 means look at errno.
  private static final class Bindings {
    static {
      Native.register(Bindings.class, NativeLibrary.getProcess());
    }

    private Bindings() {}

    static native int mount(long source, long target, long type, long flags, long data);

    static native int umount2(long target, int flags);

    static native int unshare(int flags);

    static native int setns(int fd, int kind);

    static native int fanotify_init(int flags, int eventFlags);

    static native int fanotify_mark(int fd, int flags, long mask, int directory, long path);

    static native int statfs(long path, long result);

    static native int statx(int directory, long path, int flags, int mask, long result);

    static native long pread(int fd, long data, long length, long offset);

    static native long syscall(long number, long a, long b, long c, long d);
  }

  private static int valueOrErrno(int result) {
    return result == -1 ? -Native.getLastError() : result;
  }

  private static long valueOrErrno(long result) {
    return result == -1 ? -Native.getLastError() : result;
  }

  /// Mounts, remounts, binds or moves. All but the flags are addresses of strings, or 0.
  public static int mount(long source, long target, long type, long flags, long data) {
    return valueOrErrno(Bindings.mount(source, target, type, flags, data));
  }

  /// Unmounts.
  ///
  /// @param target the address of the path, ended by a zero byte
  public static int umount2(long target, int flags) {
    return valueOrErrno(Bindings.umount2(target, flags));
  }

  /// Gives the calling thread its own of what it shares with the other threads.
  public static int unshare(int flags) {
    return valueOrErrno(Bindings.unshare(flags));
  }

  /// Moves the calling thread into a namespace.
  ///
  /// @param kind which kind the descriptor must be of, such as CLONE_NEWNS
  public static int setns(int fd, int kind) {
    return valueOrErrno(Bindings.setns(fd, kind));
  }

  /// Opens a group of file system events.
  public static int fanotify_init(int flags, int eventFlags) {
    return valueOrErrno(Bindings.fanotify_init(flags, eventFlags));
  }

  /// Changes what such a group hears of.
  ///
  /// @param directory the descriptor of what is marked, when there is no path
  /// @param path the address of a path, or 0
  public static int fanotify_mark(int fd, int flags, long mask, int directory, long path) {
    return valueOrErrno(Bindings.fanotify_mark(fd, flags, mask, directory, path));
  }

  /// Tells about the file system at a path.
  public static int statfs(long path, long result) {
    return valueOrErrno(Bindings.statfs(path, result));
  }

  /// Tells about the file at a path, and which mount it is on.
  public static int statx(int directory, long path, int flags, int mask, long result) {
    return valueOrErrno(Bindings.statx(directory, path, flags, mask, result));
  }

  /// Reads from a place in a file.
  public static long pread(int fd, long data, long length, long offset) {
    return valueOrErrno(Bindings.pread(fd, data, length, offset));
  }

  /// Tells about one mount.
  ///
  /// @param request a `struct mnt_id_req`
  /// @param result where the `struct statmount` goes, with its strings
  /// @return 0; `-EOVERFLOW` when the room does not suffice
  public static int statmount(long request, long result, long sizeBytes) {
    return (int) valueOrErrno(Bindings.syscall(SYS_STATMOUNT, request, result, sizeBytes, 0));
  }

  /// Lists the unique ids of mounts, in ascending order.
  ///
  /// @param request a `struct mnt_id_req`; its param is the id after which the list begins
  /// @param ids where the 64-bit ids go
  /// @return how many there are
  public static int listmount(long request, long ids, int capacity) {
    return (int) valueOrErrno(Bindings.syscall(SYS_LISTMOUNT, request, ids, capacity, 0));
  }
}
