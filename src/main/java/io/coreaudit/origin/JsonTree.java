package io.coreaudit.origin;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads JSON into maps, lists and text. Numbers, `true` and `false` stand as they are written,
/// `null` is null. Not for the intake thread.
///
/// Reads what RFC 8259 allows, and less than 64 levels; anything else is refused, cut text too.
/// What nobody wants is read over and takes no memory.
public final class JsonTree {
  private static final int MOST_LEVELS = 64;

  /// Says which members are wanted.
  @FunctionalInterface
  public interface Wanted {
    /// Whether a member is.
    ///
    /// @param level of its object: 1 is the outermost
    boolean test(int level, String name);
  }

  private final String text;
  private final Wanted wanted;
  private int at;
  private int level;

  private JsonTree(String text, Wanted wanted) {
    this.text = text;
    this.wanted = wanted;
  }

  /// The value that a text is.
  ///
  /// @throws IllegalArgumentException when it is none
  public static Object parse(String text) {
    return parse(text, (level, name) -> true);
  }

  /// The value that a text is, with the members that are wanted.
  ///
  /// @throws IllegalArgumentException when it is none
  public static Object parse(byte[] utf8, Wanted wanted) {
    return parse(new String(utf8, StandardCharsets.UTF_8), wanted);
  }

  private static Object parse(String text, Wanted wanted) {
    JsonTree tree = new JsonTree(text, wanted);
    Object value = tree.value();
    tree.blanks();
    if (tree.at != text.length()) {
      throw tree.unexpected();
    }
    return value;
  }

  /// What stands below some names; null when there is nothing.
  public static Object at(Object tree, String... names) {
    Object value = tree;
    for (String name : names) {
      value = value instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return value;
  }

  private Object value() {
    blanks();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      default -> word();
    };
  }

  private Map<String, Object> object() {
    Map<String, Object> map = new LinkedHashMap<>();
    enter();
    for (boolean first = true; !ends('}', first); first = false) {
      String name = name();
      if (wanted.test(level, name)) {
        map.put(name, value());
      } else {
        skip();
      }
    }
    level--;
    return map;
  }

  private String name() {
    blanks();
    String name = string();
    blanks();
    expect(':');
    return name;
  }

  private List<Object> array() {
    List<Object> list = new ArrayList<>();
    enter();
    while (!ends(']', list.isEmpty())) {
      list.add(value());
    }
    level--;
    return list;
  }

  // Reads over a value.
  private void skip() {
    blanks();
    char open = peek();
    if (open == '"') {
      skipString();
      return;
    }
    if (open != '{' && open != '[') {
      word();
      return;
    }
    enter();
    for (boolean first = true; !ends(open == '{' ? '}' : ']', first); first = false) {
      if (open == '{') {
        blanks();
        skipString();
        blanks();
        expect(':');
      }
      skip();
    }
    level--;
  }

  private void skipString() {
    expect('"');
    while (peek() != '"') {
      next();
    }
    at++;
  }

  private void enter() {
    at++;
    if (++level >= MOST_LEVELS) {
      throw unexpected();
    }
  }

  // Takes the end, or what stands between two elements.
  private boolean ends(char end, boolean first) {
    blanks();
    if (peek() == end) {
      at++;
      return true;
    }
    if (!first) {
      expect(',');
    }
    return false;
  }

  private String string() {
    expect('"');
    StringBuilder read = new StringBuilder();
    while (peek() != '"') {
      read.append(next());
    }
    at++;
    return read.toString();
  }

  private char next() {
    char c = text.charAt(at++);
    if (c < ' ') {
      throw unexpected();
    }
    return c == '\\' ? escaped() : c;
  }

  private char escaped() {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw unexpected();
    };
  }

  private char unicode() {
    int code = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(peek(), 16);
      if (digit < 0) {
        throw unexpected();
      }
      code = code << 4 | digit;
      at++;
    }
    return (char) code;
  }

  // A number, true, false or null.
  private String word() {
    int from = at;
    while (at < text.length() && isOfWord(text.charAt(at))) {
      at++;
    }
    String word = text.substring(from, at);
    boolean known = word.equals("true") || word.equals("false") || word.equals("null");
    if (!known && !word.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?")) {
      throw unexpected();
    }
    return word.equals("null") ? null : word;
  }

  private static boolean isOfWord(char c) {
    return c >= 'a' && c <= 'z'
        || c >= '0' && c <= '9'
        || c == '-'
        || c == '+'
        || c == '.'
        || c == 'E';
  }

  private void blanks() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw unexpected();
    }
    return text.charAt(at);
  }

  private void expect(char wanted) {
    if (peek() != wanted) {
      throw unexpected();
    }
    at++;
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException("no JSON at character " + at);
  }
}
