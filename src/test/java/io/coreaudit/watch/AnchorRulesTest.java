package io.coreaudit.watch;

import static io.coreaudit.watch.TableKernel.rule;
import static io.coreaudit.watch.TableKernel.rulesOn;
import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.Errno;
import io.coreaudit.rule.AuditRuleData;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of the rules on the directory that secrets are attached to.
final class AnchorRulesTest {
  private final TableKernel kernel = new TableKernel();
  private final List<String> told = new ArrayList<>();
  @TempDir private Path temp;
  private Path dir;
  private Path anchor;
  private long nowNs;

  @BeforeEach
  void prepare() throws Exception {
    dir = temp.toRealPath();
    anchor = dir.resolve("secrets");
  }

  private WatchKeeper begun(List<Claim> claims) {
    WatchKeeper keeper =
        new WatchKeeper(
            kernel, claims, dir.resolve("rules.state"), this::tell, () -> nowNs, new Home());
    keeper.begin();
    return keeper;
  }

  private void tell(OwnEvent event) {
    told.add(event.kind() + " " + new String(event.text(), StandardCharsets.UTF_8));
  }

  private SecretSettings secrets(Path... unseen) {
    return new SecretSettings(anchor, List.of("/**"), false, 10, List.of(unseen));
  }

  @Test
  void shouldPutTheReadersRuleInFrontOfTheAnchors() throws Exception {
    Path kubelet = Files.createFile(dir.resolve("kubelet"));
    Path away = dir.resolve("away");
    AuditRuleData theirs = rule("-w /etc -p wa -k theirs");
    kernel.rules.add(theirs);
    WatchSettings wanted =
        new WatchSettings(List.of(), List.of(), true, secrets(kubelet, away), RulePacks.NONE);
    WatchKeeper keeper = begun(wanted.claims(List.of(), () -> false));
    AuditRuleData never =
        rule(
            "-a never,exit -F dir=%s -F exe=%s -F perm=r -F auid=unset -F uid=0 -F ppid=1"
                .formatted(anchor, kubelet));
    String atBoot =
        Files.readAllLines(Path.of("../rules/boot/50-coreaudit.rules")).stream()
            .filter(line -> line.startsWith("-a never"))
            .findFirst()
            .orElseThrow()
            .replace("/run/coreaudit/secrets", anchor.toString())
            .replace("/usr/bin/kubelet", kubelet.toString());
    assertThat(rule(atBoot)).as("the one that is loaded before a lock").isEqualTo(never);
    List<AuditRuleData> expected = new ArrayList<>(List.of(never, theirs));
    expected.addAll(rulesOn(anchor, SecretSettings.KEY));
    assertThat(kernel.rules).isEqualTo(expected);
    assertThat(keeper.uncovered()).as("a reader that is not there is no fault").isZero();
    assertThat(keeper.anchorTrouble()).isEmpty();
    assertThat(keeper.takeLostTags()).isTrue();
    Files.move(kubelet, dir.resolve("old"));
    Files.createFile(kubelet);
    int before = kernel.added.size();
    keeper.check();
    assertThat(kernel.added.subList(before, kernel.added.size()))
        .as("only the reader's is loaded anew")
        .containsExactly(never);
    assertThat(keeper.takeLostTags()).isFalse();
    keeper.removeAll();
    assertThat(kernel.rules).containsExactly(theirs);
  }

  @Test
  void shouldTakeTheAnchorsRulesAsAnEarlierStartLeftThem() {
    kernel.rules.addAll(rulesOn(anchor, SecretSettings.KEY));
    kernel.rules.add(rule("-a always,exit -F dir=" + anchor + " -F perm=x -F key=old"));
    String older = "-a never,exit -F dir=%s -F exe=/usr/bin/kubelet -F perm=r -F uid=0";
    kernel.rules.addFirst(rule(older.formatted(anchor)));
    WatchSettings wanted = new WatchSettings(List.of(), List.of(), true, secrets(), RulePacks.NONE);
    begun(wanted.claims(List.of(), () -> false));
    assertThat(kernel.added).isEmpty();
    assertThat(kernel.rules).isEqualTo(rulesOn(anchor, SecretSettings.KEY));
    assertThat(told)
        .as("an older agent's, and nobody's drift")
        .noneMatch(e -> e.startsWith("DRIFT"));
  }

