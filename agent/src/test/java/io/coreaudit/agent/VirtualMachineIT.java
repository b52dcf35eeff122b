package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.agent.command.ExitStatus;
import io.coreaudit.mount.MountMethod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// What must hold on other kernels, and what only a machine of one's own allows: audit locked,
/// while the agent runs and before it starts.
final class VirtualMachineIT {
  /// Ways that a kernel does not have.
  private static final Map<String, List<String>> LACKING =
      Map.of(
          "6.1", List.of("fchmodat2", "setxattrat", "getxattrat", "openat-x32"),
          "6.12", List.of("setxattrat", "getxattrat", "openat-x32"));

  /// How mounts are followed there: the best that the kernel has.
  private static final Map<String, MountMethod> FOLLOWED =
      Map.of("6.1", MountMethod.MOUNTINFO, "6.12", MountMethod.LISTMOUNT);

  private static final String SECRETS =
      "/var/lib/kubelet/pods/7f0c2a0e-1d5e-4b0e-9a2b-0d6f3b1c2d3e/volumes/kubernetes.io~secret/";

  /// Runs a test once a kernel.
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @ParameterizedTest(name = "kernel {0}")
  @FieldSource("io.coreaudit.agent.VirtualMachine#VERSIONS")
  private @interface OnEachKernel {}

  @Test
  void shouldSayWhatAKernelLacks() throws Exception {
    String document = Files.readString(Path.of("../src/docs/ways.md"));
    LACKING.forEach(
        (kernel, ways) ->
            assertThat(document)
                .contains(
                    "| %s | `%s` | %s |"
                        .formatted(
                            kernel, String.join("`, `", ways), FOLLOWED.get(kernel).phrase())));
  }

  @OnEachKernel
  void shouldSeeEveryWayToAWatchedFile(String kernel) throws Exception {
    Path results = results(kernel, "10-ways");
    assertThat(text(results, "agent.status")).isEqualTo("0\n");
    Ways ways = Ways.read(results.resolve("table"), "coreaudit_watch");
    shouldBeSeen(kernel, ways, results, "ways-" + kernel, Ways.BLIND.keySet());
  }

  @OnEachKernel
  void shouldSeeEveryWayToAMountedSecret(String kernel) throws Exception {
    Path results = results(kernel, "10-ways");
    JsonNode report = new ObjectMapper().readTree(text(results, "watches.json"));
    assertThat(report.at("/mounts").asText()).startsWith(FOLLOWED.get(kernel).phrase());
    assertThat(uncovered(results)).isEmpty();
    assertThat(text(results, "metrics"))
        .contains("coreaudit_watches{kind=\"secret\",state=\"covered\"} 2");
    Ways ways = Ways.read(results.resolve("table-of-secret"), "openshift_secret");
    assertThat(ways.directory()).startsWith(SECRETS);
    Set<String> blind = new TreeSet<>(Ways.BLIND.keySet());
    blind.removeAll(Ways.OUTSIDE);
    shouldBeSeen(kernel, ways, results, "ways-secret-" + kernel, blind);
  }

  private static void shouldBeSeen(
      String kernel, Ways ways, Path results, String report, Set<String> blind) throws Exception {
    List<JsonNode> events = Event.trees(results.resolve("events"));
    String table = ways.table(events);
    Files.writeString(Path.of("target", report + ".txt"), table);
    assertThat(ways.done()).hasSizeGreaterThan(90);
    assertThat(ways.impossible())
        .containsExactlyElementsOf(
            LACKING.get(kernel).stream().map(way -> way + " ENOSYS").toList());
    assertThat(ways.unseen(events)).as(table).containsExactlyInAnyOrderElementsOf(blind);
    assertThat(ways.nameless(events))
        .as(table)
        .containsExactlyInAnyOrderElementsOf(Ways.NAMELESS.keySet());
  }

  @OnEachKernel
  void shouldTellWhatItCannotWatchWhenAuditIsLockedMeanwhile(String kernel) throws Exception {
    Path results = results(kernel, "20-locked-meanwhile");
    assertGoesOnUnderTheLock(results);
    assertThat(uncovered(results).keySet()).isEqualTo(Set.of("/w/swapped", "/w/comes"));
    assertThat(accessed(results)).contains("/w/watched/token");
  }

