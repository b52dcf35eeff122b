package io.coreaudit.spool;

import java.nio.file.Path;
import java.util.List;

/// A spool at one moment.
///
/// @param dir its directory
/// @param state what an append meets now
/// @param segments segments kept
/// @param bytes what the spool takes on disk, the spare included
/// @param maxBytes what it may take
/// @param freeBytes what the file system has left
/// @param totalBytes size of the file system
/// @param events frames kept; by sequence numbers for segments of an earlier process
/// @param firstSeq sequence number of the oldest frame, 0: none
/// @param lastSeq sequence number of the newest frame, 0: none
/// @param lastError what last went wrong with the disk, empty: nothing
/// @param cursors one for each reader
public record SpoolStat(
    Path dir,
    State state,
    int segments,
    long bytes,
    long maxBytes,
    long freeBytes,
    long totalBytes,
    long events,
    long firstSeq,
    long lastSeq,
    String lastError,
    List<Cursor> cursors) {
  /// What an append meets.
  public enum State {
    /// Frames are accepted.
    OPEN,
    /// The disk is full; frames are accepted again as soon as it is not.
    NO_SPACE,
    /// The spool is at max_size or min_free and refuses.
    BOUND,
    /// The store failed; the agent has to be started again.
    FAILED
  }

  /// How far one sink is.
  ///
  /// @param name the sink
  /// @param lagEvents events that it has not acknowledged
  /// @param skippedEvents events that were deleted before it had them
  /// @param corruptFrames frames that it passed over because they are damaged
  public record Cursor(String name, long lagEvents, long skippedEvents, long corruptFrames) {}

  /// Copies the list.
  public SpoolStat {
    cursors = List.copyOf(cursors);
  }
}
