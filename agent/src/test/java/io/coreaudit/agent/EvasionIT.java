package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A watched file is opened, read, altered, renamed, linked and deleted in every way there is: each
/// is told, and names it. Older kernels have their turn in `VirtualMachineIT`.
@KernelAudit
final class EvasionIT {
  /// What a kernel may be built without: the x32 entry.
  private static final List<String> NOT_EVERYWHERE = List.of("openat-x32 ENOSYS");

  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path temp;

  @Test
  void shouldSayWhatItDoesNotSee() throws Exception {
    String document = Files.readString(Path.of("../src/docs/ways.md"));
    Ways.BLIND.forEach((way, why) -> assertThat(document).contains("| `" + way + "` | " + why));
    Ways.NAMELESS.forEach((way, why) -> assertThat(document).contains("| `" + way + "` | " + why));
  }

  @Test
  void shouldSeeEveryWayToAWatchedFile() throws Exception {
    Path dir = temp.toRealPath();
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path scratch = Files.createDirectory(dir.resolve("scratch"));
    Path program = Ways.compile(dir);
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent
          .start(
              "watch: {paths: [%s]}\nrules: {at_stop: remove}\nsinks: [{type: stdout}]\n"
                  .formatted(watched))
          .awaitReady();
      Path table = dir.resolve("table");
      Files.writeString(
          table, Command.run(program.toString(), watched.toString(), scratch.toString()));
      Ways ways = Ways.read(table);
      Command.run("cat", Files.writeString(watched.resolve("last"), "").toString());
      agent.until(
          SOON,
          "the last access",
          () ->
              Event.soFar(agent.stdout()).stream()
                  .anyMatch(event -> event.path().equals(watched.resolve("last").toString())));
      Thread.sleep(2_500); // an event that lacks its end is complete after two seconds
      assertThat(agent.stop()).as(agent.log()).isZero();

      List<JsonNode> events = Event.trees(agent.stdout());
      Files.writeString(Path.of("target/ways-here.txt"), ways.table(events));
      assertThat(ways.done()).hasSizeGreaterThan(90);
      assertThat(NOT_EVERYWHERE).containsAll(ways.impossible());
      assertThat(Ways.BLIND.keySet()).as(ways.table(events)).containsAll(ways.unseen(events));
      assertThat(Ways.NAMELESS.keySet()).as(ways.table(events)).containsAll(ways.nameless(events));
    }
  }
}
