package io.coreaudit.spool;

import static io.coreaudit.spool.BatchDescriptor.ENTRY;
import static io.coreaudit.spool.BatchDescriptor.ENTRY_HEADER_LENGTH;
import static io.coreaudit.spool.BatchDescriptor.HEADER_LENGTH;

import io.coreaudit.frame.FrameDescriptor;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;

/// Frames that are offered to the spool together: written one after another into one block, where
/// the spool takes them as one message. The spool takes all of them or none.
///
/// The block has room for a batch and for one frame of the largest size behind it, so that a frame
/// can be written before it is known whether it still belongs to the batch. `Spool.newBatch` makes
/// one. One thread uses it.
public final class FrameBatch implements AutoCloseable {
  private final Pages block;
  private final int limit;
  private int end = HEADER_LENGTH;
  private int frames;
  private int lastLength;

  FrameBatch(int limitBytes, int maxFrameBytes) {
    limit = limitBytes;
    block = Pages.allocate(HEADER_LENGTH + ENTRY_HEADER_LENGTH + (long) limitBytes + maxFrameBytes);
  }

  /// Where the block begins.
  public long address() {
    return block.address();
  }

  /// How long the block is.
  public int sizeBytes() {
    return (int) block.sizeBytes();
  }

  /// Where in the block the next frame is to be written.
  public int nextOffset() {
    return end + ENTRY_HEADER_LENGTH;
  }

  /// Whether a frame of a length belongs to this batch: as its first, or because it fits.
  public boolean hasRoom(int frameLength) {
    return frames == 0
        || end + ENTRY_HEADER_LENGTH + frameLength <= limit && frames < BatchDescriptor.MAX_FRAMES;
  }

  /// Takes the frame in that was written at `nextOffset`.
  public void add(int frameLength) {
    Memory.putInt(block.address() + end, frameLength | ENTRY);
    end += ENTRY_HEADER_LENGTH + frameLength;
    lastLength = frameLength;
    frames++;
  }

  /// Whether not even a small frame fits any more.
  public boolean isFull() {
    return frames > 0 && !hasRoom(FrameDescriptor.HEADER_LENGTH);
  }

  /// Number of frames taken in.
  public int frames() {
    return frames;
  }

  /// Begins anew.
  public void clear() {
    end = HEADER_LENGTH;
    frames = 0;
  }

  long lastFrame() {
    return block.address() + end - lastLength;
  }

  int lastLength() {
    return lastLength;
  }

  /// Length of the whole as a message.
  int lengthBytes() {
    return end;
  }

  /// Length of the frames alone.
  int frameBytes() {
    return end - HEADER_LENGTH - frames * ENTRY_HEADER_LENGTH;
  }

  void seal(int framesBefore) {
    BatchDescriptor.seal(block.address(), frames, framesBefore);
  }

  @Override
  public void close() {
    block.close();
  }
}
