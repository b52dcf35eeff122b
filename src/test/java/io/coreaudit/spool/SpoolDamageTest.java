package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Files as a killed process, a lost power or a bad disk leaves them.
@Timeout(60)
final class SpoolDamageTest {
  private static final int SEGMENT = 1 << 20;
  private static final int LENGTH = 900;

  @TempDir Path temp;
  private final SpoolProbe probe = new SpoolProbe();
  private SpoolSettings settings;

  @BeforeEach
  void fill() {
    settings =
        new SpoolSettings(
            temp.resolve("spool"), 64L << 20, 0, SEGMENT, SpoolSettings.OnFull.REFUSE);
    try (Spool spool = Spool.open(settings)) {
      probe.append(spool, 1, 2_000, LENGTH);
      assertThat(spool.stat().segments()).isEqualTo(2);
    }
  }

  private Path segment(int number) {
    return SegmentDescriptor.pathOf(settings.dir(), number);
  }

  /// Where the message header of each frame lies.
  private List<Integer> frameOffsets(int number) throws IOException {
    List<Integer> offsets = new ArrayList<>();
    try (FrameWalker walker = new FrameWalker()) {
      walker.open(new SegmentMap(segment(number)));
      while (walker.next()) {
        offsets.add(walker.offset() - (int) SegmentDescriptor.spaceOf(LENGTH));
      }
    }
    return offsets;
  }

  private int end(int number) throws IOException {
    List<Integer> offsets = frameOffsets(number);
    return offsets.get(offsets.size() - 1) + (int) SegmentDescriptor.spaceOf(LENGTH);
  }

