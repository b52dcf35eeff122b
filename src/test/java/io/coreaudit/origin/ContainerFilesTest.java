package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.memory.Memory;
import io.coreaudit.origin.CrioTree.Made;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ContainerFilesTest {
  private static final Made SANDBOX =
      Made.sandbox(
          CrioTree.id(1), CrioTree.uid(1), "web-5d6c", "payments", Map.of("app", "web", "x", "y"));
  private static final Made APP = SANDBOX.container(CrioTree.id(2), "app");
  private static final String POD_FIELDS = "1=payments 2=web-5d6c";
  private static final String FIELDS_WITHOUT_SANDBOX = POD_FIELDS + " 3=app 4=quay.io/acme/app:1";
  private static final String APP_FIELDS =
      FIELDS_WITHOUT_SANDBOX + " 5=quay.io/acme/app@sha256:aa 5=quay.io/b@sha256:bb";

  @TempDir Path storage;
  private final Arena arena = Arena.ofConfined();
  private ContainerFiles files;

  @AfterEach
  void close() {
    if (files != null) {
      files.close();
    }
    arena.close();
  }

  private void start(List<String> labels) {
    files =
        new ContainerFiles(
            List.of(storage.resolve("run"), storage.resolve("lib")),
            labels,
            TimeUnit.MILLISECONDS.toNanos(200));
    files.start();
    files.awaitListed(Duration.ofSeconds(10));
  }

  @Test
  void shouldKnowWhatIsThereAtTheStart() throws Exception {
    CrioTree tree = new CrioTree(storage.resolve("run"));
    tree.add(SANDBOX);
    tree.add(APP);
    Files.createDirectories(storage.resolve("run/overlay-containers/locks"));
    start(List.of("app", "none"));
    assertThat(container(APP)).isEqualTo(APP_FIELDS + " 6=app:web");
    assertThat(container(SANDBOX)).startsWith(POD_FIELDS + " 3=POD 4=").endsWith(" 6=app:web");
    assertThat(pod(APP.uid())).isEqualTo(POD_FIELDS + " 6=app:web");
    assertThat(pod(CrioTree.uid(7))).isNull();
    assertThat(count(ContainerCounter.KNOWN)).isEqualTo(2);
  }

  @Test
  void shouldLearnOfAContainerAsItComesAndForgetItAfterItWent() throws Exception {
    CrioTree tree = new CrioTree(storage.resolve("run"));
    start(List.of());
    tree.add(SANDBOX);
    tree.add(APP);
    await(() -> count(ContainerCounter.KNOWN) == 2);
    assertThat(container(APP)).isEqualTo(APP_FIELDS);
    tree.remove(APP.id());
    Thread.sleep(20);
    assertThat(container(APP)).as("events come late").isEqualTo(APP_FIELDS);
    await(() -> count(ContainerCounter.KNOWN) == 1);
    assertThat(container(APP)).isNull();
    assertThat(pod(APP.uid())).isEqualTo(POD_FIELDS);
    assertThat(count(ContainerCounter.MISSED)).isZero();
  }

  @Test
  void shouldWaitForAFileThatIsWrittenLate() throws Exception {
    CrioTree tree = new CrioTree(storage.resolve("run"));
    start(List.of());
    Path file = tree.begin(APP);
    Thread.sleep(100);
    Files.writeString(file, APP.text().substring(0, 100));
    Thread.sleep(100);
    assertThat(container(APP)).isNull();
    Files.writeString(file, APP.text());
    await(() -> count(ContainerCounter.KNOWN) == 1);
    assertThat(container(APP)).isEqualTo(FIELDS_WITHOUT_SANDBOX);
    assertThat(count(ContainerCounter.UNREADABLE)).isZero();
  }

  @Test
  void shouldLookForWhatAnEventNames() throws Exception {
    start(List.of());
    ask(APP);
    await(() -> count(ContainerCounter.WITHOUT_FILE) == 1);
    CrioTree tree = new CrioTree(storage.resolve("run"));
    CrioTree elsewhere = new CrioTree(storage.resolve("lib"));
    elsewhere.add(APP);
    ask(APP);
    await(() -> count(ContainerCounter.KNOWN) == 1);
    assertThat(container(APP)).isEqualTo(FIELDS_WITHOUT_SANDBOX);
    tree.add(SANDBOX);
    await(() -> count(ContainerCounter.KNOWN) == 2);
    assertThat(count(ContainerCounter.MISSED)).as("the second came by itself").isEqualTo(2);
  }

  @Test
  void shouldLookForWhatAnEventNamesWhereNothingCanBeWatched() throws Exception {
    Files.createDirectories(storage.resolve("run"));
    Files.writeString(storage.resolve("run/overlay-containers"), "no directory");
    start(List.of());
    new CrioTree(storage.resolve("lib")).add(APP);
    ask(APP);
    await(() -> FIELDS_WITHOUT_SANDBOX.equals(container(APP)));
  }

  @Test
  void shouldNotTellAsAnImagesDigestWhatThePodsAuthorWrote() throws Exception {
    CrioTree tree = new CrioTree(storage.resolve("run"));
    tree.add(APP);
    String lies =
        SANDBOX
            .text()
            .replaceAll("(cri-o.SandboxID\":\")[0-9a-f]+", "$1x")
            .replace(
                "\"annotations\":{",
                "\"annotations\":{\"io.kubernetes.cri-o.ImageRepoDigests\":\"a@sha256:cc\",");
    Files.writeString(tree.begin(SANDBOX), lies);
    start(List.of("app"));
    assertThat(container(APP)).isEqualTo(POD_FIELDS + " 3=app 4=quay.io/acme/app:1 6=app:web");
    assertThat(container(SANDBOX)).doesNotContain("sha256").endsWith(" 6=app:web");
  }

  private String container(String id) {
    return text(files.names().container(address(id)));
  }

  @Test
  void shouldNameWhatPodmanRuns() throws Exception {
    Path run = Files.createDirectories(storage.resolve("run/overlay-containers"));
    Path lib = Files.createDirectories(storage.resolve("lib/overlay-containers"));
    String lies =
        "\"io.kubernetes.pod.uid\":\"" + APP.uid() + "\",\"io.kubernetes.pod.name\":\"x\",";
    String config =
        "{\"annotations\":{%s\"io.container.manager\":\"libpod\",\"io.kubernetes.cri-o.TTY\":\"x\"}}";
    String entry =
        "{\"id\":\"%s\",\"names\":[\"%s\",\"x\"],\"image\":\"6d\",\"flags\":{\"id\":1},"
            + "\"metadata\":\"{\\\"image-name\\\":\\\"quay.io/%2$s:1\\\",\\\"name\\\":\\\"n\\\"}\"}";
    start(List.of());
    String one = CrioTree.id(11);
    String brief = CrioTree.id(12);
    String none = CrioTree.id(13);
    String imageless = CrioTree.id(14);
    Files.writeString(
        lib.resolve("containers.json"),
        "[" + entry.formatted(CrioTree.id(10), "other") + "," + entry.formatted(one, "web") + "]");
    Files.writeString(run.resolve("containers.json"), "[{");
    Files.writeString(
        run.resolve("volatile-containers.json"),
        "["
            + entry.formatted(brief, "job")
            + ",{\"id\":\""
            + imageless
            + "\",\"names\":[\"bare\"],\"metadata\":\"{\"}]");
    Path linked = Files.createDirectories(lib.resolve(CrioTree.id(15)).resolve("userdata"));
    Path target = Files.writeString(storage.resolve("config.json"), config.formatted(lies));
    Files.createSymbolicLink(linked.resolve("config.json"), target);
    Files.createDirectories(run.resolve(CrioTree.id(15)));
    for (String id : List.of(one, brief, none, imageless)) {
      Path userdata = Files.createDirectories(lib.resolve(id).resolve("userdata"));
      Files.writeString(userdata.resolve("config.json"), config.formatted(lies));
      Files.createDirectories(run.resolve(id));
    }
    await(() -> count(ContainerCounter.KNOWN) == 4);
    assertThat(container(imageless)).isEqualTo("3=bare");
    assertThat(files.names().container(address(CrioTree.id(15)))).as("linked").isNull();
    assertThat(container(one)).isEqualTo("3=web 4=quay.io/web:1");
    assertThat(container(brief)).isEqualTo("3=job 4=quay.io/job:1");
    assertThat(container(none)).as("not listed").isEmpty();
    assertThat(pod(APP.uid())).as("its caller's word").isNull();
    Files.delete(run.resolve(one));
    await(() -> container(one) == null);
  }

  @Test
  void shouldNameWhatDockerRuns() throws Exception {
    start(List.of("app"));
    String config =
        "{\"ID\":\"x\",\"Name\":\"%s\",\"Image\":\"sha256:1\",\"Config\":{\"Image\":\"quay.io/web:1\","
            + "\"Labels\":{\"io.kubernetes.pod.uid\":\"%s\",\"io.kubernetes.pod.name\":\"x\"}},"
            + "\"ProcessLabel\":\"system_u:system_r:svirt_lxc_net_t:s0:c9,c3\"}";
    String free = CrioTree.id(21);
    String kubelets = CrioTree.id(22);
    Path containers = storage.resolve("lib/containers");
    String pod = "/k8s_app_web-1_shop_" + SANDBOX.uid() + "_0";
    String again = CrioTree.id(23);
    for (String name : List.of("/web", pod, pod + "_1a2b3c4d")) {
      String id = name.equals(pod) ? kubelets : name.startsWith(pod) ? again : free;
      Path file = containers.resolve(id).resolve("config.v2.json");
      Files.createDirectories(file.getParent());
      if (id.equals(free)) {
        Files.writeString(file.resolveSibling("hostconfig.json"), "{\"PidMode\":\"\",\"x\":{}}");
      }
      Files.writeString(file, config.formatted(name, APP.uid().replace('0', '1')));
    }
    files.missed().ask(address(free), System.currentTimeMillis());
    await(() -> count(ContainerCounter.KNOWN) == 3);
    assertThat(container(free)).isEqualTo("3=web 4=quay.io/web:1");
    assertThat(container(again)).as("its name was taken").isEqualTo(container(kubelets));
    assertThat(files.names().hasOwnProcesses(address(free))).isTrue();
    assertThat(container(kubelets)).isEqualTo("1=shop 2=web-1 3=app 4=quay.io/web:1");
    assertThat(pod(SANDBOX.uid())).isEqualTo("1=shop 2=web-1");
    assertThat(pod(APP.uid().replace('0', '1'))).as("an image's word").isNull();
    assertThat(files.names().hasOwnProcesses(address(kubelets))).as("not said").isFalse();
    Files.delete(containers.resolve(free).resolve("config.v2.json"));
    Files.delete(containers.resolve(free).resolve("hostconfig.json"));
    Files.delete(containers.resolve(free));
    await(() -> container(free) == null);
  }

  @Test
  void shouldKnowWhichPodsShareTheirProcesses() throws Exception {
    CrioTree tree = new CrioTree(storage.resolve("run"));
    tree.add(APP);
    Made debugger =
        APP.container(CrioTree.id(3), "debugger")
            .withPidNamespace("{\"type\":\"pid\",\"path\":\"/proc/1234/ns/pid\"},");
    Made other =
        Made.sandbox(CrioTree.id(4), CrioTree.uid(4), "node", "ns", Map.of()).withPidNamespace("");
    tree.add(other);
    start(List.of());
    assertThat(files.names().hasOwnProcesses(address(APP.id()))).isTrue();
    tree.add(debugger);
    await(() -> count(ContainerCounter.KNOWN) == 3);
    assertThat(files.names().hasOwnProcesses(address(APP.id()))).isFalse();
    assertThat(files.names().hasOwnProcesses(address(debugger.id()))).isFalse();
    assertThat(files.names().hasOwnProcesses(address(other.id()))).isTrue();
  }

  @Test
  void shouldFollowManyPodsThatComeAndGo() throws Exception {
    CrioTree tree = new CrioTree(storage.resolve("run"));
    start(List.of("app"));
    for (int round = 0; round < 3; round++) {
      int first = 1000 * round;
      List<Made> pods = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        Made sandbox =
            Made.sandbox(
                CrioTree.id(first + i), CrioTree.uid(first + i), "p" + i, "n", Map.of("app", "a"));
        pods.add(sandbox);
        tree.add(sandbox);
      }
      await(() -> count(ContainerCounter.KNOWN) == 500);
      for (Made pod : pods) {
        assertThat(pod(pod.uid())).isEqualTo("1=n 2=" + pod.pod() + " 6=app:a");
      }
      for (Made pod : pods) {
        tree.remove(pod.id());
      }
      await(() -> count(ContainerCounter.KNOWN) == 0);
    }
    assertThat(count(ContainerCounter.READ)).isEqualTo(1500);
    assertThat(count(ContainerCounter.REMOVED)).isEqualTo(1500);
  }

  private void ask(Made made) throws IOException {
    files.missed().ask(address(made.id()), System.currentTimeMillis() + 10_000 * asked++);
  }

  private long asked;

  private long count(ContainerCounter counter) {
    return files.counters().value(counter);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("within 20 s").isLessThan(deadlineNs);
      Thread.sleep(2);
    }
  }

  private long address(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    long address = arena.allocate(72, 8).address();
    Memory.copy(bytes, 0, address, bytes.length);
    return address;
  }

  private String container(Made made) {
    return text(files.names().container(address(made.id())));
  }

  private String pod(String uid) {
    String byAddress = text(files.names().pod(address(uid)));
    assertThat(text(files.names().pod(uid.getBytes(StandardCharsets.US_ASCII))))
        .isEqualTo(byAddress);
    return byAddress;
  }

  private static String text(byte[] tag) {
    if (tag == null) {
      return null;
    }
    List<String> fields = new ArrayList<>();
    for (int at = 0; at < tag.length; ) {
      int length = tag[at + 1] & 0xff | (tag[at + 2] & 0xff) << 8;
      fields.add(
          tag[at] + "=" + new String(tag, at + PodTag.HEADER, length, StandardCharsets.UTF_8));
      at += PodTag.HEADER + length;
    }
    return String.join(" ", fields);
  }
}
