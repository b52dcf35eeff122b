package io.coreaudit.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.agent.control.ControlClient;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Each look at made-up hosts: one where all is well, and one for each thing that is not.
final class DoctorTest {
  private static final String NETLINK =
      "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n";

  @TempDir private Path dir;
  private MadeUpHost host;

  @BeforeEach
  void makeHost() throws Exception {
    host = new MadeUpHost(dir);
  }

  private void shouldFind(String check, Verdict verdict, String words, String mend)
      throws Exception {
    Finding found = host.look(check);
    assertThat(found.words()).as(check).contains(words);
    assertThat(found.verdict()).as(found.words()).isEqualTo(verdict);
    assertThat(found.mend()).as(check).contains(mend);
    assertThat(found.mend())
        .as("what others load stays")
        .doesNotContainPattern("\\brm |auditctl -D|augenrules|--load");
    if (verdict == Verdict.GOOD || verdict == Verdict.SKIPPED) {
      assertThat(found.mend()).as("nothing to mend of what is well").isEmpty();
    }
  }

  /// enabled failure pid rate limit lost backlog | check | verdict | words | mend
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      emptyValue = "",
      textBlock =
          """
          1 1 0 0 8192 0 0    | kernel audit | GOOD | enabled=1 | ''
          1 1 0 0 8192 0 0    | audit lock   | GOOD | can be changed | ''
          1 1 0 0 8192 0 0    | backlog      | GOOD | backlog_limit=8192, 0 wait | ''
          1 1 0 0 8192 0 0    | failure mode | GOOD | failure=1 | ''
          1 1 0 0 8192 0 0    | rate limit   | GOOD | none | ''
          1 1 0 0 8192 0 0    | lost records | GOOD | lost=0 | ''
          0 2 0 500 64 12 60  | kernel audit | WARN | off (enabled=0) | auditctl -e 1
          0 2 0 500 64 12 60  | backlog      | BAD  | 60 wait | auditctl -b 256
          0 2 0 500 64 12 60  | failure mode | WARN | panics | auditctl -f 1
          0 2 0 500 64 12 60  | rate limit   | WARN | rate_limit=500 | auditctl -r 0
          0 2 0 500 64 12 60  | lost records | WARN | lost=12 | auditctl -r 0; then auditctl --reset-lost
          1 1 0 0 40000 12 0  | lost records | WARN | lost=12 | auditctl -b 65536; then auditctl --reset
          1 1 0 0 100000 12 0 | lost records | WARN | lost=12 | auditctl --reset-lost, and look
          2 1 0 0 4096 0 0    | backlog      | WARN | audit.backlog_limit=8192 | auditctl -b 8192
          1 1 0 0 0 0 0       | backlog      | WARN | without a limit | auditctl -b 8192
          """)
  void shouldTellWhatTheKernelSaysOfItsAudit(
      String status, String check, Verdict verdict, String words, String mend) throws Exception {
    int[] of = Arrays.stream(status.split(" ")).mapToInt(Integer::parseInt).toArray();
    host.audit(MadeUpHost.status(of[0], of[1], of[2], of[3], of[4], of[5], of[6]));
    shouldFind(check, verdict, words, mend);
  }

  @Test
  void shouldTellWhyTheKernelsAuditIsOffOrLockedOrSilent() throws Exception {
    host.audit(MadeUpHost.status(0, 2, 0, 500, 64, 12, 60));
    host.set("audit.enable=false");
    shouldFind("kernel audit", Verdict.BAD, "audit.enable=false", "auditctl -e 1");
    host.audit(MadeUpHost.status(2, 1, 0, 0, 4096, 0, 0));
    host.file("etc/audit/rules.d/99-final.rules", "-a always,exit -S open\n -e 2\n");
    shouldFind("audit lock", Verdict.WARN, "enabled=2", "/etc/audit/rules.d/99-final.rules");
    host.audit(null);
    shouldFind("kernel audit", Verdict.BAD, "AUDIT_GET: refused", "as root");
    shouldFind("audit lock", Verdict.SKIPPED, "did not answer", "");
    shouldFind("blinding rules", Verdict.SKIPPED, "did not answer", "");
  }

  @Test
  void shouldTellRulesThatBlind() throws Exception {
    host.rules("-a never,exit -F path=/etc/hosts", "-a always,exclude -F msgtype=NETFILTER_CFG");
    shouldFind("blinding rules", Verdict.GOOD, "none of 2 rules", "");
    host.rules("-a never,task");
    shouldFind("blinding rules", Verdict.BAD, "-a never,task", "auditctl -d never,task");
    host.rules("-a always,exclude -F msgtype=PATH");
    shouldFind(
        "blinding rules",
        Verdict.BAD,
        "msgtype=PATH",
        "auditctl -d always,exclude -F msgtype=PATH");
    shouldFind("rule files", Verdict.GOOD, "none", "");
    host.file("etc/audit/rules.d/10-no-audit.rules", "# quiet\n-a task,never\n");
    shouldFind("rule files", Verdict.BAD, "next boot", "sed -i.bak");
    shouldFind("rule files", Verdict.BAD, "next boot", "auditctl -d never,task");
  }

  @Test
  void shouldTellWhoListens() throws Exception {
    shouldFind("unicast slot", Verdict.GOOD, "nobody holds it", "");
    shouldFind("multicast readers", Verdict.GOOD, "none", "");
    host.audit(MadeUpHost.status(1, 1, 812, 0, 8192, 0, 0));
    host.file("proc/812/comm", "auditd\n").file("proc/1/comm", "systemd\n");
    shouldFind("unicast slot", Verdict.GOOD, "held by auditd, pid 812", "");
    host.file(
        "proc/net/netlink",
        NETLINK
            + "0000000000000001 9   812        00000000 0        0        0     2        0       "
            + " 17\n"
            + "0000000000000002 9   1          00000001 0        0        0     2        3       "
            + " 18\n"
            + "0000000000000003 15  2          00000001 0        0        0     2        0       "
            + " 19\n");
    shouldFind("multicast readers", Verdict.GOOD, "1: systemd (3 drops)", "");
    host.set("input.mode=unicast");
    shouldFind("unicast slot", Verdict.BAD, "wants it", "input.mode: multicast");
    host.set("input.mode=multicast").file("proc/812/comm", "osqueryd\n");
    shouldFind("unicast slot", Verdict.WARN, "osqueryd, pid 812", "ps -o");
  }

  /// a file that tells what kind of host it is | the kernel's line | verdict | words | mend
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      emptyValue = "",
      textBlock =
          """
          ''               | ro audit=0 audit=1 quiet | GOOD | audit=1 | ''
          ''               | ro quiet        | WARN | no audit=1 | update-grub
          usr/sbin/grubby  | ro quiet        | WARN | no audit=1 | grubby --update-kernel=ALL --args=
          usr/sbin/grubby  | audit=1 audit=0 | BAD  | audit=0 | --remove-args=audit
          run/ostree-booted | audit=1 audit=0 | BAD | audit=0 | rpm-ostree kargs --delete=audit=0
          """)
  void shouldTellHowItWasBooted(
      String kind, String line, Verdict verdict, String words, String mend) throws Exception {
    shouldFind("kernel line", Verdict.SKIPPED, "cannot be read", "");
    if (!kind.isEmpty()) {
      host.file(kind, "");
    }
    host.file("proc/cmdline", line + "\n");
    shouldFind("kernel line", verdict, words, mend);
  }

  /// kernel | whether io_uring is disabled, `-` it does not say | verdict | words | mend
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      emptyValue = "",
      textBlock =
          """
          6.12.9                | - | GOOD | 6.12.9 | ''
          5.14.0-427.el9.x86_64 | - | WARN | io_uring | io_uring_disabled=2
          5.14.0-427.el9.x86_64 | 2 | GOOD | io_uring is off | ''
          3.10.0-1160.el7       | 2 | BAD  | 3.16 | input.mode: unicast
          """)
  void shouldTellWhatTheKernelCan(
      String release, String disabled, Verdict verdict, String words, String mend)
      throws Exception {
    host.file("proc/sys/kernel/osrelease", release + "\n");
    if (!disabled.equals("-")) {
      host.file("proc/sys/kernel/io_uring_disabled", disabled + "\n");
    }
    shouldFind("kernel", verdict, words, mend);
  }

  @Test
  void shouldTellWhetherJournaldKeepsRecords() throws Exception {
    String socket = "systemd-journald-audit.socket";
    shouldFind("journald", Verdict.SKIPPED, "no systemd", "");
    host.file("usr/lib/systemd/system/" + socket, "[Socket]\n");
    shouldFind("journald", Verdict.GOOD, "does not", "");
    host.link("usr/lib/systemd/system/sockets.target.wants/" + socket, "../" + socket);
    shouldFind("journald", Verdict.WARN, "every record", "systemctl mask --now " + socket);
    host.link("etc/systemd/system/" + socket, "/dev/null");
    shouldFind("journald", Verdict.GOOD, "masked", "");
    Files.delete(host.at("etc/systemd/system/" + socket));
  }

  @Test
  void shouldTellHowFarAuditdsLogReaches() throws Exception {
    shouldFind("auditd's log", Verdict.SKIPPED, "no auditd", "");
    host.file(
        "etc/audit/auditd.conf", "max_log_file = 8\nnum_logs = 3\n#disk_full_action = HALT\n");
    shouldFind("auditd's log", Verdict.GOOD, "3 files of 8 MiB, not rotated yet", "");
    long now = Instant.now().getEpochSecond();
    host.file("var/log/audit/audit.log", record(now))
        .file("var/log/audit/audit.log.1", record(now - 600))
        .file("var/log/audit/audit.log.2", record(now - 1500));
    shouldFind("auditd's log", Verdict.WARN, "reach back 0 h 25 min", "num_logs = 99");
    host.file("var/log/audit/audit.log.2", record(now - 4 * 86_400));
    shouldFind("auditd's log", Verdict.GOOD, "reach back 4 days", "");
    host.file("etc/audit/auditd.conf", "disk_full_action = halt\n");
    shouldFind("auditd's log", Verdict.WARN, "stops the host", "disk_full_action = SUSPEND");
  }

  @Test
  void shouldTellWhereWhatPassedMeanwhileComesFrom() throws Exception {
    shouldFind("backfill", Verdict.WARN, "no /var/log/audit/audit.log", "run auditd");
    host.file("var/log/audit/audit.log", record(1));
    shouldFind("backfill", Verdict.GOOD, "taken from /var/log/audit/audit.log", "");
    host.file("etc/audit/auditd.conf", "write_logs = no\n");
    shouldFind("backfill", Verdict.WARN, "not written any more", "write_logs = yes");
    host.file("etc/audit/auditd.conf", "log_file = here/a.log\n");
    shouldFind("backfill", Verdict.WARN, "no /here/a.log", "");
    host.file("here/a.log/file", "");
    shouldFind("backfill", Verdict.BAD, "/here/a.log is not a file", "ls -l /here/a.log");
    host.set("backfill.log=/there").set("input.mode=unicast");
    shouldFind("backfill", Verdict.SKIPPED, "no /there", "");
    host.set("backfill.enabled=false");
    shouldFind("backfill", Verdict.SKIPPED, "not looked for", "");
  }

  private static String record(long second) {
    return "type=EOE msg=audit(" + second + ".001:7): \n";
  }

  @Test
  void shouldTellWhereTheAgentStands() throws Exception {
    shouldFind("capabilities", Verdict.SKIPPED, "cannot be read", "");
    host.file("proc/self/status", "Name:\tjava\nCapEff:\t000001ffffffffff\n");
    shouldFind("capabilities", Verdict.GOOD, "has what it takes", "");
    host.file("proc/self/status", "CapEff:\t0000000000000000\n");
    shouldFind(
        "capabilities", Verdict.BAD, "CAP_AUDIT_CONTROL (to load rules)", "capabilities.add");
    host.file("proc/self/status", "CapEff:\t%016x\n".formatted(1L << 30 | 1L << 37 | 1L << 29));
    shouldFind("capabilities", Verdict.WARN, "CAP_SYS_PTRACE", "AmbientCapabilities");

    shouldFind("namespaces", Verdict.SKIPPED, "cannot be read", "");
    host.link("proc/self/ns/user", "user:[4026531837]")
        .link("proc/self/ns/pid", "pid:[4026531836]")
        .link("proc/self/ns/net", "net:[4026531840]");
    shouldFind("namespaces", Verdict.SKIPPED, "process 1", "");
    host.link("proc/1/ns/net", "net:[4026531840]");
    shouldFind("namespaces", Verdict.GOOD, "the host's", "");
    host.link("proc/self/ns/net", "net:[4026532008]");
    shouldFind("namespaces", Verdict.BAD, "multicast", "hostNetwork: true");
    host.link("proc/self/ns/pid", "pid:[4026532007]");
    shouldFind("namespaces", Verdict.BAD, "no rules", "hostPID: true");
    host.link("proc/self/ns/user", "user:[4026532006]");
    shouldFind("namespaces", Verdict.BAD, "nobody", "hostUsers: true");
  }

  @Test
  void shouldTellCgroupsLabelsRootAndName() throws Exception {
    shouldFind("cgroups", Verdict.SKIPPED, "no tree", "");
    host.file("sys/fs/cgroup/systemd/tasks", "");
    shouldFind("cgroups", Verdict.GOOD, "version 1", "");
    host.file("sys/fs/cgroup/unified/cgroup.controllers", "");
    shouldFind("cgroups", Verdict.GOOD, "hybrid", "");
    host.file("sys/fs/cgroup/cgroup.controllers", "");
    shouldFind("cgroups", Verdict.GOOD, "version 2", "");

    shouldFind("SELinux", Verdict.GOOD, "off", "");
    host.file("sys/fs/selinux/enforce", "1")
        .file("proc/self/attr/current", "system_u:system_r:spc_t:s0\0");
    shouldFind(
        "SELinux", Verdict.GOOD, "enforcing, this process is system_u:system_r:spc_t:s0", "");
    host.file("proc/self/attr/current", "system_u:system_r:container_t:s0:c1,c2\0");
    shouldFind("SELinux", Verdict.BAD, "audit's socket", "spc_t");
    host.file("proc/self/attr/current", "system_u:system_r:httpd_t:s0\0");
    shouldFind("SELinux", Verdict.WARN, "httpd_t", "ausearch");

    host.file("proc/self/mountinfo", "41 1 8:1 / / ro,relatime - xfs /dev/sda rw\n");
    shouldFind("root file system", Verdict.GOOD, "read-only", "");
    host.file("proc/sys/kernel/hostname", "localhost.localdomain\n");
    shouldFind("node name", Verdict.WARN, "localhost", "hostnamectl");
    host.set("node.name=node-1");
    shouldFind("node name", Verdict.GOOD, "node-1", "");
  }

  @Test
  void shouldTellWhatTheNodeHas() throws Exception {
    shouldFind("containers", Verdict.SKIPPED, "nothing", "");
    host.file("run/containerd/containerd.sock", "");
    shouldFind("containers", Verdict.WARN, "containerd", "");
    host.file("run/containers/storage/overlay-containers/x", "");
    shouldFind("containers", Verdict.GOOD, "/run/containers/storage", "");
    shouldFind("etcd", Verdict.SKIPPED, "no master", "");
    host.file("var/lib/etcd/member/snap/db", "");
    shouldFind("etcd", Verdict.GOOD, "/var/lib/etcd", "");
    host.set("watch.etcd.enabled=false");
    shouldFind("etcd", Verdict.WARN, "watch.etcd.enabled=false", "watch.etcd.enabled: auto");
  }

  @Test
  void shouldTellWhetherItsDirectoriesAreFit() throws Exception {
    shouldFind("state directory", Verdict.GOOD, "rwx------", "");
    mode("own-state", "rwxrwx---");
    shouldFind("state directory", Verdict.BAD, "write to it", "chmod 0700");
    Files.delete(host.at("own-state"));
    shouldFind("state directory", Verdict.GOOD, "is made at the start", "");
    host.file("file", "").set("state.dir=" + host.at("file/state"));
    shouldFind("state directory", Verdict.BAD, "cannot be made", "mkdir -p");
    host.set("run.dir=" + Files.createDirectories(host.at("deep/run")));
    mode("deep/run", "rwx------");
    Path spool = Files.createDirectory(host.at("spool"));
    host.set("spool.dir=" + spool).set("spool.min_free=0%").set("spool.max_size=32MiB");
    mode("spool", "rwxr-x---");
    shouldFind("spool", Verdict.WARN, "look into it", "chmod 0700 " + spool);
    mode("spool", "rwx------");
    shouldFind("spool", Verdict.GOOD, "0 MiB taken, may take 32 MiB", "");
    Path format = Files.writeString(spool.resolve("spool.format"), "coreaudit spool format 2\n");
    shouldFind("spool", Verdict.BAD, "a newer coreaudit wrote it (format 2,", "mv " + spool);
    Files.delete(format);
    host.set("spool.dir=/proc/no-room").set("spool.min_free=20%");
    shouldFind("spool", Verdict.BAD, "spool.min_free=20%", "make room");
  }

  private void mode(String path, String mode) throws Exception {
    Files.setPosixFilePermissions(host.at(path), PosixFilePermissions.fromString(mode));
  }

  @Test
  void shouldTellOfTheAgentAndItsConfiguration() throws Exception {
    shouldFind("configuration", Verdict.GOOD, "defaults", "");
    shouldFind("agent", Verdict.WARN, "none runs here", "systemctl start coreaudit");
    shouldFind("watches", Verdict.SKIPPED, "no agent", "");
    host.fault("c.yaml:2: watch.pathz: unknown key");
    shouldFind("configuration", Verdict.BAD, "watch.pathz", "coreaudit config");
    Path lock = Files.createFile(host.at("own-run/lock"));
    host.file("proc/4711/comm", "java\n").file("proc/locks", "");
    shouldFind("agent", Verdict.WARN, "none runs here", "");
    long device = (Long) Files.getAttribute(lock, "unix:dev");
    host.file(
        "proc/locks",
        "1: POSIX  ADVISORY  WRITE 4711 %02x:%02x:%d 0 EOF\n"
            .formatted(device >> 8, device & 0xFF, (Long) Files.getAttribute(lock, "unix:ino")));
    shouldFind("agent", Verdict.BAD, "pid 4711 has the lock and does not answer", "restart");
  }

  @Test
  void shouldTryToReachTheReceivers() throws Exception {
    int port;
    try (ServerSocket receiver = new ServerSocket(0)) {
      port = receiver.getLocalPort();
      host.set(
          "sinks=[{type: tcp, name: siem, address: '127.0.0.1:" + port + "'}, {type: stdout}]");
      shouldFind("sink siem", Verdict.GOOD, "127.0.0.1:" + port, "");
      shouldFind("sink stdout", Verdict.SKIPPED, "not over the network", "");
    }
    shouldFind("sink siem", Verdict.BAD, "nothing listens there", "nc -vz 127.0.0.1 " + port);
    host.set("sinks=[{type: tcp, name: siem, address: 'no.such.host.invalid:1', tls: on}]");
    shouldFind("sink siem", Verdict.BAD, "does not resolve", "openssl s_client");
  }

  @Test
  void shouldBeDescribedAsItIs() throws Exception {
    host.set("sinks=[{type: stdout, name: siem}]");
    List<String> described =
        Files.readAllLines(Path.of("../src/docs/doctor.md")).stream()
            .dropWhile(line -> !line.startsWith("| check |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("| "))
            .map(line -> line.substring(2, line.indexOf(" |")).replace("NAME (`--sinks`)", "siem"))
            .flatMap(names -> Stream.of(names.split(", ")))
            .toList();
    assertThat(Doctor.checks(host.host().config(), true))
        .extracting(Check::name)
        .containsExactlyElementsOf(described);
  }

  @Test
  void shouldGoOnWhenALookHangsOrFails() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    List<Check> checks =
        List.of(
            new Check(
                "hangs",
                h -> {
                  never.await();
                  return Finding.good("at last");
                }),
            new Check(
                "fails",
                h -> {
                  throw new IllegalStateException("a disk\nburns\u0007");
                }),
            new Check("works", h -> Finding.warn("a \u001b[31mred word", "paint it")));
    Report report =
        new Examination(Duration.ofMillis(100), Duration.ofMinutes(1)).report(host.host(), checks);
    assertThat(report.checks())
        .extracting(Report.Line::verdict)
        .containsExactly("skipped", "skipped", "warn");
    assertThat(report.text())
        .contains("hangs  it did not end within 1 s", "could not be looked at: a disk burns?")
        .contains("a ?[31mred word", "mend: paint it", "0 good, 1 warn, 0 bad, 2 skipped")
        .doesNotContain("\tat ", "\u001b");
    assertThat(report.isBad()).isFalse();
    assertThat(ControlClient.parse(report.json()).at("verdict").text()).isEqualTo("warn");
    Report none =
        new Examination(Duration.ofMillis(100), Duration.ZERO).report(host.host(), checks);
    assertThat(none.skipped()).isEqualTo(3);
    never.countDown();
  }
}
