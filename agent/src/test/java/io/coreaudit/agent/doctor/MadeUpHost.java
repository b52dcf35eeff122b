package io.coreaudit.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.agent.config.ConfigReader;
import io.coreaudit.netlink.AuditStatus;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.CompiledRules;
import io.coreaudit.rule.HostEnvironment;
import io.coreaudit.rule.RuleCompiler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/// A host made of files: what a look is to find is written down, and the look is asked.
final class MadeUpHost {
  private static final int GET = 0;

  private final Path root;
  private final List<String> sets = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private AuditStatus status = status(1, 1, 0, 0, 8192, 0, 0);
  private List<AuditRuleData> rules = List.of();

  /// A host on which nothing is; with an agent's two directories, closed to others.
  MadeUpHost(Path root) throws Exception {
    this.root = root;
    for (String name : List.of("run", "state")) {
      Path dir = Files.createDirectory(root.resolve("own-" + name));
      Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
      sets.add(name + ".dir=" + dir);
    }
  }

  static AuditStatus status(
      int enabled, int failure, int pid, long rate, long limit, long lost, long backlog) {
    return new AuditStatus(GET, enabled, failure, pid, rate, limit, lost, backlog, 0, 60_000, 0);
  }

  MadeUpHost audit(AuditStatus now) {
    status = now;
    return this;
  }

  /// Rules that the kernel holds.
  MadeUpHost rules(String... lines) throws Exception {
    Path file = Files.write(root.resolve("loaded.rules"), List.of(lines));
    CompiledRules compiled =
        new RuleCompiler(new HostEnvironment(Path.of("/"), io.coreaudit.rule.Architecture.host()))
            .compile(file);
    assertThat(compiled.problems()).isEmpty();
    rules = compiled.rules().stream().map(CompiledRules.Compiled::data).toList();
    assertThat(rules).hasSameSizeAs(lines);
    return this;
  }

  /// A file of the host; `proc/...` is the kernel's.
  MadeUpHost file(String path, String text) throws Exception {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  MadeUpHost link(String path, String target) throws Exception {
    Path link = root.resolve(path);
    Files.createDirectories(link.getParent());
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, Path.of(target));
    return this;
  }

  /// A key of the agent's configuration.
  MadeUpHost set(String keyAndValue) {
    sets.add(keyAndValue);
    return this;
  }

  MadeUpHost fault(String text) {
    faults.add(text);
    return this;
  }

  Path at(String path) {
    return root.resolve(path);
  }

  Host host() throws Exception {
    return new Host(
        root,
        root.resolve("proc"),
        false,
        new KernelView(status, rules, status == null ? "AUDIT_GET: refused" : ""),
        ConfigReader.read(null, sets).config(),
        null,
        faults);
  }

  /// What the check of a name finds.
  Finding look(String name) throws Exception {
    Host host = host();
    for (Check check : Doctor.checks(host.config(), true)) {
      if (check.name().equals(name)) {
        return check.look().at(host);
      }
    }
    throw new AssertionError("no check " + name);
  }
}
