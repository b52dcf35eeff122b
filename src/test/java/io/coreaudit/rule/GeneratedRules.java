package io.coreaudit.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/// Lines that auditctl takes, and lines that are nearly so.
final class GeneratedRules {
  private static final int NAMED_BY_AUDITCTL_3 = 450;
  private static final int UNNAMED = 480;
  private static final int FIRST_CLASS_BIT = 2032;

  private GeneratedRules() {}

  /// Rules that auditctl 3 and the kernel take, none of which can hurt: those that would hide
  /// something or that are for the whole machine are bound to a directory.
  ///
  /// @param folder below which every path is
  static Arbitrary<String> good(String folder) {
    return Arbitraries.frequencyOf(
        net.jqwik.api.Tuple.of(10, exit(folder)),
        net.jqwik.api.Tuple.of(3, watch(folder)),
        net.jqwik.api.Tuple.of(1, exclude(folder)),
        net.jqwik.api.Tuple.of(1, user()),
        net.jqwik.api.Tuple.of(1, task()),
        net.jqwik.api.Tuple.of(1, filesystem()));
  }

  /// Lines of which many are wrong: clauses that do not go together, values that do not fit.
  static Arbitrary<String> any(String folder) {
    Arbitrary<String> list =
        Arbitraries.of(
            "-a always,exit",
            "-a exit,never",
            "-A always,exit",
            "-a always,task",
            "-a always,user",
            "-a never,exclude",
            "-a never,filesystem",
            "-d always,exit");
    Arbitrary<String> clause =
        Arbitraries.oneOf(
            exitField(folder),
            exitField(folder),
            systemCalls(),
            Arbitraries.of("-F arch=b64", "-F arch=b32", "-F arch!=i386"),
            key(),
            recordType(),
            comparison(),
            Arbitraries.of(
                "-F fstype=tracefs",
                "-F perm=wa",
                "-F exit=-ENOSYS",
                "-F perm=",
                "-F uid=daemon",
                "-F gid=root",
                "-F a0>=0x7fffffff",
                "-F sessionid=7",
                "-S nosuch",
                "-F nosuch=1"));
    return Combinators.combine(list, clause.list().ofMaxSize(5))
        .as((first, rest) -> Stream.concat(Stream.of(first), rest.stream()).collect(joined()));
  }

  private static java.util.stream.Collector<CharSequence, ?, String> joined() {
    return Collectors.joining(" ");
  }

  private static Arbitrary<String> exit(String folder) {
    Arbitrary<String> architecture =
        Arbitraries.of("", "-F arch=b64", "-F arch=b32", "-F arch!=b64", "-F arch=i686");
    Arbitrary<String> action = Arbitraries.of("-a always,exit", "-a exit,always", "-A always,exit");
    Arbitrary<String> calls = Arbitraries.oneOf(Arbitraries.just(""), systemCalls());
    // A place in each, so that nothing outside the folder is ever recorded or hidden.
    Arbitrary<String> place =
        path(folder)
            .flatMap(
                path ->
                    Arbitraries.of(
                        "-F dir=" + folder, "-F path=" + path, "-F dir=" + folder + "/"));
    Arbitrary<List<String>> fields = exitField(folder).list().ofMaxSize(6);
    Arbitrary<List<String>> keys = key().list().ofMaxSize(3);
    return Combinators.combine(action, architecture, calls, place, fields, keys)
        .as(
            (first, arch, syscalls, where, more, words) -> {
              List<String> clauses = new ArrayList<>(List.of(first, arch, syscalls, where));
              clauses.addAll(withoutPlaces(more));
              clauses.addAll(words);
              return clauses.stream().filter(clause -> !clause.isEmpty()).collect(joined());
            });
  }

  private static List<String> withoutPlaces(List<String> clauses) {
    boolean exe = false;
    List<String> kept = new ArrayList<>();
    for (String clause : clauses) {
      boolean isExe = clause.startsWith("-F exe");
      if (clause.startsWith("-F inode") || exe && isExe) {
        continue;
      }
      exe |= isExe;
      kept.add(clause);
    }
    return kept;
  }

  private static Arbitrary<String> watch(String folder) {
    Arbitrary<String> permissions = Arbitraries.of("", "-p r", "-p wa", "-p rwxa", "-p x");
    return Combinators.combine(path(folder), permissions, key().list().ofMaxSize(2))
        .as(
            (path, letters, keys) ->
                Stream.concat(Stream.of("-w " + path, letters), keys.stream())
                    .filter(clause -> !clause.isEmpty())
                    .collect(joined()));
  }

  private static Arbitrary<String> exclude(String folder) {
    return Combinators.combine(recordType(), number(0, 100_000))
        .as(
            (type, number) ->
                "-a always,exclude " + type + " -F exe=" + folder + "/none -F pid=" + number);
  }

  private static Arbitrary<String> user() {
    return Combinators.combine(recordType(), number(900_000, 990_000))
        .as((type, number) -> "-a always,user " + type + " -F uid=" + number);
  }

  private static Arbitrary<String> task() {
    return number(900_000, 990_000).map(number -> "-a always,task -F uid=" + number);
  }

