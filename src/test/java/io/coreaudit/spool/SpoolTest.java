package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SpoolTest {
  private static final int SEGMENT = 1 << 20;

  @TempDir Path temp;
  private final SpoolProbe probe = new SpoolProbe();

  private SpoolSettings settings() {
    return new SpoolSettings(
        temp.resolve("spool"), 64L << 20, 0, SEGMENT, SpoolSettings.OnFull.REFUSE);
  }

  @Test
  void shouldReadWhatWasAppendedInOrder() {
    try (Spool spool = Spool.open(settings());
        SpoolReader reader = spool.reader("one")) {
      assertThat(reader.next()).isFalse();
      probe.append(spool, 1, 10, 500);
      probe.read(reader, 1, 10);
      assertThat(reader.next()).isFalse();
      probe.append(spool, 11, 20_000, 500);
      probe.read(reader, 11, 20_000);
      assertThat(reader.next()).isFalse();
      assertThat(spool.counters().value(SpoolCounter.ROLLS)).isBetween(9L, 12L);
      assertThat(reader.corruptFrames()).isZero();
    }
  }

  @Test
  void shouldForgetAReaderThatIsWithdrawnUnlessItHadAcknowledged() {
    try (Spool spool = Spool.open(settings())) {
      probe.append(spool, 1, 10, 500);
      SpoolReader never = spool.reader("never");
      SpoolReader once = spool.reader("once");
      probe.read(never, 1, 3);
      probe.read(once, 1, 3);
      once.acknowledge(once.position());
      spool.syncCursors();
      never.withdraw();
      once.withdraw();
      assertThat(temp.resolve("spool/cursor-never")).doesNotExist();
      assertThat(temp.resolve("spool/cursor-once")).exists();
      SpoolReader again = spool.reader("once");
      assertThat(again.lagEvents()).isEqualTo(7);
      again.withdraw();
      assertThat(temp.resolve("spool/cursor-once")).as("it was there before").exists();
    }
  }

  @Test
  void shouldGoOnAfterARestart() {
    long position;
    try (Spool spool = Spool.open(settings());
        SpoolReader reader = spool.reader("one")) {
      assertThat(spool.lastSeq()).isZero();
      probe.append(spool, 1, 5_000, 700);
      probe.read(reader, 1, 3_000);
      position = reader.position();
      probe.read(reader, 3_001, 4_000);
      reader.acknowledge(position);
      assertThat(reader.lagEvents()).isEqualTo(2_000);
    }
    for (int restart = 0; restart < 3; restart++) {
      try (Spool spool = Spool.open(settings());
          SpoolReader reader = spool.reader("one")) {
        long last = 5_000 + restart * 1_000L;
        assertThat(spool.lastSeq()).isEqualTo(last);
        assertThat(spool.lastBootIdHigh()).isEqualTo(NumberedFrames.BOOT_HIGH);
        assertThat(spool.lastBootIdLow()).isEqualTo(NumberedFrames.BOOT_LOW);
        assertThat(reader.position()).isEqualTo(position);
        assertThat(reader.lagEvents()).isEqualTo(last - 3_000);
        probe.append(spool, last + 1, last + 1_000, 700);
        probe.read(reader, 3_001, last + 1_000);
        assertThat(reader.next()).isFalse();
      }
    }
  }

  @Test
  void shouldKeepDirectoryAndFilesToTheOwner() throws IOException {
    try (Spool spool = Spool.open(settings());
        SpoolReader reader = spool.reader("one")) {
      probe.append(spool, 1, 5_000, 700);
      probe.read(reader, 1, 5_000);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(settings().dir())))
          .isEqualTo("rwx------");
      try (Stream<Path> files = Files.list(settings().dir())) {
        assertThat(files)
            .hasSizeGreaterThan(5)
            .allSatisfy(
                file ->
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------"));
      }
    }
  }

  @Test
  void shouldHandLargeFramesOutWhole() {
    SpoolSettings large =
        new SpoolSettings(
            temp.resolve("spool"), 64L << 20, 0, 8 << 20, SpoolSettings.OnFull.REFUSE);
    int[] lengths = {300, 262_000, 262_081, 262_144, 524_288, 1_000_001, 2 << 20, 92, 1_999_999};
    try (Spool spool = Spool.open(large);
        SpoolReader reader = spool.reader("one")) {
      for (int i = 0; i < lengths.length; i++) {
        probe.append(spool, i + 1, i + 1, lengths[i]);
      }
      for (int i = 0; i < lengths.length; i++) {
        probe.read(reader, i + 1, i + 1);
        assertThat(reader.frame().length()).isEqualTo(lengths[i]);
      }
      assertThat(reader.next()).isFalse();
      assertThat(probe.offer(spool, 10, (2 << 20) + 1)).isFalse();
      assertThat(spool.counters().value(SpoolCounter.REFUSED_TOO_LARGE)).isEqualTo(1);
    }
  }

  @Test
  void shouldWakeAWaitingReader() throws InterruptedException {
    try (Spool spool = Spool.open(settings());
        SpoolReader reader = spool.reader("one")) {
      assertThat(reader.await(1_000_000)).isFalse();
      long[] wokenNs = new long[1];
      Thread sink =
          Thread.ofPlatform()
              .start(
                  () -> {
                    if (reader.await(TimeUnit.SECONDS.toNanos(30))) {
                      wokenNs[0] = System.nanoTime();
                    }
                  });
      while (sink.getState() != Thread.State.TIMED_WAITING) {
        Thread.sleep(1);
      }
      probe.append(spool, 1, 1, 500);
      long appendedNs = System.nanoTime();
      sink.join();
      assertThat(wokenNs[0] - appendedNs).isLessThan(TimeUnit.SECONDS.toNanos(5));
      assertThat(wokenNs[0]).isNotZero();
    }
  }

  @Test
  void shouldRewind() {
    try (Spool spool = Spool.open(settings());
        SpoolReader reader = spool.reader("one")) {
      probe.append(spool, 1, 6_000, 700);
      probe.read(reader, 1, 1_000);
      long early = reader.position();
      probe.read(reader, 1_001, 5_500);
      reader.rewindTo(early);
      probe.read(reader, 1_001, 5_990);
      long late = reader.position();
      probe.read(reader, 5_991, 6_000);
      reader.rewindTo(late);
      probe.read(reader, 5_991, 6_000);
      assertThatThrownBy(() -> reader.rewindTo(reader.position() + 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void shouldRefuseASecondOwner() {
    try (Spool spool = Spool.open(settings())) {
      assertThatThrownBy(() -> Spool.open(settings()))
          .isInstanceOf(SpoolException.class)
          .hasMessageContaining("already open in this process");
      assertThat(spool.state()).isEqualTo(SpoolStat.State.OPEN);
    }
    Spool.open(settings()).close();
  }

  @Test
  void shouldLeaveForeignDirectoriesAlone() throws IOException {
    Files.createDirectories(settings().dir());
    Files.writeString(settings().dir().resolve("thesis.txt"), "precious");
    Files.setPosixFilePermissions(settings().dir(), PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(() -> Spool.open(settings()))
        .isInstanceOf(SpoolException.class)
        .hasMessageContaining("thesis.txt");
    assertThat(Files.getPosixFilePermissions(settings().dir()))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
