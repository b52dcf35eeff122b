package io.coreaudit.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelAudit;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.LinuxConstants;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.HostEnvironment;
import io.coreaudit.rule.RuleCompiler;
import io.coreaudit.rule.WatchRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Requests to the real kernel, with auditctl for an oracle.
@KernelAudit
final class AuditControlIT {
  private AuditControl control;

  @BeforeEach
  void open() {
    control = AuditControl.open();
  }

  @AfterEach
  void close() {
    control.close();
  }

  static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  @Test
  void shouldSayTheSameAsAuditctl() throws Exception {
    Map<String, Long> said = new TreeMap<>();
    for (String line : run("auditctl", "-s").split("\n")) {
      String[] words = line.split(" ");
      if (words.length == 2) {
        said.put(words[0], Long.parseLong(words[1]));
      }
    }
    AuditStatus status = control.status();
    Map<String, Long> ours = new TreeMap<>();
    ours.put("enabled", (long) status.enabled());
    ours.put("failure", (long) status.failure());
    ours.put("pid", (long) status.pid());
    ours.put("rate_limit", status.rateLimit());
    ours.put("backlog_limit", status.backlogLimit());
    ours.put("lost", status.lost());
    ours.put("backlog", status.backlog());
    ours.put("backlog_wait_time", status.backlogWaitTime());
    ours.put("backlog_wait_time_actual", status.backlogWaitTimeActual());
    assertThat(ours).isEqualTo(said);
    assertThat(status.featureBitmap() & 3).isEqualTo(3);
  }

  @Test
  void shouldSetWhatItIsTold() throws Exception {
    AuditStatus before = control.status();
    control.enable(1 - before.enabled());
    control.backlogLimit((int) before.backlogLimit() + 128);
    control.backlogWaitTime(100);
    control.rateLimit(1_000_000);
    AuditStatus after = control.status();
    assertThat(after.enabled()).isEqualTo(1 - before.enabled());
    assertThat(after.backlogLimit()).isEqualTo(before.backlogLimit() + 128);
    assertThat(after.backlogWaitTime()).isEqualTo(100);
    assertThat(after.rateLimit()).isEqualTo(1_000_000);
    assertThat(after.failure()).isEqualTo(before.failure());
    assertThat(run("auditctl", "-s")).contains("backlog_wait_time 100\n");
    assertThatThrownBy(() -> control.backlogWaitTime(-1))
        .isInstanceOf(AuditControlException.class)
        .hasMessageStartingWith("AUDIT_SET backlog_wait_time=-1: EINVAL (22), Invalid argument: ")
        .hasMessageContaining("outside what this kernel takes");
  }

  @Test
  void shouldResetTheCountOfLostRecords() {
    long lost = control.status().lost();
    assertThat(control.resetLost()).isEqualTo(lost);
    assertThat(control.status().lost()).isZero();
  }

  @Test
  void shouldKnowTheFeaturesThatAuditctlKnows() throws Exception {
    AuditFeatures features = control.features();
    assertThat(features.version()).isEqualTo(1);
    assertThat(features.mask() & 3).isEqualTo(3);
    assertThat(features.onlyUnsetLoginuid()).isEqualTo((features.features() & 1) != 0);
    String expected =
        "loginuid_immutable "
            + (features.loginuidImmutable() ? 1 : 0)
            + ((features.lock() & 2) != 0 ? " locked" : " unlocked");
    assertThat(run("auditctl", "-s")).contains(expected);
  }

