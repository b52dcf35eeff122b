package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.WatchRule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class RulePlanTest {
  private static final AuditRuleData A = rule("a");
  private static final AuditRuleData B = rule("b");
  private static final AuditRuleData FOREIGN = rule("foreign");
  private static final AuditRuleData NEVER = never("n");
  private static final AuditRuleData NEVER_TOO = never("m");

  private static AuditRuleData rule(String name) {
    return WatchRule.directory("/" + name, "k").data();
  }

  private static AuditRuleData never(String name) {
    return AuditRuleData.parse(withAction(rule(name).wire(), 0));
  }

  private static byte[] withAction(byte[] wire, int action) {
    wire[4] = (byte) action;
    return wire;
  }

  private static RulePlan plan(List<AuditRuleData> wanted, AuditRuleData... held) {
    Set<AuditRuleData> ours = new HashSet<>(List.of(A, B, NEVER, NEVER_TOO));
    return RulePlan.of(wanted, Set.of(), List.of(held), ours, Set.of());
  }

  /// What the kernel holds after the plan; fails on a request that it would refuse.
  private static List<AuditRuleData> after(RulePlan plan, List<AuditRuleData> held) {
    List<AuditRuleData> now = new ArrayList<>(held);
    for (RulePlan.Step step : plan.steps()) {
      switch (step) {
        case RulePlan.Add add -> {
          assertThat(now).doesNotContain(add.rule());
          now.add(add.rule().inFront() ? 0 : now.size(), add.rule().atEnd());
        }
        case RulePlan.Delete delete -> assertThat(now.remove(delete.rule())).isTrue();
      }
    }
    return now;
  }

  private static List<AuditRuleData> after(List<AuditRuleData> wanted, AuditRuleData... held) {
    return after(plan(wanted, held), List.of(held));
  }

  @Test
  void shouldDoNothingWhereAllIsThere() {
    assertThat(plan(List.of(NEVER, A), FOREIGN, NEVER, A).isEmpty()).isTrue();
  }

  @Test
  void shouldAddBeforeItDeletes() {
    assertThat(plan(List.of(B), A, FOREIGN).steps())
        .containsExactly(new RulePlan.Add(B), new RulePlan.Delete(A, false));
  }

  @Test
  void shouldPutANeverRuleInFront() {
    assertThat(after(List.of(NEVER, A), FOREIGN, A)).containsExactly(NEVER, FOREIGN, A);
    assertThat(after(List.of(NEVER, A), A, NEVER)).containsExactly(NEVER, A);
  }

  @Test
  void shouldKeepANeverRuleBehindWhatIsToStandBeforeIt() {
    assertThat(after(List.of(A, NEVER, B), A, B)).containsExactly(A, NEVER, B);
    assertThat(after(List.of(A, NEVER, B), NEVER, B)).containsExactly(A, NEVER, B);
    assertThat(after(List.of(A, NEVER, B))).containsExactly(A, NEVER, B);
    assertThat(after(List.of(A, NEVER, B), A, B, NEVER)).containsExactly(A, NEVER, B);
  }

  @Test
  void shouldBindAllRulesOfAPathAnewTogether() {
    List<AuditRuleData> all = WatchRule.directory("/a", "k").all();
    List<RulePlan.Step> steps = new ArrayList<>();
    all.forEach(rule -> steps.add(new RulePlan.Delete(rule, true)));
    all.forEach(rule -> steps.add(new RulePlan.Add(rule)));
    assertThat(RulePlan.of(all, Set.of(), all, new HashSet<>(all), new HashSet<>(all)).steps())
        .isEqualTo(steps);
  }

  @Provide
  Arbitrary<List<AuditRuleData>> some() {
    return Arbitraries.of(A, B, rule("c"), rule("d"), NEVER, NEVER_TOO, FOREIGN)
        .list()
        .uniqueElements()
        .ofMaxSize(7);
  }

  @Property(tries = 2000)
  void shouldReachWhatIsWantedWhateverIsHeld(
      @ForAll("some") List<AuditRuleData> wanted,
      @ForAll("some") List<AuditRuleData> held,
      @ForAll("some") List<AuditRuleData> notOurs) {
    Set<AuditRuleData> ours = new HashSet<>(held);
    ours.removeAll(notOurs);
    RulePlan plan = RulePlan.of(wanted, Set.of(), held, ours, Set.of());
    List<AuditRuleData> after = after(plan, held);
    assertThat(after).containsAll(wanted);
    List<AuditRuleData> foreign = held.stream().filter(r -> !ours.contains(r)).toList();
    assertThat(after.stream().filter(foreign::contains)).containsExactlyElementsOf(foreign);
    assertThat(after).allMatch(r -> wanted.contains(r) || foreign.contains(r));
    if (foreign.isEmpty()) {
      shouldDecideAsWanted(wanted, after);
    }
    assertThat(RulePlan.of(wanted, Set.of(), after, ours(after, foreign), Set.of()).steps())
        .as("a second time")
        .isEmpty();
  }

  @Provide
  Arbitrary<List<AuditRuleData>> someOnOnePath() {
    List<AuditRuleData> rules = new ArrayList<>(List.of(B, rule("c"), NEVER, NEVER_TOO));
    rules.addAll(WatchRule.directory("/a", "k").all());
    return Arbitraries.of(rules).list().uniqueElements().ofMaxSize(7);
  }

  @Property(tries = 2000)
  void shouldMissARuleThatStaysOnlyWithinItsGroup(
      @ForAll("someOnOnePath") List<AuditRuleData> wanted,
      @ForAll("someOnOnePath") List<AuditRuleData> held,
      @ForAll("someOnOnePath") List<AuditRuleData> anew) {
    RulePlan plan = RulePlan.of(wanted, Set.of(), held, new HashSet<>(held), new HashSet<>(anew));
    List<AuditRuleData> stay = held.stream().filter(wanted::contains).toList();
    List<AuditRuleData> now = held;
    List<RulePlan.Step> steps = new ArrayList<>();
    for (List<RulePlan.Step> group : plan.groups()) {
      now = after(new RulePlan(group), now);
      assertThat(now).containsAll(stay);
      assertThat(group)
          .extracting(step -> RulePlan.place(step.rule()))
          .containsOnly(RulePlan.place(group.getFirst().rule()));
      steps.addAll(group);
    }
    assertThat(steps).isEqualTo(plan.steps());
  }

  private static Set<AuditRuleData> ours(List<AuditRuleData> all, List<AuditRuleData> foreign) {
    Set<AuditRuleData> ours = new HashSet<>(all);
    foreign.forEach(ours::remove);
    return ours;
  }

  /// Each `never` rule stands where it should among those that are none.
  private static void shouldDecideAsWanted(List<AuditRuleData> wanted, List<AuditRuleData> after) {
    for (AuditRuleData never : wanted) {
      for (AuditRuleData other : wanted) {
        if (RulePlan.isNever(never) && !RulePlan.isNever(other)) {
          assertThat(after.indexOf(never) < after.indexOf(other))
              .isEqualTo(wanted.indexOf(never) < wanted.indexOf(other));
        }
      }
    }
  }
}
