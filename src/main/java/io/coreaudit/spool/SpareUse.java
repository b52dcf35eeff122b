package io.coreaudit.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Takes the spare into use, and knows why that was refused last.
///
/// A file system may refuse the mere renaming: a directory wants a further block and the disk is
/// full. The spare is ready all the same, so only another try can find out whether it works again.
/// The appending thread tries; anyone asks.
final class SpareUse {
  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Path directory;
  private volatile String refusal = "";
  private volatile long refusedNs;

  SpareUse(Path directory) {
    this.directory = directory;
  }

  /// Gives the spare its segment's name; false: the file system refused.
  boolean take(int segment) {
    try {
      SpareSegment.use(directory, segment);
      refusal = "";
      return true;
    } catch (IOException e) {
      refusedNs = System.nanoTime();
      refusal = "the next segment is there and cannot be given its name: " + e;
      return false;
    }
  }

  /// Why the last try was refused; empty when it was not.
  String refusal() {
    return refusal;
  }

  /// Whether a try was refused, a while ago.
  boolean worthAnotherTry() {
    return !refusal.isEmpty() && System.nanoTime() - refusedNs >= RETRY_NS;
  }
}
