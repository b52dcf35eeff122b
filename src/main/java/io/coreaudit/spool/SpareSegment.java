package io.coreaudit.spool;

import io.coreaudit.kernel.FileSpace;
import io.coreaudit.memory.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Makes the next segment ready: a file of zeros with all its blocks, under the name at which
/// Chronicle looks for it. Renaming it needs no block and no inode, so the roll cannot fail for
/// want of room.
final class SpareSegment {
  private static final int STEP = 64 << 10;

  private final int lengthBytes;
  private final long address;
  private final ByteBuffer buffer;

  SpareSegment(int segmentSizeBytes) {
    lengthBytes = segmentSizeBytes;
    MemorySegment block = Arena.ofAuto().allocate(STEP, 8);
    address = block.address();
    buffer = block.asByteBuffer();
  }

  /// Makes the file, or what is there of it, a spare. Without room nothing is left behind.
  ///
  /// @return 0 or `-errno`
  int prepare(Path file) throws IOException {
    int result = FileSpace.reserve(file.toString(), lengthBytes);
    if (result != 0) {
      SpoolFiles.delete(file);
      return result;
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.truncate(lengthBytes);
      zeroFrom(channel, 0);
    }
    return 0;
  }

  /// Reads a file from an offset to its end and makes zeros of what is not.
  ///
  /// The reading is half of the point: it brings the pages in, which would otherwise cost the
  /// appending thread milliseconds of page faults.
  ///
  /// @return whether there was anything but zeros
  boolean zeroFrom(FileChannel channel, long offset) throws IOException {
    boolean dirty = false;
    for (long at = offset; at < lengthBytes; ) {
      int step = (int) Math.min(STEP - at % STEP, lengthBytes - at);
      buffer.limit(step).position(0);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, at + buffer.position()) < 0) {
          break;
        }
      }
      int read = buffer.position();
      if (read == 0) {
        break;
      }
      if (!isZero(read)) {
        dirty = true;
        Memory.fill(address, read, (byte) 0);
        buffer.flip();
        long to = at;
        while (buffer.hasRemaining()) {
          to += channel.write(buffer, to);
        }
      }
      at += read;
    }
    return dirty;
  }

  /// Whether a file has anything but zeros from an offset on.
  boolean isZeroFrom(FileChannel channel, long offset) throws IOException {
    for (long at = offset; at < lengthBytes; ) {
      buffer.limit((int) Math.min(STEP, lengthBytes - at)).position(0);
      int read = channel.read(buffer, at);
      if (read <= 0) {
        return true;
      }
      if (!isZero(read)) {
        return false;
      }
      at += read;
    }
    return true;
  }

  private boolean isZero(int length) {
    long bits = 0;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      bits |= Memory.longAt(address + i);
    }
    for (; i < length; i++) {
      bits |= Memory.byteAt(address + i);
    }
    return bits == 0;
  }

  /// Gives a spare that nobody will use its room back.
  static void discard(Path directory, int segment) {
    SpoolFiles.delete(SegmentDescriptor.sparePathOf(directory, segment));
  }

  /// Gives a spare its segment's name.
  ///
  /// Chronicle would do so itself, but where it fails (a directory that wants a further block on a
  /// full disk) it goes on with an empty file, which is a hole.
  ///
  /// @throws IOException the file system refused; the spare is as it was
  static void use(Path directory, int segment) throws IOException {
    Files.move(
        SegmentDescriptor.sparePathOf(directory, segment),
        SegmentDescriptor.pathOf(directory, segment),
        StandardCopyOption.ATOMIC_MOVE);
  }
}
