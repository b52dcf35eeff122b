package io.coreaudit.agent.config;

import io.coreaudit.intake.ShedSettings;
import io.coreaudit.spool.SpoolSettings.OnFull;
import java.nio.file.Path;

/// Where events wait for their receivers.
///
/// @param dir the directory
/// @param maxSizeBytes the most it takes; 0: the less of 2 GiB and 10 % of the file system
/// @param minFreePercent share of the file system left to others
/// @param segmentSizeBytes size of one file
/// @param onFull what happens at the bound
/// @param shed what is left out before it is reached
public record SpoolConfig(
    Path dir,
    long maxSizeBytes,
    int minFreePercent,
    int segmentSizeBytes,
    OnFull onFull,
    ShedSettings shed) {
  /// Segments that the spool must have room for: the one written, the one made ahead, one behind.
  private static final int LEAST_SEGMENTS = 3;

  private static final int METADATA_BYTES = 128 << 10;
  private static final int PAGE_BYTES = 4096;

  /// Checks the values.
  public SpoolConfig {
    new Checks()
        .within(ConfigKey.SPOOL_MAX_SIZE, maxSizeBytes)
        .within(ConfigKey.SPOOL_MIN_FREE, minFreePercent)
        .within(ConfigKey.SPOOL_SEGMENT_SIZE, segmentSizeBytes)
        .within(ConfigKey.SPOOL_SHED_AT, shed.atPercent())
        .that(
            maxSizeBytes == 0
                || maxSizeBytes >= (long) LEAST_SEGMENTS * segmentSizeBytes + METADATA_BYTES,
            ConfigKey.SPOOL_MAX_SIZE,
            "too small for "
                + LEAST_SEGMENTS
                + " segments of spool.segment_size ("
                + ((ValueType.Number) ConfigKey.SPOOL_SEGMENT_SIZE.type()).format(segmentSizeBytes)
                + ") and 128KiB")
        .that(
            segmentSizeBytes % PAGE_BYTES == 0,
            ConfigKey.SPOOL_SEGMENT_SIZE,
            "expected a multiple of 4KiB")
        .done();
  }
}
