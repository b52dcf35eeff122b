package io.coreaudit.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.AssemblerMode;
import io.coreaudit.kernel.KernelAudit;
import io.coreaudit.kernel.LibC;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.netlink.AuditReceiver;
import io.coreaudit.origin.AccountNames;
import io.coreaudit.origin.HostName;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.origin.OriginSources;
import io.coreaudit.ring.RecordRing;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolSettings;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A socket that ran over, on the real kernel.
@KernelAudit
final class NetlinkInputIT {
  private static final int USER_AUTH = 1100;
  private static final int BUFFER_BYTES = 512 << 10;
  private static final int SENT = 4000;
  private static final long NO_TIME = 0;

  private final AtomicInteger overrunsDrained = new AtomicInteger();

  @Test
  void shouldEndATurnThatDoesNotEmptyTheSocketInTime(@TempDir Path dir) throws Exception {
    flooded(
        dir,
        (intake, receiver) -> {
          long dropped = receiver.drops();
          assertThat(dropped).isPositive();

          assertThat(intake.doWork()).as("one batch, and no more").isEqualTo(AuditReceiver.SLOTS);
          assertThat(count(intake, IntakeCounter.OVERRUNS)).isEqualTo(1);
          assertThat(count(intake, IntakeCounter.LONG_DRAINS)).isEqualTo(1);
          assertThat(count(intake, IntakeCounter.DROPPED_RECORDS)).isEqualTo(dropped);
          assertThat(count(intake, IntakeCounter.ACCEPTED))
              .as("what came is not held back")
              .isBetween(100L, (long) AuditReceiver.SLOTS);
          assertThat(overrunsDrained).hasValue(0);

          int turns = 0;
          while (intake.doWork() == AuditReceiver.SLOTS) {
            turns++;
          }
          assertThat(turns).isPositive();
          assertThat(overrunsDrained).hasValue(1);
          assertThat(count(intake, IntakeCounter.OVERRUNS)).isEqualTo(1);
          assertThat(count(intake, IntakeCounter.LONG_DRAINS)).isEqualTo(turns + 1);
          assertThat(count(intake, IntakeCounter.DROPPED_RECORDS)).isEqualTo(dropped);
          assertThat(count(intake, IntakeCounter.MESSAGES) + dropped).isGreaterThanOrEqualTo(SENT);
        });
  }

  @Test
  void shouldEndADrainThatWasCutShortWithTheLastRecord(@TempDir Path dir) throws Exception {
    flooded(
        dir,
        (intake, receiver) -> {
          assertThat(intake.doWork()).as("one batch, and no more").isEqualTo(AuditReceiver.SLOTS);
          while (receiver.receive() != 0) {
            // As if that batch had been the last: nothing is left to wake the thread.
          }
          assertThat(overrunsDrained).hasValue(0);
          intake.doWork();
          assertThat(overrunsDrained).hasValue(1);
        });
  }

  private interface Scenario {
    void play(Intake intake, AuditReceiver receiver);
  }

  /// Plays with an intake whose socket ran over, and whose turns end after one batch.
  private void flooded(Path dir, Scenario scenario) {
    try (AuditControl control = AuditControl.open();
        Spool spool = spool(dir);
        OriginCollector origin =
            new OriginCollector(
                HostName.of("n1"), new AccountNames(Path.of("/")), OriginSources.NONE)) {
      control.enable(1);
      AuditReceiver receiver = AuditReceiver.openMulticast(BUFFER_BYTES);
      try (Intake intake = intake(new NetlinkInput(receiver, "test", NO_TIME), spool, origin)) {
        for (int i = 0; i < SENT; i++) {
          control.userMessage(USER_AUTH, "op=flood");
        }
        LibC.usleep(500_000);
        scenario.play(intake, receiver);
      }
    }
  }

  private Intake intake(NetlinkInput input, Spool spool, OriginCollector origin) {
    return new Intake(
        input,
        0,
        RecordRing.allocate(4 << 20),
        AssemblerMode.LIVE,
        spool,
        origin,
        new BootId(1, 2),
        overrunsDrained::incrementAndGet);
  }

  private static Spool spool(Path dir) {
    return Spool.open(
        new SpoolSettings(dir.resolve("spool"), 64 << 20, 0, 1 << 20, SpoolSettings.OnFull.REFUSE));
  }

  private static long count(Intake intake, IntakeCounter counter) {
    return intake.counters().value(counter);
  }
}
