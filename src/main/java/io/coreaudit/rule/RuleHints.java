package io.coreaudit.rule;

/// What is likely wrong with a line that was refused, in a few words behind the message.
final class RuleHints {
  private RuleHints() {}

  /// Empty when nothing strikes.
  static String of(String line) {
    if (line.contains("&gt;") || line.contains("&lt;")) {
      return " (the line holds &gt; or &lt;: it was escaped for XML)";
    }
    if (line.indexOf('\t') >= 0) {
      return " (the line holds a tab: only blanks separate words)";
    }
    return "";
  }
}
