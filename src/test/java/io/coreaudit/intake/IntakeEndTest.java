package io.coreaudit.intake;

import static io.coreaudit.kernel.LinuxConstants.AF_UNIX;
import static io.coreaudit.kernel.LinuxConstants.SOCK_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.SOCK_SEQPACKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.AssemblerMode;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.LibC;
import io.coreaudit.memory.Memory;
import io.coreaudit.netlink.AuditReceiver;
import io.coreaudit.origin.AccountNames;
import io.coreaudit.origin.HostName;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.origin.OriginSources;
import io.coreaudit.ring.RecordRing;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolSettings;
import io.coreaudit.spool.SpoolStat;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The end of the thread while the spool is full.
@Timeout(60)
final class IntakeEndTest {
  private static final BootId BOOT = new BootId(1, 2);
  private static final int SEGMENT = 256 << 10;
  private static final int LONG_TEXT = 60_000;

  @TempDir Path temp;

  private Spool spool() {
    return Spool.open(
        new SpoolSettings(
            temp.resolve("spool"),
            3L * SEGMENT + (128 << 10),
            0,
            SEGMENT,
            SpoolSettings.OnFull.REFUSE));
  }

  private static OwnEvent watch(int number, int length) {
    return OwnEvent.of(EventKind.WATCH)
        .with("n", number)
        .with("detail", "x".repeat(length))
        .build();
  }

  @Test
  void shouldOweTheOwnEventsThatAFullSpoolDidNotTake() throws Exception {
    try (Arena arena = Arena.ofShared();
        OriginCollector origin =
            new OriginCollector(
                HostName.of("n1"), new AccountNames(Path.of("/")), OriginSources.NONE)) {
      long pair = arena.allocate(8).address();
      assertThat(LibC.socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)).isZero();
      try (Spool spool = spool();
          Intake intake =
              new Intake(
                  new NetlinkInput(AuditReceiver.over(Memory.intAt(pair + 4)), "test"),
                  0,
                  RecordRing.allocate(1 << 20),
                  AssemblerMode.LIVE,
                  spool,
                  origin,
                  BOOT,
                  () -> {})) {
        intake.ownEvents().offer(watch(0, LONG_TEXT));
        while (spool.state() == SpoolStat.State.OPEN || intake.ownEvents().size() == 0) {
          intake.ownEvents().offer(watch(0, LONG_TEXT));
          intake.doWork();
        }
        intake.ownEvents().offer(watch(1, 10));
        intake.ownEvents().offer(watch(2, 10));
        int waiting = intake.ownEvents().size();
        assertThat(waiting).isGreaterThanOrEqualTo(3);
        intake.lastWord(OwnEvent.of(EventKind.STOP).with("detail", "x".repeat(LONG_TEXT)).build());

        intake.stop();
        intake.run(() -> {});
        assertThat(intake.ownEvents().size()).isZero();
        assertThat(intake.counters().value(IntakeCounter.OWN_REFUSED)).isEqualTo(waiting + 1);
      } finally {
        LibC.close(Memory.intAt(pair));
      }
      try (Spool next = spool()) {
        long owed = next.takenBefore().owedEvents();
        assertThat(owed).as("and the word of the stop").isGreaterThanOrEqualTo(4);
      }
    }
  }
}
