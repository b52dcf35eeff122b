package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a start makes of files that root or a bad disk damaged: it starts, delivers what is left,
/// tells what is not, and gives no number twice.
@Timeout(120)
final class SpoolRepairTest {
  private static final int SEGMENT = 1 << 20;
  private static final int LENGTH = 900;
  private static final int LAST = 2_000;

  @TempDir Path temp;
  private final SpoolProbe probe = new SpoolProbe();
  private SpoolSettings settings;

  @BeforeEach
  void fill() {
    settings =
        new SpoolSettings(
            temp.resolve("spool"), 64L << 20, 0, SEGMENT, SpoolSettings.OnFull.REFUSE);
    try (Spool spool = Spool.open(settings)) {
      probe.appendBatches(spool, 1, LAST, LENGTH);
      assertThat(spool.stat().segments()).isEqualTo(2);
    }
  }

  private Path segment(int number) {
    return SegmentDescriptor.pathOf(settings.dir(), number);
  }

  private static void overwrite(Path file, long at, byte[] bytes) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      open.write(bytes);
    }
  }

  private static byte[] garbage(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /// Opens, goes on, reads everything there is; the numbers that did not come.
  private long missingAfterAStart(long damagedAtMost) {
    long told;
    long missing = 0;
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      assertThat(spool.lastSeq()).isEqualTo(LAST);
      told = spool.damages().stream().mapToLong(SpoolDamage::events).sum();
      probe.appendBatches(spool, LAST + 1, LAST + 3_000, LENGTH);
      long expected = 1;
      while (reader.next()) {
        assertThat(probe.isRight(reader)).isTrue();
        missing += reader.frame().seq() - expected;
        expected = reader.frame().seq() + 1;
      }
      assertThat(expected).isEqualTo(LAST + 3_001);
      assertThat(told + reader.corruptFrames()).as("told and counted").isEqualTo(missing);
      assertThat(missing).isLessThanOrEqualTo(damagedAtMost);
      assertThat(spool.state()).isEqualTo(SpoolStat.State.OPEN);
    }
    try (Spool spool = Spool.open(settings)) {
      assertThat(spool.lastSeq()).isEqualTo(LAST + 3_000);
      assertThat(spool.damages()).isEmpty();
    }
    return missing;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 40, 200})
  void shouldMakeADamagedTableAnew(int at) throws IOException {
    byte[] bytes = garbage(2_000, at);
    bytes[3] &= 0x3f;
    overwrite(settings.dir().resolve(SpoolFiles.METADATA), at, bytes);
    assertThat(missingAfterAStart(0)).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldReadASegmentWhoseHeadIsDamaged(int number) throws IOException {
    overwrite(segment(number), 0, garbage(30_000, number));
    assertThat(missingAfterAStart(0)).isZero();
    assertThat(SegmentDescriptor.asidePathOf(settings.dir(), number)).exists();
  }

  @Test
  void shouldNotTakeASegmentForEmptyWhoseFirstHeaderIsGone() throws IOException {
    overwrite(segment(2), 0, new byte[4_096]);
    assertThat(missingAfterAStart(0)).isZero();
  }

  @Test
  void shouldGoOnBehindADamageInTheNewestSegment() throws IOException {
    long middle = 300_000;
    overwrite(segment(2), middle, garbage(4_096, 5));
    assertThat(missingAfterAStart(60)).isPositive();
  }

  @Test
  void shouldTellWhatIsGoneAtTheEndOfTheNewestSegment() throws IOException {
    overwrite(segment(2), 300_000, new byte[SEGMENT - 300_000]);
    assertThat(missingAfterAStart(LAST)).isGreaterThan(100);
  }

  @Test
  void shouldTellWhatATruncatedSegmentLost() throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(segment(1).toFile(), "rw")) {
      open.setLength(200_000);
    }
    assertThat(missingAfterAStart(LAST)).isGreaterThan(100);
  }

  @Test
  void shouldTellWhatATruncatedNewestSegmentLost() throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(segment(2).toFile(), "rw")) {
      open.setLength(200_000);
    }
    assertThat(missingAfterAStart(LAST)).isGreaterThan(100);
  }

  @Test
  void shouldGiveNoNumberTwiceWhenAllSegmentsAreGone() throws IOException {
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      probe.read(reader, 1, LAST);
      reader.acknowledge(reader.position());
    }
    for (String lost : List.of(SpoolFiles.SEQ_MARK, "cursor-one")) {
      for (int number : SpoolFiles.segments(settings.dir())) {
        SpoolFiles.deleteSegment(settings.dir(), number);
      }
      Files.delete(settings.dir().resolve(lost));
      try (Spool spool = Spool.open(settings)) {
        assertThat(spool.lastSeq()).as("without " + lost).isEqualTo(LAST);
        assertThat(spool.lastBootIdHigh()).isEqualTo(NumberedFrames.BOOT_HIGH);
      }
    }
  }

  @Test
  void shouldOutliveAFileThatIsCutWhileItIsRead() throws Exception {
    try (ChildJvm child =
        ChildJvm.start(temp, TruncatedWhileRead.class, temp.resolve("other"), 3_000, 300_000)) {
      assertThat(child.exitCode(60)).as(child.output()).isZero();
      assertThat(child.output()).contains("read+damaged=3000").doesNotContain("damaged=0\n");
    }
  }

  @Test
  void shouldNotTakeADirectoryThatOthersWriteTo() throws IOException {
    for (String mode : List.of("rwxrwxrwx", "rwxrwx---", "rwx----w-")) {
      Path shared = Files.createDirectory(temp.resolve(mode));
      Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString(mode));
      assertRefused(shared, "can be written by others");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shared)))
          .isEqualTo(mode);
    }
    Path sticky = Files.createDirectory(temp.resolve("sticky"));
    Files.setAttribute(sticky, "unix:mode", 01755);
    assertRefused(sticky, "is sticky");
    if ("root".equals(System.getProperty("user.name"))) {
      Path foreign = Files.createDirectory(temp.resolve("foreign"));
      Files.setAttribute(foreign, "unix:uid", 12345);
      assertRefused(foreign, "belongs to uid 12345");
    }
  }

  private static void assertRefused(Path directory, String why) throws IOException {
    assertThatThrownBy(() -> Spool.open(SpoolSettings.of(directory)))
        .isInstanceOf(SpoolException.class)
        .hasMessageContaining(why)
        .hasMessageContaining("change spool.dir");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void shouldLeaveTheModeOfADirectoryThatWasThere() throws IOException {
    Path mine = Files.createDirectory(temp.resolve("mine"));
    Files.setPosixFilePermissions(mine, PosixFilePermissions.fromString("rwxr-x---"));
    Spool.open(new SpoolSettings(mine, 64L << 20, 0, SEGMENT, SpoolSettings.OnFull.REFUSE)).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(mine)))
        .isEqualTo("rwxr-x---");
  }
}
