package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.Errno;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.WatchRule;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WatchKeeperTest {
  private final TableKernel kernel = new TableKernel();
  private final List<String> told = new ArrayList<>();
  @TempDir private Path temp;
  private Path dir;
  private Path watched;
  private Path state;

  @BeforeEach
  void prepare() throws Exception {
    dir = temp.toRealPath();
    watched = Files.createDirectory(dir.resolve("w"));
    state = Files.createDirectory(dir.resolve("run")).resolve("rules.state");
  }

  private WatchKeeper keeper(Path... paths) {
    return new WatchKeeper(kernel, WatchKeeper.paths(List.of(paths)), state, this::tell);
  }

  private WatchKeeper begun(Path... paths) {
    WatchKeeper keeper = keeper(paths);
    keeper.begin();
    return keeper;
  }

  private void tell(OwnEvent event) {
    told.add(event.kind() + " " + new String(event.text(), StandardCharsets.UTF_8));
  }

  private static List<AuditRuleData> rulesOn(Path directory) {
    return WatchRule.directory(directory.toString(), WatchKeeper.KEY).all();
  }

  private static void swap(Path directory) throws Exception {
    Files.move(directory, directory.resolveSibling(directory.getFileName() + ".old"));
    Files.createDirectory(directory);
  }

  @Test
  void shouldHoldARuleForAMomentAndLeaveNothingOfIt() throws Exception {
    WatchKeeper keeper = begun(watched);
    List<AuditRuleData> before = List.copyOf(kernel.rules);
    AuditRuleData rule = rulesOn(dir).getFirst();
    assertThat(keeper.lay(rule)).isTrue();
    assertThat(kernel.rules).contains(rule);
    keeper.lift(rule);
    assertThat(kernel.rules).isEqualTo(before);
    assertThat(keeper.lay(rule)).isTrue();
    begun(watched); // after a crash in that moment
    assertThat(kernel.rules).isEqualTo(before);
    kernel.refused = any -> true;
    assertThat(keeper.lay(rulesOn(dir).getLast())).isFalse();
    assertThat(kernel.rules).isEqualTo(before);
  }

  @Test
  void shouldLoadTheRulesAgainWhenADirectoryWasSwapped() throws Exception {
    WatchKeeper keeper = begun(watched);
    assertThat(kernel.added).isEqualTo(rulesOn(watched));
    swap(watched);
    told.clear();
    keeper.check();
    assertThat(kernel.rules).isEqualTo(rulesOn(watched));
    assertThat(kernel.added).hasSize(6);
    assertThat(told)
        .singleElement()
        .asString()
        .startsWith("DRIFT what=\"path_replaced\" path=\"" + watched + "\"")
        .contains("by=\"kernel\"");
    keeper.check();
    assertThat(kernel.added).as("once").hasSize(6);
    assertThat(told).hasSize(1);
  }

  @Test
  void shouldLoadARuleOfAnotherKindWhenTheKindChanged() throws Exception {
    WatchKeeper keeper = begun(watched);
    Files.delete(watched);
    Files.createFile(watched);
    keeper.check();
    WatchRule file = WatchRule.file(watched.toString(), WatchKeeper.KEY);
    assertThat(kernel.rules).isEqualTo(file.all());
  }

  @Test
  void shouldNotTouchAnEqualRuleOfSomebodyElse() throws Exception {
    kernel.rules.addAll(rulesOn(watched));
    WatchKeeper keeper = begun(watched);
    assertThat(keeper.uncovered()).isZero();
    swap(watched);
    keeper.check();
    assertThat(keeper.watches().getFirst().reason()).contains("not ours");
    keeper.removeAll();
    assertThat(kernel.rules).isEqualTo(rulesOn(watched));
    assertThat(kernel.added).isEmpty();
  }

  @Test
  void shouldTakeWhatAnEarlierStartLoadedAsItIsWhereAuditIsLocked() {
    begun(watched);
    kernel.refuseWith = Errno.EPERM;
    WatchKeeper next = begun(watched);
    assertThat(next.watches().getFirst().reason()).isEmpty();
    assertThat(kernel.rules).isEqualTo(rulesOn(watched));
  }

  @Test
  void shouldNotCallCoveredWhatAnEarlierStartsRulesDoNotStandOn() throws Exception {
    begun(watched);
    swap(watched);
    kernel.refuseWith = Errno.EPERM;
    WatchKeeper next = begun(watched);
    assertThat(next.uncovered()).isEqualTo(1);
    assertThat(next.watches().getFirst().cause()).isEqualTo(Watch.Cause.REFUSED);
    next.check();
    assertThat(next.uncovered()).as("as long as they stand elsewhere").isEqualTo(1);
    kernel.refuseWith = 0;
    next.check();
    assertThat(next.uncovered()).isZero();
    assertThat(kernel.added).hasSize(6);
  }

  @Test
  void shouldTrustARuleThatCannotGoWhereNobodyKnowsWhatItStandsOn() throws Exception {
    begun(watched);
    List<String> lines = Files.readAllLines(state);
    Files.write(state, lines.stream().map(line -> line.split(" ")[0]).toList());
    kernel.refuseWith = Errno.EPERM;
    assertThat(begun(watched).uncovered()).isZero();
  }

  @Test
  void shouldTrustARuleThatCannotGoWhereOnlyWhatIsMountedBelowIsAnother() throws Exception {
    begun(watched);
    List<String> lines = Files.readAllLines(state);
    Files.write(state, lines.stream().map(line -> line.isBlank() ? line : line + "+1").toList());
    kernel.refuseWith = Errno.EPERM;
    assertThat(begun(watched).uncovered()).as("that is attached apart").isZero();
  }

  @Test
  void shouldTellOnceWhatItCannotMend() throws Exception {
    WatchKeeper keeper = begun(watched);
    swap(watched);
    kernel.refuseWith = Errno.EPERM;
    keeper.check();
    keeper.check();
    assertThat(told).filteredOn(event -> event.startsWith("DRIFT")).hasSize(1);
    kernel.refuseWith = 0;
    keeper.check();
    assertThat(told)
        .filteredOn(event -> event.startsWith("DRIFT"))
        .hasSize(2)
        .last()
        .asString()
        .contains("done=\"loaded again\"");
  }

  @Test
  void shouldWatchWhatASymbolicLinkLeadsTo() throws Exception {
    Path link = Files.createSymbolicLink(dir.resolve("link"), watched);
    Path other = Files.createDirectory(dir.resolve("other"));
    WatchKeeper keeper = begun(link);
    assertThat(kernel.rules).isEqualTo(rulesOn(watched));
    assertThat(keeper.watches().getFirst().path()).isEqualTo(link.toString());
    assertThat(told)
        .singleElement()
        .asString()
        .contains("state=\"covered\"", "detail=\"rule on " + watched + "\"");
    Files.delete(link);
    Files.createSymbolicLink(link, other);
    keeper.check();
    assertThat(kernel.rules).isEqualTo(rulesOn(other));
    keeper.removeAll();
    assertThat(kernel.rules).isEmpty();
  }

  @Test
  void shouldKeepARuleThatAnotherPathSharesWhenALinkIsTurned() throws Exception {
    Path link = Files.createSymbolicLink(dir.resolve("link"), watched);
    Path other = Files.createDirectory(dir.resolve("other"));
    WatchKeeper keeper = begun(link, watched);
    Files.delete(link);
    Files.createSymbolicLink(link, other);
    keeper.check();
    assertThat(kernel.rules).containsAll(rulesOn(watched)).containsAll(rulesOn(other));
    assertThat(keeper.uncovered()).isZero();
  }

  @Test
  void shouldSayWhyAPathCannotBeWatched() throws Exception {
    Path fifo = dir.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    Path loop = Files.createSymbolicLink(dir.resolve("loop"), dir.resolve("loop"));
    Path dangling = Files.createSymbolicLink(dir.resolve("dangling"), dir.resolve("away"));
    WatchKeeper keeper = begun(dir.resolve("away"), fifo, loop, dangling);
    assertThat(keeper.watches()).noneMatch(Watch::covered);
    assertThat(keeper.watches().stream().map(Watch::reason))
        .satisfiesExactly(
            reason -> assertThat(reason).isEqualTo("no such file or directory"),
            reason -> assertThat(reason).startsWith("neither a file nor a directory"),
            reason -> assertThat(reason).containsIgnoringCase("symbolic links"),
            reason -> assertThat(reason).isEqualTo("a symbolic link that leads nowhere"));
    assertThat(kernel.added).isEmpty();
  }

  @Test
  void shouldCoverAPathThatComes() throws Exception {
    Path late = dir.resolve("late");
    WatchKeeper keeper = begun(watched, late);
    keeper.check();
    assertThat(kernel.added).isEqualTo(rulesOn(watched));
    Files.createDirectory(late);
    keeper.check();
    assertThat(keeper.uncovered()).isZero();
    assertThat(kernel.rules).containsAll(rulesOn(late));
  }

  @Test
  void shouldWriteDownARuleBeforeItIsLoaded() {
    List<Integer> writtenDown = new ArrayList<>();
    kernel.beforeAdd = () -> writtenDown.add(new RulesState(state).read().size());
    begun(watched);
    assertThat(writtenDown).containsExactly(1, 2, 3);
  }

  @Test
  void shouldNotCallARuleOursThatTheKernelRefused() {
    kernel.beforeAdd = () -> kernel.refuseWith = Errno.EPERM;
    WatchKeeper keeper = begun(watched);
    assertThat(keeper.uncovered()).isEqualTo(1);
    assertThat(new RulesState(state).read()).isEmpty();
  }

  @Test
  void shouldTakeAwayEveryRuleWhenTheStateCannotBeWritten() throws Exception {
    WatchKeeper keeper = begun(watched);
    Files.delete(state);
    Files.delete(state.getParent());
    assertThatThrownBy(keeper::removeAll).isInstanceOf(UncheckedIOException.class);
    assertThat(kernel.rules).isEmpty();
  }

  @Test
  void shouldLoadNothingAfterTheEnd() {
    WatchKeeper keeper = begun(watched);
    keeper.removeAll();
    keeper.check();
    keeper.reload(watched);
    assertThat(kernel.rules).isEmpty();
  }

  @Test
  void shouldForgetARuleThatTheKernelTookAwayItself() throws Exception {
    WatchKeeper keeper = begun(watched);
    for (int i = 0; i < 300; i++) {
      Path volume = Files.createDirectory(dir.resolve("volume" + i));
      keeper.claim(WatchKeeper.paths(List.of(watched, volume)));
      keeper.check();
      assertThat(kernel.rules).containsAll(rulesOn(volume)).hasSize(6);
      kernel.rules.removeAll(rulesOn(volume));
      Files.delete(volume);
      keeper.claim(WatchKeeper.paths(List.of(watched)));
      keeper.check();
    }
    assertThat(Files.readAllLines(state)).filteredOn(line -> !line.isBlank()).hasSize(3);
    assertThat(new RulesState(state).read().keySet())
        .containsExactlyInAnyOrderElementsOf(kernel.rules);
  }

  @Test
  void shouldLeaveAnEqualRuleThatSomebodyLoadedAfterOursWent() {
    WatchKeeper keeper = begun(watched);
    kernel.rules.clear();
    keeper.check();
    kernel.rules.clear();
    keeper.check();
    assertThat(kernel.rules).as("it waits, the second time").isEmpty();
    kernel.rules.addAll(rulesOn(watched));
    keeper.check();
    assertThat(keeper.uncovered()).isZero();
    keeper.removeAll();
    assertThat(kernel.rules).isEqualTo(rulesOn(watched));
    begun();
    assertThat(kernel.rules).as("nor does a later start").isEqualTo(rulesOn(watched));
  }

  @Test
  void shouldNotTrustWhatARuleOfAnEarlierStartStandsOn() throws Exception {
    begun(watched);
    swap(watched);
    begun(watched);
    assertThat(kernel.added).hasSize(6);
    assertThat(kernel.rules).isEqualTo(rulesOn(watched));
  }

  @Test
  void shouldTakeWhatAnEarlierStartLoadedAsItIsWhereTheSameStandsThere() throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    begun(watched, file);
    WatchKeeper next = keeper(watched, file);
    assertThat(next.plan().steps()).as("nothing to do").isEmpty();
    next.begin();
    assertThat(kernel.added).hasSize(6);
    assertThat(next.uncovered()).isZero();
    List<String> lines = Files.readAllLines(state);
    Files.write(state, lines.stream().map(line -> line.split(" ")[0]).toList());
    begun(watched, file);
    assertThat(kernel.added).as("nobody wrote down what they stand on").hasSize(12);
  }

  @Test
  void shouldPlanWhatItWouldDo() throws Exception {
    begun(watched);
    swap(watched);
    WatchKeeper next = keeper(watched);
    List<RulePlan.Step> steps = new ArrayList<>();
    rulesOn(watched).forEach(rule -> steps.add(new RulePlan.Delete(rule, true)));
    rulesOn(watched).forEach(rule -> steps.add(new RulePlan.Add(rule)));
    assertThat(next.plan().steps()).isEqualTo(steps);
    assertThat(kernel.added).as("only planned").hasSize(3);
    next.begin();
    assertThat(kernel.added).hasSize(6);
    assertThat(keeper(watched).plan().isEmpty()).as("written down anew").isTrue();
  }
}