  private static Arbitrary<String> filesystem() {
    return number(1, Integer.MAX_VALUE).map(number -> "-a never,filesystem -F fstype=" + number);
  }

  private static Arbitrary<Integer> number(int from, int to) {
    return Arbitraries.integers().between(from, to);
  }

  private static Arbitrary<String> path(String folder) {
    return Arbitraries.strings()
        .withCharRange('a', 'z')
        .withChars("AZ09._-+,:@~\"'#%é ")
        .ofMinLength(1)
        .ofMaxLength(12)
        .map(name -> Word.escape(folder + "/" + name.replace("..", ".x") + "x"));
  }

  private static Arbitrary<String> key() {
    return Arbitraries.strings()
        .withCharRange('a', 'z')
        .withChars("AZ09._-+/:@ü ")
        .ofMinLength(1)
        .ofMaxLength(30)
        .flatMap(
            key ->
                Arbitraries.of(
                    "-k " + Word.escape(key),
                    "-F key=" + Word.escape(key),
                    "-k" + Word.escape(key)));
  }

  private static Arbitrary<String> systemCalls() {
    Arbitrary<String> call =
        Arbitraries.oneOf(
            Arbitraries.of("open", "openat", "execve", "rename", "chmod", "ptrace", "OPENAT2"),
            number(0, NAMED_BY_AUDITCTL_3).map(String::valueOf),
            number(UNNAMED, FIRST_CLASS_BIT - 1).map(String::valueOf));
    return Arbitraries.oneOf(
        Arbitraries.just("-S all"),
        call.list().ofMinSize(1).ofMaxSize(6).map(calls -> "-S " + String.join(",", calls)),
        call.list().ofSize(2).map(calls -> "-S " + calls.get(0) + " -S " + calls.get(1)));
  }

  private static Arbitrary<String> recordType() {
    return Arbitraries.of(
        "-F msgtype=CWD",
        "-F msgtype=cwd",
        "-F msgtype!=1300",
        "-F msgtype>=2000",
        "-F msgtype<AVC",
        "-F msgtype=NETFILTER_CFG");
  }

  private static Arbitrary<String> comparison() {
    return Arbitraries.of(Comparison.values())
        .flatMap(
            pair ->
                Arbitraries.of(
                    "-C " + pair.left().word() + "=" + pair.right().word(),
                    "-C " + pair.right().word() + "!=" + pair.left().word()));
  }

  private static Arbitrary<String> exitField(String folder) {
    Arbitrary<String> order = Arbitraries.of("=", "!=", "<", "<=", ">", ">=");
    Arbitrary<String> equality = Arbitraries.of("=", "!=");
    Arbitrary<String> any = Arbitraries.of("=", "!=", "<", "<=", ">", ">=", "&", "&=");
    Arbitrary<String> id =
        Arbitraries.oneOf(
            Arbitraries.of("root", "daemon", "0x10", "010"),
            number(0, 100_000).map(String::valueOf));
    Arbitrary<String> small = number(0, 4000).map(String::valueOf);
    Arbitrary<String> argument =
        Arbitraries.oneOf(
            Arbitraries.of("0x40", "-1", "4294967295", "0100"),
            Arbitraries.integers().map(String::valueOf));
    return Arbitraries.oneOf(
        field(
            Arbitraries.of("uid", "euid", "suid", "fsuid", "obj_uid", "auid", "loginuid"),
            order,
            id),
        field(Arbitraries.of("auid"), equality, Arbitraries.of("unset", "-1", "4294967295")),
        field(Arbitraries.of("gid", "egid", "sgid", "fsgid", "obj_gid"), order, id),
        field(Arbitraries.of("pid", "ppid", "devmajor", "success"), order, small),
        field(Arbitraries.of("pers", "devminor"), any, small),
        field(Arbitraries.of("a0", "a1", "a2", "a3"), any, argument),
        field(
            Arbitraries.of("exit"),
            order,
            Arbitraries.of("-EACCES", "-eperm", "0", "5", "-5", "-4000", "-EAGAIN", "-EDEADLK")),
        field(Arbitraries.of("inode"), equality, small),
        field(Arbitraries.of("sessionid"), order, Arbitraries.of("1", "unset", "-1", "77")),
        field(Arbitraries.of("saddr_fam"), order, number(0, 45).map(String::valueOf)),
        field(
            Arbitraries.of("filetype"),
            equality,
            Arbitraries.of("socket", "link", "file", "block", "dir", "character", "fifo")),
        field(
            Arbitraries.of("subj_type", "subj_role", "obj_type"),
            equality,
            Arbitraries.of("spc_t", "a")),
        field(Arbitraries.of("perm"), Arbitraries.of("="), Arbitraries.of("r", "wa", "rwxa", "AX")),
        field(Arbitraries.of("exe"), Arbitraries.of("="), path(folder)),
        comparison());
  }

  private static Arbitrary<String> field(
      Arbitrary<String> name, Arbitrary<String> operator, Arbitrary<String> value) {
    return Combinators.combine(name, operator, value).as((n, o, v) -> "-F " + n + o + v);
  }
}
