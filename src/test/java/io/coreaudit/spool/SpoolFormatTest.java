package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.frame.FrameDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Spools that a newer or older program wrote.
@Timeout(60)
final class SpoolFormatTest {
  private static final String LINE = "coreaudit spool format 1\n";
  private static final int EVENTS = 2_000;
  private static final int LENGTH = 900;

  @TempDir Path temp;
  private final SpoolProbe probe = new SpoolProbe();
  private SpoolSettings settings;
  private Path format;

  @BeforeEach
  void fill() {
    settings =
        new SpoolSettings(
            temp.resolve("spool"), 64L << 20, 0, 1 << 20, SpoolSettings.OnFull.REFUSE);
    format = settings.dir().resolve(SpoolFiles.FORMAT);
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("one")) {
      probe.append(spool, 1, EVENTS, LENGTH);
      assertThat(reader.next()).isTrue();
      reader.acknowledge(reader.position());
    }
  }

  /// Content and time of every file.
  private Map<String, List<Object>> files() throws IOException {
    Map<String, List<Object>> files = new TreeMap<>();
    try (Stream<Path> list = Files.list(settings.dir())) {
      for (Path file : list.toList()) {
        files.put(
            file.getFileName().toString(),
            List.of(
                Files.getLastModifiedTime(file),
                java.util.Arrays.hashCode(Files.readAllBytes(file))));
      }
    }
    return files;
  }

  private void shouldBeWhole() {
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("two")) {
      assertThat(spool.damages()).isEmpty();
      probe.read(reader, 1, EVENTS);
      assertThat(reader.corruptFrames()).isZero();
    }
    assertThat(format).hasContent(LINE);
  }

  @Test
  void shouldNoteTheFormat() throws IOException {
    assertThat(format).hasContent(LINE);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(format)))
        .isEqualTo("rw-------");
    shouldBeWhole();
  }

  @Test
  void shouldLeaveWhatANewerProgramWroteAsItIs() throws IOException {
    Files.writeString(format, "coreaudit spool format 12\n");
    Map<String, List<Object>> before = files();
    String[] says = {
      settings.dir().toString(), "format 12, this program knows 1", "newer program", "move"
    };
    assertThatThrownBy(() -> Spool.open(settings))
        .isInstanceOf(NewerSpoolException.class)
        .hasMessageContainingAll(says);
    assertThatThrownBy(() -> SpoolInspector.of(settings.dir()))
        .isInstanceOf(NewerSpoolException.class)
        .hasMessageContainingAll(says);
    assertThat(files()).isEqualTo(before);
    Files.writeString(format, LINE);
    shouldBeWhole();
  }

  @Test
  void shouldTakeASpoolOfBeforeThereWasAFormat() throws IOException {
    Files.delete(format);
    shouldBeWhole();
  }

  @Test
  void shouldTakeASpoolOfBeforeAlsoWhereTheFormatCannotBeNoted() throws IOException {
    Files.delete(format);
    Files.createDirectories(settings.dir().resolve("spool.format.new/full"));
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("two")) {
      probe.read(reader, 1, EVENTS);
    }
    assertThat(format).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "coreaudit spool format 0\n", "coreaudit spool format 1", "\0\0\0\0"})
  void shouldTellAFormatThatSaysNothingAndGoOn(String text) throws IOException {
    Files.writeString(format, text);
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("two")) {
      assertThat(spool.damages())
          .singleElement()
          .isEqualTo(new SpoolDamage(format, 0, "it named no format and was written anew"));
      probe.read(reader, 1, EVENTS);
    }
    shouldBeWhole();
  }

  /// The first frame of each segment too: what is damaged there looks like a spool of another
  /// version to who goes by frames.
  @Test
  void shouldTakeADamagedVersionOfAFrameForDamage() throws IOException {
    int damaged = 0;
    for (int number : SpoolFiles.segments(settings.dir())) {
      Path file = SegmentDescriptor.pathOf(settings.dir(), number);
      int first;
      try (FrameWalker walker = new FrameWalker()) {
        walker.open(new SegmentMap(file));
        assertThat(walker.next()).isTrue();
        first = walker.offset() - (int) SegmentDescriptor.spaceOf(LENGTH);
      }
      try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
        out.seek(first + SegmentDescriptor.MESSAGE_HEADER_LENGTH);
        assertThat(out.read()).isEqualTo(FrameDescriptor.VERSION);
        out.seek(first + SegmentDescriptor.MESSAGE_HEADER_LENGTH);
        out.write(FrameDescriptor.VERSION + 1);
      }
      damaged++;
    }
    assertThat(damaged).isEqualTo(2);
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("two")) {
      int read = 0;
      while (reader.next()) {
        assertThat(probe.isRight(reader)).isTrue();
        read++;
      }
      assertThat(read).isEqualTo(EVENTS - damaged);
      assertThat(reader.corruptFrames()).isEqualTo(damaged);
    }
  }

  /// Whoever changes one of them so that older programs cannot read it raises `SpoolFormat.VERSION`
  /// and its line here.
  @Test
  void shouldStandForTheFormatsOfItsFiles() {
    assertThat(
            List.of(
                SpoolFormat.VERSION,
                (int) FrameDescriptor.VERSION,
                CursorFile.VERSION,
                SeqMark.VERSION))
        .containsExactly(1, 1, 2, 1);
  }
}
