package io.coreaudit.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.AuditConstants;
import io.coreaudit.rule.CompiledRules.Compiled;
import io.coreaudit.rule.CompiledRules.Other;
import io.coreaudit.rule.RuleProblem.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goldens of auditctl cannot show: messages, and what ours takes and auditctl does not.
final class RuleCompilerTest {
  private static CompiledRules compile(String... lines) {
    return new RuleCompiler(TestEnvironment.X86_64).compile("r", String.join("\n", lines));
  }

  private static Compiled rule(String line) {
    CompiledRules compiled = compile(line);
    assertThat(compiled.rules()).as(line + " " + compiled.problems()).singleElement();
    return compiled.rules().get(0);
  }

  private static String problem(String... lines) {
    List<RuleProblem> problems = compile(lines).problems();
    assertThat(problems).singleElement();
    return problems.get(0).toString();
  }

  @Test
  void shouldSayOfEachLineWhatIsWrongWithItAndWhere() throws IOException {
    RuleGolden fixture = RuleGolden.read("language");
    String said =
        String.join(
                "\n",
                new RuleCompiler(fixture.host())
                    .compile("language", fixture.text()).problems().stream()
                        .map(RuleProblem::toString)
                        .toList())
            + "\n";
    Path golden = RuleGolden.FIXTURES.resolve("language.problems");
    if (Boolean.getBoolean("golden.rewrite")) {
      Files.writeString(golden, said);
    }
    assertThat(said).isEqualTo(Files.readString(golden));
  }

  @Test
  void shouldNameTheReasonForCallsThatAMachineDoesNotHave() {
    assertThat(problem("-a always,exit -F arch=b64 -S stime -k time"))
        .isEqualTo("r:1:31: error: x86_64 has no system call stime; i386 has");
    assertThat(problem("", "-a always,exit -F arch=b64 -S mount,umount"))
        .startsWith("r:2:37: error: x86_64 has no system call umount; i386 has");
  }

  @Test
  void shouldRefuseALineWithoutAnOption() {
    assertThat(problem("--")).isEqualTo("r:1:1: error: expected an option in front of '--'");
    assertThat(problem("  -- -D")).isEqualTo("r:1:6: error: expected an option in front of '-D'");
  }

