package io.coreaudit.kernel;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.lang.foreign.Arena;

/// The C library's system calls, under their C names.
///
/// Each returns the value of the call, or `-errno`. Addresses are `long`s into memory outside the
/// heap ([Pages], or a `MemorySegment`'s address). A call costs about 100 ns over the system call
/// itself and allocates nothing, those that take a `String` apart.
public final class LibC {
  private static final long SYS_GETTID =
      "aarch64".equals(System.getProperty("os.arch")) ? 178 : 186;

  /// The same on all machines, as of all newer calls.
  private static final long SYS_IO_URING_SETUP = 425;

  private LibC() {}

  /// The functions as the C library exports them: -1 means look at errno.
  private static final class Bindings {
    static {
      // What is loaded already: needs no file name, and works whatever the C library is called.
      Native.register(Bindings.class, NativeLibrary.getProcess());
    }

    private Bindings() {}

    static native int socket(int domain, int type, int protocol);

    static native int socketpair(int domain, int type, int protocol, long fds);

    static native int bind(int fd, long address, int length);

    static native int connect(int fd, long address, int length);

    static native int setsockopt(int fd, int level, int option, long value, int length);

    static native int getsockopt(int fd, int level, int option, long value, long length);

    static native int getsockname(int fd, long address, long length);

    static native int ioctl(int fd, long request, long argument);

    static native long sendto(
        int fd, long data, long length, int flags, long address, int addressLength);

    static native long recvfrom(
        int fd, long data, long length, int flags, long address, long addressLength);

    static native int recvmmsg(int fd, long messages, int count, int flags, long timeout);

    static native int poll(long fds, long count, int timeoutMillis);

    static native int usleep(int micros);

    static native int open(long path, int flags, int mode);

    static native int close(int fd);

    static native long read(int fd, long data, long length);

    static native long write(int fd, long data, long length);

    static native long readlink(long path, long data, long length);

    static native int fallocate(int fd, int mode, long offset, long length);

    static native long mmap(long address, long length, int protection, int flags, int fd, long at);

    static native int munmap(long address, long length);

    static native int eventfd(int initial, int flags);

    static native int inotify_init1(int flags);

    static native int inotify_add_watch(int fd, long path, int mask);

    static native int inotify_rm_watch(int fd, int watch);

    static native int setpriority(int which, int who, int nice);

    static native int clock_gettime(int clock, long time);

    static native int adjtimex(long timex);

    static native int getpid();

    static native int posix_spawn(
        long pid, long path, long actions, long attributes, long arguments, long environment);

    static native int posix_spawn_file_actions_init(long actions);

    static native int posix_spawn_file_actions_addopen(
        long actions, int fd, long path, int flags, int mode);

    static native int posix_spawn_file_actions_destroy(long actions);

    static native long syscall(long number, long first, long second);
  }

  private static int valueOrErrno(int result) {
    return result == -1 ? -Native.getLastError() : result;
  }

  private static long valueOrErrno(long result) {
    return result == -1 ? -Native.getLastError() : result;
  }

  /// Opens a socket.
  public static int socket(int domain, int type, int protocol) {
    return valueOrErrno(Bindings.socket(domain, type, protocol));
  }

  /// Opens two sockets that are connected to each other.
  ///
  /// @param fds where the two descriptors are written, as two 32-bit numbers
  public static int socketpair(int domain, int type, int protocol, long fds) {
    return valueOrErrno(Bindings.socketpair(domain, type, protocol, fds));
  }

  /// Gives a socket its address.
  public static int bind(int fd, long address, int length) {
    return valueOrErrno(Bindings.bind(fd, address, length));
  }

  /// Names the one that a socket talks to.
  public static int connect(int fd, long address, int length) {
    return valueOrErrno(Bindings.connect(fd, address, length));
  }

  /// Sets an option of a socket.
  public static int setsockopt(int fd, int level, int option, long value, int length) {
    return valueOrErrno(Bindings.setsockopt(fd, level, option, value, length));
  }

  /// Reads an option of a socket.
  ///
  /// @param length where the 32-bit length of the value stands; written anew
  public static int getsockopt(int fd, int level, int option, long value, long length) {
    return valueOrErrno(Bindings.getsockopt(fd, level, option, value, length));
  }

  /// Reads the address of a socket.
  ///
  /// @param length where the 32-bit length of the address stands; written anew
  public static int getsockname(int fd, long address, long length) {
    return valueOrErrno(Bindings.getsockname(fd, address, length));
  }

  /// Asks a device or a socket for something of its own.
  ///
  /// @param argument most often an address
  public static int ioctl(int fd, long request, long argument) {
    return valueOrErrno(Bindings.ioctl(fd, request, argument));
  }

  /// Sends a message.
  public static long sendto(
      int fd, long data, long length, int flags, long address, int addressLength) {
    return valueOrErrno(Bindings.sendto(fd, data, length, flags, address, addressLength));
  }

  /// Receives a message.
  ///
  /// @param addressLength where the 32-bit length of the sender's address stands; written anew
  public static long recvfrom(
      int fd, long data, long length, int flags, long address, long addressLength) {
    return valueOrErrno(Bindings.recvfrom(fd, data, length, flags, address, addressLength));
  }

