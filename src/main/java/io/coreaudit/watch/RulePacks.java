package io.coreaudit.watch;

import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.CompiledRules;
import io.coreaudit.rule.HostEnvironment;
import io.coreaudit.rule.RuleCompiler;
import io.coreaudit.rule.RuleProblem;
import io.coreaudit.rule.RuleReader;
import io.coreaudit.rule.RuleVerb;
import io.coreaudit.rule.WrittenRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The rules of the packs that are wanted, read from their files.
///
/// They are read where the agent was configured, and resolved, which makes rules of them, by
/// whoever is where they will hold: whether `-w` names a directory, and which number an account
/// has, is for the host to say, not for the agent's container.
///
/// A pack holds rules only: what else auditctl takes in a file (`-D`, `-b`, `-e`) would change what
/// is not ours, and is told as a fault.
///
/// @param directories where they are looked for, in this order
/// @param names as the configuration says them
/// @param stamp what tells these files from the ones that lie there later
/// @param texts what they say
/// @param rules none before they are resolved
/// @param faults what is wrong in them, one line each
public record RulePacks(
    List<Path> directories,
    List<String> names,
    List<String> stamp,
    List<Text> texts,
    List<Rule> rules,
    List<String> faults) {
  /// No packs.
  public static final RulePacks NONE =
      new RulePacks(List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

  private static final String NOTHING_ELSE = ": error: a pack holds rules to load, nothing else";
  private static final Logger LOG = LoggerFactory.getLogger(RulePacks.class);

  /// What a file says.
  public record Text(Path file, WrittenRules written) {}

  /// One rule.
  ///
  /// @param at where it stands: `masters.rules:12`
  public record Rule(String at, AuditRuleData data) {}

  /// Copies the lists.
  public RulePacks {
    directories = List.copyOf(directories);
    names = List.copyOf(names);
    stamp = List.copyOf(stamp);
    texts = List.copyOf(texts);
    rules = List.copyOf(rules);
    faults = List.copyOf(faults);
  }

  /// Reads packs.
  ///
  /// @param directories where `NAME.rules` is looked for; the first that has it counts
  /// @param names of the packs; one that begins with / is a file
  public static RulePacks read(List<Path> directories, List<String> names) {
    List<Path> files = files(directories, names);
    List<String> stamp = stamp(files);
    List<Text> texts = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    for (Path file : files) {
      try {
        if (!Files.isRegularFile(file)) {
          faults.add(file + ": there is no such pack");
          continue;
        }
        texts.add(new Text(file, RuleReader.read(file)));
      } catch (IOException e) {
        faults.add(file + ": " + e.getMessage());
      }
    }
    return new RulePacks(directories, names, stamp, texts, List.of(), faults);
  }

  /// The same with their rules, by the accounts and directories that the calling thread sees.
  public RulePacks resolved() {
    List<Rule> now = new ArrayList<>();
    List<String> wrong = new ArrayList<>(faults);
    RuleCompiler compiler = new RuleCompiler(HostEnvironment.here());
    texts.forEach(text -> take(compiler.compile(text.written()), text.file(), now, wrong));
    return new RulePacks(directories, names, stamp, texts, now, wrong);
  }

  /// The packs as they lie there now, to be resolved; these when they lie there as they did.
  RulePacks fresh() {
    return stamp(files()).equals(stamp) ? this : read(directories, names);
  }

  /// The same with their rules. Packs with a fault change nothing: all stay as they were before,
  /// and the log tells.
  RulePacks resolvedAfter(RulePacks before) {
    RulePacks now = resolved();
    if (now.faults.isEmpty()) {
      LOG.info("rules of {} read anew: {}", names, now.rules.size());
      return now;
    }
    now.faults.forEach(fault -> LOG.warn("{}; the packs stay as they were", fault));
    return new RulePacks(directories, names, stamp, before.texts, before.rules, before.faults);
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

  private static List<Path> files(List<Path> directories, List<String> names) {
    return names.stream()
        .map(name -> name.startsWith("/") ? Path.of(name) : file(directories, name + ".rules"))
        .toList();
  }

  /// The first that is there; where none is, the place where it would be looked for first.
  private static Path file(List<Path> directories, String name) {
    return directories.stream()
        .map(directory -> directory.resolve(name))
        .filter(Files::exists)
        .findFirst()
        .orElseGet(() -> directories.getFirst().resolve(name));
  }

  /// The files.
  List<Path> files() {
    return files(directories, names);
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
