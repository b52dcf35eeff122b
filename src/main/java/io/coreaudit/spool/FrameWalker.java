package io.coreaudit.spool;

import static io.coreaudit.spool.SegmentDescriptor.*;

import io.coreaudit.frame.FrameCheck;
import io.coreaudit.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;

/// Walks the frames of one segment after the other, from the first to the end: Chronicle's own
/// pages are stepped over, parts are joined, every frame is checked.
///
/// A frame that is whole in the segment counts as one, whether or not its check succeeds; a series
/// of parts that has no end counts as none. A walk always counts the same, so that the number of
/// frames before a place names the place.
///
/// Allocates per segment, and once for the first frame that came in parts; nothing per frame.
final class FrameWalker implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private SegmentMap map;
  private FrameCheck check;
  private long assembly;
  private FrameCheck assemblyCheck;

  private int at;
  private int frames;
  private boolean damaged;
  private long unfinishedSeries;

  private long frameAddress;
  private int frameLength;
  private boolean assembled;

  private int seriesLength;
  private int seriesFilled;
  private int seriesParts;

  /// Starts at the beginning of a segment. The walker closes the map when it opens the next.
  void open(SegmentMap segment) {
    closeMap();
    map = segment;
    check = new FrameCheck(segment.address(), segment.length());
    at = 0;
    frames = 0;
    damaged = false;
    endSeries();
  }

  /// Starts at the beginning of the same segment again.
  void rewind() {
    at = 0;
    frames = 0;
    damaged = false;
    seriesLength = 0;
  }

  /// Moves to the next frame; false: the segment ends here, or does not go on yet.
  boolean next() {
    while (true) {
      int header = at + MESSAGE_HEADER_LENGTH > map.length() ? 0 : Memory.intAt(map.address() + at);
      if (header == 0 || (header & NOT_COMPLETE) != 0) {
        damaged = header != 0 && header != END_OF_SEGMENT;
        return false;
      }
      // Whoever wrote the header wrote the payload before.
      VarHandle.acquireFence();
      int length = header & LENGTH_MASK;
      if (length > map.length() - at - MESSAGE_HEADER_LENGTH) {
        damaged = true;
        return false;
      }
      long payload = map.address() + at + MESSAGE_HEADER_LENGTH;
      at += (int) spaceOf(length);
      if ((header & METADATA) != 0) {
        continue;
      }
      if (length > PartDescriptor.HEADER_LENGTH && Memory.byteAt(payload) == PartDescriptor.MARK) {
        if (!takePart(payload, length)) {
          continue;
        }
        frameAddress = assembly;
        frameLength = seriesLength;
        assembled = true;
        seriesLength = 0;
      } else {
        endSeries();
        frameAddress = payload;
        frameLength = length;
        assembled = false;
      }
      frames++;
      return true;
    }
  }

  /// Takes one part in; true when the frame is complete with it.
  private boolean takePart(long part, int length) {
    int number = Memory.shortAt(part + PartDescriptor.NUMBER) & 0xffff;
    int total = Memory.intAt(part + PartDescriptor.FRAME_LENGTH);
    int offset = Memory.intAt(part + PartDescriptor.OFFSET);
    int bytes = length - PartDescriptor.HEADER_LENGTH;
    if (number == 0) {
      endSeries();
      if (total <= 0 || total > SpoolSettings.MAX_FRAME_BYTES) {
        unfinishedSeries++;
        return false;
      }
      seriesLength = total;
      seriesFilled = 0;
      seriesParts = 0;
    }
    if (seriesLength == 0) {
      return false; // its beginning was counted already
    }
    if (number != seriesParts
        || total != seriesLength
        || offset != seriesFilled
        || bytes > total - offset) {
      endSeries();
      return false;
    }
    if (assembly == 0) {
      assembly = arena.allocate(SpoolSettings.MAX_FRAME_BYTES, 8).address();
      assemblyCheck = new FrameCheck(assembly, SpoolSettings.MAX_FRAME_BYTES);
    }
    Memory.copy(part + PartDescriptor.HEADER_LENGTH, assembly + offset, bytes);
    seriesFilled += bytes;
    seriesParts++;
    return seriesFilled == seriesLength;
  }

  private void endSeries() {
    if (seriesLength != 0) {
      unfinishedSeries++;
      seriesLength = 0;
    }
  }

  /// Moves over frames until so many lie before; false: the segment has fewer.
  boolean skipTo(int framesBefore) {
    while (frames < framesBefore) {
      if (!next()) {
        return false;
      }
    }
    return true;
  }

  /// Takes note that frames which should have been here cannot be found.
  void assumeFrames(int framesBefore) {
    frames = framesBefore;
  }

  /// Whether the frame passes the check.
  boolean isWhole() {
    return (assembled ? assemblyCheck : check).isWhole(frameAddress, frameLength);
  }

  long frameAddress() {
    return frameAddress;
  }

  int frameLength() {
    return frameLength;
  }

  /// Number of frames passed in this segment, the present one included.
  int frames() {
    return frames;
  }

  /// Where in the segment the walk stands, bytes.
  int offset() {
    return at;
  }

  /// Whether the walk stands on something that is neither a message nor an end.
  boolean isDamaged() {
    return damaged;
  }

  /// Whether the parts before the end belong to a frame that never became whole.
  boolean isInSeries() {
    return seriesLength != 0;
  }

  /// Series of parts without an end, since the walker exists.
  long unfinishedSeries() {
    return unfinishedSeries;
  }

  void closeMap() {
    if (map != null) {
      map.close();
      map = null;
    }
  }

  @Override
  public void close() {
    closeMap();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
