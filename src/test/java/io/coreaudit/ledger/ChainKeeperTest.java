package io.coreaudit.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolInspector;
import io.coreaudit.spool.SpoolSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChainKeeperTest {
  @TempDir private Path temp;
  private final AcceptedEvents events = new AcceptedEvents();
  private final List<String> problems = new ArrayList<>();

  @AfterEach
  void close() {
    events.close();
  }

  @Test
  void shouldHashWhatTheSpoolAccepted() throws Exception {
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      assertThat(keeper.mark()).isNull();
      append(spool, 1, 100);
      keeper.readAll();
      assertThat(keeper.mark()).isEqualTo(events.mark(1, 100));
      events.heartbeat(101, keeper.mark());
      assertThat(spool.append(events.address(), events.length())).isTrue();
    }
    ChainCheck check = new ChainCheck(ChainKeys.NONE, problems::add);
    SpoolInspector.of(temp.resolve("spool"))
        .verify(
            problems::add,
            frame -> {
              check.add(frame);
              return true;
            });
    assertThat(problems).isEmpty();
    assertThat(check.findings().checkedEvents()).isEqualTo(100);
    assertThat(check.findings().isSound()).isTrue();
    assertThat(Files.getPosixFilePermissions(temp.resolve("chain")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void shouldGoOnAfterAStartAndABoot() throws Exception {
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      append(spool, 1, 100);
      keeper.readAll();
    }
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      assertThat(keeper.mark()).isEqualTo(events.mark(1, 100));
      append(spool, 101, 150);
      append(spool, events.stop(151));
      keeper.readAll();
    }
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      assertThat(keeper.mark()).isEqualTo(events.mark(1, 151));
      events.boot();
      append(spool, 1, 10);
      append(spool, events.stop(11));
      events.boot();
      append(spool, 1, 5);
      keeper.readAll();
      assertThat(keeper.mark()).isEqualTo(events.mark(1, 5));
    }
    assertThat(problems).isEmpty();
  }

  /// As after a power cut that takes the last events from the disk, which a receiver has.
  @Test
  void shouldBeginAnewBehindABootWhoseEndItMayNotHave() throws Exception {
    ChainCheck check = new ChainCheck(ChainKeys.NONE, problems::add);
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      for (long seq = 1; seq <= 100; seq++) {
        append(spool, events.opened(seq, "/etc/" + seq));
        check.add(events.delivered());
      }
      keeper.readAll();
      events.heartbeat(101, keeper.mark());
      check.add(events.delivered()); // and not the spool
    }
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      events.boot();
      events.beginAnew();
      for (long seq = 1; seq <= 10; seq++) {
        append(spool, events.opened(seq, "/etc/" + seq));
        check.add(events.delivered());
      }
      keeper.readAll();
      assertThat(keeper.mark()).isEqualTo(events.mark(1, 10));
      events.heartbeat(11, keeper.mark());
      check.add(events.delivered());
    }
    check.finish();
    assertThat(problems).isEmpty();
    assertThat(check.findings().isSound()).isTrue();
    assertThat(check.findings().checkedEvents()).isEqualTo(110);
  }

  /// As after a power cut right behind a start, whose events a receiver has and the spool has not.
  @Test
  void shouldBeginAnewBehindABootThatWentOnAfterItsStop() throws Exception {
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      append(spool, 1, 100);
      append(spool, events.stop(101));
      keeper.readAll();
    }
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      assertThat(keeper.mark()).isEqualTo(events.mark(1, 101));
    }
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      events.boot();
      events.beginAnew();
      append(spool, 1, 10);
      keeper.readAll();
      assertThat(keeper.mark()).isEqualTo(events.mark(1, 10));
    }
  }

  @Test
  void shouldNotCountTwiceWhatAKilledAgentHadRead() throws Exception {
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      append(spool, 1, 100);
      keeper.readAll();
    }
    // As after a kill: the file is newer than the cursor.
    Files.delete(temp.resolve("spool/cursor-" + ChainKeeper.CURSOR));
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      append(spool, 101, 150);
      keeper.readAll();
      assertThat(keeper.mark()).isEqualTo(events.mark(1, 150));
    }
  }

  @Test
  void shouldBeginAnewBehindWhatItDidNotRead() throws Exception {
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      append(spool, 1, 100);
      keeper.readAll();
      append(spool, 101, 120);
      events.beginAnew();
      append(spool, 122, 150);
      keeper.readAll();
      assertThat(keeper.mark()).isEqualTo(events.mark(122, 150));
    }
  }

  @Test
  void shouldSayOnceThatItsFileCannotBeWrittenAndHashOn() throws Exception {
    Path file = temp.resolve("none/chain");
    try (Spool spool = open();
        ChainKeeper keeper =
            new ChainKeeper(spool.reader(ChainKeeper.CURSOR), file, problems::add)) {
      append(spool, 1, 10);
      keeper.readAll();
      append(spool, 11, 20);
      keeper.readAll();
      assertThat(keeper.mark()).isEqualTo(events.mark(1, 20));
      assertThat(problems).singleElement().asString().startsWith("cannot be written");
      // What was read holds no segment back.
      assertThat(spool.readers().getFirst().lagEvents()).isZero();
    }
  }

  @Test
  void shouldTakeNoOtherFileForAChain() throws Exception {
    Files.writeString(temp.resolve("chain"), "coreaudit-chain 2 from_boot=\n".repeat(1000));
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      assertThat(keeper.mark()).isNull();
    }
  }

  @Test
  void shouldReadOnAThreadOfItsOwnUntilStopped() throws Exception {
    try (Spool spool = open();
        ChainKeeper keeper = keeper(spool)) {
      append(spool, 1, 10);
      // Before its thread may have had a turn: what was accepted until now is linked all the same.
      keeper.start();
      assertThat(keeper.stop(Duration.ofSeconds(10))).isTrue();
      assertThat(keeper.mark()).isEqualTo(events.mark(1, 10));
    }
  }

  private Spool open() {
    return Spool.open(
        new SpoolSettings(
            temp.resolve("spool"), 64L << 20, 0, 1 << 20, SpoolSettings.OnFull.REFUSE));
  }

  private ChainKeeper keeper(Spool spool) {
    return new ChainKeeper(spool.reader(ChainKeeper.CURSOR), temp.resolve("chain"), problems::add);
  }

  private void append(Spool spool, long first, long last) throws Exception {
    for (long seq = first; seq <= last; seq++) {
      append(spool, events.opened(seq, "/etc/" + seq));
    }
  }

  private static void append(Spool spool, AcceptedEvents event) {
    assertThat(spool.append(event.address(), event.length())).isTrue();
    spool.signalReaders();
  }
}
