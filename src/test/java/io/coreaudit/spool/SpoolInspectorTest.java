package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class SpoolInspectorTest {
  @TempDir Path temp;
  private final SpoolProbe probe = new SpoolProbe();

  @Test
  void shouldLookAtASpoolThatIsBeingWritten() throws InterruptedException {
    SpoolSettings settings =
        new SpoolSettings(
            temp.resolve("spool"), 64L << 20, 0, 1 << 20, SpoolSettings.OnFull.REFUSE);
    try (Spool spool = Spool.open(settings);
        SpoolReader reader = spool.reader("siem")) {
      probe.append(spool, 1, 100, 700);
      probe.read(reader, 1, 40);
      reader.acknowledge(reader.position());
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    SpoolProbe other = new SpoolProbe();
                    for (int i = 0; i < 300; i++) {
                      other.append(
                          spool, 101 + i * 50L, 150 + i * 50L, i % 40 == 0 ? 100_000 : 700);
                    }
                  });
      SpoolInspector inspector = SpoolInspector.of(settings.dir());
      List<String> problems = new ArrayList<>();
      long last = 0;
      int looks = 0;
      while (writer.isAlive() || looks == 0) {
        SpoolInspector.Findings findings = inspector.verify(problems::add);
        assertThat(problems).isEmpty();
        assertThat(findings.lastSeq()).isGreaterThanOrEqualTo(last);
        last = findings.lastSeq();
        looks++;
      }
      writer.join();
      SpoolProbe.await(
          "the cursor on disk", () -> inspector.verify(problems::add).cursors().get(0).seq() == 40);
      SpoolInspector.Findings findings = inspector.verify(problems::add);
      assertThat(findings.isSound()).isTrue();
      assertThat(findings.firstSeq()).isEqualTo(1);
      assertThat(findings.lastSeq()).isEqualTo(15_100);
      assertThat(findings.frames()).isEqualTo(15_100);
      assertThat(findings.cursors()).containsExactly(new SpoolInspector.Cursor("siem", 40, 15_060));
      assertThat(spool.stat().lastSeq()).isEqualTo(15_100);
      assertThat(spool.stat().firstSeq()).isEqualTo(1);
      assertThat(spool.stat().events()).isEqualTo(15_100);
    }
  }

  @Test
  void shouldHandFramesOutUntilTold() {
    SpoolSettings settings =
        new SpoolSettings(
            temp.resolve("spool"), 64L << 20, 0, 1 << 20, SpoolSettings.OnFull.REFUSE);
    try (Spool spool = Spool.open(settings)) {
      probe.append(spool, 1, 3_000, 700);
    }
    List<Long> seqs = new ArrayList<>();
    SpoolInspector.of(settings.dir())
        .cat(
            frame -> {
              assertThat(probe.isRight(frame)).isTrue();
              seqs.add(frame.seq());
              return frame.seq() < 2_000;
            });
    assertThat(seqs).hasSize(2_000).startsWith(1L).endsWith(2_000L);
  }

  @Test
  void shouldSayThatThereIsNoSpool() {
    assertThatThrownBy(() -> SpoolInspector.of(temp))
        .isInstanceOf(SpoolException.class)
        .hasMessageContaining("there is no spool");
  }
}
