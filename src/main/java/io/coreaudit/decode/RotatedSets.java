package io.coreaudit.decode;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Puts the files of a rotated set in order, the oldest first: `audit.log.2.gz`, `audit.log.1`,
/// `audit.log`; or, by date, `audit.log-20260101`, `audit.log-20260201`, `audit.log`.
public final class RotatedSets {
  private static final Pattern MEMBER =
      Pattern.compile(
          "(?<base>.+?)(?:\\.(?<number>\\d{1,9})|-(?<date>\\d{8}(?:-\\d+)?))?(?:\\.gz)?");

  private record Member(Path path, Path base, long number, String date) {
    static Member of(Path path) {
      Matcher name = MEMBER.matcher(path.getFileName().toString());
      if (!name.matches()) {
        return new Member(path, path, 0, "~");
      }
      String number = name.group("number");
      String date = name.group("date");
      return new Member(
          path,
          path.resolveSibling(name.group("base")),
          number == null ? 0 : Long.parseLong(number),
          date == null ? "~" : date); // behind every date
    }
  }

  // A larger number is older, a later date younger; what has neither is the youngest.
  private static final Comparator<Member> OLDEST_FIRST =
      (one, other) ->
          one.number != other.number
              ? Long.compare(other.number, one.number)
              : one.date.compareTo(other.date);

  private RotatedSets() {}

  /// The files to read in their order: those of one set side by side where its first one stood, a
  /// directory as the logs in it.
  ///
  /// @param arguments files and directories
  public static List<Path> inOrder(List<Path> arguments) throws IOException {
    List<Member> members = new ArrayList<>();
    for (Path argument : arguments) {
      if (Files.isDirectory(argument)) {
        members.addAll(logsIn(argument));
      } else {
        members.add(Member.of(argument));
      }
    }
    List<Path> ordered = new ArrayList<>();
    while (!members.isEmpty()) {
      Path base = members.getFirst().base;
      members.stream()
          .filter(member -> member.base.equals(base))
          .sorted(OLDEST_FIRST)
          .forEach(member -> ordered.add(member.path));
      members.removeIf(member -> member.base.equals(base));
    }
    return ordered;
  }

  /// The files of the set that a log belongs to, as they are named now, the oldest first.
  public static List<Path> of(Path log) throws IOException {
    Path base = Member.of(log).base;
    try (Stream<Path> files = Files.list(log.toAbsolutePath().getParent())) {
      return files
          .map(Member::of)
          .filter(member -> member.base.getFileName().equals(base.getFileName()))
          .sorted(OLDEST_FIRST)
          .map(Member::path)
          .toList();
    }
  }

  private static List<Member> logsIn(Path directory) throws IOException {
    List<Member> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.log*")) {
      for (Path file : files) {
        if (Files.isRegularFile(file)) {
          found.add(Member.of(file));
        }
      }
    }
    found.sort(Comparator.comparing((Member member) -> member.base.toString()));
    return found;
  }
}
