package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Frames that are appended together: order, cursors, refusal, and every byte of them damaged.
@Timeout(120)
final class SpoolBatchTest {
  private static final int SEGMENT = 1 << 20;
  private static final int LENGTH = 300;

  @TempDir Path temp;
  private final SpoolProbe probe = new SpoolProbe();

  private SpoolSettings settings(SpoolSettings.OnFull onFull, long maxSize) {
    return new SpoolSettings(temp.resolve("spool"), maxSize, 0, SEGMENT, onFull);
  }

  private SpoolSettings settings() {
    return settings(SpoolSettings.OnFull.REFUSE, 64L << 20);
  }

  @Test
  void shouldReadBatchesAndSingleFramesInOrderAlsoAfterARestartWithinABatch() {
    long position;
    try (Spool spool = Spool.open(settings());
        SpoolReader reader = spool.reader("one")) {
      probe.append(spool, 1, 3, LENGTH);
      probe.appendBatches(spool, 4, 9_000, LENGTH);
      probe.append(spool, 9_001, 9_001, 200_000);
      probe.appendBatches(spool, 9_002, 9_020, LENGTH);
      assertThat(spool.counters().value(SpoolCounter.ROLLS)).isGreaterThan(2);
      assertThat(spool.counters().value(SpoolCounter.APPENDED)).isEqualTo(9_020);
      assertThat(spool.stat().events()).isEqualTo(9_020);
      probe.read(reader, 1, 4_001);
      position = reader.position();
      probe.read(reader, 4_002, 9_020);
      assertThat(reader.next()).isFalse();
      reader.rewindTo(position);
      probe.read(reader, 4_002, 4_010);
      reader.acknowledge(position);
    }
    try (Spool spool = Spool.open(settings());
        SpoolReader reader = spool.reader("one")) {
      assertThat(spool.lastSeq()).isEqualTo(9_020);
      assertThat(reader.lagEvents()).isEqualTo(9_020 - 4_001);
      probe.appendBatches(spool, 9_021, 9_100, LENGTH);
      probe.read(reader, 4_002, 9_100);
      assertThat(reader.next()).isFalse();
      assertThat(reader.corruptFrames()).isZero();
    }
    assertThat(SpoolInspector.of(settings().dir()).verify(p -> {}).isSound()).isTrue();
  }

