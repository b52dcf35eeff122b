package io.coreaudit.spool;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Cuts a segment while a reader has it mapped, and reads on. Main of a child process: exit code 0
/// and a last line with the figures, unless the process is killed by the access.
final class TruncatedWhileRead {
  private TruncatedWhileRead() {}

  /// Arguments: directory, frames, bytes to leave.
  public static void main(String[] args) throws Exception {
    SpoolSettings settings =
        new SpoolSettings(Path.of(args[0]), 64L << 20, 0, 1 << 20, SpoolSettings.OnFull.REFUSE);
    int frames = Integer.parseInt(args[1]);
    SpoolProbe probe = new SpoolProbe();
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      probe.appendBatches(spool, 1, frames, 900);
      probe.read(reader, 1, 10);
      try (FileChannel channel =
          FileChannel.open(SegmentDescriptor.pathOf(settings.dir(), 1), StandardOpenOption.WRITE)) {
        channel.truncate(Long.parseLong(args[2]));
      }
      long read = 10;
      while (reader.next()) {
        if (!probe.isRight(reader)) {
          throw new AssertionError("wrong frame " + reader.frame().seq());
        }
        read++;
      }
      System.out.printf(
          "read+damaged=%d damaged=%d%n", read + reader.corruptFrames(), reader.corruptFrames());
    }
  }
}
