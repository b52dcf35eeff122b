package io.coreaudit.spool;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A segment mapped into memory to be read. The file may be deleted meanwhile; its blocks are freed
/// when the last mapping goes.
///
/// A page behind the end of a file that was cut after it had been mapped kills the process
/// (SIGBUS). So whoever reads asks again and again how long the file is. What is cut between the
/// question and the access is not caught.
final class SegmentMap implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final long address;
  private final FileChannel channel;
  private int length;

  /// @throws java.nio.file.NoSuchFileException when it was deleted
  SegmentMap(Path file) throws IOException {
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
    try {
      length = (int) Math.min(channel.size(), Integer.MAX_VALUE);
      MemorySegment map = channel.map(FileChannel.MapMode.READ_ONLY, 0, length, arena);
      address = map.address();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  long address() {
    return address;
  }

  int length() {
    return length;
  }

  /// Looks how long the file is now. A file that grew stays as long as it was.
  void look() {
    try {
      length = (int) Math.min(channel.size(), length);
    } catch (IOException e) {
      // An interrupted thread closes its channel: then nobody looks any more.
      return;
    }
  }

  /// Reads from the file; false: it ends here, or cannot be read.
  boolean read(ByteBuffer into, long at) {
    try {
      return channel.read(into, at) > 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    arena.close();
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing was written through it.
    }
  }
}
