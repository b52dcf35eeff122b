package io.coreaudit.backfill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// When this boot began, by the clock as it is set now.
public final class BootTime {
  private static final String FIELD = "btime ";

  /// The figure is cut to seconds, and stamps are behind the clock by a tick.
  private static final long BEFORE_MS = 2_000;

  private BootTime() {}

  /// Milliseconds of the epoch, a little early; no event of an earlier boot is as young.
  ///
  /// @param stat `/proc/stat`
  public static long ms(Path stat) throws IOException {
    for (String line : Files.readAllLines(stat)) {
      if (line.startsWith(FIELD)) {
        long seconds = Long.parseLong(line.substring(FIELD.length()).strip());
        return TimeUnit.SECONDS.toMillis(seconds) - BEFORE_MS;
      }
    }
    throw new IOException(stat + ": no btime in it");
  }
}
