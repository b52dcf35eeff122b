package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.OwnEvent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What of accesses to secrets is told beyond what a container may have, and of processes of which
/// only the domain is known.
final class AdmissionBeyondTest extends AdmissionScene {
  @Test
  void shouldTellTheFirstAccessOfEachKindToASecretBeyondAllBounds() {
    limit(10, KEY);
    names =
        namesOf(
            CrioTree.Made.sandbox(CrioTree.id(9), POD, "web", "shop", Map.of()),
            CrioTree.Made.sandbox(CrioTree.id(8), VICTIM, "db", "bank", Map.of()));
    useUp(100_000);
    String failed = OPENAT.replace("success=yes exit=3", "success=no exit=-13");
    String written = OPENAT.replace("a2=80000", "a2=80001");
    for (String call : List.of(OPENAT, failed, written)) {
      for (String file : List.of("inode=7 dev=00:28", "inode=8 dev=00:28", "inode=5 dev=00:27")) {
        assertThat(event(100_000, call, "/bin/cat", file)).as(call).isEqualTo(Admission.FULL);
        assertThat(event(100_002, call, "/bin/cat", file)).as(call).isEqualTo(Admission.REPEATED);
        assertThat(event(100_009, call, "/bin/cat", file)).as(call).isEqualTo(Admission.REPEATED);
      }
    }
    inside(2);
    useUp(100_000);
    assertThat(event(100_002, OPENAT, "/bin/cat", "inode=7 dev=00:28"))
        .as("of another container")
        .isEqualTo(Admission.FULL);
    String who =
        " namespace=\"shop\" pod=\"web\" pod_uid=\""
            + POD
            + "\" container_id=\""
            + CrioTree.id(1)
            + '"';
    String times = " first=\"2023-11-14T22:15:00.002Z\" last=\"2023-11-14T22:15:00.009Z\"";
    String foreign =
        " executable=\"/bin/cat\" path=\"/run/token\" volume=\"key\" secret_namespace=\"bank\""
            + " secret_pod=\"db\" secret_pod_uid=\""
            + VICTIM
            + '"'
            + times
            + who;
    List<String> summaries =
        tell(160_002, false).stream().filter(text -> text.startsWith("summary")).toList();
    assertThat(summaries)
        .hasSize(9)
        .contains(
            "summary of=\"secret_accesses\" events=2 outcome=\"read\" foreign=1" + foreign,
            "summary of=\"secret_accesses\" events=2 outcome=\"failed\" foreign=1" + foreign,
            "summary of=\"secret_accesses\" events=2 outcome=\"other\" foreign=1" + foreign)
        .filteredOn(text -> text.contains("volume=\"token\""))
        .hasSize(3)
        .anyMatch(text -> text.startsWith("summary of=\"secret_reads\" events=2 executable"))
        .anyMatch(text -> text.contains("outcome=\"failed\" foreign=0 "));
    inside(1);
    useUp(160_001);
    assertThat(event(160_001, OPENAT, "/bin/cat", "inode=7 dev=00:28"))
        .as("a minute later")
        .isEqualTo(Admission.FULL);
  }

  @Test
  void shouldSayHowManyOfWhatItLeftOutWereForeign() {
    limit(10, KEY);
    useUp(100_000);
    int full = 0;
    for (int i = 0; i < 400; i++) {
      full += event(100_000, OPENAT, "/bin/" + i, "inode=7 dev=00:28") == Admission.FULL ? 1 : 0;
      String path = "/" + "x".repeat(300);
      full += event(100_000, OPENAT, path, "inode=5 dev=00:27") == Admission.FULL ? 1 : 0;
    }
    assertThat(full).as("of each").isEqualTo(2 * ContainerRates.FIRSTS);
    assertThat(event(100_000, OPENAT, "/bin/0", "inode=7 dev=00:28")).isEqualTo(Admission.REPEATED);
    assertThat(tell(101_000, false))
        .singleElement()
        .asString()
        .startsWith("gap reason=\"container_rate\" events=289 secrets=288 foreign=144 most_per");
    assertThat(event(101_000, OPENAT, "/bin/dog", "inode=1 dev=fd:00")).isEqualTo(Admission.FULL);
    inside(2);
    useUp(101_000);
    assertThat(event(101_000, OPENAT, "/bin/fox", "inode=7 dev=00:28"))
        .as("another container has its own")
        .isEqualTo(Admission.FULL);
  }

  @Test
  void shouldNotLetWhatItCannotTellApartUseUpTheFirstAccessesToOtherPodsSecrets() {
    limit(10, KEY);
    useUp(100_000);
    String path = "/" + "x".repeat(300);
    for (int i = 0; i < 400; i++) {
      assertThat(event(100_000, OPENAT, path, "inode=7 dev=00:28"))
          .isEqualTo(i < ContainerRates.FIRSTS ? Admission.FULL : Admission.OVER_RATE);
    }
    assertThat(event(100_000, OPENAT, "/bin/cat", "inode=7 dev=00:28")).isEqualTo(Admission.FULL);
  }

