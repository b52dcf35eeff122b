package io.coreaudit.rule;

import java.util.ArrayList;
import java.util.List;

/// A line of a rules file with those that continue it.
///
/// auditctl continues no line. A backslash alone behind a blank at the end of one, where auditctl
/// would refuse the line, continues it here.
///
/// @param text the parts, one behind the other
/// @param firstLine number of its first line
/// @param starts index in the text of each part
/// @param lastLine number of its last line
/// @param unfinished whether the file ended where a further part should be
public record LogicalLine(
    String text, int firstLine, List<Integer> starts, int lastLine, boolean unfinished) {
  /// Copies the list.
  public LogicalLine {
    starts = List.copyOf(starts);
  }

  /// Reads the line that begins at an index of all lines.
  static LogicalLine read(List<String> lines, int index) {
    StringBuilder text = new StringBuilder();
    List<Integer> starts = new ArrayList<>();
    int at = index;
    starts.add(0);
    String part = lines.get(at);
    while (!isComment(text + part) && isContinued(part)) {
      text.append(part, 0, part.length() - 1);
      starts.add(text.length());
      at++;
      if (at == lines.size()) {
        return new LogicalLine(text.toString(), index + 1, starts, at, true);
      }
      part = lines.get(at);
    }
    text.append(part);
    return new LogicalLine(text.toString(), index + 1, starts, at + 1, false);
  }

  private static boolean isComment(String text) {
    return text.stripLeading().startsWith("#");
  }

  private static boolean isContinued(String line) {
    if (!line.endsWith(" \\") && !line.equals("\\")) {
      return false;
    }
    List<Word> words = Word.split(line);
    Word last = words.get(words.size() - 1);
    // `-k \` has the backslash for its key, and `a\ \` ends in a word of its own.
    return last.text().equals("\\")
        && (words.size() == 1 || !Option.wantsNext(words.get(words.size() - 2).text()));
  }

  /// Whether it has more than one part.
  boolean isContinued() {
    return starts.size() > 1;
  }

  boolean isEmptyOrComment() {
    String begin = text.stripLeading();
    return begin.isEmpty() && text.indexOf('\t') < 0 || begin.startsWith("#") && blanksOnly(begin);
  }

  private boolean blanksOnly(String begin) {
    return text.substring(0, text.length() - begin.length()).chars().allMatch(c -> c == ' ');
  }

  /// Where a column of the text stands in the file.
  SourcePosition position(String file, int column) {
    int part = starts.size() - 1;
    while (part > 0 && starts.get(part) > column - 1) {
      part--;
    }
    return new SourcePosition(file, firstLine + part, column - starts.get(part));
  }
}
