package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.Errno;
import io.coreaudit.mount.Mount;
import io.coreaudit.mount.SecretMounts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of secrets that are mounted, on a kernel that is a table.
final class SecretKeeperTest {
  private static final String VOLUMES = "/var/lib/kubelet/pods/u/volumes/kubernetes.io~secret/";

  private final TableKernel kernel = new TableKernel();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<Long> times = new ArrayList<>();
  @TempDir private Path dir;
  private SecretKeeper secrets;

  @BeforeEach
  void prepare() {
    secrets = keeper(false);
    secrets.rules("", "", List.of("/etc/kubernetes"));
    secrets.onCaughtUp();
  }

  private SecretKeeper keeper(boolean eachItsRule) {
    SecretSettings settings =
        new SecretSettings(
            dir.resolve("secrets"), SecretMounts.DEFAULT_MATCH, eachItsRule, 1, List.of());
    return new SecretKeeper(kernel, settings, "", this::tell, times::add);
  }

  @AfterEach
  void close() {
    secrets.close();
  }

  private void tell(OwnEvent event) {
    told.add(event.kind() + " " + new String(event.text(), StandardCharsets.UTF_8));
  }

  private static Mount mount(int id, String place, String type) {
    return new Mount(id, id, 1, 0, 40 + id, "/", place, type, type, "rw", "rw", "");
  }

  private static Mount secret(int id, String volume) {
    return mount(id, VOLUMES + volume, "tmpfs");
  }

  @Test
  void shouldShowLifeWhileItWorksAndNoneWhileItSleeps() {
    List<String> life = new ArrayList<>();
    secrets.onTurn(nowNs -> life.add("works"), () -> life.add("sleeps"));
    secrets.onMounted(secret(1, "a"));
    secrets.onSleep();
    secrets.onWake();
    secrets.onMounted(secret(2, "b"));
    assertThat(life).containsExactly("works", "sleeps", "works", "works");
  }

  @Test
  void shouldAttachASecretAndForgetItWithItsUmount() {
    secrets.onMounted(secret(1, "a"));
    secrets.onMounted(mount(2, VOLUMES + "b", "ext4"));
    secrets.onMounted(mount(3, "/srv", "tmpfs"));
    assertThat(kernel.tagged).containsExactly(VOLUMES + "a");
    assertThat(secrets.watches())
        .singleElement()
        .satisfies(
            watch -> {
              assertThat(watch.covered()).isTrue();
              assertThat(watch.path()).isEqualTo(VOLUMES + "a");
              assertThat(watch.cause()).isEqualTo(Watch.Cause.NONE);
            });
    assertThat(times).hasSize(1);
    assertThat(secrets.places()).containsExactly("/var/lib/kubelet", VOLUMES + "a");
    secrets.onUnmounted(secret(1, "a"));
    assertThat(secrets.watches()).isEmpty();
    assertThat(told).isEmpty();
  }

  @Test
  void shouldTellOfEachMountOfAVolumeAlsoWhereItWasMoved() {
    List<String> volumes = new ArrayList<>();
    secrets.onVolume(
        (volume, mounted, before) ->
            volumes.add(volume.mount().key() + " " + volume.volume() + " " + mounted));
    secrets.onMounted(secret(1, "a"));
    secrets.onMoved(secret(1, "a"), mount(1, "/elsewhere", "tmpfs"));
    secrets.onUnmounted(mount(1, "/elsewhere", "tmpfs"));
    secrets.onUnmounted(mount(1, "/elsewhere", "tmpfs"));
    assertThat(volumes).containsExactly("1 a true", "1 a false");
  }

  @Test
  void shouldTellAsUnmountedWhatIsNotToldAgainAfterANewBeginning() throws Exception {
    List<String> volumes = new CopyOnWriteArrayList<>();
    try (SecretKeeper following = keeper(false)) {
      following.onVolume(
          (volume, mounted, before) -> {
            if (volume.podUid().equals("u")) {
              volumes.add(volume.mount().key() + " " + mounted);
            }
          });
      boolean[] broken = {false};
      following.onTurn(
          ns -> {
            if (broken[0]) {
              throw new IllegalStateException("odd");
            }
          },
          () -> {});
      broken[0] = true;
      following.start(Duration.ofSeconds(20));
      until(() -> following.trouble().contains("odd"));
      broken[0] = false;
      following.onMounted(secret(Integer.MAX_VALUE, "a"));
      assertThat(volumes).containsExactly(Integer.MAX_VALUE + " true");
      until(
          () -> {
            following.lookAfter();
            return following.trouble().isEmpty();
          });
      until(() -> volumes.size() > 1);
      assertThat(volumes)
          .containsExactly(Integer.MAX_VALUE + " true", Integer.MAX_VALUE + " false");
    }
  }

