package io.coreaudit.forward;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.spool.SpoolSettings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// A real spool with a reader, into which a test puts events: number n has seq n.
final class FrameFeed implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment text;
  private final FrameWriter writer;
  private final Spool spool;
  private final SpoolReader reader;
  private long appended;

  FrameFeed(Path directory, long events, int textBytes) {
    this(
        new SpoolSettings(directory, 1L << 30, 0, 8 << 20, SpoolSettings.OnFull.OVERRUN),
        textBytes);
    add(events);
  }

  FrameFeed(SpoolSettings settings, int textBytes) {
    int capacity = textBytes + 4096;
    text = arena.allocate(textBytes).fill((byte) 'x');
    writer = new FrameWriter(arena.allocate(capacity).address(), capacity);
    spool = Spool.open(settings);
    appended = spool.lastSeq();
    reader = spool.reader("siem");
    spool.releaseAcknowledged();
  }

  /// Puts more events in.
  void add(long events) {
    for (long last = appended + events; appended < last; ) {
      appended++;
      writer.begin(EventKind.AUDIT, 1, 0, appended, 0, 0);
      writer.record(1300, 0, 0, text.address(), (int) text.byteSize());
      int length = writer.finish(0, appended, 7, 8);
      if (!spool.append(writer.address(), length)) {
        throw new AssertionError("refused: " + spool.stat());
      }
    }
    spool.signalReaders();
  }

  /// Number of events put in.
  long appended() {
    return appended;
  }

  SpoolReader reader() {
    return reader;
  }

  /// Number of events before the cursor, when none was overrun.
  long acknowledged() {
    return appended - reader.lagEvents();
  }

  @Override
  public void close() {
    spool.close();
    arena.close();
  }
}
