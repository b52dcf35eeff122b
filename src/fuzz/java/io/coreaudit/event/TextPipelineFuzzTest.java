package io.coreaudit.event;

import static io.coreaudit.event.AssemblerCounter.*;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.TextLine;
import io.coreaudit.ring.RecordRing;
import io.coreaudit.telemetry.Counters;
import java.lang.foreign.Arena;

/// Any bytes as lines of a log, through line, ring, assembler and every field.
///
/// The first byte chooses the mode. The rest are lines; one that begins with 0x01 lets time pass,
/// with 0x02 forces the oldest event out, with 0x03 has records only copied, or no longer. Held to:
/// nothing throws, every view lies inside its text, nothing outside the text is looked at, the
/// books balance, the ring is empty at the end.
class TextPipelineFuzzTest {
  private static final long RING_BYTES = RecordRing.SMALLEST_BYTES;
  private static final int MARGIN = 16;
  private static final long HALF_SECOND = 500_000_000L;

  private final RecordFlyweight fields = new RecordFlyweight();
  private long textLow;
  private long textHigh;

  @FuzzTest(maxDuration = "60s")
  void shouldTakeAnyBytes(byte[] input) {
    if (input.length == 0) {
      return;
    }
    AssemblerMode[] modes = AssemblerMode.values();
    AssemblerMode mode = modes[(input[0] & 0xff) % modes.length];
    try (Arena arena = Arena.ofConfined();
        RecordRing ring = RecordRing.allocate(RING_BYTES)) {
      long memory = arena.allocate(input.length + 2L * MARGIN).address();
      Assembler assembler = new Assembler(ring, mode, this::walk);
      TextLine line = new TextLine();
      long now = 0;
      int start = 1;
      for (int i = 1; i <= input.length; i++) {
        if (i < input.length && input[i] != '\n') {
          continue;
        }
        int length = i - start;
        if (length > 0 && input[start] == 1) {
          now += HALF_SECOND;
          assembler.onTick(now);
        } else if (length > 0 && input[start] == 2) {
          assembler.forceOldest();
        } else if (length > 0 && input[start] == 3) {
          if (assembler.isHolding()) {
            assembler.letGo(now);
          } else {
            assembler.hold();
          }
        } else {
          take(line, memory, input, start, length, assembler, now);
        }
        balance(assembler.counters());
        start = i + 1;
      }
      assembler.letGo(now);
      assembler.flush();
      balance(assembler.counters());
      require(assembler.openEvents() == 0, "open events after flush");
      require(ring.liveRecords() == 0 && ring.usedBytes() == 0, "ring not empty");
    }
  }

  private void take(
      TextLine line,
      long memory,
      byte[] input,
      int start,
      int length,
      Assembler assembler,
      long now) {
    long first = split(line, memory, input, start, length, (byte) ' ');
    long second = split(line, memory, input, start, length, (byte) '=');
    require(first == second, "looked outside of the line");
    if (line.split(memory + MARGIN, length) == TextLine.Outcome.RECORD) {
      assembler.accept(
          line.type(),
          line.prefixAddress(),
          line.prefixLength(),
          line.textAddress(),
          line.textLength(),
          now);
    }
  }

  // Splits and walks the line between margins of one byte; a digest of all that was seen.
  private long split(TextLine line, long memory, byte[] input, int start, int length, byte margin) {
    Memory.fill(memory, length + 2L * MARGIN, margin);
    long address = memory + MARGIN;
    Memory.copy(input, start, address, length);
    TextLine.Outcome outcome = line.split(address, length);
    if (outcome != TextLine.Outcome.RECORD) {
      return -outcome.ordinal();
    }
    require(line.prefixAddress() == address, "prefix");
    require(line.textAddress() == address + line.prefixLength(), "text follows prefix");
    require(line.prefixLength() + line.textLength() == length, "the whole line");
    return line.type() * 31L + digest(line.textAddress(), line.textLength());
  }

  private void walk(AssembledEvent event) {
    int records = 0;
    event.rewind();
    while (event.next()) {
      records++;
      digest(event.textAddress(), event.textLength());
      require(fields.stampSeconds() == event.stampSeconds(), "seconds");
      require(fields.stampMillis() == event.stampMillis(), "milliseconds");
      require(fields.serial() == event.serial(), "serial");
    }
    require(records > 0 && records == event.recordCount(), "record count");
  }

  private long digest(long text, int length) {
    textLow = text;
    textHigh = text + length;
    fields.wrap(text, length);
    long digest = 1;
    require(fields.parseStamp(), "the stamp was valid before");
    require(fields.stampMillis() >= 0 && fields.stampMillis() <= 999, "milliseconds");
    require(fields.stampSeconds() >= 0, "seconds");
    fields.rewind();
    while (fields.nextWord()) {
      digest = word(digest);
    }
    if (fields.rewindEnriched()) {
      while (fields.next()) {
        digest = word(digest);
      }
    }
    return digest;
  }

  private long word(long digest) {
    inside(fields.valueAddress(), fields.valueLength());
    inside(fields.nameAddress(), fields.nameLength());
    fields.decimalValue(0);
    fields.hexValue(0);
    long next = digest * 31 + (fields.named() ? 1 : 0);
    next = next * 31 + fields.nameWord();
    next = next * 31 + (fields.nameAddress() - textLow) * 7 + fields.nameLength();
    return next * 31 + (fields.valueAddress() - textLow) * 7 + fields.valueLength();
  }

  private void inside(long address, int length) {
    require(
        length >= 0 && address >= textLow && address + length <= textHigh, "outside of the text");
  }

  private static void balance(Counters<AssemblerCounter> counters) {
    long gone =
        counters.value(RECORDS_OUT)
            + counters.value(EOE_EATEN)
            + counters.value(RECORDS_NO_STAMP)
            + counters.value(RECORDS_TOO_LONG)
            + counters.value(RECORDS_OPEN);
    require(counters.value(RECORDS_IN) == gone, "the books do not balance");
    require(counters.value(RECORDS_NO_STAMP) == 0, "the line had a stamp");
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
