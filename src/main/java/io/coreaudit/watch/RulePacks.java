package io.coreaudit.watch;

import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.CompiledRules;
import io.coreaudit.rule.HostEnvironment;
import io.coreaudit.rule.RuleCompiler;
import io.coreaudit.rule.RuleProblem;
import io.coreaudit.rule.RuleVerb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The rules of the packs that are wanted, read from their files.
///
/// A pack holds rules only: what else auditctl takes in a file (`-D`, `-b`, `-e`) would change what
/// is not ours, and is told as a fault.
///
/// @param directory where they lie
/// @param names as the configuration says them
/// @param stamp what tells these files from the ones that lie there later
/// @param faults what is wrong in them, one line each
public record RulePacks(
    Path directory, List<String> names, List<String> stamp, List<Rule> rules, List<String> faults) {
  /// No packs.
  public static final RulePacks NONE =
      new RulePacks(Path.of("/"), List.of(), List.of(), List.of(), List.of());

  private static final String NOTHING_ELSE = ": error: a pack holds rules to load, nothing else";
  private static final Logger LOG = LoggerFactory.getLogger(RulePacks.class);

  /// One rule.
  ///
  /// @param at where it stands: `masters.rules:12`
  public record Rule(String at, AuditRuleData data) {}

  /// Copies the lists.
  public RulePacks {
    names = List.copyOf(names);
    stamp = List.copyOf(stamp);
    rules = List.copyOf(rules);
    faults = List.copyOf(faults);
  }

  /// Reads packs.
  ///
  /// @param directory where `NAME.rules` lie
  /// @param names of the packs; one that begins with / is a file
  public static RulePacks read(Path directory, List<String> names) {
    List<String> stamp = stamp(files(directory, names));
    List<Rule> rules = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    for (Path file : files(directory, names)) {
      try {
        if (!Files.isRegularFile(file)) {
          faults.add(file + ": there is no such pack");
          continue;
        }
        take(new RuleCompiler(HostEnvironment.here()).compile(file), file, rules, faults);
      } catch (IOException e) {
        faults.add(file + ": " + e.getMessage());
      }
    }
    return new RulePacks(directory, names, stamp, rules, faults);
  }

  /// The packs as they lie there now. One with a fault changes nothing: all stay as they were, and
  /// the log tells.
  RulePacks fresh() {
    List<String> now = stamp(files());
    if (now.equals(stamp)) {
      return this;
    }
    RulePacks fresh = read(directory, names);
    if (fresh.faults.isEmpty()) {
      LOG.info("rules of {} read anew: {}", names, fresh.rules.size());
      return fresh;
    }
    fresh.faults.forEach(fault -> LOG.warn("{}; the packs stay as they were", fault));
    return new RulePacks(directory, names, fresh.stamp, rules, faults);
  }

  private static List<String> stamp(List<Path> files) {
    List<String> stamps = new ArrayList<>();
    for (Path file : files) {
      try {
        stamps.add(file + " " + Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime"));
      } catch (IOException | UnsupportedOperationException gone) {
        stamps.add(file + " none");
      }
    }
    return stamps;
  }

  private static List<Path> files(Path directory, List<String> names) {
    return names.stream()
        .map(name -> name.startsWith("/") ? Path.of(name) : directory.resolve(name + ".rules"))
        .toList();
  }

  /// The files.
  List<Path> files() {
    return files(directory, names);
  }

  private static void take(CompiledRules pack, Path file, List<Rule> rules, List<String> faults) {
    for (RuleProblem problem : pack.problems()) {
      if (problem.severity() == RuleProblem.Severity.ERROR) {
        faults.add(problem.toString());
      }
    }
    for (CompiledRules.Statement statement : pack.statements()) {
      switch (statement) {
        case CompiledRules.Compiled compiled when compiled.verb() != RuleVerb.DELETE ->
            rules.add(new Rule(file.getFileName() + ":" + compiled.at().line(), compiled.data()));
        case CompiledRules.Compiled compiled -> faults.add(compiled.at() + NOTHING_ELSE);
        case CompiledRules.Other other -> faults.add(other.control().at() + NOTHING_ELSE);
      }
    }
  }

  List<Claim> claims() {
    return rules.stream().<Claim>map(rule -> new PackClaim(rule.at(), rule.data())).toList();
  }
}
