package io.coreaudit.forward;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.spool.SpoolSettings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A real spool with a reader, into which a test puts events: number n has seq n.
final class FrameFeed implements AutoCloseable {
  static final long BOOT_HIGH = 7;
  static final long BOOT_LOW = 8;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment text;
  private final MemorySegment[] records;
  private final int[] types;
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
    this(settings, textBytes, new int[0], new String[0]);
  }

  /// One whose events have records of these types and texts.
  static FrameFeed of(Path directory, int[] types, String... texts) {
    var settings = new SpoolSettings(directory, 4L << 30, 0, 8 << 20, SpoolSettings.OnFull.OVERRUN);
    return new FrameFeed(settings, 16 << 10, types, texts);
  }

  private FrameFeed(SpoolSettings settings, int textBytes, int[] types, String[] texts) {
    int capacity = textBytes + 4096;
    this.types = types;
    records = new MemorySegment[texts.length];
    for (int i = 0; i < texts.length; i++) {
      records[i] = arena.allocateFrom(texts[i]);
    }
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
      if (records.length == 0) {
        writer.record(1300, 0, 0, text.address(), (int) text.byteSize());
      }
      for (int i = 0; i < records.length; i++) {
        writer.record(types[i], 0, 0, records[i].address(), (int) records[i].byteSize() - 1);
      }
      int length = writer.finish(0, appended, BOOT_HIGH, BOOT_LOW);
      if (!spool.append(writer.address(), length)) {
        throw new AssertionError("refused: " + spool.stat());
      }
    }
    spool.signalReaders();
  }

  /// Puts one event of one record in.
  void add(EventKind kind, int type, String recordText) {
    byte[] bytes = recordText.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(bytes, 0, text, ValueLayout.JAVA_BYTE, 0, bytes.length);
    appended++;
    writer.begin(kind, 1, 0, appended, 0, 0);
    writer.record(type, 0, 0, text.address(), bytes.length);
    int length = writer.finish(0, appended, BOOT_HIGH, BOOT_LOW);
    if (!spool.append(writer.address(), length)) {
      throw new AssertionError("refused: " + spool.stat());
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
