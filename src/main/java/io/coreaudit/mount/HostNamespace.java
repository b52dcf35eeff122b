package io.coreaudit.mount;

import static io.coreaudit.kernel.Errno.EACCES;
import static io.coreaudit.kernel.Errno.EINVAL;
import static io.coreaudit.kernel.Errno.EPERM;
import static io.coreaudit.kernel.LinuxConstants.O_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.O_RDONLY;
import static io.coreaudit.kernel.MountConstants.CLONE_FS;
import static io.coreaudit.kernel.MountConstants.CLONE_NEWNS;
import static io.coreaudit.kernel.MountConstants.NS_GET_NSTYPE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.EventFd;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.MountCalls;
import io.coreaudit.kernel.Pages;
import io.coreaudit.kernel.Poll;
import io.coreaudit.memory.Memory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The mount namespace in which the host's volumes are mounted.
///
/// It is looked for in this order: what the configuration says; the running kubelet's (it mounts
/// the volumes, and may be hidden from the host's init in a namespace of its own); the one that
/// kubens keeps for a kubelet that does not run yet; the one of process 1; the agent's own. An open
/// descriptor holds it.
///
/// The kernel resolves the paths of audit rules in the namespace of the thread that sends them, so
/// a thread moves there for good (`enter`). Three traps:
///
/// - A thread that was started by one that has entered is in that namespace too. Nothing that runs
///   there may start threads, and it never goes back to a pool.
/// - Files are opened in the other root from then on: classes that come from jars which are open
///   already, and from the JDK, still load; those from directories, and native libraries, do not.
///   `enter` loads what it is given before it goes.
/// - The working directory becomes that root: relative paths mean something else.
public final class HostNamespace implements AutoCloseable {
  /// Where kubens keeps the namespace it made for the kubelet.
  private static final String KUBENS = "run/kubens/mnt";

  private static final Path OWN = Path.of("/proc/thread-self/ns/mnt");
  private static final String REFUSED = ", not the one ";
  private static final Path INIT = Path.of("/proc/1");

  /// What following mounts needs, whoever else does without a list.
  private static final Class<?>[] NEEDED_INSIDE = {
    MountFollower.class,
    FanotifySource.class,
    ListmountSource.class,
    MountinfoSource.class,
    MountEvents.class,
    StatTable.class,
    Statmount.class,
    FullLook.class,
    MountinfoFile.class,
    MountinfoTable.class,
    MountinfoText.class,
    MountList.class,
    MountinfoLine.class,
    LineIndex.class,
    FileSystemIds.class,
    TmpfsIds.class,
    Mount.class,
    MountText.class,
    Telling.class,
    MountCounter.class,
    MountMethod.class,
    LibC.class,
    MountCalls.class,
    Poll.class,
    Pages.class,
    EventFd.class,
    Memory.class,
    Errno.class,
    KernelException.class,
  };

  private final int fd;
  private final long inode;
  private final boolean own;
  private final String what;
  private final String missed;
  private final Path process; // whose it is; null: a file leads there
  private boolean closed;

  private HostNamespace(int fd, long inode, boolean own, String what, String missed, Path process) {
    this.fd = fd;
    this.inode = inode;
    this.own = own;
    this.what = what;
    this.missed = missed;
    this.process = process;
  }

  /// Finds the namespace.
  ///
  /// @param wanted the path of a namespace file, or a process id; empty to look for it
  /// @throws KernelException when what is wanted cannot be opened; what is looked for and not found
  ///   leads to the agent's own namespace
  public static HostNamespace find(String wanted) {
    return find(wanted, Kubelet.pid(Path.of("/proc")), kubens(INIT));
  }

  /// The file as a process of the host sees it: the kernel leaves files that hold mount namespaces
  /// out when it copies mounts for a new one, so a service or container with mounts of its own has
  /// an ordinary file in that place, or none. As the caller sees it where that process's root may
  /// not be looked at.
  static Path kubens(Path process) {
    Path theirs = process.resolve("root").resolve(KUBENS);
    return Files.exists(theirs) ? theirs : Path.of("/", KUBENS);
  }

  static HostNamespace find(String wanted, long kubelet, Path kubens) {
    if (!wanted.isEmpty()) {
      return wanted.matches("[0-9]+")
          ? ofProcess(Path.of("/proc", wanted), "of process " + wanted)
          : open(Path.of(wanted), "at " + wanted);
    }
    StringBuilder refused = new StringBuilder();
    HostNamespace found = null;
    if (kubelet > 0) {
      Path process = Path.of("/proc", "" + kubelet);
      String what = "of the kubelet, pid " + kubelet;
      found = attempt(() -> ofProcess(process, what + refused), what, refused);
    }
    if (found == null && Files.exists(kubens)) {
      String what = "of kubens, " + kubens;
      found = attempt(() -> open(kubens, what + refused), what, refused);
    }
    if (found == null) {
      String what = "of process 1";
      found = attempt(() -> ofProcess(INIT, what + refused), what, refused);
    }
    return found != null ? found : own(refused.substring(REFUSED.length()));
  }

  /// The namespace of the calling thread.
  public static HostNamespace own() {
    return own("");
  }

  /// The namespace of the calling thread, in place of one that cannot be had.
  ///
  /// @param missed which one, and why not; empty when none was looked for
  public static HostNamespace own(String missed) {
    String what = "the agent's own" + (missed.isEmpty() ? "" : REFUSED + missed);
    return open(OWN, what, missed, null);
  }

