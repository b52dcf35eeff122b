package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.OwnEvents;
import io.coreaudit.intake.BootId;
import io.coreaudit.intake.Canary;
import io.coreaudit.intake.CanaryVoice;
import io.coreaudit.intake.ConfigChanges;
import io.coreaudit.rule.WatchRule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The conductor with its canaries, on a kernel that is a table: it tells of each message that it
/// logs, and of those paths that are opened of which the test wants it.
final class HearingTest {
  private final TableKernel kernel = new TableKernel();
  private final Canary stream = new Canary();
  private final Canary watch = new Canary();
  private final OwnEvents events = new OwnEvents(64, () -> {});
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final List<Path> opened = new CopyOnWriteArrayList<>();
  private volatile Predicate<Path> heard = path -> true;
  @TempDir private Path temp;
  private Path a;
  private Path b;
  private Path c;
  private Warden warden;
  private Conductor conductor;
  private Thread thread;

  @BeforeEach
  void prepare() throws Exception {
    Path dir = temp.toRealPath();
    a = Files.createDirectory(dir.resolve("a"));
    b = Files.createDirectory(dir.resolve("b"));
    c = Files.createDirectory(dir.resolve("c"));
    kernel.onMessage = text -> CanaryVoice.logged(stream, text);
    KernelSettings settings = new KernelSettings(kernel, dir.resolve("settings.state"));
    warden =
        new Warden(
            new WatchKeeper(kernel, List.of(), dir.resolve("rules.state"), event -> {}),
            new AuditSwitch(kernel, settings, true, event -> {}),
            new ConfigChanges(),
            new Master(dir, dir.resolve("master"), new Home()),
            WatchSettings.of(a, b, c),
            event -> {},
            new Home());
    conductor =
        new Conductor(
            kernel,
            warden,
            LostRecords.goOn(dir.resolve("lost.state"), new BootId(1, 2), kernel.status()),
            events,
            stream,
            watch,
            this::open,
            Duration.ofMillis(200),
            (hearing, reason) -> said.add(hearing + " " + reason),
            () -> {});
    thread = new Thread(conductor::run, "conductor");
  }

  @AfterEach
  void end() throws Exception {
    conductor.stop();
    thread.join();
    warden.close();
  }

  private void open(Path path) {
    opened.add(path);
    if (heard.test(path)) {
      CanaryVoice.opened(watch, Thread.currentThread().getName());
    }
  }

  private void until(String expected, BooleanSupplier holds) throws Exception {
    long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNs).as(expected + ", said " + said).isNegative();
      Thread.sleep(10);
    }
  }

  private List<String> told() {
    List<String> told = new ArrayList<>();
    while (events.size() > 0) {
      told.add(new String(events.peek().text(), StandardCharsets.UTF_8));
      events.remove();
    }
    return told;
  }

  @Test
  void shouldOpenAllPathsFirstAndThenOneInEachRound() throws Exception {
    thread.start();
    until("five rounds", () -> opened.size() >= 7);
    assertThat(opened).startsWith(a, b, c, a, b, c, a);
    assertThat(said).containsOnly("GOOD ");
    assertThat(told()).isEmpty();
  }

  @Test
  void shouldLoadTheRulesOfASilentPathAnewAndSayThatItHelped() throws Exception {
    heard = path -> !path.equals(b) || kernel.added.size() > 9;
    thread.start();
    until("the first round", () -> !said.isEmpty());
    assertThat(said.getFirst()).isEqualTo("GOOD ");
    until("the next round, for the first had no more time", () -> opened.size() >= 4);
    assertThat(opened).startsWith(a, b, b, c);
    conductor.stop();
    thread.join();
    assertThat(kernel.added.subList(9, kernel.added.size()))
        .isEqualTo(WatchRule.directory(b.toString(), WatchKeeper.KEY).all());
    assertThat(told())
        .containsExactly("what=\"rule_silent\" path=\"" + b + "\" done=\"loaded again\"");
  }

  @Test
  void shouldBeDeafAtASilentPathAndListenThereUntilItIsHeard() throws Exception {
    heard = path -> !path.equals(b);
    thread.start();
    until("deaf", () -> !said.isEmpty());
    String deaf = "an access to " + b + " made no event";
    assertThat(said.getFirst()).isEqualTo("DEAF " + deaf);
    heard = path -> true;
    until("hearing again", () -> said.getLast().equals("GOOD "));
    assertThat(opened).as("the next before c").startsWith(a, b, b, b);
    conductor.stop();
    thread.join();
    assertThat(told())
        .contains("reason=\"deaf\" detail=\"" + deaf + "\"", "state=\"hearing\"")
        .doesNotHaveDuplicates();
  }
}