  @Test
  void shouldBoundProcessesOfWhichOnlyTheDomainIsKnown() {
    limit(10, KEY);
    CrioTree.Made web = CrioTree.Made.sandbox(CrioTree.id(9), POD, "web", "shop", Map.of());
    names = namesOf(web, CrioTree.Made.sandbox(CrioTree.id(8), VICTIM, "db", "bank", Map.of()));
    Membership.clear(belongs);
    String label = " subj=" + web.label() + " key=\"" + KEY + '"';
    for (int i = 0; i < 15; i++) {
      assertThat(event(100_000, OPENAT, "/bin/cat", label, "inode=1 dev=fd:00"))
          .isEqualTo(i < 10 ? Admission.FULL : Admission.OVER_RATE);
    }
    for (String other :
        List.of(
            label.replace(",c26", ",c27"),
            label.replace("container_t", "svirt_t"),
            label.replace(",c26", ""),
            label.replace(",c26", ",c26.c28"),
            label.replace("s0:", "s0-s0:"),
            label.replace("system_r", "unconfined_r"))) {
      assertThat(event(100_000, OPENAT, "/bin/cat", other, "inode=1 dev=fd:00"))
          .as(other)
          .isEqualTo(Admission.FULL);
    }
    String session = OPENAT + " auid=1000";
    for (int i = 0; i < 6; i++) {
      assertThat(event(100_000, session, "/bin/cat", label, "inode=1 dev=fd:00"))
          .as("of a login session: its own bound")
          .isEqualTo(Admission.FULL);
    }
    for (int i = 0; i < 6; i++) {
      assertThat(operation(100_000, web.label()))
          .as("io_uring: may be of one")
          .isEqualTo(i < 4 ? Admission.FULL : Admission.OVER_RATE);
    }
    assertThat(event(100_000, session, "/bin/cat", label, "inode=1 dev=fd:00"))
        .isEqualTo(Admission.OVER_RATE);
    Membership.kind(belongs, Membership.HOST);
    assertThat(event(100_000, OPENAT, "/bin/cat", label, "inode=1 dev=fd:00"))
        .as("known as the host's")
        .isEqualTo(Admission.FULL);
    Membership.clear(belongs);
    for (int i = 0; i < 10; i++) {
      assertThat(event(100_000, OPENAT, "/bin/cat", label, "inode=7 dev=00:28"))
          .isEqualTo(Admission.FULL);
    }
    assertThat(event(100_000, OPENAT, "/bin/cat", label, "inode=7 dev=00:28"))
        .isEqualTo(Admission.FULL);
    assertThat(event(100_000, OPENAT, "/bin/cat", label, "inode=7 dev=00:28"))
        .isEqualTo(Admission.REPEATED);
    String domain = web.label().substring("system_u:system_r:".length());
    assertThat(tell(0, true))
        .anyMatch(
            text ->
                text.startsWith("gap reason=\"container_rate\" events=3 most_per_second=10 first=")
                    && text.endsWith("Z\" domain=\"" + domain + '"'))
        .anyMatch(
            text ->
                text.startsWith("gap reason=\"container_rate\" events=5 most_per_second=10 first=")
                    && text.endsWith(" namespace=\"shop\" domain=\"" + domain + '"'))
        .anyMatch(
            text ->
                text.startsWith(
                        "summary of=\"secret_accesses\" events=1 outcome=\"read\" foreign=1")
                    && text.endsWith(" namespace=\"shop\" domain=\"" + domain + '"'));
    assertThat(told)
        .allSatisfy(
            event ->
                assertThat(event.tags().stream().map(OwnEvent.Tag::number))
                    .isSubsetOf(OriginTag.POD));
  }

  @Test
  void shouldLeaveANamespacesBoundToItsOwnBesideOperationsOfIoUring() {
    limit(10, KEY);
    CrioTree.Made web = CrioTree.Made.sandbox(CrioTree.id(9), POD, "web", "shop", Map.of());
    names = namesOf(web);
    Membership.clear(belongs);
    for (int i = 0; i < 30; i++) {
      operation(100_000, web.label());
    }
    String label = " subj=" + web.label() + " key=\"" + KEY + '"';
    for (int i = 0; i < 10; i++) {
      assertThat(event(100_000, OPENAT, "/bin/cat", label, "inode=1 dev=fd:00"))
          .isEqualTo(Admission.FULL);
    }
    assertThat(tell(0, true)).singleElement().asString().doesNotContain("shop");
  }

  @Test
  void shouldForgetAContainersOwnReadsBeforeThoseOfOthers() {
    for (int i = 0; i < 8000; i++) {
      assertThat(event(100_000, OPENAT, "/bin/" + i, "inode=5 dev=00:27"))
          .isEqualTo(Admission.FULL);
    }
    inside(2);
    for (int i = 0; i < 20; i++) {
      event(100_001 + i, OPENAT, "/bin/" + i, "inode=5 dev=00:27");
    }
    inside(1);
    for (int i = 0; i < 8000; i++) {
      event(100_100, OPENAT, "/bin/" + i, "inode=5 dev=00:27");
    }
    inside(2);
    int kept = 0;
    for (int i = 0; i < 20; i++) {
      kept +=
          event(100_200, OPENAT, "/bin/" + i, "inode=5 dev=00:27") == Admission.REPEATED ? 1 : 0;
    }
    assertThat(kept).isEqualTo(20);
  }

  @Test
  void shouldTakeAnotherPodsVolumeForTheOneThatCounts() {
    String ours = " key=\"" + KEY + '"';
    for (int i = 0; i < 3; i++) {
      assertThat(event(100_000, OPENAT, "/bin/mv", ours, "inode=5 dev=00:27", "inode=7 dev=00:28"))
          .isEqualTo(Admission.FULL);
    }
    limit(10, KEY);
    useUp(100_000);
    for (int i = 0; i < 3; i++) {
      event(100_000, OPENAT, "/bin/mv", ours, "inode=5 dev=00:27", "inode=7 dev=00:28");
    }
    assertThat(admitted).isEqualTo(Admission.REPEATED);
    assertThat(tell(0, true)).anyMatch(text -> text.contains("foreign=1 executable=\"/bin/mv\""));
  }
}
