package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How full a spool says it is.
@Timeout(60)
final class SpoolFillTest {
  private static final int SEGMENT = 256 << 10;
  private static final int FRAME = 4_000;
  private static final int IN_SEGMENT = 64;

  @TempDir Path temp;
  private final SpoolProbe probe = new SpoolProbe();

  /// Ten segments beside the one that is written and the spare.
  private Spool open(SpoolSettings.OnFull onFull) {
    return Spool.open(
        new SpoolSettings(
            temp.resolve("spool"), 12L * SEGMENT + SpoolFiles.METADATA_BYTES, 0, SEGMENT, onFull));
  }

  private static void awaitFill(Spool spool, int least, int most) {
    SpoolProbe.await(
        least + " to " + most + " percent",
        () -> spool.fillPercent() >= least && spool.fillPercent() <= most);
  }

  @Test
  void shouldCountWhatEvenTheFurthestSinkHasNotHad() {
    try (Spool spool = open(SpoolSettings.OnFull.OVERRUN);
        SpoolReader quick = spool.reader("quick");
        SpoolReader dead = spool.reader("dead");
        SpoolReader own = spool.reader("@own")) {
      spool.releaseAcknowledged();
      probe.append(spool, 1, 7 * IN_SEGMENT, FRAME);
      awaitFill(spool, 60, 70);
      probe.read(own, 1, 7 * IN_SEGMENT);
      own.acknowledge(own.position());
      awaitFill(spool, 60, 70);
      probe.read(quick, 1, 7 * IN_SEGMENT);
      quick.acknowledge(quick.position());
      awaitFill(spool, 0, 0);
      probe.append(spool, 7 * IN_SEGMENT + 1, 30 * IN_SEGMENT, FRAME);
      awaitFill(spool, 95, 100);
      while (quick.next()) {
        quick.acknowledge(quick.position());
      }
      awaitFill(spool, 0, 0);
      assertThat(dead.next()).isTrue();
      assertThat(dead.skippedEvents()).as("it was moved on").isPositive();
    }
  }

  /// It passes what it is not sent, and so is ahead of one that is sent all.
  @Test
  void shouldNotCountASinkThatIsSentLittle() {
    try (Spool spool = open(SpoolSettings.OnFull.OVERRUN);
        SpoolReader little = spool.reader("little")) {
      SpoolReader most = spool.reader("most");
      SpoolReader dead = spool.reader("dead");
      little.filtered(true);
      most.filtered(true);
      spool.releaseAcknowledged();
      probe.append(spool, 1, 8 * IN_SEGMENT, FRAME);
      for (int i = 0; little.next(); i++) {
        if (i % 10 > 0) {
          little.leftOut();
        }
        little.acknowledge(little.position());
      }
      awaitFill(spool, 60, 80);
      for (int i = 0; most.next(); i++) {
        if (i % 10 == 0) {
          most.leftOut();
        }
        most.acknowledge(most.position());
      }
      awaitFill(spool, 0, 0);
      most.close();
      awaitFill(spool, 60, 80);
      dead.close(); // of those that are left all are sent little
      awaitFill(spool, 0, 0);
    }
  }

  @Test
  void shouldCountWhatAnySinkHasNotHadWhereThatHoldsUpAll() {
    try (Spool spool = open(SpoolSettings.OnFull.REFUSE);
        SpoolReader quick = spool.reader("quick");
        SpoolReader dead = spool.reader("dead")) {
      spool.releaseAcknowledged();
      probe.append(spool, 1, 7 * IN_SEGMENT, FRAME);
      probe.read(quick, 1, 7 * IN_SEGMENT);
      quick.acknowledge(quick.position());
      awaitFill(spool, 60, 70);
      probe.read(dead, 1, 7 * IN_SEGMENT);
      dead.acknowledge(dead.position());
      awaitFill(spool, 0, 0);
    }
  }
}
