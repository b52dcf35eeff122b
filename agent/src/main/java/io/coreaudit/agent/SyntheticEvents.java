package io.coreaudit.agent;

import static io.coreaudit.kernel.LinuxConstants.MSG_DONTWAIT;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_NLMSGHDR_NLMSG_LEN;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_NLMSGHDR_NLMSG_TYPE;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_NLMSGHDR;

import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;

/// Events that no kernel made, in the kernel's form: for the rehearsal before the first real one.
final class SyntheticEvents implements AutoCloseable {
  private static final int[] TYPES = {1300, 1307, 1302, 1327};
  private static final String[] BODIES = {
    "arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd5d0a2f2e a2=80000 a3=0 items=1"
        + " ppid=%d pid=2489 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0"
        + " fsgid=0 tty=(none) ses=4294967295 comm=\"cat\" exe=\"/usr/bin/cat\""
        + " subj=system_u:system_r:container_t:s0:c15,c26 key=\"coreaudit_watch\"",
    "cwd=\"/\"",
    "item=0 name=\"/run/secrets/token\" inode=2 dev=00:27 mode=0100644 ouid=0 ogid=0 rdev=00:00"
        + " nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
    "proctitle=636174002F72756E2F736563726574732F746F6B656E"
  };

  /// One with a name and a program, one with a name alone, one that is nobody: an event looks
  /// different with each.
  private static final long[] PARENTS = {ProcessHandle.current().pid(), 2, Integer.MAX_VALUE};

  private static final long SECONDS = 1_000_000_000L;
  private static final int LONGEST = 1024;

  private final Pages text = Pages.allocate(LONGEST);

  /// Sends an event's records over a datagram socket, framed as netlink frames them.
  void send(int fd, long serial) {
    for (int i = 0; i < TYPES.length; i++) {
      byte[] bytes = record(i, serial).getBytes(StandardCharsets.US_ASCII);
      int length = SIZEOF_NLMSGHDR + bytes.length;
      Memory.putInt(text.address() + OFFSETOF_NLMSGHDR_NLMSG_LEN, length);
      Memory.putShort(text.address() + OFFSETOF_NLMSGHDR_NLMSG_TYPE, (short) TYPES[i]);
      Memory.copy(bytes, 0, text.address() + SIZEOF_NLMSGHDR, bytes.length);
      LibC.sendto(fd, text.address(), length, MSG_DONTWAIT, 0, 0);
    }
  }

  /// The event as lines of a log.
  static String lines(long serial) {
    StringBuilder lines = new StringBuilder();
    String[] names = {"SYSCALL", "CWD", "PATH", "PROCTITLE"};
    for (int i = 0; i < TYPES.length; i++) {
      lines.append("type=").append(names[i]).append(" msg=").append(record(i, serial)).append('\n');
    }
    return lines.toString();
  }

  private static String record(int record, long serial) {
    String body =
        record == 0
            ? BODIES[0].formatted(PARENTS[(int) (serial % PARENTS.length)])
            : BODIES[record];
    return "audit(" + (SECONDS + serial / 1000) + ".000:" + serial + "): " + body;
  }

  @Override
  public void close() {
    text.close();
  }
}