  /// The namespace of the calling thread, in place of one that may not be entered: as good as that
  /// one where what is mounted there arrives here too.
  ///
  /// @param refusal why it may not be entered
  public static HostNamespace inPlaceOf(HostNamespace other, String refusal) {
    return other.process != null && Propagation.reachesCaller(other.process)
        ? open(OWN, "the agent's own, where the mounts arrive " + other.what, "", null)
        : own(refusal);
  }

  private static HostNamespace attempt(
      Supplier<HostNamespace> opens, String what, StringBuilder refused) {
    try {
      return opens.get();
    } catch (KernelException e) {
      refused.append(REFUSED).append(what).append(": ").append(e.getMessage());
      return null;
    }
  }

  /// That of a process; where it may not be opened and is seen to be the caller's, that.
  private static HostNamespace ofProcess(Path process, String what) {
    try {
      return open(process.resolve("ns/mnt"), what, "", process);
    } catch (KernelException e) {
      if (sharesMounts(process)) {
        return open(OWN, what);
      }
      throw e;
    }
  }

  /// Whether a process has a mount that the caller has: each belongs to one namespace, and the
  /// table may be read by all.
  static boolean sharesMounts(Path process) {
    try (Stream<String> theirs = Files.lines(process.resolve("mountinfo"), ISO_8859_1);
        Stream<String> own = Files.lines(Path.of("/proc/thread-self/mountinfo"), ISO_8859_1)) {
      String first = theirs.findFirst().orElse("").replaceFirst(" .*", " ");
      return !first.isEmpty() && own.anyMatch(line -> line.startsWith(first));
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  private static HostNamespace open(Path file, String what) {
    return open(file, what, "", null);
  }

  private static HostNamespace open(Path file, String what, String missed, Path process) {
    int fd = LibC.open(file.toString(), O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
      throw new KernelException(
          "open " + file,
          fd,
          -fd == EPERM || -fd == EACCES
              ? "give the agent CAP_SYS_PTRACE"
              : "name a process or a namespace file that is there");
    }
    Path opened = Path.of("/proc/thread-self/fd/" + fd);
    if (LibC.ioctl(fd, NS_GET_NSTYPE, 0) != CLONE_NEWNS) {
      String name = link(opened);
      LibC.close(fd);
      throw new KernelException("open " + file, EINVAL, "it is " + name + ", no mount namespace");
    }
    long inode = inode(opened);
    return new HostNamespace(fd, inode, inode == inode(OWN), what, missed, process);
  }

  private static long inode(Path path) {
    try {
      return (Long) Files.getAttribute(path, "unix:ino");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + path, e);
    }
  }

  private static String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException e) {
      return "unknown (" + e + ")";
    }
  }

  /// Whether it is the one in which it was looked for: there is nothing to enter.
  public boolean isOwn() {
    return own;
  }

  /// Which one this stands for although it is another, and why: what is mounted or watched in that
  /// one cannot be seen from here. Empty when it is the one that was looked for.
  public String missed() {
    return missed;
  }

  /// The number that names it while it exists.
  public long inode() {
    return inode;
  }

  /// Whether both are the same.
  public boolean same(HostNamespace other) {
    return inode == other.inode;
  }

  /// Its name, whose it is, and why none that was looked for before.
  public String describe() {
    return "mnt:[" + inode + "], " + what;
  }

  /// Moves the calling thread there for good; does nothing when it is there.
  ///
  /// @param preload classes that the thread will need; theirs that are nested are loaded with them
  /// @throws KernelException when it is refused; the thread is then where it was
  public void enter(Class<?>... preload) {
    if (inode(OWN) == inode) {
      return;
    }
    load(NEEDED_INSIDE);
    load(preload);
    int answer = MountCalls.unshare(CLONE_FS);
    if (answer == 0) {
      answer = MountCalls.setns(fd, CLONE_NEWNS);
    }
    if (answer < 0) {
      throw new KernelException(
          "entering the mount namespace " + describe(),
          answer,
          -answer == EPERM ? "give the agent CAP_SYS_ADMIN and CAP_SYS_CHROOT" : "");
    }
  }

  private static void load(Class<?>... types) {
    for (Class<?> type : types) {
      try {
        Class.forName(type.getName(), true, type.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new NoClassDefFoundError(type.getName());
      }
      load(type.getDeclaredClasses());
      loadNumbered(type);
    }
  }

  /// Classes without a name of their own, also those that the compiler makes for a switch.
  private static void loadNumbered(Class<?> type) {
    try {
      for (int number = 1; ; number++) {
        Class.forName(type.getName() + "$" + number, true, type.getClassLoader());
      }
    } catch (ClassNotFoundException noMore) {
      // They are numbered from 1 without a gap.
    }
  }

  /// A thread, not started yet, that enters and then does its work.
  ///
  /// What it needs is loaded here already: who starts it may be inside.
  public Thread thread(String name, Runnable work, Class<?>... preload) {
    if (!own) {
      load(NEEDED_INSIDE);
      load(preload);
    }
    Runnable inside =
        () -> {
          enter(preload);
          work.run();
        };
    return new Thread(inside, name);
  }

  /// Lets go of it, once. Threads that have entered stay.
  @Override
  public synchronized void close() {
    if (!closed) {
      // Its number may be another's afterwards.
      closed = true;
      LibC.close(fd);
    }
  }
}
