package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.kernel.KernelAudit;
import io.coreaudit.mount.MountMethod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A watched file, and one of a mounted secret, is opened, read, altered, renamed, linked and
/// deleted in every way there is: each is told, and names it. Older kernels have their turn in
/// `VirtualMachineIT`.
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
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent
          .start(
              "watch: {paths: [%s]}\nrules: {at_stop: remove}\nsinks: [{type: stdout}]\n"
                  .formatted(watched))
          .awaitReady();
      Ways ways = go(agent, watched, scratch, "coreaudit_watch");
      shouldBeSeen(ways, Event.trees(agent.stdout()), "ways-here", Ways.BLIND.keySet());
    }
  }

  @Test
  void shouldSeeEveryWayToAMountedSecret() throws Exception {
    Path dir = temp.toRealPath();
    try (MountedSecrets secrets = new MountedSecrets(dir);
        RunningAgent agent = new RunningAgent(dir)) {
      agent
          .start(
              "watch: {etcd: {enabled: false}}\n"
                  + "rules: {at_stop: remove}\n"
                  + "sinks: [{type: stdout}]\n")
          .awaitReady();
      secrets.mount("other");
      Path secret = secrets.mount("x").getParent();
      agent.until(SOON, "both are attached", () -> agent.metric(MountedSecrets.COVERED) == 2);
      String watches = agent.command("watches", "--json");
      String followed = new ObjectMapper().readTree(watches).at("/mounts").asText();
      assertThat(MountMethod.BEST_FIRST.subList(0, expected().ordinal() + 1))
          .as(followed)
          .anyMatch(method -> followed.startsWith(method.phrase()));
      Path data = Files.createDirectory(secret.resolve("data"));
      Path scratch = Files.createDirectory(secret.resolve("scratch"));
      Ways ways = go(agent, data, scratch, "openshift_secret");
      Set<String> blind = new TreeSet<>(Ways.BLIND.keySet());
      blind.removeAll(Ways.OUTSIDE);
      shouldBeSeen(ways, Event.trees(agent.stdout()), "ways-secret-here", blind);
    }
  }

  /// The best way of following mounts that kernels of this version have; one of a distribution may
  /// have taken in a better.
  private static MountMethod expected() {
    String[] version = System.getProperty("os.version").split("[^0-9]");
    int number = Integer.parseInt(version[0]) * 1000 + Integer.parseInt(version[1]);
    return number >= 6_015
        ? MountMethod.FANOTIFY
        : number >= 6_012 ? MountMethod.LISTMOUNT : MountMethod.MOUNTINFO;
  }

  /// Goes all ways, and stops the agent when it has told of the last.
  private static Ways go(RunningAgent agent, Path watched, Path scratch, String key)
      throws Exception {
    Path program = Ways.compile(agent.config().getParent());
    Path table = program.resolveSibling("table");
    Files.writeString(
        table, Command.run(program.toString(), watched.toString(), scratch.toString()));
    Path last = Files.writeString(watched.resolve("last"), "");
    agent.shouldSeeARead(SOON, last);
    Thread.sleep(2_500); // an event that lacks its end is complete after two seconds
    assertThat(agent.stop()).as(agent.log()).isZero();
    return Ways.read(table, key);
  }

  private static void shouldBeSeen(
      Ways ways, List<JsonNode> events, String report, Set<String> blind) throws Exception {
    String table = ways.table(events);
    Files.writeString(Path.of("target", report + ".txt"), table);
    assertThat(ways.done()).hasSizeGreaterThan(90);
    assertThat(NOT_EVERYWHERE).containsAll(ways.impossible());
    assertThat(blind).as(table).containsAll(ways.unseen(events));
    assertThat(Ways.NAMELESS.keySet()).as(table).containsAll(ways.nameless(events));
  }
}
