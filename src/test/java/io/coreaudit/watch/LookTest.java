package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.mount.Mount;
import io.coreaudit.mount.Places;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.WatchRule;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LookTest {
  private static final WatchRule WATCH = WatchRule.directory("/d", "k");

  private static String stand(Mount... mounts) {
    Places places = Places.of(List.of(mounts), path -> path);
    Look look = new Look(List.of(), Set.of(), () -> places);
    List<AuditRuleData> rules = WATCH.all();
    Claim.Wish wish =
        new Claim.Wish(rules, Set.of(), List.of(new Sight(WATCH, 0x81, 5, "")), null, null);
    look.want(rules, wish);
    String stand = look.stand(wish, rules.getFirst());
    assertThat(rules).allMatch(rule -> look.stand(rule).equals(stand));
    return stand;
  }

  @Test
  void shouldTellWhatARuleStandsOnByItsInodeAndByWhatIsMountedBelow() {
    Mount root = new Mount(0, 1, 1, 8, 1, "/", "/", "xfs", "x", "rw", "rw", "");
    Mount below = new Mount(0, 2, 1, 8, 2, "/", "/d/disk", "xfs", "x", "rw", "rw", "");
    assertThat(stand(root)).isEqualTo("81:5");
    assertThat(stand(root, below)).startsWith("81:5+").isNotEqualTo(stand(root));
  }
}
