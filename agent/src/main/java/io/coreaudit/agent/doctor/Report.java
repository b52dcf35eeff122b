package io.coreaudit.agent.doctor;

import io.coreaudit.agent.control.JsonReport;
import java.util.List;
import java.util.Locale;

/// What was found on a host. The names here are those of the JSON form.
///
/// @param verdict the worst: `good`, `warn` or `bad`
/// @param good how many are
/// @param warn how many are weaker than they could be
/// @param bad how many are
/// @param skipped how many were not looked at, or are not here
/// @param checks one by one
public record Report(
    String verdict, long good, long warn, long bad, long skipped, List<Line> checks) {
  /// One check.
  ///
  /// @param check its name
  /// @param verdict `good`, `warn`, `bad` or `skipped`
  /// @param words what was found
  /// @param mend what mends it; empty when there is nothing to mend
  public record Line(String check, String verdict, String words, String mend) {
    static Line of(String check, Finding found) {
      return new Line(check, found.verdict().label(), clean(found.words()), clean(found.mend()));
    }

    /// File names and other programs' words go to a terminal: one line, no control characters.
    private static String clean(String text) {
      return text.replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cntrl}", "?");
    }
  }

  static Report of(List<Line> checks) {
    long warn = count(checks, Verdict.WARN);
    long bad = count(checks, Verdict.BAD);
    Verdict worst = bad > 0 ? Verdict.BAD : warn > 0 ? Verdict.WARN : Verdict.GOOD;
    return new Report(
        worst.label(),
        count(checks, Verdict.GOOD),
        warn,
        bad,
        count(checks, Verdict.SKIPPED),
        List.copyOf(checks));
  }

  private static long count(List<Line> checks, Verdict verdict) {
    return checks.stream().filter(line -> line.verdict().equals(verdict.label())).count();
  }

  /// Whether anything is bad.
  public boolean isBad() {
    return bad > 0;
  }

  /// As one JSON line.
  public String json() {
    return JsonReport.write(this) + "\n";
  }

  /// For people: a line a check, and what mends it below.
  public String text() {
    int width = checks.stream().mapToInt(line -> line.check().length()).max().orElse(0);
    StringBuilder out = new StringBuilder();
    for (Line line : checks) {
      String row = "%-8s %-" + Math.max(1, width) + "s  %s%n";
      out.append(String.format(Locale.ROOT, row, line.verdict(), line.check(), line.words()));
      if (!line.mend().isEmpty()) {
        out.append(" ".repeat(11 + width)).append("mend: ").append(line.mend()).append('\n');
      }
    }
    return out.append('\n')
        .append(good + " good, " + warn + " warn, " + bad + " bad, " + skipped + " skipped\n")
        .toString();
  }
}
