package io.coreaudit.spool;

import java.nio.file.Path;

/// What a spool is told.
///
/// @param dir the directory; belongs to the spool alone
/// @param maxSizeBytes most that the spool takes on disk, its spare segment included; 0: the less
///   of 2 GiB and 10 % of the file system, at least four segments
/// @param minFreePercent the spool does not grow while less than this share of the file system is
///   free; 0: it grows while there is room
/// @param segmentSizeBytes size of one file, a multiple of 4 KiB
/// @param onFull what happens at either bound
public record SpoolSettings(
    Path dir, long maxSizeBytes, int minFreePercent, int segmentSizeBytes, OnFull onFull) {
  /// No frame is larger; with small segments the bound is lower, see `maxFrameBytes`.
  public static final int MAX_FRAME_BYTES = 2 << 20;

  /// Fewest segments that a spool works with: one that is written, the spare, one that is read.
  public static final int MIN_SEGMENTS = 3;

  static final int MAX_SEGMENT_BYTES = 256 << 20;

  private static final int MIN_SEGMENT_BYTES = 256 << 10;
  private static final int MAX_BATCH_BYTES = 64 << 10;
  private static final int MAX_BLOCK_BYTES = 1 << 20;
  private static final int MIN_BLOCK_BYTES = 64 << 10;

  /// What happens when the spool may not grow.
  public enum OnFull {
    /// The oldest segment goes; readers that had not read it are moved over it and told.
    OVERRUN,
    /// New frames are refused.
    REFUSE
  }

  /// Checks every value.
  public SpoolSettings {
    if (dir == null) {
      throw new IllegalArgumentException("spool.dir is not set");
    }
    if (segmentSizeBytes < MIN_SEGMENT_BYTES
        || segmentSizeBytes > MAX_SEGMENT_BYTES
        || segmentSizeBytes % 4096 != 0) {
      throw new IllegalArgumentException(
          "spool.segment_size=%d: must be a multiple of 4096 from %d to %d"
              .formatted(segmentSizeBytes, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES));
    }
    if (minFreePercent < 0 || minFreePercent > 99) {
      throw new IllegalArgumentException(
          "spool.min_free=%d%%: must be from 0%% to 99%%".formatted(minFreePercent));
    }
    if (maxSizeBytes != 0 && maxSizeBytes < minimumSizeBytes(segmentSizeBytes)) {
      throw new IllegalArgumentException(
          "spool.max_size=%d: must hold %d segments of %d bytes and 128 KiB, that is %d or more"
              .formatted(
                  maxSizeBytes,
                  MIN_SEGMENTS,
                  segmentSizeBytes,
                  minimumSizeBytes(segmentSizeBytes)));
    }
    if (onFull == null) {
      throw new IllegalArgumentException("spool.on_full is not set");
    }
  }

  /// The defaults for a directory.
  public static SpoolSettings of(Path dir) {
    return new SpoolSettings(dir, 0, 20, 8 << 20, OnFull.OVERRUN);
  }

  /// Largest frame that this spool takes: half a segment, so that at most half a segment is left
  /// unused before it, and 2 MiB at most.
  public int maxFrameBytes() {
    return Math.min(MAX_FRAME_BYTES, segmentSizeBytes / 2);
  }

  /// Chronicle maps a segment in blocks of this size.
  int blockSizeBytes() {
    return Math.clamp(
        Integer.highestOneBit(segmentSizeBytes / 4), MIN_BLOCK_BYTES, MAX_BLOCK_BYTES);
  }

  /// Chronicle's largest message: what two blocks have in common.
  int maxMessageBytes() {
    return Math.max(MIN_BLOCK_BYTES, blockSizeBytes() / 4) - 64;
  }

  /// Longest batch of frames: 64 KiB, less with small segments, whose end is left unused when a
  /// batch does not fit.
  int batchBytes() {
    return Math.min(MAX_BATCH_BYTES, segmentSizeBytes / 64);
  }

  private static long minimumSizeBytes(int segmentSizeBytes) {
    return (long) MIN_SEGMENTS * segmentSizeBytes + SpoolFiles.METADATA_BYTES;
  }

  /// The bound on a file system of so many bytes.
  public long maxSizeBytesOn(long fileSystemBytes) {
    if (maxSizeBytes != 0) {
      return maxSizeBytes;
    }
    long share = Math.min(2L << 30, fileSystemBytes / 10);
    return Math.max(share, minimumSizeBytes(segmentSizeBytes) + segmentSizeBytes);
  }
}
