package io.coreaudit.spool;

import java.nio.file.Path;

/// Opens a spool, writes and reads frames, opens it again and reads them again. Main of a child
/// process: exit code 0: all that worked; 3: refused with a message.
final class ColdStart {
  private ColdStart() {}

  /// Arguments: directory, segment size, frames.
  public static void main(String[] args) {
    SpoolSettings settings =
        new SpoolSettings(
            Path.of(args[0]), 1L << 40, 0, Integer.parseInt(args[1]), SpoolSettings.OnFull.REFUSE);
    int wanted = Integer.parseInt(args[2]);
    SpoolProbe probe = new SpoolProbe();
    long accepted = 0;
    try {
      try (Spool spool = Spool.open(settings);
          SpoolReader reader = spool.reader("one")) {
        accepted = spool.lastSeq();
        while (accepted < wanted && probe.offer(spool, accepted + 1, 700)) {
          accepted++;
        }
        probe.read(reader, 1, accepted);
      }
      try (Spool spool = Spool.open(settings);
          SpoolReader reader = spool.reader("one")) {
        probe.read(reader, 1, accepted);
        if (reader.next() || accepted == 0) {
          throw new AssertionError("accepted " + accepted);
        }
      }
    } catch (SpoolException e) {
      System.out.println(e.getMessage());
      for (Throwable also : e.getSuppressed()) {
        System.out.println(also);
      }
      System.exit(3);
    }
    System.out.println("accepted=" + accepted);
  }
}