  /// Receives several messages.
  ///
  /// @param messages an array of `struct mmsghdr`
  /// @param timeout a `struct timespec`, or 0
  public static int recvmmsg(int fd, long messages, int count, int flags, long timeout) {
    return valueOrErrno(Bindings.recvmmsg(fd, messages, count, flags, timeout));
  }

  /// Waits until a descriptor is ready. -1 milliseconds waits for ever.
  ///
  /// @param fds an array of `struct pollfd`
  public static int poll(long fds, long count, int timeoutMillis) {
    return valueOrErrno(Bindings.poll(fds, count, timeoutMillis));
  }

  /// Sleeps; below a second.
  public static int usleep(int micros) {
    return valueOrErrno(Bindings.usleep(micros));
  }

  /// Opens a file.
  ///
  /// @param path the address of the path, ended by a zero byte
  public static int open(long path, int flags, int mode) {
    return valueOrErrno(Bindings.open(path, flags, mode));
  }

  /// Opens a file. Allocates.
  public static int open(String path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      return open(arena.allocateFrom(path).address(), flags, mode);
    }
  }

  /// Closes a descriptor. Never to be repeated, not even after EINTR: the descriptor is gone.
  public static int close(int fd) {
    return valueOrErrno(Bindings.close(fd));
  }

  /// Reads from a descriptor.
  public static long read(int fd, long data, long length) {
    return valueOrErrno(Bindings.read(fd, data, length));
  }

  /// Reads where a symbolic link points to; no zero byte at the end, cut at the length.
  ///
  /// @param path the address of the path, ended by a zero byte
  public static long readlink(long path, long data, long length) {
    return valueOrErrno(Bindings.readlink(path, data, length));
  }

  /// Writes to a descriptor.
  public static long write(int fd, long data, long length) {
    return valueOrErrno(Bindings.write(fd, data, length));
  }

  /// Allocates room for a file on its disk.
  public static int fallocate(int fd, int mode, long offset, long length) {
    return valueOrErrno(Bindings.fallocate(fd, mode, offset, length));
  }

  /// Maps memory.
  public static long mmap(
      long address, long length, int protection, int flags, int fd, long offset) {
    return valueOrErrno(Bindings.mmap(address, length, protection, flags, fd, offset));
  }

  /// Gives mapped memory back.
  public static int munmap(long address, long length) {
    return valueOrErrno(Bindings.munmap(address, length));
  }

  /// Opens a counter to wait on.
  public static int eventfd(int initial, int flags) {
    return valueOrErrno(Bindings.eventfd(initial, flags));
  }

  /// Opens a queue of what happens in directories.
  public static int inotify_init1(int flags) {
    return valueOrErrno(Bindings.inotify_init1(flags));
  }

  /// Adds a directory to such a queue; its number there. Allocates.
  public static int inotify_add_watch(int fd, String path, int mask) {
    try (Arena arena = Arena.ofConfined()) {
      return valueOrErrno(Bindings.inotify_add_watch(fd, arena.allocateFrom(path).address(), mask));
    }
  }

  /// Takes a directory out of such a queue.
  public static int inotify_rm_watch(int fd, int watch) {
    return valueOrErrno(Bindings.inotify_rm_watch(fd, watch));
  }

  /// Sets how a thread stands among others that want the CPU: -20 goes first, 19 last. Below what
  /// it has, only with CAP_SYS_NICE.
  ///
  /// @param who with `PRIO_PROCESS`: the id of one thread, 0 for the calling one
  public static int setpriority(int which, int who, int nice) {
    return valueOrErrno(Bindings.setpriority(which, who, nice));
  }

  /// Reads a clock.
  ///
  /// @param time where its `struct timespec` is written
  public static int clock_gettime(int clock, long time) {
    return valueOrErrno(Bindings.clock_gettime(clock, time));
  }

  /// Asks how the clock is kept, and steers it; with no mode set it only asks.
  ///
  /// @param timex a `struct timex`
  public static int adjtimex(long timex) {
    return valueOrErrno(Bindings.adjtimex(timex));
  }

  /// The process's id.
  public static int getpid() {
    return Bindings.getpid();
  }

  /// The calling thread's id. By number: the C library of RHEL 8 has no such function.
  public static int gettid() {
    return (int) Bindings.syscall(SYS_GETTID, 0, 0);
  }

  /// Makes an io_uring. By number: the C library has no such function.
  public static int io_uring_setup(int entries, long parameters) {
    return valueOrErrno((int) Bindings.syscall(SYS_IO_URING_SETUP, entries, parameters));
  }

  /// Starts a program in a child process.
  ///
  /// @param pid where the child's 32-bit number is written
  public static int posix_spawn(
      long pid, long path, long actions, long attributes, long arguments, long environment) {
    return -Bindings.posix_spawn(pid, path, actions, attributes, arguments, environment);
  }

  /// Begins an empty list of what a child does before it becomes another program.
  public static int posix_spawn_file_actions_init(long actions) {
    return -Bindings.posix_spawn_file_actions_init(actions);
  }

  /// Lets a child open a file.
  public static int posix_spawn_file_actions_addopen(
      long actions, int fd, long path, int flags, int mode) {
    return -Bindings.posix_spawn_file_actions_addopen(actions, fd, path, flags, mode);
  }

  /// Frees such a list.
  public static int posix_spawn_file_actions_destroy(long actions) {
    return -Bindings.posix_spawn_file_actions_destroy(actions);
  }
}
