package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A watched path comes to stand for something else: what is there now is watched.
@KernelAudit
final class SwapIT {
  /// A canary's period, which begins with a check, and a moment.
  private static final Duration NOTICES_WITHIN = Duration.ofSeconds(10);

  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  @TempDir private Path temp;
  private Path dir;
  private Path watched;

  @BeforeEach
  void prepare() throws Exception {
    dir = temp.toRealPath();
    watched = Files.createDirectory(dir.resolve("w"));
    Files.writeString(watched.resolve("token"), "old");
  }

  private RunningAgent start(RunningAgent agent, Path... paths) throws Exception {
    return start(agent, "5s", paths);
  }

  private RunningAgent start(RunningAgent agent, String canary, Path... paths) throws Exception {
    return agent
        .start(
            "watch: {paths: %s, canary: %s}\nrules: {at_stop: remove}\nsinks: [{type: stdout}]\n"
                .formatted(List.of(paths), canary))
        .awaitReady();
  }

  @Test
  void shouldSeeTheNewDirectoryAfterASwap() throws Exception {
    Path beside = Files.createDirectory(dir.resolve("beside"));
    AuditState before = AuditState.now();
    try (RunningAgent agent = start(new RunningAgent(dir), beside, watched)) {
      Files.move(watched, dir.resolve("w.old"));
      Files.createDirectory(watched);
      Path fresh = Files.writeString(watched.resolve("fresh"), "new");
      agent.until(NOTICES_WITHIN, "the swap told", () -> !agent.drifts("path_replaced").isEmpty());
      agent.shouldSeeARead(NOTICES_WITHIN, fresh);
      assertThat(agent.get("/readyz")).isEqualTo(200);
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(agent.drifts("path_replaced"))
          .singleElement()
          .satisfies(drift -> assertThat(drift.own("path")).isEqualTo(watched.toString()));
      assertThat(AuditState.now()).isEqualTo(before);
    }
  }

  @Test
  void shouldSeeWhatASymbolicLinkLeadsTo() throws Exception {
    Path link = Files.createSymbolicLink(dir.resolve("link"), watched);
    Path other = Files.createDirectory(dir.resolve("other"));
    Path otherToken = Files.writeString(other.resolve("token"), "other");
    try (RunningAgent agent = start(new RunningAgent(dir), link)) {
      assertThat(agent.metric("coreaudit_watches_uncovered")).isZero();
      agent.shouldSeeARead(NOTICES_WITHIN, watched.resolve("token"));
      Files.delete(link);
      Files.createSymbolicLink(link, other);
      agent.until(NOTICES_WITHIN, "the turn told", () -> !agent.drifts("path_replaced").isEmpty());
      agent.shouldSeeARead(NOTICES_WITHIN, otherToken);
      assertThat(agent.stop()).as(agent.log()).isZero();
      assertThat(Event.read(agent.stdout()))
          .filteredOn(event -> event.is("watch") && event.own("path").equals(link.toString()))
          .first()
          .satisfies(watch -> assertThat(watch.own("detail")).isEqualTo("rule on " + watched));
    }
  }

  @Test
  void shouldSeeAtOnceWhatStoodBelowAMountThatGoes() throws Exception {
    Path decoy = Files.createDirectory(dir.resolve("decoy"));
    Path token = watched.resolve("token");
    // The canary, which begins with a look, has no part in it.
    try (RunningAgent agent = start(new RunningAgent(dir), "off", watched)) {
      Command.run("mount", "--bind", decoy.toString(), watched.toString());
      try {
        agent.until(AT_ONCE, "the mount told", () -> agent.drifts("path_replaced").size() == 1);
        agent.shouldSeeARead(NOTICES_WITHIN, Files.writeString(watched.resolve("false"), "x"));
      } finally {
        Command.run("umount", watched.toString());
      }
      agent.until(AT_ONCE, "the umount told", () -> agent.drifts("path_replaced").size() == 2);
      agent.shouldSeeARead(NOTICES_WITHIN, token);
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }
}