  @Test
  void shouldListWhatItLoaded(@TempDir Path folder) throws Exception {
    Path captured = Files.createDirectories(Path.of("/tmp/coreaudit-golden/dir"));
    try {
      List<AuditRuleData> found = control.rules();
      AuditRuleData never = golden("never-exe");
      List<AuditRuleData> ours =
          List.of(
              WatchRule.directory(folder.toString(), "a").data(),
              WatchRule.directory(folder.toString(), "a").ioUring(),
              WatchRule.file(folder.resolve("not there yet").toString(), "b é").data(),
              golden("watch-dir"),
              golden("watch-file"),
              golden("pipeline-dir"),
              golden("exit-code"),
              never);
      ours.forEach(control::addRule);
      List<AuditRuleData> listed = control.rules();
      assertThat(listed).containsAll(ours).hasSize(found.size() + ours.size());
      // The rule that was put in front is the first of its list.
      assertThat(listed.stream().filter(rule -> rule.flags() == 4).findFirst()).contains(never);
      assertThat(run("auditctl", "-l")).contains("-w " + folder + " -p rwa -k a");
      for (AuditRuleData rule : ours) {
        assertThatThrownBy(() -> control.addRule(rule)).hasMessageContaining("EEXIST");
        control.deleteRule(rule);
      }
      assertThat(control.rules()).isEqualTo(found);
    } finally {
      Files.delete(captured);
      Files.delete(captured.getParent());
    }
  }

  private static AuditRuleData golden(String name) throws IOException {
    Path file = Path.of("../test-fixtures/rules/" + name + ".rules");
    return new RuleCompiler(HostEnvironment.here()).compile(file).rules().get(0).data();
  }

