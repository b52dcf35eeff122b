package io.coreaudit.event;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordTypes;
import io.coreaudit.record.TextLine;
import io.coreaudit.ring.RecordRing;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/// Feeds lines of text to an assembler and writes down what comes out.
final class LogFeed implements AutoCloseable {
  /// A record that came out: its type, and the number of the line it stood in, from 1.
  record Line(int type, int line) {
    @Override
    public String toString() {
      return RecordTypes.name(type) + "@" + line;
    }
  }

  /// An event that came out.
  record Event(
      String node, long sec, int ms, long serial, int repeat, int flags, List<Line> records) {
    String stamp() {
      return node + " " + sec + "." + ms + ":" + Long.toUnsignedString(serial);
    }

    boolean has(int flag) {
      return (flags & flag) != 0;
    }

    String types() {
      return String.join(" ", records.stream().map(r -> RecordTypes.name(r.type())).toList());
    }
  }

  private static final int LONGEST_LINE = 1 << 21;

  final List<Event> events = new ArrayList<>();
  final RecordRing ring;
  final Assembler assembler;
  private final Arena arena = Arena.ofConfined();
  private final long buffer = arena.allocate(LONGEST_LINE).address();
  private final TextLine split = new TextLine();
  private final Map<Long, Integer> lineOf = new HashMap<>();
  private int lines;
  int skipped;

  LogFeed(AssemblerMode mode, long ringBytes) {
    ring = RecordRing.allocate(ringBytes);
    assembler = new Assembler(ring, mode, this::write);
  }

  private void write(AssembledEvent event) {
    String node = event.nodeAddress() == 0 ? null : text(event.nodeAddress(), event.nodeLength());
    List<Line> records = new ArrayList<>();
    event.rewind();
    while (event.next()) {
      records.add(new Line(event.type(), lineOf.get(event.record())));
    }
    if (records.size() != event.recordCount()) {
      throw new AssertionError("recordCount=" + event.recordCount() + " walked=" + records.size());
    }
    events.add(
        new Event(
            node,
            event.stampSeconds(),
            event.stampMillis(),
            event.serial(),
            event.repeat(),
            event.flags(),
            records));
  }

  static String text(long address, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /// Feeds one line without its line feed.
  TextLine.Outcome line(byte[] bytes, long nowNs) {
    lines++;
    TextLine.Outcome outcome = split.split(buffer(bytes), bytes.length);
    if (outcome != TextLine.Outcome.RECORD) {
      skipped++;
      return outcome;
    }
    long record = append();
    while (record == 0) {
      if (!ring.canHold(split.prefixLength(), split.textLength())) {
        assembler.dropTooLong();
        return outcome;
      }
      if (!assembler.forceOldest()) {
        throw new AssertionError("ring full without open events");
      }
      record = append();
    }
    lineOf.put(record, lines);
    assembler.onRecord(record, nowNs);
    return outcome;
  }

  /// Copies bytes outside the heap; good until the next line or call.
  long buffer(byte[] bytes) {
    Memory.copy(bytes, 0, buffer, bytes.length);
    return buffer;
  }

  private long append() {
    return ring.append(
        split.type(),
        split.prefixAddress(),
        split.prefixLength(),
        split.textAddress(),
        split.textLength());
  }

  LogFeed lines(String... texts) {
    for (String text : texts) {
      line(text.getBytes(StandardCharsets.ISO_8859_1), 0);
    }
    return this;
  }

  LogFeed at(long nowNs, String text) {
    line(text.getBytes(StandardCharsets.ISO_8859_1), nowNs);
    return this;
  }

  LogFeed file(byte[] content) {
    return file(content, _ -> false);
  }

  /// Feeds a file's lines but those left out; these count as lines all the same.
  LogFeed file(byte[] content, Predicate<String> leftOut) {
    int start = 0;
    for (int i = 0; i <= content.length; i++) {
      if (i == content.length ? start < i : content[i] == '\n') {
        byte[] line = Arrays.copyOfRange(content, start, i);
        if (leftOut.test(new String(line, StandardCharsets.ISO_8859_1))) {
          lines++;
        } else {
          line(line, 0);
        }
        start = i + 1;
      }
    }
    return this;
  }

  long count(AssemblerCounter key) {
    return assembler.counters().value(key);
  }

  static byte[] read(Path file) {
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    ring.close();
    arena.close();
  }
}