  @Test
  void shouldSayWhyASecretIsNotAttachedUntilItIs() {
    kernel.set(Errno.EPERM);
    secrets.onMounted(secret(1, "a"));
    assertThat(secrets.watches().getFirst().reason()).contains("AUDIT_MAKE_EQUIV: EPERM");
    assertThat(secrets.watches().getFirst().cause()).isEqualTo(Watch.Cause.REFUSED);
    assertThat(told).singleElement().asString().startsWith("WATCH state=\"uncovered\"");
    assertThat(secrets.attachAll()).isEqualTo(1);
    assertThat(told).as("not told twice").hasSize(1);
    kernel.set(0);
    assertThat(secrets.attachAll()).isZero();
    assertThat(secrets.watches().getFirst().covered()).isTrue();
    assertThat(told).last().asString().startsWith("WATCH state=\"covered\"");
    assertThat(secrets.counters().value(SecretCounter.REFUSED)).isEqualTo(2);
  }

  @Test
  void shouldTryAgainWhatWasRefusedAndTellThatItIsCovered() {
    kernel.set(Errno.ENOMEM);
    for (int i = 1; i <= 18; i++) {
      secrets.onMounted(secret(i, "v" + i));
    }
    assertThat(told).hasSize(18).allMatch(event -> event.startsWith("WATCH state=\"uncovered\""));
    secrets.attachRefused();
    assertThat(secrets.counters().value(SecretCounter.REFUSED))
        .as("a kernel that refuses on is not asked for each")
        .isEqualTo(18 + 16);
    kernel.set(0);
    told.clear();
    secrets.attachRefused();
    assertThat(secrets.watches()).hasSize(18).allMatch(Watch::covered);
    assertThat(told).isNotEmpty().allMatch(event -> event.startsWith("WATCH state=\"covered\""));
    secrets.attachRefused();
    assertThat(kernel.tagged).as("once").hasSize(18);
  }

  @Test
  void shouldNotCallASecretCoveredWhoseAnchorIsNot() {
    secrets.onMounted(secret(1, "a"));
    secrets.rules("shadowed by -a never,exit", "", List.of());
    assertThat(secrets.watches().getFirst().reason()).isEqualTo("shadowed by -a never,exit");
    assertThat(secrets.watches().getFirst().cause()).isEqualTo(Watch.Cause.ANCHOR);
  }

  @Test
  void shouldSaySinceWhenASecretIsCoveredOrNot() {
    secrets.onMounted(secret(1, "a"));
    Instant mounted = since();
    secrets.rules("", "", List.of());
    assertThat(since()).as("nothing changed").isEqualTo(mounted);
    secrets.rules("rules removed by somebody", "", List.of());
    Instant lost = since();
    assertThat(lost).isAfter(mounted);
    secrets.rules("contested", "", List.of());
    assertThat(since()).as("uncovered as before").isEqualTo(lost);
    secrets.rules("", "", List.of());
    Instant back = since();
    assertThat(back).isAfter(lost);
    secrets.attachAll();
    Instant again = since();
    assertThat(again).as("what was attached was lost").isAfter(back);
    secrets.onMounted(secret(2, "b"));
    assertThat(since("b")).isAfter(again);
    assertThat(since()).isEqualTo(again);
    kernel.set(Errno.ENOMEM);
    secrets.attachAll();
    Instant refused = since();
    secrets.rules("rules removed by somebody", "", List.of());
    assertThat(since()).as("uncovered as before").isEqualTo(refused);
  }

  private Instant since() {
    return since("a");
  }

