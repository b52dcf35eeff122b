package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SeqMarkTest {
  @TempDir Path dir;

  @Test
  void shouldKeepWhatWasNotedOverItsProcess() {
    Path file = dir.resolve("mark");
    try (SeqMark mark = new SeqMark(file)) {
      mark.note(7, 1, 2, 99);
      mark.noteTaken(5000, 3);
      mark.noteSettled(4990);
    }
    try (SeqMark mark = new SeqMark(file)) {
      assertThat(mark.seq()).isEqualTo(7);
      assertThat(mark.receiveTimeNs()).isEqualTo(99);
      assertThat(mark.taken()).isEqualTo(new SpoolTaken(1, 2, 5000, 3, 4990));
    }
  }

  /// Killed between the first frame of a boot and the first word of what was taken in it.
  @Test
  void shouldOweNothingOfTheBootBefore() {
    try (SeqMark mark = new SeqMark(dir.resolve("mark"))) {
      mark.note(7, 1, 2, 99);
      mark.noteTaken(5000, 3);
      mark.noteSettled(4990);
      mark.note(1, 1, 3, 100);
      assertThat(mark.taken()).isEqualTo(new SpoolTaken(1, 3, 0, 0, SpoolTaken.UNKNOWN));
    }
  }
}
