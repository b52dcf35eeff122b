package io.coreaudit.spool;

import static io.coreaudit.spool.SegmentDescriptor.*;

import io.coreaudit.frame.FrameCheck;
import io.coreaudit.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Walks the frames of one segment after the other, from the first to the end: Chronicle's own
/// pages are stepped over, batches are taken apart, parts are joined, every frame is checked.
///
/// A frame that is whole in the segment counts as one, whether or not its check succeeds; a series
/// of parts that has no end counts as none. A walk always counts the same, so that the number of
/// frames before a place names the place. Therefore a batch says how many frames it has and how
/// many came before it, and what cannot be found of either is walked as so many damaged frames
/// without a byte.
///
/// Where no message stands, or one whose content does not agree with its length, the walk looks for
/// the next message that is one beyond doubt: a frame with a right check, or a batch with a right
/// head and chain. So a damaged header costs its own message only, which counts as one damaged
/// frame until the next batch tells better.
///
/// Allocates per segment, and once for the first frame that came in parts and the first damage;
/// nothing per frame.
final class FrameWalker implements AutoCloseable {
  private static final int LOOK_BYTES = 64 << 10;

  private final Arena arena = Arena.ofShared();
  private SegmentMap map;
  private FrameCheck check;
  private long assembly;
  private FrameCheck assemblyCheck;

  private int at;
  private int looked;
  private int messages;
  private int frames;

  /// Frames that are known to have been here and cannot be found.
  private int lost;

  private long entry;
  private long batchEnd;
  private int batchLeft;

  private int damages;
  private boolean assumed;

  /// What `find` found last.
  private int found;

  private ByteBuffer ahead;