  private Instant since(String volume) {
    return secrets.watches().stream()
        .filter(watch -> watch.path().equals(VOLUMES + volume))
        .findFirst()
        .orElseThrow()
        .since();
  }

  @Test
  void shouldFollowASecretThatIsMoved() {
    secrets.onMounted(secret(1, "a"));
    secrets.onMoved(secret(1, "a"), secret(1, "b"));
    assertThat(secrets.watches().getFirst().path()).isEqualTo(VOLUMES + "b");
    secrets.onMoved(secret(1, "b"), mount(1, "/elsewhere", "tmpfs"));
    assertThat(secrets.watches().getFirst().path()).isEqualTo("/elsewhere");
    assertThat(secrets.watches().getFirst().covered()).as("attached it stays").isTrue();
    secrets.onMoved(mount(2, "/srv", "tmpfs"), secret(2, "c"));
    assertThat(kernel.tagged).containsExactly(VOLUMES + "a", VOLUMES + "c");
  }

  @Test
  void shouldWatchWhatIsMountedBelowAWatchedDirectory() {
    secrets.onMounted(mount(1, "/etc/kubernetes/late", "xfs"));
    secrets.onMounted(mount(2, "/etc/kubernetes2", "xfs"));
    assertThat(kernel.tagged).containsExactly("/etc/kubernetes/late");
  }

  @Test
  void shouldWatchWhatIsMountedBelowWhileTheMountsAreListed() {
    try (SecretKeeper listing = keeper(false)) {
      listing.onMounted(mount(1, "/etc/kubernetes/early", "xfs"));
      listing.rules("", "", List.of("/etc/kubernetes"));
      assertThat(kernel.tagged).as("before the rules").containsExactly("/etc/kubernetes/early");
      listing.onMounted(mount(2, "/etc/kubernetes/next", "xfs"));
      assertThat(kernel.tagged).as("not listed yet").hasSize(2);
      listing.rules("", "", List.of("/etc/kubernetes"));
      assertThat(kernel.tagged).as("nothing new").hasSize(2);
      listing.onUnmounted(mount(1, "/etc/kubernetes/early", "xfs"));
      listing.onMoved(mount(3, "/srv", "xfs"), mount(3, "/etc/kubernetes/moved", "xfs"));
      kernel.tagged.clear();
      listing.rules("", "", List.of("/"));
      assertThat(kernel.tagged)
          .containsExactlyInAnyOrder("/etc/kubernetes/next", "/etc/kubernetes/moved");
    }
  }

  @Test
  void shouldTryAgainWhatCouldNotBeAttachedBelowAWatchedDirectory() {
    kernel.set(Errno.ENOMEM);
    secrets.onMounted(mount(1, "/etc/kubernetes/late", "xfs"));
    secrets.onMounted(mount(2, "/etc/kubernetes/later", "xfs"));
    Watch open = secrets.watches().getFirst();
    assertThat(secrets.watches()).containsExactly(open);
    assertThat(open.open()).isTrue();
    assertThat(open.kind()).isEqualTo(Watch.Kind.PREMISE);
    assertThat(open.cause()).isEqualTo(Watch.Cause.REFUSED);
    assertThat(open.reason())
        .startsWith("/etc/kubernetes/late below /etc/kubernetes: AUDIT_MAKE_EQUIV: ENOMEM")
        .endsWith("; and 1 more");
    assertThat(told).as("it may have been busy").isEmpty();
    secrets.attachRefused();
    secrets.attachRefused();
    assertThat(told)
        .singleElement()
        .asString()
        .startsWith("WATCH state=\"uncovered\" path=\"what is mounted below watched directories\"");
    kernel.set(0);
    told.clear();
    secrets.attachRefused();
    assertThat(kernel.tagged)
        .containsExactlyInAnyOrder("/etc/kubernetes/late", "/etc/kubernetes/later");
    assertThat(secrets.watches()).isEmpty();
    assertThat(told)
        .singleElement()
        .asString()
        .startsWith("WATCH state=\"covered\" path=\"what is mounted below watched directories\"");
    secrets.attachRefused();
    assertThat(kernel.tagged).as("once").hasSize(2);
  }

