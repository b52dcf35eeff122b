package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.spool.SpoolKeeper.Spare;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the keeper deletes, round by round, and what it does not.
final class SpoolKeeperTest {
  private static final int SEGMENT = 256 << 10;
  private static final long SMALLEST = 3L * SEGMENT + (128 << 10);

  @TempDir Path dir;

  /// A keeper of three full segments in a directory, of a file system that is asked at a path.
  private SpoolKeeper keeper(FileStore asked, long maxSize, int minFree, SegmentTable table)
      throws Exception {
    for (int segment = 1; segment <= 3; segment++) {
      Files.write(SegmentDescriptor.pathOf(dir, segment), new byte[100]);
      table.add(segment, segment, true);
    }
    SpoolSettings settings =
        new SpoolSettings(dir, maxSize, minFree, SEGMENT, SpoolSettings.OnFull.OVERRUN);
    return new SpoolKeeper(
        settings,
        new SpoolDirectory(dir, asked, false),
        table,
        new SpareSegment(SEGMENT),
        3,
        3,
        false);
  }

  @Test
  void shouldDeleteNothingWhenTheFileSystemDoesNotAnswer(@TempDir Path other) throws Exception {
    Path gone = Files.createDirectory(other.resolve("gone"));
    FileStore store = Files.getFileStore(gone);
    Files.delete(gone);
    SegmentTable table = new SegmentTable();
    SpoolKeeper keeper = keeper(store, 0, 20, table);
    assertThat(keeper.doWork()).isEqualTo(1);
    assertThat(keeper.spare()).isEqualTo(Spare.READY);
    assertThat(table.count()).isEqualTo(3);
    assertThat(keeper.lastError()).contains("does not say");
  }

  @Test
  void shouldCountASegmentThatCannotBeDeletedAndTryAgain() throws Exception {
    SegmentTable table = new SegmentTable();
    // Three segments and a spare are one too many.
    SpoolKeeper keeper = keeper(Files.getFileStore(dir), SMALLEST, 0, table);
    Path oldest = SegmentDescriptor.pathOf(dir, 1);
    Files.delete(oldest);
    Path within = Files.createFile(Files.createDirectory(oldest).resolve("within"));

    keeper.doWork();
    assertThat(keeper.lastError()).contains("cannot delete segment");
    assertThat(table.count()).as("the next one goes in its place").isEqualTo(1);
    assertThat(SegmentDescriptor.pathOf(dir, 2)).doesNotExist();
    assertThat(keeper.spare()).isEqualTo(Spare.READY);

    Files.delete(within);
    keeper.doWork();
    assertThat(oldest).doesNotExist();
  }
}