  private boolean damaged;
  private boolean ended;
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
    endSeries();
    begin();
  }

  /// Starts at the beginning of the same segment again.
  void rewind() {
    seriesLength = 0;
    begin();
  }

  private void begin() {
    at = 0;
    looked = -LOOK_BYTES;
    messages = 0;
    frames = 0;
    lost = 0;
    batchLeft = 0;
    damages = 0;
    assumed = false;
    found = 0;
    damaged = false;
    ended = false;
  }

  /// Moves to the next frame; false: the segment ends here, or does not go on yet.
  boolean next() {
    while (true) {
      if (lost > 0) {
        lost--;
        give(map.address(), 0, false);
        return true;
      }
      if (batchLeft > 0) {
        nextOfBatch();
        return true;
      }
      if (at - looked >= LOOK_BYTES) {
        look();
      }
      boolean cut = at + MESSAGE_HEADER_LENGTH > map.length();
      int header = cut ? 0 : Memory.intAt(map.address() + at);
      if (header == END_OF_SEGMENT) {
        damaged = false;
        ended = true;
        return false;
      }
      // Whoever wrote the header wrote the payload before.
      VarHandle.acquireFence();
      int length = header & LENGTH_MASK;
      long payload = map.address() + at + MESSAGE_HEADER_LENGTH;
      boolean none =
          header == 0
              || (header & NOT_COMPLETE) != 0
              || length > map.length() - at - MESSAGE_HEADER_LENGTH;
      int end = none ? map.length() : at + (int) spaceOf(length);
      if (none || !isSound(payload, length)) {
        if (!none && (header & METADATA) != 0 && messages == 0) {
          at = end;
          continue;
        }
        int next = find();
        if (next >= 0 && Memory.intAt(map.address() + at) != header) {
          continue; // was being written, and is finished now
        }
        if (next >= 0 && (none || !leads(end, next))) {
          if (none || !isSealedBatch(payload, length)) {
            leapTo(next);
            continue;
          }
          end = next;
          damages++;
        } else if (none) {
          damaged = header != 0 || cut;
          return false;
        }
      }
      at = end;
      messages++;
      if (BatchDescriptor.isMarked(payload, length)) {
        endSeries();
        enterBatch(payload, length);
        continue;
      }
      if (isPart(payload, length)) {
        if (!takePart(payload, length)) {
          continue;
        }
        give(assembly, seriesLength, true);
        seriesLength = 0;
      } else {
        endSeries();
        give(payload, length, false);
      }
      return true;
    }
  }

  /// Whether a message's length and content agree; no CRC is looked at.
  private static boolean isSound(long payload, int length) {
    if (BatchDescriptor.isMarked(payload, length)) {
      return isBatch(payload, length);
    }
    return isPart(payload, length) || FrameCheck.isPlausible(payload, length);
  }

  private static boolean isPart(long payload, int length) {
    return length > PartDescriptor.HEADER_LENGTH && Memory.byteAt(payload) == PartDescriptor.MARK;
  }

  private static boolean isBatch(long payload, int length) {
    return BatchDescriptor.isSealed(payload)
        && BatchDescriptor.chained(payload, length) == BatchDescriptor.frames(payload);
  }

  private static boolean isSealedBatch(long payload, int length) {
    return BatchDescriptor.isMarked(payload, length) && BatchDescriptor.isSealed(payload);
  }

  /// Before more of the map is read: the file may have been cut.
  private void look() {
    looked = at;
    map.look();
  }

  private void give(long address, int length, boolean inAssembly) {
    frameAddress = address;
    frameLength = length;
    assembled = inAssembly;
    frames++;
  }

  private void enterBatch(long payload, int length) {
    if (BatchDescriptor.isSealed(payload)) {
      batchLeft = BatchDescriptor.frames(payload);
      lost = Math.max(0, BatchDescriptor.before(payload) - frames);
    } else {
      batchLeft = Math.max(1, BatchDescriptor.chained(payload, length));
    }
    entry = payload + BatchDescriptor.HEADER_LENGTH;
    batchEnd = payload + length;
  }

  private void nextOfBatch() {
    batchLeft--;
    long begin = entry + BatchDescriptor.ENTRY_HEADER_LENGTH;
    int length = begin < batchEnd ? BatchDescriptor.entryLength(entry) : -1;
    if (length < 0 || length > batchEnd - begin) {
      // The chain is broken: where the others begin is not known.
      entry = batchEnd;
      give(map.address(), 0, false);
      return;
    }
    entry = begin + length;
    give(begin, length, false);
  }

  /// Where the next message begins that is one beyond doubt; -1: nowhere.
  private int find() {
    if (found > at) {
      return found;
    }
    look();
    int end = map.length() - MESSAGE_HEADER_LENGTH - BatchDescriptor.HEADER_LENGTH;
    int loaded = 0;
    int loadedEnd = 0;
    for (int to = at + MESSAGE_HEADER_LENGTH; to < end; to += MESSAGE_HEADER_LENGTH) {
      if (to >= loadedEnd) {
        loaded = to;
        loadedEnd = to + load(to);
        if (loadedEnd == to) {
          return -1;
        }
      }
      int length = ahead.getInt(to - loaded);
      if (length <= 0 || length > map.length() - to - MESSAGE_HEADER_LENGTH) {
        continue;
      }
      VarHandle.acquireFence();
      long payload = map.address() + to + MESSAGE_HEADER_LENGTH;
      if (BatchDescriptor.isMarked(payload, length)
          ? isBatch(payload, length)
          : check.isWhole(payload, length)) {
        found = to;
        return to;
      }
    }
    return -1;
  }

  /// Reads what follows a place, for `find`; how many bytes, in whole words.
  ///
  /// From the file and not from the map: behind the part of a segment that has blocks the file has
  /// a hole, and on a full tmpfs a mere look at a mapped hole is a fault.
  private int load(int from) {
    if (ahead == null) {
      ahead = ByteBuffer.allocateDirect(LOOK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    }
    ahead.clear();
    while (ahead.hasRemaining() && map.read(ahead, from + ahead.position())) {
      // Until it is full, or the file ends.
    }
    return ahead.position() & -MESSAGE_HEADER_LENGTH;
  }

  /// Whether the lengths of messages lead from one place to another.
  private boolean leads(int from, int to) {
    int place = from;
    while (place < to) {
      int header = Memory.intAt(map.address() + place);
      if (header <= 0 || (header & METADATA) != 0 || header > to - place) {
        return false;
      }
      place += (int) spaceOf(header);
    }
    return place == to;
  }

  private void leapTo(int place) {
    endSeries();
    long payload = map.address() + place + MESSAGE_HEADER_LENGTH;
    boolean batch = Memory.byteAt(payload) == BatchDescriptor.MARK;
    lost = batch || assumed ? 0 : 1;
    assumed = false;
    at = place;
    damages++;
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
    assumed = true;
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

  /// Number of messages passed in this segment, Chronicle's own not included.
  int messages() {
    return messages;
  }

  /// Where in the segment the walk stands, bytes; within a batch, the end of the batch.
  int offset() {
    return at;
  }

  /// Whether the walk stands on something that is neither a message nor an end.
  boolean isDamaged() {
    return damaged;
  }

  /// Whether the walk came to the mark that the writer sets where it goes on in the next segment.
  boolean isAtEnd() {
    return ended;
  }

  /// Places of this segment that the walk had to leap over.
  int damages() {
    return damages;
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
