package io.coreaudit.agent;

import io.coreaudit.event.Assembler;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;

/// Events that no kernel made, in the kernel's form: for the rehearsal before the first real one.
final class SyntheticEvents implements AutoCloseable {
  private static final int[] TYPES = {1300, 1307, 1302, 1327, 1320};
  private static final String[] BODIES = {
    "arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd5d0a2f2e a2=80000 a3=0 items=1"
        + " ppid=2436 pid=2489 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0"
        + " fsgid=0 tty=(none) ses=4294967295 comm=\"cat\" exe=\"/usr/bin/cat\""
        + " subj=system_u:system_r:container_t:s0:c15,c26 key=\"coreaudit_watch\"",
    "cwd=\"/\"",
    "item=0 name=\"/run/secrets/token\" inode=2 dev=00:27 mode=0100644 ouid=0 ogid=0 rdev=00:00"
        + " nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
    "proctitle=636174002F72756E2F736563726574732F746F6B656E",
    ""
  };
  private static final long SECONDS = 1_000_000_000L;
  private static final int LONGEST = 1024;

  private final Pages text = Pages.allocate(LONGEST);

  /// Gives the assembler an event's records, one after another.
  void give(Assembler assembler, long serial, long nowNs) {
    for (int i = 0; i < TYPES.length; i++) {
      int length = write(i, serial);
      assembler.accept(TYPES[i], 0, 0, text.address(), length, nowNs);
    }
  }

  /// The event as lines of a log.
  static String lines(long serial) {
    StringBuilder lines = new StringBuilder();
    String[] names = {"SYSCALL", "CWD", "PATH", "PROCTITLE", "EOE"};
    for (int i = 0; i < TYPES.length; i++) {
      lines.append("type=").append(names[i]).append(" msg=").append(record(i, serial)).append('\n');
    }
    return lines.toString();
  }

  private int write(int record, long serial) {
    byte[] bytes = record(record, serial).getBytes(StandardCharsets.US_ASCII);
    Memory.copy(bytes, 0, text.address(), bytes.length);
    return bytes.length;
  }

  private static String record(int record, long serial) {
    return "audit(" + (SECONDS + serial / 1000) + ".000:" + serial + "): " + BODIES[record];
  }

  @Override
  public void close() {
    text.close();
  }
}