  @Test
  void shouldTakeTheIoUringListWithPlaces() {
    AuditRuleData watch = WatchRule.directory("/etc", "k").ioUring();
    assertThat(rule(watch.toString()).data()).isEqualTo(watch);
    assertThat(rule(watch.toString()).data().wire()).isEqualTo(watch.wire());
    Compiled rule = rule("-a always,io_uring -S openat,openat2 -F dir=/etc -F key=k");
    assertThat(rule.rule().list()).isEqualTo(RuleList.IO_URING);
    assertThat(compile(rule.text()).problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.severity()).isEqualTo(Severity.NOT_FOR_AUDITCTL);
              assertThat(problem.at()).isEqualTo(new SourcePosition("r", 1, 41));
            });
    assertThat(rule("-a io_uring,always -S 18 -S 0x1c").rule().syscalls())
        .isEqualTo(new SyscallSet.These(List.of(18, 28)));
    assertThat(rule("-a always,io_uring -S all").rule().syscalls())
        .isEqualTo(new SyscallSet.Every());
    assertThat(problem("-a always,io_uring -S fork"))
        .isEqualTo("r:1:23: error: no operation of io_uring is called fork");
    assertThat(compile("-a always,io_uring -S openat -F dir=/etc -F perm=r").hasErrors()).isTrue();
    assertThat(compile("-S openat -a always,io_uring").hasErrors()).isTrue();
    assertThat(new RuleListing(Architecture.X86_64).line(rule.data()))
        .isEqualTo("-a always,io_uring -S openat,openat2 -F dir=/etc -F key=k");
  }

  @Test
  void shouldContinueALineBehindALoneBackslash() {
    CompiledRules compiled =
        compile("-a always,exit -F arch=b64 \\", "  -S openat \\", " -F nosuch=1", "-w /etc -p wa");
    assertThat(compiled.rules()).singleElement();
    assertThat(compiled.problems().get(1))
        .asString()
        .startsWith("r:3:5: error: no field is called");
    CompiledRules good = compile("-w /etc \\", "-p wa \\", "-k key", "-w /x");
    assertThat(good.rules()).hasSize(2);
    assertThat(good.rules().get(0).rule().keys()).containsExactly("key");
    assertThat(good.rules().get(1).at()).isEqualTo(new SourcePosition("r", 4, 1));
    assertThat(good.problems())
        .singleElement()
        .extracting(RuleProblem::severity)
        .isEqualTo(Severity.NOT_FOR_AUDITCTL);
    assertThat(problem("-w /etc \\")).startsWith("r:1:8: error: the file ends");
    assertThat(rule("-w /etc -k \\").rule().keys()).containsExactly("\\");
    assertThat(compile("# no rule \\", "-w /etc").rules()).hasSize(1);
  }

  @Test
  void shouldTakeWhatTheKernelTakesAndSayThatAuditctlDoesNot() {
    for (String line :
        List.of(
            "-a always,exit -F uid=0 -k lonely",
            "-a always,exit -k early -S open",
            "-a always,exit -F dir=/a!=b -F perm=r",
            "-a always,exit -S open -F key=a>=b",
            "-a always,exit -S open -F auid_set=0",
            "-a always,exit -S open -F filetype=16384",
            "-a always,exit -F arch=b64 -S pread64",
            "-a always,io_uring -S connect -F exit=-EPERM -C uid!=euid -F sessionid=3")) {
      assertThat(compile(line).rules()).as(line).hasSize(1);
      assertThat(compile(line).problems())
          .as(line)
          .isNotEmpty()
          .allMatch(
              problem ->
                  problem.severity() == Severity.NOT_FOR_AUDITCTL
                      || problem.message().contains("32-bit"));
    }
  }

  @Test
  void shouldWarnOfRulesThatDoNotMeanWhatTheySeemTo() {
    assertThat(problem("-a always,exit -F arch=b64 -S open -F exit=EPERM")).contains("a minus");
    assertThat(problem("-a always,exit -F arch=b64 -S open -F pid=12abc"))
        .isEqualTo("r:1:43: warning: pid=12abc is read as 12: 'abc' is no digit");
    assertThat(problem("-w /etc/*.conf -p wa")).contains("wildcards");
    assertThat(problem("-w /etc/../x -p wa")).contains("'..'");
    assertThat(problem("-a always,exit -S open")).contains("32-bit programs");
    assertThat(problem("-a always,exit -S open,304")).contains("32-bit programs");
    assertThat(compile("-a always,exit -S open_by_handle_at,342").problems())
        .as("both numbers are named")
        .isEmpty();
    assertThat(problem("-a always,user -F euid=0")).contains("never matches");
  }

  @Test
  void shouldRefuseWhatTheKernelRefuses() {
    for (String line :
        List.of(
            "-a always,exit -S all -F uid=-1",
            "-a always,exit -S all -F gid=4294967295",
            "-a always,exit -S all -F auid>4294967295",
            "-a always,exit -S all -F uid&1",
            "-a always,exit -S all -F subj_sen&s0",
            "-a always,exit -S all -F path=/a -F dir=/b",
            "-a always,exit -S all -F path=/a -F inode=1",
            "-a always,exit -S all -F exe=/a -F exe=/b",
            "-a always,exit -S all -F path=/a/",
            "-a always,exit -S all -F exe=/a/",
            "-a always,exit -S all -F dir=a",
            "-a always,exit -S all -F path!=/a",
            "-a always,exit -S all -F field_compare=26",
            "-a always,exit -S all -F auid_set=2",
            "-a always,exit -S all -F key!=a -F key=b",
            "-a always,filesystem -F pid=1")) {
      CompiledRules compiled = compile(line);
      assertThat(compiled.rules()).as(line).isEmpty();
      assertThat(compiled.problems())
          .as(line)
          .anyMatch(problem -> problem.message().startsWith("the kernel refuses this"));
    }
  }

  @Test
  void shouldReadOnBehindLinesThatAreWrong() {
    CompiledRules compiled =
        compile(
            "# a comment",
            "",
            "   ",
            "-a always",
            "-b 8192",
            "-w /etc\r",
            "-w /etc -k a\u0001b",
            "-D");
    assertThat(compiled.statements()).hasSize(2).allMatch(Other.class::isInstance);
    assertThat(compiled.problems())
        .extracting(problem -> problem.at().line())
        .containsExactly(4, 6, 7);
    assertThat(compiled.problems().get(1).message()).contains("carriage return");
    assertThat(compiled.hasErrors()).isTrue();
  }

  @Test
  void shouldKeepBytesThatAreNoText(@TempDir Path folder) throws IOException {
    byte[] line = "-w /tmp/\u00e9\u00ff -p r -k \u00fe".getBytes(StandardCharsets.ISO_8859_1);
    Path file = Files.write(folder.resolve("bytes.rules"), line);
    AuditRuleData data =
        new RuleCompiler(TestEnvironment.X86_64).compile(file).rules().get(0).data();
    assertThat(new String(data.wire(), StandardCharsets.ISO_8859_1)).endsWith("/tmp/éÿþ");
    assertThat(rule(RuleText.of(data)).data()).isEqualTo(data);
    assertThat(new String(EscapedUtf8.encode("aé€😀"), StandardCharsets.UTF_8)).isEqualTo("aé€😀");
  }

  @Test
  void shouldLookUpAccountsWhereCoreOsHasThem(@TempDir Path root) throws IOException {
    Files.createDirectories(root.resolve("usr/lib"));
    Files.createDirectories(root.resolve("etc/kubernetes"));
    Files.writeString(root.resolve("etc/passwd"), "root:x:0:0::/:/bin/sh\ncore:x:1000:1000:::\n");
    Files.writeString(
        root.resolve("usr/lib/passwd"), "root:x:7:7:::\nbroken\nchrony:x:994:990:::\n");
    Files.writeString(root.resolve("usr/lib/group"), "wheel:x:10:\n");
    RuleEnvironment host = new HostEnvironment(root, Architecture.X86_64);
    assertThat(host.user("root")).hasValue(0);
    assertThat(host.user("chrony")).hasValue(994);
    assertThat(host.user("nobody")).isEmpty();
    assertThat(host.group("wheel")).hasValue(10);
    assertThat(host.isDirectory("/etc/kubernetes")).isTrue();
    assertThat(host.isDirectory("/etc/passwd")).isFalse();
    Compiled watch =
        new RuleCompiler(host).compile("r", "-w /etc/kubernetes/ -p wa").rules().get(0);
    assertThat(watch.data().textOf(AuditConstants.AUDIT_DIR)).isEqualTo("/etc/kubernetes");
  }

  @Test
  void shouldWriteControlsAsTheyAreRead() {
    String text =
        """
        -b 8192
        --backlog_wait_time 60000
        -r 100
        -f 1
        -e 2
        -D
        -D -k key
        -q /var/lib,/mnt
        -t
        --loginuid-immutable
        --reset-lost
        --reset_backlog_wait_time_actual
        -i
        -c
        -m hello\\ world
        --signal HUP
        -l
        """;
    CompiledRules compiled = compile(text);
    assertThat(compiled.problems()).isEmpty();
    assertThat(
            compiled.statements().stream()
                .map(statement -> ControlText.of(((Other) statement).control()))
                .toList())
        .isEqualTo(text.lines().toList());
  }

  @Test
  void shouldSeeWhatIsWrongWithFilesTogether() {
    RuleCompiler compiler = new RuleCompiler(TestEnvironment.X86_64);
    CompiledRules first = compiler.compile("10.rules", "-D\n-w /etc -p wa -k a\n");
    CompiledRules second =
        compiler.compile(
            "99.rules",
            "-a always,exit -S all -F dir=/etc -F perm=wa -F key=a\n"
                + "-e 2\n"
                + "-w /x -p r\n"
                + "-w /y -p r\n");
    assertThat(RuleSetCheck.of(List.of(first, second)))
        .extracting(RuleProblem::toString)
        .containsExactly(
            "99.rules:1:1: warning: the same rule stands at 10.rules:2:1: auditctl stops at a rule"
                + " that is there",
            "99.rules:3:1: warning: nothing behind -e 2 is loaded, which stands at 99.rules:2:1");
    assertThat(RuleSetCheck.of(List.of(first, first))).isEmpty();
    assertThat(RuleSetCheck.of(List.of(compile("-w /a -p r", "-W /a -p r", "-w /a -p r"))))
        .isEmpty();
  }

  @Test
  void shouldReadTheOperatorThatAuditctl3ForgetsToList() {
    Compiled rule = rule("-a always,exit -F arch=b64 -S open -F exe!=/bin/sh");
    // Before 3.1.5 auditctl prints exe= for both.
    assertThat(new RuleListing(Architecture.X86_64).line(rule.data()))
        .isEqualTo("-a always,exit -F arch=b64 -S open -F exe!=/bin/sh");
  }
}
