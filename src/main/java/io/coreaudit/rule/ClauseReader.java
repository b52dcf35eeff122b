package io.coreaudit.rule;

import java.util.ArrayList;
import java.util.List;

/// Reads one option of a rule's line.
final class ClauseReader {
  private static final String KEY_FIELD = "key=";
  private static final int MOST_LETTERS = 4;

  private ClauseReader() {}

  static Clause read(Option option) throws RefusedException {
    Word value = option.value();
    return switch (option.name()) {
      case "a" -> place(option, RuleVerb.APPEND);
      case "A" -> place(option, RuleVerb.PREPEND);
      case "d" -> place(option, RuleVerb.DELETE);
      case "w" -> new Clause.Watch(value.column(), RuleVerb.APPEND, value.text());
      case "W" -> new Clause.Watch(value.column(), RuleVerb.DELETE, value.text());
      case "S" -> systemCalls(value);
      case "F" -> field(option);
      case "C" -> comparison(value);
      case "k" -> new Clause.Key(value.column(), value.text(), false);
      case "p" -> new Clause.Permissions(value.column(), permissions(value.column(), value.text()));
      default -> throw new RefusedException(option.column(), option.text() + " is no option");
    };
  }

  private static Clause place(Option option, RuleVerb verb) throws RefusedException {
    Word value = option.value();
    String[] words = value.text().split(",", -1);
    RuleList list = null;
    RuleAction action = null;
    if (words.length == 2) {
      list = RuleList.of(words[0]) != null ? RuleList.of(words[0]) : RuleList.of(words[1]);
      action = RuleAction.of(words[0]) != null ? RuleAction.of(words[0]) : RuleAction.of(words[1]);
    }
    if (list == null || action == null) {
      String why = "";
      if (List.of(words).contains("possible")) {
        why = "; the kernel no longer takes possible";
      } else if (List.of(words).contains("entry")) {
        why = "; the kernel no longer has the entry list, use exit";
      }
      throw new RefusedException(
          value.column(),
          option.text()
              + " "
              + value.text()
              + ": expected LIST,ACTION; LIST is exit, task, user, exclude, filesystem or io_uring,"
              + " ACTION always or never"
              + why);
    }
    return new Clause.Place(option.column(), verb, list, action);
  }

  private static Clause systemCalls(Word value) {
    List<String> names = new ArrayList<>();
    for (String name : value.text().split(",")) {
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    return new Clause.SystemCalls(value.column(), names);
  }

  private static Clause field(Option option) throws RefusedException {
    Word value = option.value();
    String text = value.text();
    if (text.startsWith(KEY_FIELD)) {
      return new Clause.Key(
          value.column() + KEY_FIELD.length(), text.substring(KEY_FIELD.length()), true);
    }
    int end = nameEnd(text);
    Operator operator = Operator.at(text, end);
    if (operator == null) {
      throw new RefusedException(
          value.column() + end,
          "-F " + text + ": expected a field and one of = != < <= > >= & &= behind it");
    }
    int from = end + operator.sign().length();
    if (end == 0) {
      throw new RefusedException(
          value.column(), "-F " + text + ": expected a field in front of it");
    }
    if (from == text.length()) {
      throw new RefusedException(
          value.column() + from, "-F " + text + ": expected a value behind it");
    }
    return new Clause.Field(
        value.column(),
        text.substring(0, end),
        operator,
        text.substring(from),
        value.column() + from);
  }

  private static Clause comparison(Word value) throws RefusedException {
    String text = value.text();
    int end = nameEnd(text);
    Operator operator = Operator.at(text, end);
    if (operator == null || !operator.isEquality() || end == 0) {
      throw new RefusedException(
          value.column(), "-C " + text + ": expected FIELD=FIELD or FIELD!=FIELD");
    }
    return new Clause.Compare(
        value.column(),
        text.substring(0, end),
        operator,
        text.substring(end + operator.sign().length()));
  }

  /// Where the name of a field ends.
  private static int nameEnd(String text) {
    int end = 0;
    while (end < text.length()
        && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
      end++;
    }
    return end;
  }

  /// AUDIT_PERM_… of letters.
  static int permissions(int column, String letters) throws RefusedException {
    int mask = 0;
    for (int i = 0; i < letters.length(); i++) {
      int bit = ValueNames.permission(letters.charAt(i));
      if (bit == 0 || letters.length() > MOST_LETTERS) {
        throw new RefusedException(
            column + i, "permissions " + letters + ": expected up to four of r, w, x, a");
      }
      mask |= bit;
    }
    return mask;
  }
}
