package io.coreaudit.agent;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Made-up events as auditd's lines: the open of a file, of four records.
final class LineFeed {
  private LineFeed() {}

  /// A file of so many events, with serials from 1 on.
  static Path file(Path path, int events) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path))) {
      write(out, 1, events);
    }
    return path;
  }

  /// Writes so many events, and hands all of them over.
  static void write(OutputStream out, long firstSerial, int events) throws IOException {
    for (int i = 0; i < events; i++) {
      out.write(event(firstSerial + i).getBytes(StandardCharsets.US_ASCII));
    }
    out.flush();
  }

  private static String event(long serial) {
    String stamp = " msg=audit(1000000000.000:" + serial + "): ";
    return "type=SYSCALL"
        + stamp
        + "arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd a2=80000 a3=0"
        + " items=1 ppid=1 pid=2489 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0"
        + " sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"cat\" exe=\"/usr/bin/cat\""
        + " key=\"k\"\ntype=CWD"
        + stamp
        + "cwd=\"/\"\ntype=PATH"
        + stamp
        + "item=0 name=\"/run/secrets/token\" inode=2 dev=00:27 mode=0100644 ouid=0 ogid=0"
        + " rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n"
        + "type=PROCTITLE"
        + stamp
        + "proctitle=\"cat\"\n";
  }
}
