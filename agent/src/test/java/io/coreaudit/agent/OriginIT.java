package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.coreaudit.kernel.KernelAudit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Events of processes in pods name pod and container, though most of the processes are gone before
/// the agent looks: in real cgroups, with a storage as CRI-O's.
///
/// Each container's processes open a file of its own, so the path of an event tells where its
/// process was.
@KernelAudit
final class OriginIT {
  private static final int PODS = 50;
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long LIFE_MILLIS = 3000;

  /// Longer than the agent may lag behind ten thousand events on a busy machine.
  private static final long LONG_LIFE_MILLIS = 6000;

  private static final int MOST_SPARED = 100;
  private static final long MOST_GROWTH_BYTES = 256 << 10;
  private static final String ALL = "all";

  /// Modes of `pods.c`, and how many processes of a pod do so: 200.
  private static final Map<Character, Integer> CERTAIN =
      new TreeMap<>(Map.of('d', 100, 's', 40, 'r', 30, 'h', 10));

  private static final Map<Character, Integer> UNCERTAIN =
      new TreeMap<>(Map.of('e', 9, 'o', 10, 'm', 1));

  @TempDir private Path temp;
  private Path dir;
  private MountedSecrets secrets;
  private Pods pods;

  @BeforeEach
  void prepare() throws Exception {
    dir = temp.toRealPath();
    secrets = new MountedSecrets(dir);
    pods = new Pods(dir);
  }

  @AfterEach
  void clean() throws Exception {
    pods.close();
    secrets.close();
  }

  private RunningAgent start(Path watched, String secrets) throws Exception {
    return start(watched, secrets, pods.storage().toString());
  }

  private RunningAgent start(Path watched, String secrets, String storage) throws Exception {
    return new RunningAgent(dir)
        .start(
            """
            watch: {canary: 5s, etcd: {enabled: false}, paths: [%s], secrets: {%s}}
            rules: {at_stop: remove}
            origin: {storage: [%s], labels: [app]}
            sinks: [{type: stdout}]
            """
                .formatted(watched, secrets, storage))
        .awaitReady();
  }

  private Map<String, List<JsonNode>> byPath(RunningAgent agent) {
    Map<String, List<JsonNode>> events = new HashMap<>();
    for (JsonNode event : Event.trees(agent.stdout())) {
      if (event.at("/process/name").asText().equals("pods")) {
        events
            .computeIfAbsent(event.at("/file/path").asText(), path -> new ArrayList<>())
            .add(event);
      }
    }
    return events;
  }