  @Test
  void shouldForgetWhatCouldNotBeAttachedWhenItGoesOrNothingAboveItIsWatched() {
    kernel.set(Errno.EPERM);
    secrets.onMounted(mount(1, "/etc/kubernetes/late", "xfs"));
    secrets.attachRefused();
    assertThat(secrets.watches()).hasSize(1);
    secrets.onUnmounted(mount(1, "/etc/kubernetes/late", "xfs"));
    assertThat(secrets.watches()).isEmpty();
    secrets.onMounted(mount(2, "/etc/kubernetes/late", "xfs"));
    secrets.onMoved(mount(2, "/etc/kubernetes/late", "xfs"), mount(2, "/srv", "xfs"));
    assertThat(secrets.watches()).as("moved away").isEmpty();
    secrets.onMounted(mount(3, "/etc/kubernetes/late", "xfs"));
    secrets.rules("", "", List.of());
    assertThat(secrets.watches()).as("not watched any more").isEmpty();
    secrets.rules("", "", List.of("/etc/kubernetes"));
    assertThat(secrets.watches()).as("watched again, and refused").hasSize(1);
  }

  @Test
  void shouldAttachWhatAnotherMountHidWhenThatHasGone() {
    kernel.set(Errno.ENOENT);
    secrets.onMounted(mount(1, "/etc/kubernetes/hidden", "xfs"));
    secrets.attachRefused();
    assertThat(secrets.watches()).as("nothing is there that could be opened").isEmpty();
    assertThat(told).isEmpty();
    kernel.set(0);
    secrets.attachRefused();
    assertThat(kernel.tagged).containsExactly("/etc/kubernetes/hidden");
  }

  @Test
  void shouldAttachAgainWhatLiesWhereAMountWent() {
    // Each was attached by a path that led to what lay on top.
    secrets.onMounted(mount(1, "/etc/kubernetes/late", "xfs"));
    secrets.onMounted(mount(2, "/etc/kubernetes/late", "xfs"));
    secrets.onMounted(secret(3, "a"));
    secrets.onMounted(secret(4, "a"));
    secrets.onMounted(secret(5, "ab"));
    kernel.tagged.clear();
    secrets.onUnmounted(mount(2, "/etc/kubernetes/late", "xfs"));
    assertThat(kernel.tagged).containsExactly("/etc/kubernetes/late");
    kernel.tagged.clear();
    secrets.onUnmounted(secret(4, "a"));
    assertThat(kernel.tagged).containsExactly(VOLUMES + "a");
    kernel.tagged.clear();
    secrets.onUnmounted(mount(6, VOLUMES.substring(0, VOLUMES.length() - 1), "tmpfs"));
    assertThat(kernel.tagged).containsExactlyInAnyOrder(VOLUMES + "a", VOLUMES + "ab");
  }

  @Test
  void shouldSayThatWhatIsMountedBelowIsDetachedWithTheSecrets() {
    secrets.rules("", "detached by pid 7", List.of("/etc/kubernetes"));
    assertThat(secrets.watches()).as("nothing is mounted there").isEmpty();
    secrets.rules("", "", List.of("/etc/kubernetes"));
    secrets.onMounted(mount(1, "/etc/kubernetes/late", "xfs"));
    secrets.rules("", "detached by pid 7", List.of("/etc/kubernetes"));
    assertThat(secrets.watches())
        .singleElement()
        .satisfies(watch -> assertThat(watch.reason()).isEqualTo("detached by pid 7"))
        .matches(Watch::open);
    secrets.rules("", "", List.of("/etc/kubernetes"));
    assertThat(secrets.watches()).isEmpty();
    assertThat(told).hasSize(2);
  }

  @Test
  void shouldNameEverySecretThatAKernelWithoutTheCallLeavesUnwatched() {
    kernel.set(Errno.EINVAL);
    for (int i = 0; i < 30; i++) {
      secrets.onMounted(secret(i + 1, "s" + i));
    }
    for (int i = 0; i < 3; i++) {
      secrets.attachRefused();
    }
    assertThat(secrets.watches())
        .hasSize(30)
        .allMatch(Watch::open)
        .allMatch(watch -> watch.reason().startsWith("AUDIT_MAKE_EQUIV: EINVAL"));
    assertThat(told).as("the others as a number").hasSizeLessThanOrEqualTo(20);
  }