  @Test
  void shouldRefuseABatchWhole() {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.REFUSE, 4L << 20));
        FrameBatch batch = spool.newBatch();
        SpoolReader reader = spool.reader("one")) {
      long accepted = 0;
      while (probe.offerBatch(spool, batch, accepted + 1, accepted + 20, LENGTH)) {
        accepted += 20;
      }
      var counters = spool.counters();
      assertThat(counters.value(SpoolCounter.APPENDED)).isEqualTo(accepted);
      assertThat(counters.value(SpoolCounter.REFUSED_BOUND)).isEqualTo(20);
      assertThat(counters.value(SpoolCounter.OFFERED)).isEqualTo(accepted + 20);
      assertThat(counters.value(SpoolCounter.APPENDED_BYTES)).isEqualTo(accepted * LENGTH);
      probe.read(reader, 1, accepted);
      assertThat(reader.next()).isFalse();
    }
  }

  @Test
  void shouldMoveAReaderOverSegmentsOfBatchesAndTellItHowMany() {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.OVERRUN, 4L << 20));
        SpoolReader reader = spool.reader("one")) {
      probe.appendBatches(spool, 1, 100, LENGTH);
      probe.read(reader, 1, 50);
      reader.acknowledge(reader.position());
      probe.appendBatches(spool, 101, 40_000, LENGTH);
      long expected = 51;
      long skipped = 0;
      while (reader.next()) {
        skipped += reader.frame().seq() - expected;
        expected = reader.frame().seq() + 1;
      }
      assertThat(expected).isEqualTo(40_001);
      assertThat(skipped).isGreaterThan(10_000);
      assertThat(reader.skippedEvents()).isEqualTo(skipped);
    }
  }

  @Test
  void shouldTakeABatchOfOneAsTheFrameAlone() throws IOException {
    try (Spool spool = Spool.open(settings());
        FrameBatch batch = spool.newBatch()) {
      assertThat(probe.offerBatch(spool, batch, 1, 1, LENGTH)).isTrue();
      assertThat(probe.offerBatch(spool, batch, 2, 2, 400_000)).isTrue();
    }
    try (FrameWalker walker = new FrameWalker()) {
      walker.open(new SegmentMap(SegmentDescriptor.pathOf(settings().dir(), 1)));
      assertThat(walker.next()).isTrue();
      int first = walker.offset();
      assertThat(walker.next()).isTrue();
      assertThat(walker.frameLength()).isEqualTo(400_000);
      assertThat(walker.messages()).isGreaterThan(2);
      byte[] segment = Files.readAllBytes(SegmentDescriptor.pathOf(settings().dir(), 1));
      int header =
          ByteBuffer.wrap(segment)
              .order(ByteOrder.LITTLE_ENDIAN)
              .getInt(first - (int) SegmentDescriptor.spaceOf(LENGTH));
      assertThat(header).isEqualTo(LENGTH);
    }
  }

  /// Whatever byte of a message is damaged: all other messages come, in their places.
  @Test
  void shouldCountTheSameWhateverByteIsDamaged() throws IOException {
    try (Spool spool = Spool.open(settings());
        FrameBatch batch = spool.newBatch()) {
      probe.offerBatch(spool, batch, 1, 9, LENGTH);
      probe.offerBatch(spool, batch, 10, 14, LENGTH);
      probe.offerBatch(spool, batch, 15, 20, LENGTH);
      probe.append(spool, 21, 25, LENGTH);
    }
    Path segment = SegmentDescriptor.pathOf(settings().dir(), 1);
    int begin;
    int end;
    try (FrameWalker walker = new FrameWalker()) {
      walker.open(new SegmentMap(segment));
      walker.skipTo(9);
      begin = walker.offset();
      walker.skipTo(14);
      end = walker.offset();
    }
    int batchHead = SegmentDescriptor.MESSAGE_HEADER_LENGTH + BatchDescriptor.HEADER_LENGTH;
    int frameHead = BatchDescriptor.ENTRY_HEADER_LENGTH + 80;
    try (FileChannel channel =
            FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FrameWalker walker = new FrameWalker()) {
      ByteBuffer one = ByteBuffer.allocate(1);
      for (int at = begin; at < end; at++) {
        int in = at - begin;
        // Text is text: a few of it will do.
        if (in > batchHead + frameHead && in % 50 != 0) {
          continue;
        }
        for (int bits : new int[] {1, 4, 0x40, 0x80, 0xff}) {
          flip(channel, one, at, bits);
          walker.open(new SegmentMap(segment));
          int whole = 0;
          while (walker.next()) {
            if (walker.isWhole()) {
              whole++;
              if (walker.frames() <= 9 || walker.frames() > 14) {
                assertThat(seqOf(walker))
                    .as("byte %d, bits %x", in, bits)
                    .isEqualTo(walker.frames());
              }
            }
          }
          assertThat(walker.frames()).as("byte %d, bits %x", in, bits).isEqualTo(25);
          assertThat(whole).as("byte %d, bits %x", in, bits).isBetween(20, 25);
          flip(channel, one, at, bits);
        }
      }
    }
  }

  private static long seqOf(FrameWalker walker) {
    return new io.coreaudit.frame.FrameFlyweight()
        .wrap(walker.frameAddress(), walker.frameLength())
        .seq();
  }

  private static void flip(FileChannel channel, ByteBuffer one, int at, int bits)
      throws IOException {
    channel.read(one.clear(), at);
    one.put(0, (byte) (one.get(0) ^ bits));
    channel.write(one.flip(), at);
  }

  @Test
  void shouldLoseOneMessageWhereItsHeaderIsDamaged() throws IOException {
    try (Spool spool = Spool.open(settings());
        FrameBatch batch = spool.newBatch()) {
      for (long seq = 1; seq <= 991; seq += 10) {
        probe.offerBatch(spool, batch, seq, seq + 9, LENGTH);
      }
    }
    Path segment = SegmentDescriptor.pathOf(settings().dir(), 1);
    int at;
    try (FrameWalker walker = new FrameWalker()) {
      walker.open(new SegmentMap(segment));
      walker.skipTo(500);
      at = walker.offset();
    }
    for (int header : new int[] {0, -1, 0x3fff_fff0, SegmentDescriptor.NOT_COMPLETE, 8}) {
      try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, header), at);
      }
      SpoolInspector.Findings findings = SpoolInspector.of(settings().dir()).verify(p -> {});
      assertThat(findings.frames()).as("header %x", header).isEqualTo(990);
      assertThat(findings.corruptFrames()).as("header %x", header).isEqualTo(10);
      assertThat(findings.missingFrames()).as("header %x", header).isZero();
      assertThat(findings.lastSeq()).isEqualTo(1_000);
    }
  }
}
