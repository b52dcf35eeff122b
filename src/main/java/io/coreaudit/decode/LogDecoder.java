package io.coreaudit.decode;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.Assembler;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.event.EventHandler;
import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.record.TextLine;
import io.coreaudit.ring.RecordRing;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/// Decodes logs: lines in, encoded events out.
///
/// `decode` each input in its order, then `finish`.
public final class LogDecoder implements AutoCloseable {
  /// A line longer than this is left out.
  public static final int LONGEST_LINE = LogLines.LONGEST;

  private static final long RING_BYTES = 16 << 20;
  private static final int IDLE_MILLIS = 500;
  private static final int WRITE_BYTES = 64 << 10;

  /// Is told how far the decoder is, now and then.
  @FunctionalInterface
  public interface Progress {
    /// Takes what was read of the present file, as it lies on disk, or of standard input.
    void at(long fileBytes) throws IOException;
  }

  /// What was read and what came of it.
  ///
  /// @param lines read, blank ones left out
  /// @param noRecords lines that are no record of audit
  /// @param tooLong lines longer than `LONGEST_LINE`
  /// @param events that were complete
  /// @param written events that the filter wanted
  public record Result(long lines, long noRecords, long tooLong, long events, long written) {}

  private final EventFilter filter;
  private final EventEncoder encoder;
  private final OutputStream out;
  private final RecordRing ring = RecordRing.allocate(RING_BYTES);
  private final Assembler assembler = new Assembler(ring, AssemblerMode.FILE, new Events());
  private final LogLines log = new LogLines();
  private final HeldEvents held;
  private final ByteOutput encoded = new ByteOutput(2 * WRITE_BYTES);
  private final TextLine line = new TextLine();
  private boolean begun;
  private long lines;
  private long noRecords;
  private long events;
  private long written;

  /// Creates a decoder.
  ///
  /// @param origin tells who it was as far as the log itself knows; null where the encoder does not
  ///   ask
  /// @param out takes the encoded events; stays open
  public LogDecoder(
      EventFilter filter, EventEncoder encoder, OriginCollector origin, OutputStream out) {
    this.filter = filter;
    this.encoder = encoder;
    this.held = new HeldEvents(origin);
    this.out = out;
  }

  /// Decodes a file.
  ///
  /// @throws DamagedLogException after what comes before the damage; the next file may follow
  public void decode(Path file, Progress progress) throws IOException {
    try (LogInput input = LogInput.open(file)) {
      decode(input, progress, false);
    } catch (DamagedLogException damaged) {
      log.forget();
      write();
      throw damaged;
    }
  }

  /// Decodes standard input until its end. What is complete is written when nothing more came for
  /// half a second, even before its turn.
  public void decodeStandardInput(Progress progress) throws IOException {
    decode(LogInput.standard(), progress, true);
  }

  private void decode(LogInput input, Progress progress, boolean growing) throws IOException {
    while (true) {
      if (growing && held.size() > 0 && !input.hasMore(IDLE_MILLIS)) {
        held.releaseComplete(encoder, encoded);
        write();
      }
      if (!log.read(input)) {
        break;
      }
      while (log.next()) {
        take(log.address(), log.length());
      }
      if (growing) {
        write();
      }
      progress.at(input.position());
    }
    if (log.rest()) {
      take(log.address(), log.length());
    }
    write();
  }

  /// Ends the events that are not complete: the input is over.
  public Result finish() throws IOException {
    assembler.flush();
    drain();
    write();
    return new Result(lines + log.tooLong(), noRecords, log.tooLong(), events, written);
  }

  private void take(long address, int length) throws IOException {
    TextLine.Outcome outcome = line.split(address, length);
    if (outcome == TextLine.Outcome.BLANK) {
      return;
    }
    lines++;
    if (outcome != TextLine.Outcome.RECORD) {
      noRecords++;
      return;
    }
    assembler.accept(
        line.type(),
        line.prefixAddress(),
        line.prefixLength(),
        line.textAddress(),
        line.textLength(),
        0);
    if (begun) {
      // Others leave only then, as with libauparse: their order may depend on it.
      begun = false;
      drain();
    }
  }

  private void drain() throws IOException {
    while (held.next(encoder, encoded)) {
      if (encoded.length() >= WRITE_BYTES) {
        write();
      }
    }
  }

  private final class Events implements EventHandler {
    @Override
    public void onStart(AssembledEvent event) {
      begun = true;
      event.place(held.start(event));
    }

    @Override
    public void onEvent(AssembledEvent event) {
      events++;
      if (filter.wants(event)) {
        written++;
        held.hold(event, encoder, encoded);
      } else {
        held.pass(event);
      }
    }
  }

  private void write() throws IOException {
    out.write(encoded.array(), 0, encoded.length());
    out.flush();
    encoded.clear();
  }

  @Override
  public void close() {
    ring.close();
    log.close();
    held.close();
  }
}