  @Test
  void shouldAttachWhatIsMountedBelowAgainWhereAllMayBeLost() {
    secrets.onMounted(mount(1, "/etc/kubernetes/late", "xfs"));
    kernel.tagged.clear();
    secrets.attachAll();
    assertThat(kernel.tagged).contains("/etc/kubernetes/late");
    try (SecretKeeper each = keeper(true)) {
      each.rules("", "", List.of("/etc/kubernetes"));
      each.onMounted(mount(1, "/etc/kubernetes/late", "xfs"));
      kernel.tagged.clear();
      each.attachAll();
      assertThat(kernel.tagged).containsExactly("/etc/kubernetes/late");
    }
  }

  @Test
  void shouldWatchASecretAlsoWithTheDirectoryAboveIt() {
    secrets.rules("", "", List.of("/var/lib/kubelet"));
    secrets.onMounted(secret(1, "a"));
    assertThat(kernel.tagged).containsExactly(VOLUMES + "a", VOLUMES + "a");
  }

  @Test
  void shouldBeAnOpenWatchUntilTheMountsAreAllKnown() {
    try (SecretKeeper listing = keeper(false)) {
      listing.rules("", "", List.of());
      listing.onMounted(secret(1, "a"));
      assertThat(listing.watches()).hasSize(2);
      Watch unknown = listing.watches().getLast();
      assertThat(unknown.open()).isTrue();
      assertThat(unknown.kind()).isEqualTo(Watch.Kind.PREMISE);
      assertThat(unknown.cause()).isEqualTo(Watch.Cause.NOT_FOLLOWED);
      assertThat(listing.trouble()).isEqualTo("the mounts are not all looked at yet");
      listing.onCaughtUp();
      assertThat(listing.watches()).singleElement().matches(Watch::covered);
      assertThat(listing.trouble()).isEmpty();
      assertThat(told).as("nothing to tell").isEmpty();
    }
  }

  @Test
  void shouldBeAnOpenWatchWhileTheMountsAreNotFollowedWhateverEndedIt() throws Exception {
    boolean[] broken = {true};
    LongConsumer breaks =
        ns -> {
          if (broken[0]) {
            throw new IllegalStateException("odd");
          }
        };
    try (SecretKeeper following = keeper(false)) {
      following.onTurn(breaks, () -> {});
      following.start(Duration.ofSeconds(20));
      until(() -> following.trouble().contains("odd"));
      assertThat(following.watches()).filteredOn(Watch::open).isNotEmpty();
      assertThat(told)
          .filteredOn(event -> event.contains("path=\"every secret that is mounted\""))
          .singleElement()
          .asString()
          .contains("state=\"uncovered\"", "mounts are not followed: ", "odd");
      following.lookAfter();
      until(() -> following.trouble().contains("odd"));
      broken[0] = false;
      told.clear();
      until(
          () -> {
            following.lookAfter();
            return following.trouble().isEmpty();
          });
      assertThat(told)
          .filteredOn(event -> event.contains("path=\"every secret that is mounted\""))
          .singleElement()
          .asString()
          .contains("state=\"covered\"");
    }
  }

  private static void until(BooleanSupplier holds) throws Exception {
    long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNs).isNegative();
      Thread.sleep(20);
    }
  }

  @Test
  void shouldShowInModeRuleOnlyThoseForWhichThereIsNoRoom() {
    try (SecretKeeper each = keeper(true)) {
      each.onCaughtUp();
      each.onMounted(secret(2, "b"));
      each.onMounted(secret(1, "a"));
      assertThat(kernel.tagged).isEmpty();
      assertThat(each.watches())
          .singleElement()
          .satisfies(watch -> assertThat(watch.path()).isEqualTo(VOLUMES + "b"))
          .satisfies(watch -> assertThat(watch.cause()).isEqualTo(Watch.Cause.NO_ROOM));
      Instant since = each.watches().getFirst().since();
      assertThat(since).isBeforeOrEqualTo(Instant.now());
      Instant later = Instant.now();
      while (!Instant.now().isAfter(later)) {
        Thread.onSpinWait();
      }
      assertThat(each.watches().getFirst().since()).as("whenever one looks").isEqualTo(since);
    }
  }
}