  @Test
  void shouldNameThePodOfTenThousandShortLivedProcesses() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Map<Path, Pods.Container> containers = new HashMap<>();
    Map<Path, Integer> expected = new HashMap<>();
    Map<Character, Integer> modes = new TreeMap<>(CERTAIN);
    modes.putAll(UNCERTAIN);
    try (RunningAgent agent = start(watched, "enabled: false")) {
      int all = 0;
      for (int pod = 0; pod < PODS; pod++) {
        for (Map.Entry<Character, Integer> mode : modes.entrySet()) {
          Path file = Files.writeString(watched.resolve(pod + "-" + mode.getKey()), "x");
          Pods.Container container =
              pods.add(1 + pod * 100L + mode.getKey(), pod, "c-" + mode.getKey());
          containers.put(file, container);
          expected.put(file, mode.getValue());
          all += mode.getValue();
          pods.open(container, mode.getKey(), mode.getValue(), file);
        }
      }
      assertThat(all).isEqualTo(10_000);
      int processes = all;
      pods.start(LONG_LIFE_MILLIS);
      pods.await();
      agent.until(
          SOON,
          "all opens",
          () ->
              byPath(agent).entrySet().stream()
                      .filter(entry -> containers.containsKey(Path.of(entry.getKey())))
                      .mapToInt(entry -> entry.getValue().size())
                      .sum()
                  == processes);
      Map<String, Integer> told = new TreeMap<>();
      byPath(agent)
          .forEach(
              (path, events) -> {
                Pods.Container container = containers.get(Path.of(path));
                if (container == null) {
                  return;
                }
                char mode = path.charAt(path.length() - 1);
                assertThat(events).as(path).hasSize(expected.get(Path.of(path)));
                for (JsonNode event : events) {
                  told.merge(mode + " " + check(event, container), 1, Integer::sum);
                }
              });
      Map<String, Long> metrics = agent.metrics();
      long spared = metrics.get("coreaudit_origin_looks_spared_total");
      long untold =
          CERTAIN.keySet().stream().mapToInt(mode -> told.getOrDefault(mode + " none", 0)).sum();
      System.out.println("origin by mode: " + told + ", looks spared: " + spared);
      // Where the machine is too busy for all looks, that is counted; nothing else may be untold.
      assertThat(untold).as("%s, %s", told, metrics).isLessThanOrEqualTo(spared);
      assertThat(untold).as("%s, %s", told, metrics).isLessThanOrEqualTo(MOST_SPARED);
      assertThat(agent.metric("coreaudit_origin_by_nothing_total")).isPositive();
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  /// What an event says of its origin, which is right or nothing.
  private static String check(JsonNode event, Pods.Container container) {
    String confidence = event.at("/coreaudit/origin/confidence").asText();
    if (confidence.equals("none")) {
      assertThat(event.has("container") || event.has("orchestrator")).as("%s", event).isFalse();
      return confidence;
    }
    named(event, container);
    return confidence;
  }

  /// Checks that an event says where its process was.
  private static void named(JsonNode event, Pods.Container container) {
    String confidence = event.at("/coreaudit/origin/confidence").asText();
    assertThat(confidence).as("%s", event).isIn("cgroup", "parent");
    assertThat(event.at("/container/id").asText()).as("%s", event).isEqualTo(container.id());
    assertThat(event.at("/container/name").asText()).isEqualTo(container.name());
    assertThat(event.at("/container/runtime").asText()).isEqualTo("cri-o");
    assertThat(event.at("/container/image/name").asText()).isEqualTo("quay.io/acme/app:1");
    assertThat(event.at("/orchestrator/namespace").asText()).isEqualTo(container.namespace());
    assertThat(event.at("/orchestrator/resource/name").asText()).isEqualTo(container.pod());
    assertThat(event.at("/orchestrator/resource/label/0").asText()).isEqualTo("app:web");
    assertThat(event.at("/kubernetes/pod/uid").asText()).isEqualTo(container.uid());
    assertThat(event.at("/process/entity_id").asText()).isNotEmpty();
  }

  @Test
  void shouldSayWhoseSecretWasReadByWhom() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Pods.Container own = pods.add(1, 1, "own");
    Pods.Container other = pods.add(2, 2, "other");
    Path token = secrets.mount(own.uid(), "token");
    try (RunningAgent agent = start(watched, "enabled: true, repeat: all")) {
      pods.open(own, 'd', 5, token);
      pods.open(other, 'd', 5, token);
      pods.start(LIFE_MILLIS);
      pods.await();
      Command.run("cat", token.toString());
      agent.until(
          SOON,
          "all reads",
          () -> byPath(agent).getOrDefault(token.toString(), List.of()).size() == 10);
      List<JsonNode> reads = byPath(agent).get(token.toString());
      assertThat(reads)
          .allSatisfy(
              read -> {
                JsonNode secret = read.at("/coreaudit/secret");
                assertThat(secret.at("/pod_uid").asText()).isEqualTo(own.uid());
                assertThat(secret.at("/volume").asText()).isEqualTo("token");
                boolean foreign = read.at("/container/id").asText().equals(other.id());
                assertThat(secret.at("/foreign").asBoolean()).isEqualTo(foreign);
                assertThat(secret.at("/pod_name").asText()).isEqualTo(foreign ? own.pod() : "");
              });
      assertThat(reads)
          .filteredOn(read -> read.at("/coreaudit/secret/foreign").asBoolean())
          .hasSize(5);
      Path later = secrets.mount(other.uid(), "later");
      Thread.sleep(500);
      pods.open(own, 'd', 3, later);
      pods.start(LIFE_MILLIS);
      pods.await();
      agent.until(
          SOON,
          "its reads",
          () -> byPath(agent).getOrDefault(later.toString(), List.of()).size() == 3);
      assertThat(byPath(agent).get(later.toString()))
          .allSatisfy(
              read -> {
                assertThat(read.at("/coreaudit/secret/volume").asText()).isEqualTo("later");
                assertThat(read.at("/coreaudit/secret/foreign").asBoolean()).isTrue();
              });
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  @Test
  void shouldSumUpAPodsReadsOfItsOwnSecretAndOfNobodyElses() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Pods.Container own = pods.add(1, 1, "own");
    Pods.Container other = pods.add(2, 2, "other");
    Path token = secrets.mount(own.uid(), "token");
    try (RunningAgent agent = start(watched, "enabled: true")) {
      pods.open(own, 'l', 500, token);
      pods.open(own, 'd', 20, token);
      pods.open(other, 'l', 50, token);
      pods.start(LIFE_MILLIS);
      pods.await();
      agent.until(
          SOON,
          "all reads",
          () ->
              agent.metric("coreaudit_intake_repeated_reads_total") == 519
                  && byPath(agent).getOrDefault(token.toString(), List.of()).size() == 51);
      assertThat(byPath(agent).get(token.toString()))
          .filteredOn(read -> read.at("/coreaudit/secret/foreign").asBoolean())
          .hasSize(50);
      assertThat(agent.stop()).as(agent.log()).isZero();
      List<JsonNode> summaries = own(agent, "summary");
      assertThat(summaries).hasSize(1);
      JsonNode summary = summaries.getFirst();
      assertThat(summary.at("/coreaudit/summary/events").asLong()).isEqualTo(519);
      assertThat(summary.at("/coreaudit/summary/path").asText()).isEqualTo(token.toString());
      assertThat(summary.at("/coreaudit/summary/executable").asText()).endsWith("/pods");
      assertThat(summary.at("/orchestrator/resource/name").asText()).isEqualTo(own.pod());
      assertThat(summary.at("/container/id").asText()).isEqualTo(own.id());
      assertThat(own(agent, "gap")).isEmpty();
    }
  }

  /// The events of a kind that the agent told of itself.
  private static List<JsonNode> own(RunningAgent agent, String kind) {
    return Event.trees(agent.stdout()).stream()
        .filter(event -> event.at("/event/dataset").asText().equals("coreaudit." + kind))
        .toList();
  }

  @Test
  void shouldLoseNothingOfAQuietPodBesideOneThatLoops() throws Exception {
    int loops = 100_000;
    int opens = 300;
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path noise = Files.writeString(watched.resolve("noise"), "x");
    Path file = Files.writeString(watched.resolve("file"), "x");
    Pods.Container loud = pods.add(1, 1, "loud");
    Pods.Container quiet = pods.add(2, 2, "quiet");
    try (RunningAgent agent = start(watched, "enabled: false")) {
      pods.open(loud, 'l', loops, noise);
      pods.open(quiet, 'd', opens, file);
      long startedNs = System.nanoTime();
      pods.start(LIFE_MILLIS);
      pods.await();
      long seconds = Duration.ofNanos(System.nanoTime() - startedNs).toSeconds() + 1;
      agent.until(
          SOON,
          "all opens",
          () ->
              byPath(agent).getOrDefault(noise.toString(), List.of()).size()
                      + agent.metric("coreaudit_intake_over_rate_total")
                  == loops);
      assertThat(byPath(agent).get(file.toString()))
          .hasSize(opens)
          .allSatisfy(
              event ->
                  assertThat(event.at("/orchestrator/resource/name").asText())
                      .isEqualTo(quiet.pod()));
      int told = byPath(agent).get(noise.toString()).size();
      assertThat(told).isBetween(2000, (int) (2000 * (seconds + 1)));
      assertThat(agent.stop()).as(agent.log()).isZero();
      List<JsonNode> gaps = own(agent, "gap");
      System.out.printf("origin loop: told=%d of %d, gaps=%d%n", told, loops, gaps.size());
      assertThat(gaps)
          .isNotEmpty()
          .allSatisfy(
              gap -> {
                assertThat(gap.at("/coreaudit/gap/reason").asText()).isEqualTo("container_rate");
                assertThat(gap.at("/coreaudit/gap/pod").asText()).isEqualTo(loud.pod());
                assertThat(gap.at("/orchestrator/namespace").asText()).isEqualTo(loud.namespace());
                assertThat(gap.at("/container/id").asText()).isEqualTo(loud.id());
              });
      assertThat(gaps.stream().mapToLong(gap -> gap.at("/coreaudit/gap/events").asLong()).sum())
          .isEqualTo(loops - told);
    }
  }

  @Test
  void shouldNameAQuietPodsProcessesBesideThousandsASecondThatAreGone() throws Exception {
    int forks = 12_000;
    int opens = 150;
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path noise = Files.writeString(watched.resolve("noise"), "x");
    Path file = Files.writeString(watched.resolve("file"), "x");
    Pods.Container loud = pods.add(1, 1, "loud");
    Pods.Container quiet = pods.add(2, 2, "quiet");
    try (RunningAgent agent = start(watched, "enabled: false")) {
      pods.open(loud, 'f', forks, noise);
      pods.open(quiet, 'q', opens, file);
      pods.start(LIFE_MILLIS);
      pods.await();
      agent.until(
          SOON,
          "all opens",
          () ->
              byPath(agent).getOrDefault(noise.toString(), List.of()).size()
                      + agent.metric("coreaudit_intake_over_rate_total")
                  == forks);
      assertThat(byPath(agent).get(file.toString()))
          .hasSize(opens)
          .allSatisfy(event -> named(event, quiet));
      Map<String, Integer> told = new TreeMap<>();
      byPath(agent)
          .get(noise.toString())
          .forEach(event -> told.merge(check(event, loud), 1, Integer::sum));
      // Such a look is cheap: nobody's was spared for them.
      assertThat(agent.metric("coreaudit_origin_looks_gone_total")).isGreaterThan(forks / 2);
      System.out.printf(
          "origin flood: %s, looks gone=%d spared=%d in %d ms%n",
          told,
          agent.metric("coreaudit_origin_looks_gone_total"),
          agent.metric("coreaudit_origin_looks_spared_total"),
          agent.metric("coreaudit_origin_looks_ns_total") / 1_000_000);
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  @Test
  void shouldNameTheScriptThatAShellRuns() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path file = Files.writeString(watched.resolve("file"), "x");
    Path tools = Files.createDirectory(dir.resolve("tools"));
    Path script = Files.writeString(tools.resolve("x.sh"), "#!/bin/sh\ncat " + file + "\nexit 0\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path pack =
        Files.writeString(
            dir.resolve("run.rules"),
            "-a always,exit -F arch=b64 -S execve -F dir=" + tools + " -F key=run\n");
    try (RunningAgent agent =
        new RunningAgent(dir)
            .start(
                """
                watch: {canary: 5s, etcd: {enabled: false}, paths: [%s], secrets: {enabled: false}}
                rules: {at_stop: remove, packs: [%s]}
                origin: {storage: [%s]}
                sinks: [{type: stdout}]
                """
                    .formatted(watched, pack, pods.storage()))
            .awaitReady()) {
      Command.run(script.toString());
      agent.until(SOON, "the read", () -> named(agent, "cat", file).size() == 1);
      assertThat(named(agent, "cat", file).getFirst().at("/coreaudit/parent_script").asText())
          .isEqualTo(script.toString());
      assertThat(Event.trees(agent.stdout()))
          .filteredOn(event -> event.at("/coreaudit/syscall").asText().equals("execve"))
          .singleElement()
          .satisfies(
              event -> {
                assertThat(event.at("/coreaudit/script").asText()).isEqualTo(script.toString());
                assertThat(event.at("/process/executable").asText()).endsWith("sh");
              });
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  /// A container that no test laid out: podman's, in whatever cgroups this host has.
  @Test
  void shouldNameAContainerOfPodman() throws Exception {
    Command.require("podman");
    Command.require("runc");
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path file = Files.writeString(watched.resolve("file"), "x");
    Path root = Files.createDirectory(dir.resolve("root"));
    for (String name : List.of("usr", "etc", "proc", "sys", "dev", "tmp", "run")) {
      Files.createDirectory(root.resolve(name));
    }
    for (String name : List.of("bin", "sbin", "lib", "lib64")) {
      Files.createSymbolicLink(root.resolve(name), Path.of("usr", name));
    }
    Path id = dir.resolve("id");
    String podman =
        "podman --cgroup-manager=cgroupfs --runtime=runc --storage-driver=overlay --root=%s/store"
            + " --runroot=%s/run run --rm --name=web --cidfile=%s --network=none"
            + " --ulimit=nofile=1024:1024 --ulimit=nproc=1024:1024 --volume=/usr:/usr:ro"
            + " --volume=%s:%s --rootfs %s";
    List<String> line =
        new ArrayList<>(List.of(podman.formatted(dir, dir, id, watched, watched, root).split(" ")));
    line.addAll(
        List.of("sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do cat " + file + "; done; sleep 1"));
    Files.createDirectories(dir.resolve("run/overlay-containers"));
    String storage = dir.resolve("run") + ", " + dir.resolve("store");
    try (RunningAgent agent = start(watched, "enabled: false", storage)) {
      Command.run(line.toArray(String[]::new));
      agent.until(SOON, "all reads", () -> named(agent, "cat", file).size() == 9);
      assertThat(named(agent, "cat", file))
          .allSatisfy(
              read -> {
                assertThat(read.at("/container/id").asText()).isEqualTo(Files.readString(id));
                assertThat(read.at("/container/runtime").asText()).isEqualTo("podman");
                assertThat(read.at("/container/name").asText()).isEqualTo("web");
                assertThat(read.at("/coreaudit/origin/confidence").asText())
                    .isIn("cgroup", "parent");
              });
      assertThat(agent.stop()).as(agent.log()).isZero();
    } finally {
      Files.deleteIfExists(root.resolve("etc/mtab"));
    }
  }

  private static List<JsonNode> named(RunningAgent agent, String name, Path file) {
    return Event.trees(agent.stdout()).stream()
        .filter(event -> event.at("/process/name").asText().equals(name))
        .filter(event -> event.at("/file/path").asText().equals(file.toString()))
        .filter(event -> event.at("/coreaudit/syscall").asText().startsWith("open"))
        .toList();
  }

  /// 500 pods of two containers each come and go, six times: what is known of them goes too.
  @Test
  void shouldForgetFiveHundredPodsThatCameAndWent() throws Exception {
    Path watched = Files.createDirectory(dir.resolve("watched"));
    Path file = Files.writeString(watched.resolve("any"), "x");
    try (RunningAgent agent = start(watched, "enabled: false")) {
      comeAndGo(agent, 0, 1, file);
      Map<String, Long> afterOne = live(agent);
      comeAndGo(agent, 1, 6, file);
      Map<String, Long> afterSix = live(agent);
      System.out.printf(
          "origin heap in use: %d bytes after 500 pods, %d after 3000; anonymous %d KiB%n",
          afterOne.get(ALL), afterSix.get(ALL), agent.memoryKib("RssAnon"));
      afterSix.replaceAll((name, bytes) -> bytes - afterOne.getOrDefault(name, 0L));
      assertThat(afterSix.get(ALL))
          .as(
              () ->
                  "grown: "
                      + afterSix.entrySet().stream()
                          .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                          .limit(15)
                          .toList())
          .isLessThan(MOST_GROWTH_BYTES);
      assertThat(agent.metric("coreaudit_containers_removed_total")).isEqualTo(6000);
      assertThat(agent.stop()).as(agent.log()).isZero();
    }
  }

  private void comeAndGo(RunningAgent agent, int from, int to, Path file) throws Exception {
    for (int round = from; round < to; round++) {
      long seen = 1000L * (round + 1);
      for (int pod = 0; pod < 500; pod++) {
        for (int i = 0; i < 2; i++) {
          Pods.Container container =
              pods.add(1 + round * 10_000L + pod * 10L + i, round * 1000 + pod, "c" + i);
          pods.open(container, 'h', 1, file);
        }
      }
      agent.until(SOON, "all known", () -> agent.metric("coreaudit_containers_read_total") == seen);
      pods.start(200);
      pods.await();
      pods.removeAll();
    }
    agent.until(SOON, "all forgotten", () -> agent.metric("coreaudit_containers_known") == 0);
  }

  /// What is reachable on the agent's heap, in bytes by class and of all.
  private static Map<String, Long> live(RunningAgent agent) throws Exception {
    String histogram =
        Command.run(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(agent.process().pid()),
            "GC.class_histogram");
    Map<String, Long> bytes = new HashMap<>();
    for (String line : histogram.lines().toList()) {
      String[] words = line.strip().split(" +");
      // What the collector fills holes with is nobody's.
      if (words.length > 3 && words[0].matches("[0-9]+:") && !words[3].contains("Filler")) {
        bytes.merge(words[3], Long.parseLong(words[2]), Long::sum);
        bytes.merge(ALL, Long.parseLong(words[2]), Long::sum);
      }
    }
    return bytes;
  }
}
