package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class SpoolBoundsTest {
  private static final int SEGMENT = 512 << 10;
  private static final long MAX_SIZE = 8L * SEGMENT + SpoolFiles.METADATA_BYTES;

  @TempDir Path temp;
  private final SpoolProbe probe = new SpoolProbe();

  private SpoolSettings settings(SpoolSettings.OnFull onFull) {
    return new SpoolSettings(temp.resolve("spool"), MAX_SIZE, 0, SEGMENT, onFull);
  }

  private long bytesOnDisk() {
    try (Stream<Path> files = Files.list(temp.resolve("spool"))) {
      return files
              .map(file -> file.getFileName().toString())
              .filter(
                  name ->
                      name.endsWith(SegmentDescriptor.SUFFIX)
                          || name.endsWith(SegmentDescriptor.SPARE_SUFFIX))
              .count()
          * SEGMENT;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertIdentity(Spool spool) {
    var counters = spool.counters();
    assertThat(counters.value(SpoolCounter.OFFERED))
        .isEqualTo(
            counters.value(SpoolCounter.APPENDED)
                + counters.value(SpoolCounter.REFUSED_BOUND)
                + counters.value(SpoolCounter.REFUSED_NO_SPACE)
                + counters.value(SpoolCounter.REFUSED_TOO_LARGE)
                + counters.value(SpoolCounter.REFUSED_FAILED));
  }

  @Test
  void shouldCountWhatAReaderLosesThatNeverReadAnything() {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.OVERRUN));
        SpoolReader reader = spool.reader("siem-that-never-was")) {
      probe.append(spool, 1, 20_000, 900);
      assertThat(reader.next()).isTrue();
      assertThat(reader.frame().seq()).isGreaterThan(1);
      assertThat(reader.skippedEvents()).isEqualTo(reader.frame().seq() - 1);
    }
  }

  /// What only a reader of the agent's own has read waits for a sink that may come.
  @Test
  void shouldKeepWhatNoSinkHasReadWhereThereIsNone() {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.OVERRUN));
        SpoolReader chain = spool.reader("@chain")) {
      spool.releaseAcknowledged();
      probe.append(spool, 1, 2_000, 900);
      probe.read(chain, 1, 2_000);
      chain.acknowledge(chain.position());
      spool.syncCursors();
      try (SpoolReader sink = spool.reader("siem")) {
        probe.read(sink, 1, 2_000);
        assertThat(sink.skippedEvents()).isZero();
        sink.acknowledge(sink.position());
        SpoolProbe.await("both have it", () -> spool.stat().segments() == 1);
      }
    }
  }

  @Test
  void shouldRefuseAtTheBoundAndGoOnWhenSegmentsAreAcknowledged() {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.REFUSE));
        SpoolReader reader = spool.reader("one")) {
      spool.releaseAcknowledged();
      long read = 0;
      long accepted = 0;
      for (int cycle = 0; cycle < 10; cycle++) {
        accepted = probe.fill(spool, accepted + 1, 900);
        assertThat(spool.state()).isEqualTo(SpoolStat.State.BOUND);
        assertThat(bytesOnDisk()).isLessThanOrEqualTo(MAX_SIZE);
        long half = read + (accepted - read) / 2;
        probe.read(reader, read + 1, half);
        read = half;
        reader.acknowledge(reader.position());
        assertThat(reader.lagEvents()).isEqualTo(accepted - read);
        SpoolProbe.await("room", () -> spool.state() == SpoolStat.State.OPEN);
      }
      probe.read(reader, read + 1, accepted);
      assertThat(reader.next()).isFalse();
      assertThat(reader.skippedEvents()).isZero();
      assertThat(accepted).isGreaterThan(10_000);
      assertThat(spool.counters().value(SpoolCounter.REFUSED_BOUND)).isEqualTo(10);
      assertThat(spool.counters().value(SpoolCounter.REFUSED_NO_SPACE)).isZero();
      assertIdentity(spool);
    }
  }

  @Test
  void shouldPassOverAnAcknowledgedSegmentThatCannotBeDeletedAndTryItAgain() throws Exception {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.REFUSE));
        SpoolReader reader = spool.reader("one")) {
      spool.releaseAcknowledged();
      long accepted = probe.fill(spool, 1, 900);
      probe.read(reader, 1, 1);
      Path directory = temp.resolve("spool");
      Path oldest = SegmentDescriptor.pathOf(directory, SpoolFiles.segments(directory)[0]);
      Files.delete(oldest);
      Path within = Files.createFile(Files.createDirectory(oldest).resolve("within"));

      probe.read(reader, 2, accepted / 2);
      reader.acknowledge(reader.position());
      SpoolProbe.await("room", () -> spool.state() == SpoolStat.State.OPEN);
      assertThat(oldest).isDirectory();
      assertThat(bytesOnDisk())
          .as("what could not be deleted counts")
          .isLessThanOrEqualTo(MAX_SIZE);
      Files.delete(within);
      SpoolProbe.await("deleted after all", () -> Files.notExists(oldest));
      probe.read(reader, accepted / 2 + 1, accepted);
      assertThat(reader.skippedEvents()).isZero();
    }
  }

  /// As a directory that wants a further block on a full disk.
  @Test
  void shouldSayThatASpareCannotBeTakenIntoUseUntilItCan() throws Exception {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.REFUSE))) {
      probe.append(spool, 1, 1, 900);
      Path directory = temp.resolve("spool");
      int next = SpoolFiles.segments(directory)[0] + 1;
      Path inTheWay = Files.createDirectory(SegmentDescriptor.pathOf(directory, next));
      Path within = Files.createFile(inTheWay.resolve("within"));
      long taken = probe.fill(spool, 2, 900);
      assertThat(spool.mayTake()).as("not at once").isFalse();
      assertThat(spool.counters().value(SpoolCounter.REFUSED_NO_SPACE)).isEqualTo(1);
      assertThat(spool.state()).isEqualTo(SpoolStat.State.NO_SPACE);
      assertThat(spool.stat().lastError()).contains("cannot be given its name");
      SpoolProbe.await("worth another try", spool::mayTake);
      assertThat(spool.state()).isEqualTo(SpoolStat.State.NO_SPACE);

      Files.delete(within);
      Files.delete(inTheWay);
      probe.append(spool, taken + 1, taken + 1, 900);
      assertThat(spool.state()).isEqualTo(SpoolStat.State.OPEN);
      assertThat(spool.stat().lastError()).isEmpty();
      assertIdentity(spool);
    }
  }

  @Test
  void shouldMoveTheReaderBehindOverTheOldestSegmentsAndTellItHowMany() {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.OVERRUN));
        SpoolReader slow = spool.reader("slow");
        SpoolReader quick = spool.reader("quick")) {
      spool.releaseAcknowledged();
      probe.append(spool, 1, 100, 900);
      probe.read(slow, 1, 60);
      slow.acknowledge(slow.position());
      long last = 20_000;
      for (long seq = 101; seq <= last; seq++) {
        probe.append(spool, seq, seq, 900);
        if (seq % 100 == 0) {
          probe.read(quick, quick.counters().value(ReaderCounter.FRAMES) + 1, seq);
          quick.acknowledge(quick.position());
        }
      }
      SpoolProbe.await("the bound", () -> bytesOnDisk() <= MAX_SIZE);
      assertThat(quick.skippedEvents()).isZero();
      assertThat(quick.lagEvents()).isZero();

      // What the slow one had under its eyes it may finish; then it is moved on.
      long seen = 60;
      long expected = 61;
      long skipped = 0;
      while (slow.next()) {
        long seq = slow.frame().seq();
        if (seq != expected) {
          skipped += seq - expected;
          assertThat(slow.skippedFirstSeq()).isEqualTo(expected);
          assertThat(slow.skippedLastSeq()).isEqualTo(seq - 1);
        }
        assertThat(probe.isRight(slow)).isTrue();
        expected = seq + 1;
        seen++;
      }
      assertThat(expected).isEqualTo(last + 1);
      assertThat(skipped).isGreaterThan(10_000);
      assertThat(slow.skippedEvents()).isEqualTo(skipped);
      assertThat(seen + skipped).isEqualTo(last);
      assertThat(slow.corruptFrames()).isZero();
      assertIdentity(spool);
      assertThat(spool.counters().value(SpoolCounter.APPENDED)).isEqualTo(last);
    }
  }

  @Test
  void shouldCountEachSkippedEventOnceWhenARewindLeadsOverThemAgain() {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.OVERRUN));
        SpoolReader reader = spool.reader("one")) {
      probe.append(spool, 1, 1_000, 900);
      probe.read(reader, 1, 800);
      long early = reader.position();
      reader.acknowledge(early);
      probe.read(reader, 801, 1_000);
      probe.append(spool, 1_001, 20_000, 900);
      SpoolProbe.await("the bound", () -> bytesOnDisk() <= MAX_SIZE);
      long last = 0;
      while (reader.next()) {
        last = reader.frame().seq();
      }
      assertThat(last).isEqualTo(20_000);
      reader.rewindTo(early);
      assertThat(reader.next()).isTrue();
      long first = reader.frame().seq();
      assertThat(first).isGreaterThan(10_000);
      assertThat(reader.skippedEvents()).isEqualTo(first - 801);
      assertThat(reader.skippedFirstSeq()).isEqualTo(801);
      assertThat(reader.skippedLastSeq()).isEqualTo(first - 1);
    }
  }

  @Test
  void shouldCountWhatWentWhileASinkWasNotConfigured() {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.OVERRUN));
        SpoolReader reader = spool.reader("absent")) {
      probe.append(spool, 1, 500, 900);
      probe.read(reader, 1, 400);
      reader.acknowledge(reader.position());
    }
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.OVERRUN))) {
      probe.append(spool, 501, 20_000, 900);
    }
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.OVERRUN));
        SpoolReader reader = spool.reader("absent")) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.skippedEvents()).isEqualTo(reader.frame().seq() - 401);
      probe.read(reader, reader.frame().seq() + 1, 20_000);
      assertThat(reader.next()).isFalse();
    }
  }

  @Test
  void shouldStartANewSinkAtTheOldestFrameKept() {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.OVERRUN))) {
      probe.append(spool, 1, 1_000, 900);
      try (SpoolReader late = spool.reader("late")) {
        probe.read(late, 1, 1_000);
      }
    }
  }

  @Test
  void shouldDeleteOnlyWhatEveryReaderAcknowledgedAndKeepTheNewest() {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.REFUSE));
        SpoolReader one = spool.reader("one")) {
      probe.append(spool, 1, 2_500, 900);
      int before = spool.stat().segments();
      assertThat(before).isGreaterThan(3);
      probe.read(one, 1, 2_500);
      one.acknowledge(one.position());
      SpoolReader two = spool.reader("two");
      spool.releaseAcknowledged();
      assertThat(spool.stat().segments()).isEqualTo(before);
      probe.read(two, 1, 2_500);
      two.acknowledge(two.position());
      SpoolProbe.await("release", () -> spool.stat().segments() == 1);
      two.close();
    }
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.REFUSE))) {
      assertThat(spool.lastSeq()).isEqualTo(2_500);
    }
  }

  @Test
  void shouldNotLetAClosedReaderHoldSegments() {
    try (Spool spool = Spool.open(settings(SpoolSettings.OnFull.REFUSE));
        SpoolReader one = spool.reader("one")) {
      SpoolReader gone = spool.reader("gone");
      spool.releaseAcknowledged();
      probe.append(spool, 1, 2_500, 900);
      probe.read(one, 1, 2_500);
      one.acknowledge(one.position());
      gone.close();
      SpoolProbe.await("release", () -> spool.stat().segments() == 1);
    }
  }

  @Test
  void shouldKeepTheMinimumFree() {
    // So much that no disk in use has it, whatever others do to it meanwhile.
    int percent = 99;
    SpoolSettings refuse =
        new SpoolSettings(
            temp.resolve("spool"), MAX_SIZE, percent, SEGMENT, SpoolSettings.OnFull.REFUSE);
    try (Spool spool = Spool.open(refuse);
        SpoolReader reader = spool.reader("one")) {
      long accepted = probe.fill(spool, 1, 900);
      assertThat(spool.state()).isEqualTo(SpoolStat.State.BOUND);
      assertThat(spool.stat().segments()).isEqualTo(1);
      probe.read(reader, 1, accepted);
    }
    SpoolSettings overrun =
        new SpoolSettings(
            temp.resolve("spool"), MAX_SIZE, percent, SEGMENT, SpoolSettings.OnFull.OVERRUN);
    try (Spool spool = Spool.open(overrun);
        SpoolReader reader = spool.reader("two")) {
      long last = spool.lastSeq();
      assertThat(reader.next()).isTrue();
      probe.fill(spool, last + 1, 900);
      // The one segment there is holds the newest frame: nothing can go for a new one.
      assertThat(spool.stat().segments()).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void shouldTellBadSettings() {
    assertThatThrownBy(
            () -> new SpoolSettings(temp, 1 << 20, 0, SEGMENT, SpoolSettings.OnFull.REFUSE))
        .hasMessageContaining("spool.max_size=1048576");
    assertThatThrownBy(() -> new SpoolSettings(temp, 0, 0, 5000, SpoolSettings.OnFull.REFUSE))
        .hasMessageContaining("spool.segment_size=5000");
    assertThatThrownBy(() -> new SpoolSettings(temp, 0, 100, SEGMENT, SpoolSettings.OnFull.REFUSE))
        .hasMessageContaining("spool.min_free=100%");
  }
}