  @Test
  void shouldTakeWhatIsAttachedForLostOnlyWhenTheAnchorsRulesWereLoaded() {
    List<Claim> claims = List.of(new AnchorClaim(anchor, SecretSettings.KEY));
    List<AuditRuleData> rules = rulesOn(anchor, SecretSettings.KEY);
    kernel.refuseWith = Errno.ETIMEDOUT;
    WatchKeeper keeper = begun(claims);
    keeper.check();
    assertThat(keeper.takeLostTags()).as("the kernel does not answer").isFalse();
    kernel.refuseWith = 0;
    kernel.rules.addAll(rules);
    keeper.check();
    assertThat(keeper.takeLostTags()).as("it loaded them after all").isTrue();
    keeper.check();
    assertThat(keeper.takeLostTags()).as("once").isFalse();
    kernel.rules.clear();
    keeper.check();
    assertThat(kernel.rules).isEqualTo(rules);
    assertThat(keeper.takeLostTags()).isTrue();
    keeper.check();
    assertThat(keeper.takeLostTags()).isFalse();
    kernel.rules.clear();
    keeper.forgive();
    kernel.beforeAdd = () -> kernel.rules.addAll(kernel.rules.isEmpty() ? rules : List.of());
    keeper.check();
    assertThat(keeper.takeLostTags()).as("somebody loads them in that moment").isTrue();
  }

  @Test
  void shouldTakeWhatIsAttachedForLostWhenTheRulesWentAndAreBackBeforeTheLook() {
    WatchKeeper keeper = begun(List.of(new AnchorClaim(anchor, SecretSettings.KEY)));
    assertThat(keeper.takeLostTags()).isTrue();
    told.clear();
    String text = "audit(1.0:2): auid=1000 ses=3 op=remove_rule key=\"%s\" list=4 res=1";
    keeper.check(List.of(ConfigChange.of(text.formatted("another"))));
    assertThat(keeper.takeLostTags()).isFalse();
    assertThat(told).isEmpty();
    keeper.check(List.of(ConfigChange.of(text.formatted(SecretSettings.KEY))));
    assertThat(keeper.takeLostTags()).isTrue();
    assertThat(told)
        .singleElement()
        .asString()
        .startsWith("DRIFT what=\"rule_gone\" path=\"" + anchor + "\"")
        .contains("auid=\"1000\"", "all secrets are attached again");
  }

  @Test
  void shouldTellWhoLoadedARuleOnTheAnchor() {
    WatchKeeper keeper = begun(List.of(new AnchorClaim(anchor, SecretSettings.KEY)));
    List<AuditRuleData> ours = List.copyOf(kernel.rules);
    AuditRuleData blind = rule("-a never,exit -F dir=" + anchor + " -k quiet");
    String text = "audit(1.0:2): auid=1000 ses=3 op=add_rule key=\"quiet\" list=4 res=1";
    for (int i = 0; i < 2; i++) {
      told.clear();
      kernel.rules.addFirst(blind);
      keeper.check(List.of(ConfigChange.of(text)));
      assertThat(kernel.rules).isEqualTo(ours);
      assertThat(told)
          .singleElement()
          .asString()
          .startsWith("DRIFT what=\"foreign_rule_on_anchor\" path=\"" + anchor + "\" key=\"quiet\"")
          .contains("never,exit", "done=\"taken away\"", "by=\"process\"", "auid=\"1000\"");
    }
    told.clear();
    kernel.rules.addFirst(blind);
    kernel.refuseWith = Errno.EPERM;
    keeper.check();
    keeper.check();
    assertThat(told)
        .filteredOn(event -> event.startsWith("DRIFT"))
        .singleElement()
        .asString()
        .contains("by=\"unknown\"", "done=\"it stays: the kernel refused\"");
  }

  @Test
  void shouldTellTwentyRulesAMinuteOnTheAnchorAndCountTheOthers() {
    WatchKeeper keeper = begun(List.of(new AnchorClaim(anchor, SecretSettings.KEY)));
    List<AuditRuleData> ours = List.copyOf(kernel.rules);
    told.clear();
    for (int i = 0; i < 25; i++) {
      kernel.rules.addFirst(rule("-a never,exit -F dir=" + anchor + " -F uid=" + i));
      keeper.check();
      assertThat(kernel.rules).as("each goes at once").isEqualTo(ours);
    }
    assertThat(told).hasSize(20).allMatch(event -> event.contains("foreign_rule_on_anchor"));
    told.clear();
    nowNs += TimeUnit.MINUTES.toNanos(1);
    keeper.check();
    assertThat(told)
        .singleElement()
        .asString()
        .startsWith("DRIFT what=\"foreign_rule_on_anchor\" path=\"" + anchor + "\" rules=5");
    keeper.check();
    assertThat(told).hasSize(1);
  }
}
