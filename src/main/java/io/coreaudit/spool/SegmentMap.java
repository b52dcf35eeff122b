package io.coreaudit.spool;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A segment mapped into memory to be read. The file may be deleted meanwhile; its blocks are freed
/// when the last mapping goes.
final class SegmentMap implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final long address;
  private final int length;

  /// @throws java.nio.file.NoSuchFileException when it was deleted
  SegmentMap(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      length = (int) Math.min(channel.size(), Integer.MAX_VALUE);
      MemorySegment map = channel.map(FileChannel.MapMode.READ_ONLY, 0, length, arena);
      address = map.address();
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  long address() {
    return address;
  }

  int length() {
    return length;
  }

  @Override
  public void close() {
    arena.close();
  }
}
