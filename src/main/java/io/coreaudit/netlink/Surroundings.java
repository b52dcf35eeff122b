package io.coreaudit.netlink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where this process stands, as far as the kernel's audit gates look: capabilities and namespaces.
///
/// Read only to explain a refusal, never to foresee one. What cannot be read counts as good.
///
/// @param auditControl whether the process has CAP_AUDIT_CONTROL
/// @param auditWrite whether the process has CAP_AUDIT_WRITE
/// @param auditRead whether the process has CAP_AUDIT_READ
/// @param initialUserNamespace whether this is the user namespace that the kernel booted with
/// @param initialPidNamespace whether this is the pid namespace that the kernel booted with
record Surroundings(
    boolean auditControl,
    boolean auditWrite,
    boolean auditRead,
    boolean initialUserNamespace,
    boolean initialPidNamespace) {
  private static final int CAP_AUDIT_WRITE = 29;
  private static final int CAP_AUDIT_CONTROL = 30;
  private static final int CAP_AUDIT_READ = 37;

  // The initial namespaces have fixed inode numbers (PROC_USER_INIT_INO, PROC_PID_INIT_INO).
  private static final String INITIAL_USER = "user:[4026531837]";
  private static final String INITIAL_PID = "pid:[4026531836]";

  private static final Path NAMESPACES = Path.of("/proc/thread-self/ns");

  /// Looks at the calling thread.
  static Surroundings here() {
    long capabilities = effectiveCapabilities();
    return new Surroundings(
        has(capabilities, CAP_AUDIT_CONTROL),
        has(capabilities, CAP_AUDIT_WRITE),
        has(capabilities, CAP_AUDIT_READ),
        isOrUnknown(NAMESPACES.resolve("user"), INITIAL_USER),
        isOrUnknown(NAMESPACES.resolve("pid"), INITIAL_PID));
  }

  /// Whether a socket of this thread is in another network namespace than process 1. Where process
  /// 1's namespace may not be looked at, the table of its netlink sockets tells: ours is in it, or
  /// the namespace is another.
  static boolean networkOfAnother(long socketInode) {
    try {
      String ours = Files.readSymbolicLink(NAMESPACES.resolve("net")).toString();
      String first = Files.readSymbolicLink(Path.of("/proc/1/ns/net")).toString();
      return !ours.equals(first);
    } catch (IOException notAllowed) {
      return NetlinkTable.drops("/proc/1/net/netlink", socketInode) == NetlinkTable.NOT_LISTED;
    }
  }

  private static boolean has(long capabilities, int capability) {
    return (capabilities >>> capability & 1) != 0;
  }

  private static long effectiveCapabilities() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/thread-self/status"))) {
        if (line.startsWith("CapEff:")) {
          return Long.parseUnsignedLong(line.substring(7).strip(), 16);
        }
      }
    } catch (IOException noProc) {
      // No proc file system: nothing to explain by.
    }
    return -1;
  }

  private static boolean isOrUnknown(Path link, String expected) {
    try {
      return Files.readSymbolicLink(link).toString().equals(expected);
    } catch (IOException noProc) {
      return true;
    }
  }
}
