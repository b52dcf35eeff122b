package io.coreaudit.agent.command;

import io.coreaudit.decode.LogDecoder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/// How far `decode` is, on standard error when that is a terminal and standard output is none: one
/// line, written over twice a second, taken away at the end.
///
/// Nothing is shown of what takes less than a second.
final class DecodeProgress implements LogDecoder.Progress {
  private static final long PERIOD_NS = 500_000_000L;
  private static final String CLEAR = "\r\033[K";

  private final PrintStream err;
  private final boolean shown;
  private final long totalBytes;
  private final LongSupplier clockNs;
  private final long begunNs;
  private long nextNs;
  private long bytesBefore;
  private long fileBytes;
  private Path file;
  private boolean dirty;

  DecodeProgress(List<Path> files, PrintStream err) throws IOException {
    this(files, err, isTerminal(2) && !isTerminal(1), System::nanoTime);
  }

  /// @param files what is read; empty: standard input
  DecodeProgress(List<Path> files, PrintStream err, boolean shown, LongSupplier clockNs)
      throws IOException {
    this.err = err;
    this.shown = shown;
    this.clockNs = clockNs;
    begunNs = clockNs.getAsLong();
    nextNs = begunNs + 2 * PERIOD_NS;
    long total = 0;
    for (Path each : files) {
      total += Files.size(each);
    }
    totalBytes = total;
  }

  private static boolean isTerminal(int fd) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return false; // No /proc: nobody to show it to, as far as we know.
    }
  }

  void begin(Path next) {
    bytesBefore += fileBytes;
    fileBytes = 0;
    file = next;
  }

  @Override
  public void at(long position) {
    fileBytes = position;
    long now = shown ? clockNs.getAsLong() : 0;
    if (!shown || now < nextNs) {
      return;
    }
    nextNs = now + PERIOD_NS;
    dirty = true;
    err.print(CLEAR + text(bytesBefore + position, totalBytes, (now - begunNs) / 1e9, file));
    err.flush();
  }

  private static String text(long bytes, long total, double seconds, Path file) {
    double rate = bytes / 1048576.0 / seconds;
    if (file == null) {
      return String.format(
          Locale.ROOT, "%.1f MiB, %.0f MiB/s, standard input", bytes / 1048576.0, rate);
    }
    return String.format(
        Locale.ROOT,
        "%3d %% of %.1f MiB, %.0f MiB/s, %s",
        total == 0 ? 100 : Math.min(100, bytes * 100 / total),
        total / 1048576.0,
        rate,
        file.getFileName());
  }

  void end() {
    if (dirty) {
      err.print(CLEAR);
      err.flush();
    }
  }
}
