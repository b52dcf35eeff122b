package io.coreaudit.forward;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.origin.OriginTag;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// Builds the gap events that a forwarder puts into its own sink's stream.
///
/// They tell what this sink misses and others may have, so they do not go through the spool. Such
/// an event takes the place of what is missing: it bears the seq of the last missing event, which
/// makes its id the same when it is sent again, and the boot id and node of the event after it. The
/// reason is part of the id as well (`.n`), so that two gaps before one event, or a `gap` event of
/// the spool that is itself missing, do not share one.
final class GapFrame implements AutoCloseable {
  private static final int BLOCK_BYTES = 64 << 10;
  private static final int TEXT_BYTES = 1024;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment text = arena.allocate(TEXT_BYTES);
  private final FrameWriter writer =
      new FrameWriter(arena.allocate(BLOCK_BYTES).address(), BLOCK_BYTES);
  private final FrameFlyweight frame = new FrameFlyweight();
  private final String sink;

  /// @param sink name of the sink, of letters, digits, `.`, `_`, `-`
  GapFrame(String sink) {
    this.sink = sink;
  }

  /// A gap before an event.
  ///
  /// @param lastSeq 0: unknown, the node was booted within the gap
  /// @param after the event that follows the gap: gives node and boot
  FrameFlyweight of(String reason, long events, long firstSeq, long lastSeq, FrameFlyweight after) {
    byte[] said =
        ("reason=%s events=%d first_seq=%d%s sink=\"%s\""
                .formatted(
                    reason, events, firstSeq, lastSeq > 0 ? " last_seq=" + lastSeq : "", sink))
            .getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(said, 0, text, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, said.length);
    long nowMs = System.currentTimeMillis();
    writer.begin(
        EventKind.GAP, nowMs / 1000, (int) (nowMs % 1000), 0, numberOf(reason), nowMs * 1_000_000);
    writer.record(0, 0, 0, text.address(), said.length);
    after.rewindTags();
    while (after.nextTag()) {
      if (after.tag() == OriginTag.NODE) {
        writer.tag(OriginTag.NODE, after.tagValue(), after.tagLength());
      }
    }
    after.rewindTags();
    long seq = lastSeq > 0 ? lastSeq : after.seq() - 1;
    int length = writer.finish(0, seq, after.bootIdHigh(), after.bootIdLow());
    return frame.wrap(writer.address(), length);
  }

  /// A number of the reason's own; receivers know events by it, so it does not change.
  private static int numberOf(String reason) {
    return switch (reason) {
      case "spool_overrun" -> 1;
      case "spool_corrupt" -> 2;
      case "encode_failed" -> 3;
      case "refused" -> 4;
      default -> throw new IllegalArgumentException(reason);
    };
  }

  @Override
  public void close() {
    arena.close();
  }
}
