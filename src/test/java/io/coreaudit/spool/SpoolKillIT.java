package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.FullRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A process that is killed with SIGKILL at any moment.
@DisplayName("Spool of a killed process (the same pid twice needs root: unshare)")
@Timeout(3600)
final class SpoolKillIT {
  @TempDir Path temp;

  private long note(int at) throws IOException {
    byte[] notes = Files.readAllBytes(temp.resolve("notes"));
    return ByteBuffer.wrap(notes).order(ByteOrder.LITTLE_ENDIAN).getLong(at);
  }

  private void awaitOpened(ChildJvm child, long times) throws Exception {
    SpoolProbe.await(
        "opening number " + times,
        () -> {
          try {
            assertThat(child.isAlive()).as(child.output()).isTrue();
            return note(KillTarget.OPENED) >= times;
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void shouldHoldWhatItAcceptedAtAnyMoment() throws Exception {
    int kills = FullRun.count("spool", 10, 50);
    Random random = new Random();
    Path spool = temp.resolve("spool");
    Files.write(temp.resolve("notes"), new byte[KillTarget.NOTES_LENGTH]);
    long opened = 0;
    for (int kill = 0; kill < kills; kill++) {
      long seed = random.nextInt();
      try (ChildJvm child =
          ChildJvm.start(temp, KillTarget.class, spool, temp.resolve("notes"), seed)) {
        // Some are killed while they start, most while they append.
        if (random.nextInt(5) > 0) {
          awaitOpened(child, opened + 1);
          Thread.sleep(random.nextInt(700));
        } else {
          Thread.sleep(300 + random.nextInt(500));
        }
        child.kill();
        assertThat(child.output()).doesNotContain("Exception", "Error");
      }
      opened = note(KillTarget.OPENED);
      if (Files.exists(spool.resolve(SpoolFiles.METADATA))) {
        assertSound(spool, "kill " + kill + ", seed " + seed);
      }
    }
    assertThat(note(KillTarget.ACCEPTED)).as("the kills met a writing process").isPositive();
  }

  private void assertSound(Path directory, String what) throws IOException {
    long accepted = note(KillTarget.ACCEPTED);
    long acknowledged = note(KillTarget.ACKNOWLEDGED);
    SpoolInspector.Findings findings =
        SpoolInspector.of(directory)
            .verify(problem -> assertThat(problem).as(what).isEqualTo("no problem"));
    assertThat(findings.isSound()).as(what).isTrue();
    SpoolSettings settings =
        new SpoolSettings(directory, 48L << 20, 0, 1 << 20, SpoolSettings.OnFull.REFUSE);
    try (Spool spool = Spool.open(settings)) {
      // A batch is there whole or not at all.
      assertThat(spool.lastSeq()).as(what).isIn(accepted, note(KillTarget.OFFERED));
      CursorFile.Saved cursor = CursorFile.Saved.NOTHING;
      if (Files.exists(SpoolFiles.cursor(directory, "one"))) {
        cursor = CursorFile.read(SpoolFiles.cursor(directory, "one"));
      }
      // Noted first, then acknowledged: a kill may fall between, and no more is repeated than that.
      assertThat(cursor.seq()).as(what).isBetween(acknowledged - 1, acknowledged);
      SpoolReader reader = spool.reader("one");
      SpoolProbe probe = new SpoolProbe();
      long first = 0;
      long last = cursor.seq();
      while (reader.next()) {
        long seq = reader.frame().seq();
        assertThat(seq).as(what).isEqualTo(last + 1);
        assertThat(probe.isRight(reader)).as(what).isTrue();
        first = first == 0 ? seq : first;
        last = seq;
      }
      // At least once: what comes now begins no later than after what the sink had.
      assertThat(first).as(what).isLessThanOrEqualTo(acknowledged + 1);
      assertThat(last).as(what).isEqualTo(spool.lastSeq());
      assertThat(reader.corruptFrames()).as(what).isZero();
      assertThat(reader.skippedEvents()).as(what).isZero();
    }
  }

  @Test
  void shouldStartAgainUnderThePidOfTheKilledOne() throws Exception {
    ScratchMount.need("root, for unshare --pid", "root".equals(System.getProperty("user.name")));
    Path spool = temp.resolve("spool");
    Files.write(temp.resolve("notes"), new byte[KillTarget.NOTES_LENGTH]);
    int starts = FullRun.count("spool", 4, 20);
    for (int start = 1; start <= starts; start++) {
      try (ChildJvm child =
          ChildJvm.start(
              temp,
              List.of("unshare", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"),
              KillTarget.class,
              spool,
              temp.resolve("notes"),
              start)) {
        awaitOpened(child, start);
        long before = note(KillTarget.ACCEPTED);
        SpoolProbe.await(
            "appends of start " + start,
            () -> {
              try {
                return note(KillTarget.ACCEPTED) > before + 100;
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
      }
      // As a process leaves it that is killed while it holds the lock.
      LockedTable.lockFor(spool.resolve(SpoolFiles.METADATA), 1);
    }
    assertSound(spool, "same pid");
  }
}
