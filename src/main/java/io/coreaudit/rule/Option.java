package io.coreaudit.rule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// An option of a line with its value, found as getopt_long(3) does: `-k key`, `-kkey`, several
/// letters in one word, long options by any beginning that only one of them has.
///
/// @param name one letter, or the whole name of a long option
/// @param column where it begins
/// @param value null for an option that takes none
record Option(String name, int column, Word value) {
  private static final String LETTERS_ALONE = "hicslDvt";
  private static final String LETTERS_WITH_VALUE = "CefrbaAdSFmRwWkpq";
  private static final String[] LONG_ALONE = {
    "loginuid-immutable", "reset-lost", "reset_backlog_wait_time_actual", "help"
  };
  private static final String[] LONG_WITH_VALUE = {"backlog_wait_time", "signal"};

  /// Whether it is a long one.
  boolean isLong() {
    return name.length() > 1;
  }

  /// As written in messages.
  String text() {
    return (isLong() ? "--" : "-") + name;
  }

  /// Whether a word is an option that takes the next word for its value, whatever that is.
  static boolean wantsNext(String word) {
    return word.length() == 2
            && word.charAt(0) == '-'
            && LETTERS_WITH_VALUE.indexOf(word.charAt(1)) >= 0
        || word.startsWith("--") && Arrays.asList(LONG_WITH_VALUE).contains(word.substring(2));
  }

  /// The options of a line that has a word at least; one option at least.
  static List<Option> parse(List<Word> words) throws RefusedException {
    List<Option> options = new ArrayList<>();
    Word stray = null;
    for (int i = 0; i < words.size(); i++) {
      Word word = words.get(i);
      if (word.text().equals("--")) {
        stray = stray == null && i + 1 < words.size() ? words.get(i + 1) : stray;
        break;
      } else if (word.text().startsWith("--")) {
        i += longOption(words, i, options);
      } else if (word.text().length() > 1 && word.text().charAt(0) == '-') {
        i += letters(words, i, options);
      } else if (stray == null) {
        stray = word;
      }
    }
    if (stray != null) {
      throw new RefusedException(stray.column(), strayMessage(stray.text()));
    }
    if (options.isEmpty()) {
      throw new RefusedException(words.getFirst().column(), "expected an option in front of '--'");
    }
    return options;
  }

  private static String strayMessage(String text) {
    String expected = "expected an option in front of '" + text + "'";
    if (text.startsWith("#")) {
      return expected + "; a comment needs a line of its own";
    }
    if (text.endsWith("\"") || text.endsWith("'")) {
      return expected + "; quotes mean nothing here, write a blank as '\\ '";
    }
    return expected;
  }

  private static int longOption(List<Word> words, int index, List<Option> options)
      throws RefusedException {
    Word word = words.get(index);
    int equals = word.text().indexOf('=');
    String given = word.text().substring(2, equals < 0 ? word.text().length() : equals);
    List<String> found = new ArrayList<>();
    for (String[] names : List.of(LONG_ALONE, LONG_WITH_VALUE)) {
      for (String name : names) {
        if (name.equals(given)) {
          found = List.of(name);
          break;
        } else if (name.startsWith(given)) {
          found.add(name);
        }
      }
    }
    if (found.size() != 1) {
      throw new RefusedException(
          word.column(),
          "--"
              + given
              + (found.isEmpty() ? " is no option" : " is short for " + alternatives(found)));
    }
    String name = found.get(0);
    boolean wanted = Arrays.asList(LONG_WITH_VALUE).contains(name);
    if (!wanted && equals >= 0) {
      throw new RefusedException(word.column() + equals, "--" + name + " takes no value");
    }
    if (!wanted || equals >= 0) {
      options.add(new Option(name, word.column(), wanted ? word.from(equals + 1) : null));
      return 0;
    }
    options.add(new Option(name, word.column(), next(words, index, "--" + name)));
    return 1;
  }

  private static String alternatives(List<String> names) {
    return names.stream().map(name -> "--" + name).collect(Collectors.joining(" or "));
  }

  private static int letters(List<Word> words, int index, List<Option> options)
      throws RefusedException {
    Word word = words.get(index);
    for (int i = 1; i < word.text().length(); i++) {
      char letter = word.text().charAt(i);
      String name = String.valueOf(letter);
      if (LETTERS_ALONE.indexOf(letter) >= 0) {
        options.add(new Option(name, word.column() + i - 1, null));
      } else if (LETTERS_WITH_VALUE.indexOf(letter) < 0) {
        throw new RefusedException(word.column() + i - 1, "-" + letter + " is no option");
      } else if (i + 1 < word.text().length()) {
        options.add(new Option(name, word.column() + i - 1, word.from(i + 1)));
        return 0;
      } else {
        options.add(new Option(name, word.column() + i - 1, next(words, index, "-" + name)));
        return 1;
      }
    }
    return 0;
  }

  private static Word next(List<Word> words, int index, String option) throws RefusedException {
    if (index + 1 >= words.size()) {
      throw new RefusedException(
          words.get(index).column() + words.get(index).text().length(),
          option + " needs a value behind it");
    }
    return words.get(index + 1);
  }
}