  private static void write(Path file, long at, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    }
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, value).array();
  }

  @Test
  void shouldCountAndPassOverACorruptFrame() throws IOException {
    write(segment(1), frameOffsets(1).get(499) + 300, new byte[] {'!', '!'});
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      probe.read(reader, 1, 499);
      assertThat(reader.corruptFrames()).isZero();
      probe.read(reader, 501, 2_000);
      assertThat(reader.corruptFrames()).isEqualTo(1);
      assertThat(reader.next()).isFalse();
    }
    List<String> problems = new ArrayList<>();
    SpoolInspector.Findings findings = SpoolInspector.of(settings.dir()).verify(problems::add);
    assertThat(findings.corruptFrames()).isEqualTo(1);
    assertThat(findings.missingFrames()).isZero();
    assertThat(findings.frames()).isEqualTo(1_999);
    assertThat(findings.isSound()).isFalse();
    assertThat(problems).singleElement().asString().contains("frame 500").contains("damaged");
  }

  @Test
  void shouldGoOnBehindADamagedMessageHeader() throws IOException {
    List<Integer> offsets = frameOffsets(1);
    write(segment(1), offsets.get(699), number(0x3fff_fff0));
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      probe.read(reader, 1, 699);
      probe.read(reader, 701, 2_000);
      assertThat(reader.next()).isFalse();
      assertThat(reader.corruptFrames()).isEqualTo(1);
      probe.append(spool, 2_001, 2_100, LENGTH);
      probe.read(reader, 2_001, 2_100);
    }
  }

  @Test
  void shouldOverwriteAMessageThatWasNeverFinished() throws IOException {
    int end = end(2);
    byte[] torn = new byte[LENGTH];
    java.util.Arrays.fill(torn, (byte) 'x');
    write(segment(2), end, number(SegmentDescriptor.NOT_COMPLETE));
    write(segment(2), end + 4, torn);
    for (int restart = 0; restart < 2; restart++) {
      try (Spool spool = Spool.open(settings);
          SpoolReader reader = spool.reader("reader-" + restart)) {
        long last = 2_000 + restart * 50L;
        assertThat(spool.lastSeq()).isEqualTo(last);
        probe.append(spool, last + 1, last + 50, LENGTH);
        probe.read(reader, 1, last + 50);
        assertThat(reader.next()).isFalse();
        assertThat(spool.stat().segments()).isEqualTo(2);
      }
    }
  }

  @Test
  void shouldEndASegmentThatHasBytesBehindItsEnd() throws IOException {
    int end = end(2);
    write(segment(2), end + 8_192, new byte[] {1, 2, 3, 4, 5});
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      probe.append(spool, 2_001, 2_050, LENGTH);
      probe.read(reader, 1, 2_050);
      assertThat(reader.next()).isFalse();
      assertThat(spool.stat().segments()).isEqualTo(3);
    }
    assertThat(SpoolInspector.of(settings.dir()).verify(p -> {}).isSound()).isTrue();
  }

  @Test
  void shouldMakeASpareOfASegmentThatWasNeverBegun() throws IOException {
    // Killed after the rename, in the middle of Chronicle's own header.
    byte[] begun = new byte[100];
    java.util.Arrays.fill(begun, (byte) 7);
    Files.deleteIfExists(SegmentDescriptor.sparePathOf(settings.dir(), 3));
    Files.write(segment(3), new byte[SEGMENT]);
    write(segment(3), 0, begun);
    write(segment(3), 0, number(SegmentDescriptor.NOT_COMPLETE));
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      assertThat(spool.lastSeq()).isEqualTo(2_000);
      assertThat(Files.exists(segment(3))).isFalse();
      probe.append(spool, 2_001, 4_000, LENGTH);
      probe.read(reader, 1, 4_000);
    }
    assertThat(SpoolInspector.of(settings.dir()).verify(p -> {}).isSound()).isTrue();
  }

  @Test
  void shouldPassOverPartsThatHaveNoEnd() throws IOException {
    int end = end(2);
    ByteBuffer part = ByteBuffer.allocate(5_000).order(ByteOrder.LITTLE_ENDIAN);
    part.put(0, PartDescriptor.MARK);
    part.putInt(PartDescriptor.FRAME_LENGTH, 10_000);
    write(segment(2), end, number(part.capacity()));
    write(segment(2), end + 4, part.array());
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      assertThat(spool.lastSeq()).isEqualTo(2_000);
      probe.read(reader, 1, 2_000);
      assertThat(reader.next()).isFalse();
      probe.append(spool, 2_001, 2_001, 200_000);
      probe.append(spool, 2_002, 2_002, LENGTH);
      probe.read(reader, 2_001, 2_002);
      assertThat(reader.counters().value(ReaderCounter.UNFINISHED_FRAMES)).isEqualTo(1);
      assertThat(reader.corruptFrames()).isZero();
      long position = reader.position();
      probe.append(spool, 2_003, 2_004, LENGTH);
      probe.read(reader, 2_003, 2_004);
      reader.rewindTo(position);
      probe.read(reader, 2_003, 2_004);
    }
    SpoolInspector.Findings findings = SpoolInspector.of(settings.dir()).verify(p -> {});
    assertThat(findings.unfinishedFrames()).isEqualTo(1);
    assertThat(findings.isSound()).isTrue();
  }

  @Test
  void shouldMakeATornTableAnew() throws IOException {
    byte[] torn = new byte[SpoolFiles.METADATA_BYTES];
    java.util.Arrays.fill(torn, (byte) 9);
    write(settings.dir().resolve(SpoolFiles.METADATA), 0, torn);
    write(
        settings.dir().resolve(SpoolFiles.METADATA), 0, number(SegmentDescriptor.NOT_COMPLETE | 5));
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      probe.append(spool, 2_001, 4_000, LENGTH);
      probe.read(reader, 1, 4_000);
    }
  }

  @Test
  void shouldNotTakeNewFramesForOldOnesWhenSegmentsWereRemovedByHand() throws IOException {
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      probe.read(reader, 1, 2_000);
      reader.acknowledge(reader.position());
    }
    Files.delete(segment(1));
    Files.delete(segment(2));
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      probe.append(spool, 1, 10, LENGTH);
      probe.read(reader, 1, 10);
    }
  }

  @Test
  void shouldGoOnWithAnotherSegmentSize() {
    for (int size : new int[] {4 << 20, 512 << 10, 2 << 20}) {
      SpoolSettings other =
          new SpoolSettings(settings.dir(), 64L << 20, 0, size, SpoolSettings.OnFull.REFUSE);
      try (Spool spool = Spool.open(other);
          SpoolReader reader = spool.reader("reader-" + size)) {
        long last = spool.lastSeq();
        probe.append(spool, last + 1, last + 3_000, LENGTH);
        probe.read(reader, 1, last + 3_000);
        assertThat(reader.next()).isFalse();
      }
    }
  }
}
