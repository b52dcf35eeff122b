package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CursorFileTest {
  private static final OwedGap OWED = new OwedGap(3, 2, 5, 6, 7);

  @TempDir Path temp;

  @Test
  void shouldBeNewUntilItIsWritten() throws IOException {
    Path file = temp.resolve("cursor-a");
    try (CursorFile cursor = new CursorFile(file)) {
      assertThat(cursor.found().isNew()).isTrue();
      cursor.write(17, 5, 6, 7, OWED);
    }
    CursorFile.Saved saved = CursorFile.read(file);
    assertThat(saved).isEqualTo(new CursorFile.Saved(1, 17, 5, 6, 7, OWED));
  }

  private static void write(CursorFile cursor, long number) throws IOException {
    cursor.write(1_000 + number, number, -1, -2, new OwedGap(number, 1, number, -1, -2));
  }

  private static void force(CursorFile cursor) throws IOException {
    cursor.beginForce();
    cursor.force();
    cursor.forced();
  }

  private void shouldHold(byte[] file, long least, long most, String what) throws IOException {
    Path copy = Files.write(temp.resolve("copy"), file);
    CursorFile.Saved saved = CursorFile.read(copy);
    assertThat(saved.generation()).as(what).isBetween(least, most);
    assertThat(saved.position()).as(what).isEqualTo(saved.isNew() ? 0 : 1_000 + saved.generation());
    assertThat(saved.owed().events()).as(what).isEqualTo(saved.generation());
  }

  @Test
  void shouldHoldWhatWasForcedWhateverIsTornAfterIt() throws IOException {
    Path file = temp.resolve("cursor-a");
    Random random = new Random(5);
    try (CursorFile cursor = new CursorFile(file)) {
      long number = 0;
      for (int round = 0; round < 7; round++) {
        byte[] forced = Files.readAllBytes(file);
        long least = number;
        for (int write = 0; write < 3; write++) {
          write(cursor, ++number);
        }
        cursor.beginForce(); // has not come back yet
        for (int write = 0; write < 2; write++) {
          write(cursor, ++number);
        }
        byte[] after = Files.readAllBytes(file);
        // Any bytes of what was written since may have reached the disk.
        for (int torn = 0; torn < 200; torn++) {
          byte[] mixed = forced.clone();
          for (int at = 0; at < mixed.length; at++) {
            mixed[at] = random.nextBoolean() ? after[at] : mixed[at];
          }
          shouldHold(mixed, least, number, "round " + round);
        }
        shouldHold(after, number, number, "round " + round);
        cursor.force();
        cursor.forced();
        force(cursor);
      }
    }
  }

  @Test
  void shouldHoldTheWriteBeforeWhenOneIsTornAnywhere() throws IOException {
    Path file = temp.resolve("cursor-a");
    try (CursorFile cursor = new CursorFile(file)) {
      for (int number = 1; number <= 7; number++) {
        byte[] before = Files.readAllBytes(file);
        write(cursor, number);
        byte[] after = Files.readAllBytes(file);
        int at = Arrays.mismatch(before, after) / 4096 * 4096;
        for (int torn = 0; torn < 92; torn++) {
          byte[] mixed = before.clone();
          System.arraycopy(after, at, mixed, at, torn);
          // A prefix that ends in bytes equal to the old ones may be whole.
          shouldHold(mixed, number - 1, number, "torn at " + torn);
        }
        force(cursor);
      }
    }
  }

  @Test
  void shouldGoOnAfterAnOpen() throws IOException {
    Path file = temp.resolve("cursor-a");
    for (int open = 0; open < 7; open++) {
      try (CursorFile cursor = new CursorFile(file)) {
        assertThat(cursor.generation()).isEqualTo(open);
        cursor.write(open, open, 0, 0, OwedGap.NONE);
      }
    }
  }

  /// What an agent before this version wrote.
  @Test
  void shouldReadTheFirstVersion() throws IOException {
    Path file = temp.resolve("cursor-a");
    ByteBuffer slots = ByteBuffer.allocate(2 * 4096).order(ByteOrder.LITTLE_ENDIAN);
    slots.putInt(0, 0x53524341).putInt(4, 1).putLong(8, 4).putLong(16, 17).putLong(24, 5);
    slots.putLong(32, 6).putLong(40, 7);
    CRC32C crc = new CRC32C();
    crc.update(slots.array(), 0, 48);
    slots.putInt(48, (int) crc.getValue());
    Files.write(file, slots.array());
    assertThat(CursorFile.read(file)).isEqualTo(new CursorFile.Saved(4, 17, 5, 6, 7, OwedGap.NONE));
    try (CursorFile cursor = new CursorFile(file)) {
      cursor.write(18, 6, 6, 7, OWED);
    }
    assertThat(CursorFile.read(file)).isEqualTo(new CursorFile.Saved(5, 18, 6, 6, 7, OWED));
  }
}