  /// A rule that is held for a path is not all that a watch takes: what lacks is said, and what the
  /// rule records is in the stream. To attach a secret is refused like a rule.
  @OnEachKernel
  void shouldUseWhatIsLoadedWhenAuditWasLockedBeforeItStarts(String kernel) throws Exception {
    results(kernel, "00-boot");
    Path results = results(kernel, "30-locked-before");
    assertGoesOnUnderTheLock(results);
    assertThat(text(results, "after"))
        .contains("-F dir=/run/coreaudit/secrets -F exe=/usr/bin/kubelet")
        .contains("-w /run/coreaudit/secrets -p rwa -k openshift_secret")
        .contains("-w /var/lib/etcd -p rwa -k openshift_etcd");
    Map<String, String> uncovered = uncovered(results);
    assertThat(uncovered.keySet())
        .isEqualTo(
            Set.of(
                "/w/booted",
                "/w/other",
                "/var/lib/etcd",
                "/run/coreaudit/secrets",
                SECRETS + "before",
                SECRETS + "later"));
    assertThat(uncovered.get("/w/booted")).doesNotContain("-F perm=rwa");
    assertThat(uncovered.get("/var/lib/etcd")).contains("-a always,io_uring");
    assertThat(uncovered.get("/run/coreaudit/secrets")).contains("-a always,io_uring");
    assertThat(text(results, "metrics"))
        .contains(
            "coreaudit_watches{kind=\"reader\",state=\"covered\"} 1",
            "coreaudit_watches{kind=\"etcd\",state=\"absent\"} 11");
    assertThat(accessed(results))
        .contains("/w/watched/token", "/w/booted/token", "/var/lib/etcd/member/db");
    assertThat(Event.read(results.resolve("events")))
        .filteredOn(event -> event.is("watch") && event.own("path").equals(SECRETS + "later"))
        .singleElement()
        .satisfies(event -> assertThat(event.own("detail")).contains("AUDIT_MAKE_EQUIV", "EPERM"));
  }

  /// It hears and is ready, has changed nothing, and says of each watch that it is covered, that
  /// nothing is there, or that the lock keeps it from being: in `watches`, its metrics and its
  /// events. What is wrong with the anchor is wrong with each secret, and told once.
  private static void assertGoesOnUnderTheLock(Path results) throws IOException {
    assertThat(text(results, "before")).contains("enabled 2");
    assertThat(text(results, "after")).isEqualTo(text(results, "before"));
    assertThat(text(results, "agent.status")).isEqualTo("0\n");
    assertThat(text(results, "agent.err")).doesNotContain(" ERROR ", "\tat ");
    assertThat(text(results, "healthz")).contains("200 OK");
    assertThat(text(results, "readyz")).contains("200 OK");
    assertThat(text(results, "watches.status")).isEqualTo(ExitStatus.FOUND_WRONG + "\n");
    Map<String, String> uncovered = uncovered(results);
    assertThat(text(results, "metrics").lines())
        .anyMatch(
            line -> line.matches("coreaudit_watches_uncovered " + uncovered.size() + "(\\.0)?"));
    List<Event> events = Event.read(results.resolve("events"));
    uncovered.forEach(
        (path, reason) -> {
          assertThat(reason).contains("EPERM", "audit is locked (enabled=2)");
          assertThat(events)
              .anyMatch(
                  event ->
                      event.is("watch")
                          && event.own("state").equals("uncovered")
                          && (event.own("path").equals(path) || path.startsWith(SECRETS))
                          && event.own("detail").equals(reason));
        });
  }

  /// The watches that are neither covered nor need be, and why.
  private static Map<String, String> uncovered(Path results) throws IOException {
    Map<String, String> uncovered = new TreeMap<>();
    JsonNode report = new ObjectMapper().readTree(text(results, "watches.json"));
    assertThat(report.at("/watches")).isNotEmpty();
    for (JsonNode watch : report.at("/watches")) {
      String state = watch.at("/state").asText();
      assertThat(state).isIn("covered", "absent", "uncovered");
      if (state.equals("uncovered")) {
        uncovered.put(watch.at("/path").asText(), watch.at("/reason").asText());
      }
    }
    return uncovered;
  }

  private static Set<String> accessed(Path results) {
    Set<String> accessed = new TreeSet<>();
    for (Event event : Event.read(results.resolve("events"))) {
      accessed.add(event.path());
    }
    return accessed;
  }

  /// What a scenario left, after it went to its end.
  private static Path results(String kernel, String scenario) throws Exception {
    Path results = VirtualMachine.results(kernel).resolve(scenario);
    assertThat(text(results, "status"))
        .as(
            () ->
                scenario
                    + " on "
                    + kernel
                    + ": "
                    + text(results, "log")
                    + text(results, "agent.err"))
        .isEqualTo("0\n");
    return results;
  }

  private static String text(Path results, String file) {
    try {
      return Files.readString(results.resolve(file));
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
