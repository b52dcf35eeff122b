package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.OwnEvents;
import io.coreaudit.intake.BootId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is told of the kernel's count, look by look, on a kernel that is a table.
final class LostRecordsTest {
  private static final BootId BOOT = new BootId(1, 2);

  private final TableKernel kernel = new TableKernel();
  private final OwnEvents events = new OwnEvents(2, () -> {});
  @TempDir private Path dir;
  private Path file;

  @BeforeEach
  void prepare() {
    file = dir.resolve("lost.state");
    kernel.lost = 500;
  }

  private LostRecords agent(BootId boot) {
    return LostRecords.goOn(file, boot, kernel.status());
  }

  /// What one look tells.
  private List<String> look(LostRecords lost) {
    lost.look(kernel.status(), events);
    return take();
  }

  private List<String> take() {
    List<String> told = new ArrayList<>();
    for (OwnEvent event = events.peek(); event != null; event = events.peek()) {
      told.add(new String(event.text(), StandardCharsets.UTF_8));
      events.remove();
    }
    return told;
  }

  private static String lost(long records) {
    return "reason=\"kernel_lost\" records=" + records;
  }

  @Test
  void shouldTellEachRecordOnceFromItsOwnBeginning() {
    LostRecords first = agent(BOOT);
    assertThat(look(first)).as("nobody's before the first agent").isEmpty();
    kernel.lost = 507;
    assertThat(look(first)).containsExactly(lost(7));
    assertThat(look(first)).isEmpty();
  }

  @Test
  void shouldTellWhatWasLostWhileNoAgentRan() {
    LostRecords first = agent(BOOT);
    kernel.lost = 507;
    look(first);
    kernel.lost = 600;
    assertThat(look(agent(BOOT))).containsExactly(lost(93));
    assertThat(look(agent(BOOT))).isEmpty();
  }

  @Test
  void shouldBeginAnewWithAnotherBoot() {
    look(agent(BOOT));
    kernel.lost = 900;
    LostRecords next = agent(new BootId(1, 3));
    assertThat(look(next)).isEmpty();
    kernel.lost = 901;
    assertThat(look(next)).containsExactly(lost(1));
  }

  @Test
  void shouldTellWhatCameSinceSomebodySetTheCountToZero() {
    LostRecords lost = agent(BOOT);
    kernel.lost = 40;
    assertThat(look(lost)).containsExactly(lost(40));
    kernel.lost = 0;
    assertThat(look(lost)).isEmpty();
    kernel.lost = 2;
    assertThat(look(lost)).containsExactly(lost(2));
    kernel.lost = 1;
    assertThat(look(agent(BOOT))).as("while none ran").containsExactly(lost(1));
  }

  @Test
  void shouldTellTheNextTimeWhatWasRefused() {
    LostRecords lost = agent(BOOT);
    while (events.offer(OwnEvent.of(EventKind.WATCH).build())) {}
    kernel.lost = 510;
    lost.look(kernel.status(), events);
    assertThat(take()).isNotEmpty().doesNotContain(lost(10));
    kernel.lost = 511;
    assertThat(look(lost)).containsExactly(lost(11));
  }

  @Test
  void shouldGoOnWithoutItsFile() throws Exception {
    Files.createFile(Files.createDirectory(file).resolve("in the way"));
    LostRecords lost = agent(BOOT);
    kernel.lost = 501;
    assertThat(look(lost)).containsExactly(lost(1));
    assertThat(look(lost)).isEmpty();
  }

  @Test
  void shouldTakeNonsenseForNothing() throws Exception {
    Files.writeString(file, "nonsense\n");
    assertThat(look(agent(BOOT))).isEmpty();
  }
}
