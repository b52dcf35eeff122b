package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CursorFileTest {
  @TempDir Path temp;

  @Test
  void shouldBeNewUntilItIsWritten() throws IOException {
    Path file = temp.resolve("cursor-a");
    try (CursorFile cursor = new CursorFile(file)) {
      assertThat(cursor.saved().isNew()).isTrue();
      cursor.write(17, 5, 6, 7);
    }
    CursorFile.Saved saved = CursorFile.read(file);
    assertThat(saved).isEqualTo(new CursorFile.Saved(1, 17, 5, 6, 7));
  }

  @Test
  void shouldHoldTheWriteBeforeWhenOneIsTornAnywhere() throws IOException {
    Path file = temp.resolve("cursor-a");
    try (CursorFile cursor = new CursorFile(file)) {
      for (int write = 1; write <= 6; write++) {
        byte[] before = Files.readAllBytes(file);
        cursor.write(1_000 + write, write, -1, -2);
        byte[] after = Files.readAllBytes(file);
        // Torn after each number of bytes that reached the disk.
        int at = write % 2 * 4096;
        for (int torn = 0; torn < 52; torn++) {
          byte[] mixed = before.clone();
          System.arraycopy(after, at, mixed, at, torn);
          Path copy = temp.resolve("copy");
          Files.write(copy, mixed);
          // A prefix that ends in bytes equal to the old ones may be whole.
          CursorFile.Saved saved = CursorFile.read(copy);
          assertThat(saved.generation()).as("torn at %d", torn).isBetween(write - 1L, (long) write);
          assertThat(saved.position()).isEqualTo(saved.isNew() ? 0 : 1_000 + saved.generation());
        }
      }
    }
  }

  @Test
  void shouldGoOnAlternatingAfterAnOpen() throws IOException {
    Path file = temp.resolve("cursor-a");
    for (int open = 0; open < 5; open++) {
      try (CursorFile cursor = new CursorFile(file)) {
        assertThat(cursor.saved().generation()).isEqualTo(open);
        cursor.write(open, open, 0, 0);
      }
    }
  }
}
