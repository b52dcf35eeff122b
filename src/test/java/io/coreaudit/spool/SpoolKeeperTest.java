package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.spool.SpoolKeeper.Spare;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  void shouldGiveUpNothingWhereNothingCanBeDeleted() throws Exception {
    SegmentTable table = new SegmentTable();
    // Three segments and a spare are one too many.
    SpoolKeeper keeper = keeper(Files.getFileStore(dir), SMALLEST, 0, table);
    List<Path> within = new ArrayList<>();
    for (int segment = 1; segment <= 3; segment++) {
      within.add(makeUndeletable(segment));
    }

    keeper.doWork();
    keeper.doWork();
    assertThat(keeper.lastError()).contains("cannot delete segment");
    assertThat(table.count()).as("readable still, and no room would come of it").isEqualTo(3);
    assertThat(keeper.spare()).isEqualTo(Spare.BOUND);
    assertThat(keeper.counters().value(KeeperCounter.SEGMENTS_OVERRUN)).isZero();

    Files.delete(within.getFirst());
    keeper.doWork();
    assertThat(SegmentDescriptor.pathOf(dir, 1)).doesNotExist();
    assertThat(table.count()).isEqualTo(2);
    assertThat(keeper.spare()).isEqualTo(Spare.READY);
    assertThat(keeper.counters().value(KeeperCounter.SEGMENTS_OVERRUN)).isEqualTo(1);
  }

  /// Makes a segment one that unlink(2) refuses, also to root; what to delete to end that.
  private Path makeUndeletable(int segment) throws Exception {
    Path file = SegmentDescriptor.pathOf(dir, segment);
    Files.delete(file);
    return Files.createFile(Files.createDirectory(file).resolve("within"));
  }
}
