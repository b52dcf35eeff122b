package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A disk that hangs: somebody holds a lease on the file that the keeper wants to open, and the
/// kernel makes it wait.
@Timeout(60)
final class SpoolStallTest {
  private static final String HOLD =
      """
      import fcntl, os, signal, sys, time
      signal.signal(signal.SIGIO, signal.SIG_IGN)
      fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
      fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
      print("held", flush=True)
      time.sleep(40)
      """;

  @TempDir Path temp;
  private final SpoolProbe probe = new SpoolProbe();

  private SpoolSettings settings() {
    return new SpoolSettings(
        temp.resolve("spool"), 256L << 20, 0, 512 << 10, SpoolSettings.OnFull.REFUSE);
  }

  private static Process hold(Path file) throws IOException {
    Process holder =
        new ProcessBuilder("python3", "-c", HOLD, file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader said = holder.inputReader();
    assertThat(said.readLine()).isEqualTo("held");
    return holder;
  }

  /// Fills what there is of segments while the keeper hangs in the making of segment 3.
  private long fillUpToTheHang(Spool spool) {
    long seq = 0;
    while (spool.stat().segments() < 2) {
      assertThat(probe.offer(spool, seq + 1, 900)).isTrue();
      seq++;
    }
    return seq;
  }

  @Test
  void shouldWaitForTheNextSegmentOnceAndThenRefuseAtOnce() throws Exception {
    try (Spool spool = Spool.open(settings())) {
      Process holder = hold(SegmentDescriptor.sparePathOf(settings().dir(), 3));
      long accepted = 0;
      try {
        accepted = fillUpToTheHang(spool);
        // On a busy machine the second segment may have been waited for too.
        long waits = spool.counters().value(SpoolCounter.SPARE_WAITS);
        accepted = probe.fill(spool, accepted + 1, 900);
        assertThat(spool.stat().segments()).isEqualTo(2);
        long beginNs = System.nanoTime();
        for (int i = 0; i < 200; i++) {
          assertThat(probe.offer(spool, accepted + 1, 900)).isFalse();
        }
        assertThat(System.nanoTime() - beginNs).isLessThan(TimeUnit.SECONDS.toNanos(1));
        assertThat(spool.counters().value(SpoolCounter.SPARE_WAITS)).isEqualTo(waits + 1);
        assertThat(spool.counters().value(SpoolCounter.REFUSED_NO_SPACE)).isEqualTo(201);
        assertThat(spool.state()).isEqualTo(SpoolStat.State.NO_SPACE);
      } finally {
        holder.destroyForcibly().waitFor();
      }
      SpoolProbe.await("the keeper", () -> spool.state() == SpoolStat.State.OPEN);
      probe.append(spool, accepted + 1, accepted + 2_000, 900);
    }
  }

  @Test
  void shouldWriteCursorsWhileTheKeeperHangs() throws Exception {
    try (Spool spool = Spool.open(settings());
        SpoolReader reader = spool.reader("one")) {
      Process holder = hold(SegmentDescriptor.sparePathOf(settings().dir(), 3));
      try {
        long accepted = fillUpToTheHang(spool);
        // The keeper is on its way into the hang, or there.
        Thread.sleep(100);
        probe.read(reader, 1, accepted);
        reader.acknowledge(reader.position());
        Path cursor = SpoolFiles.cursor(settings().dir(), "one");
        SpoolProbe.await(
            "the cursor on disk",
            () -> {
              try {
                return CursorFile.read(cursor).seq() == accepted;
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
        assertThat(holder.isAlive()).isTrue();
        assertThat(Files.size(SegmentDescriptor.sparePathOf(settings().dir(), 3))).isZero();
      } finally {
        holder.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void shouldMakeSegmentsWhileACursorHangs() throws InterruptedException {
    try (Spool spool = Spool.open(settings());
        SpoolReader reader = spool.reader("one")) {
      probe.append(spool, 1, 10, 900);
      probe.read(reader, 1, 10);
      // Whoever writes the cursor waits here, as it would for the disk.
      synchronized (reader) {
        reader.acknowledge(reader.position());
        Thread.sleep(1_200);
        probe.append(spool, 11, 20_000, 900);
      }
      assertThat(spool.counters().value(SpoolCounter.ROLLS)).isGreaterThan(20);
    }
  }
}
