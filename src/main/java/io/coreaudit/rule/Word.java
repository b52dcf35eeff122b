package io.coreaudit.rule;

import java.util.ArrayList;
import java.util.List;

/// A word of a line, and where it begins.
///
/// auditctl knows two escapes, a backslash in front of a blank and in front of a backslash, and no
/// quotes. Only blanks separate words; a tab is part of one.
///
/// @param text without the escapes
/// @param column counted from 1
record Word(String text, int column) {
  /// Cuts a line.
  static List<Word> split(String line) {
    List<Word> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int begin = -1;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == ' ') {
        if (begin >= 0) {
          words.add(new Word(word.toString(), begin + 1));
          word.setLength(0);
          begin = -1;
        }
        continue;
      }
      if (begin < 0) {
        begin = i;
      }
      if (c == '\\' && i + 1 < line.length() && isEscaped(line.charAt(i + 1))) {
        c = line.charAt(++i);
      }
      word.append(c);
    }
    if (begin >= 0) {
      words.add(new Word(word.toString(), begin + 1));
    }
    return words;
  }

  private static boolean isEscaped(char c) {
    return c == ' ' || c == '\\';
  }

  /// A text with the escapes that make one word of it.
  static String escape(String text) {
    return text.replace("\\", "\\\\").replace(" ", "\\ ");
  }

  /// What stands behind its first characters.
  Word from(int index) {
    return new Word(text.substring(index), column + index);
  }
}