  @Test
  void shouldListHundredsOfRules(@TempDir Path folder) {
    int before = control.rules().size();
    List<AuditRuleData> many = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      many.add(WatchRule.file(folder.resolve("f" + i).toString(), "many").data());
    }
    many.forEach(control::addRule);
    assertThat(control.rules()).containsAll(many).hasSize(before + 400);
    many.forEach(control::deleteRule);
    assertThat(control.rules()).hasSize(before);
  }

  @Test
  void shouldNameTheRemedyOfARefusedRule(@TempDir Path folder) {
    AuditRuleData rule = WatchRule.directory(folder.toString(), "k").data();
    control.addRule(rule);
    assertThatThrownBy(() -> control.addRule(rule))
        .isInstanceOf(AuditControlException.class)
        .hasMessage(
            "AUDIT_ADD_RULE -a always,exit -S all -F dir="
                + folder
                + " -F perm=rwa -F key=k: EEXIST (17), File exists: an equal rule is loaded"
                + " already");
    control.deleteRule(rule);
    assertThatThrownBy(() -> control.deleteRule(rule))
        .hasMessageContaining("AUDIT_DEL_RULE -a always,exit")
        .hasMessageContaining("ENOENT (2)")
        .hasMessageEndingWith("no such rule is loaded");
    assertThatThrownBy(() -> control.addRule(WatchRule.directory("/no/such", "k").data()))
        .hasMessageContaining("ENOENT (2)")
        .hasMessageEndingWith("the path does not exist in this process's mount namespace");
    byte[] unknownField = rule.wire();
    unknownField[268] = 99;
    assertThatThrownBy(() -> control.addRule(AuditRuleData.parse(unknownField)))
        .hasMessageContaining("EINVAL (22)")
        .hasMessageContaining("does not know a field");
  }

  @Test
  void shouldAttachATmpfsToAnAnchorAndSeeItRead(@TempDir Path folder) throws Exception {
    Path anchor = Files.createDirectory(folder.resolve("anchor"));
    Path mount = Files.createDirectory(folder.resolve("mount"));
    assertThat(run("mount", "-t", "tmpfs", "-o", "size=64k", "coreaudit-it", mount.toString()))
        .isEmpty();
    try (Records records = new Records(AuditReceiver.openMulticast(1 << 20))) {
      Files.writeString(mount.resolve("token"), "secret");
      control.enable(1);
      control.addRule(WatchRule.directory(anchor.toString(), "anchored").data());
      control.makeEquiv(anchor.toString(), mount.toString());
      assertThat(run("cat", mount.resolve("token").toString())).isEqualTo("secret");
      records.until(
          heard -> heard.isOf(1300, "key=\"anchored\"") && heard.text().contains("comm=\"cat\""));
      control.trim();
      records.until(heard -> heard.isOf(1305, "op=trim"));
      assertThatThrownBy(() -> control.makeEquiv(anchor.toString(), "/no/such"))
          .hasMessageContaining("AUDIT_MAKE_EQUIV " + anchor + " /no/such: ENOENT (2)")
          .hasMessageContaining("one of the paths does not exist");
    } finally {
      run("umount", mount.toString());
    }
  }

  @Test
  void shouldRefuseAMountOfAnotherNamespace(@TempDir Path folder) throws Exception {
    Path anchor = Files.createDirectory(folder.resolve("anchor"));
    Path mount = Files.createDirectory(folder.resolve("mount"));
    Process other =
        new ProcessBuilder(
                "unshare", "-m", "sh", "-c", "mount -t tmpfs none " + mount + "; echo up; read end")
            .start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("up");
      control.addRule(WatchRule.directory(anchor.toString(), "anchored").data());
      String foreign = "/proc/" + other.pid() + "/root" + mount;
      assertThatThrownBy(() -> control.makeEquiv(anchor.toString(), foreign))
          .hasMessageContaining("EINVAL (22)")
          .hasMessageContaining("another mount namespace");
    } finally {
      other.destroy();
      other.waitFor();
    }
  }

  @Test
  void shouldHearTheKernelAlone(@TempDir Path folder) throws Exception {
    Set<Integer> before = auditPorts();
    try (AuditControl fresh = AuditControl.open();
        Forger forger = new Forger(newPort(before))) {
      for (int sequence = 1; sequence <= 50; sequence++) {
        assertThat(forger.forge(1000, sequence)).isEqualTo(-Errno.ECONNREFUSED);
        assertThat(forger.forge(2, sequence)).isEqualTo(-Errno.ECONNREFUSED);
        assertThat(fresh.status().enabled()).isBetween(0, 1);
      }
      AuditRuleData rule = WatchRule.directory(folder.toString(), "full").data();
      fresh.addRule(rule);
      assertThat(fresh.rules()).contains(rule);
      fresh.deleteRule(rule);
    }
  }

  private static int newPort(Set<Integer> before) throws IOException {
    Set<Integer> now = auditPorts();
    now.removeAll(before);
    assertThat(now).hasSize(1);
    return now.iterator().next();
  }

  /// The ports of all audit sockets, from the table in which protocol 9 is audit.
  private static Set<Integer> auditPorts() throws IOException {
    return Files.readAllLines(Path.of("/proc/net/netlink")).stream()
        .map(line -> line.split(" +"))
        .filter(columns -> columns[1].equals("9"))
        .map(columns -> (int) Long.parseLong(columns[2]))
        .collect(Collectors.toSet());
  }

  /// Another process's socket, which sends to a port as if it were the kernel.
  private static final class Forger implements AutoCloseable {
    private static final int LENGTH = 16 + 44;
    private final Pages pages = Pages.allocate(4096);
    private final int fd = NetlinkSocket.open(0, 4096);

    Forger(int port) {
      long to = pages.address() + 1024;
      Memory.putShort(to, (short) LinuxConstants.AF_NETLINK);
      Memory.putInt(to + 4, port);
      Memory.putInt(pages.address(), LENGTH);
      // enabled=77, or error 77.
      Memory.putInt(pages.address() + 16, 77);
      Memory.putInt(pages.address() + 20, 77);
    }

    long forge(int type, int sequence) {
      Memory.putShort(pages.address() + 4, (short) type);
      Memory.putInt(pages.address() + 8, sequence);
      return LibC.sendto(
          fd,
          pages.address(),
          LENGTH,
          LinuxConstants.MSG_DONTWAIT,
          pages.address() + 1024,
          LinuxConstants.SIZEOF_SOCKADDR_NL);
    }

    @Override
    public void close() {
      LibC.close(fd);
      pages.close();
    }
  }

  @Test
  void shouldNotSpeakOnceClosed() {
    control.close();
    assertThatThrownBy(control::status).hasMessageContaining("EBADF");
  }
}
