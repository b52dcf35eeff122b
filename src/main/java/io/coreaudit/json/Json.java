package io.coreaudit.json;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A value of JSON and what stands below it. Never changes.
///
/// What is not there, and `null`, is `NONE`, which has no members, no elements and no text: a way
/// down a tree needs no question on each step.
public final class Json {
  /// No value, or `null`.
  public static final Json NONE = new Json(null);

  static final Json TRUE = new Json(true);
  static final Json FALSE = new Json(false);

  private static final int MOST_VALUES = 1 << 18;
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");

  /// Says which members are wanted.
  @FunctionalInterface
  public interface Wanted {
    /// Whether a member is.
    ///
    /// @param level of its object: 1 is the outermost
    boolean test(int level, String name);
  }

  record Numeral(String written) {}

  private final Object value;

  /// @param value a map or a list of these, a text, a truth value, a numeral; null
  Json(Object value) {
    this.value = value;
  }

  /// The value that a text is.
  ///
  /// @throws IllegalArgumentException when it is none
  public static Json parse(String text) {
    return parse(text, (level, name) -> true);
  }

  /// The value that a text is, with the members that are wanted.
  ///
  /// @throws IllegalArgumentException when it is none
  public static Json parse(String text, Wanted wanted) {
    return JsonReader.read(text, MOST_VALUES, wanted);
  }

  /// The value that a file is, with the members that are wanted.
  ///
  /// @throws IllegalArgumentException when it is none
  public static Json parse(byte[] utf8, Wanted wanted) {
    return parse(new String(utf8, StandardCharsets.UTF_8), wanted);
  }

  /// The value that an answer is.
  ///
  /// @param mostValues an answer of more is none: each costs memory, and few bytes make one
  /// @throws IllegalArgumentException when it is none
  public static Json parse(byte[] utf8, int mostValues) {
    return JsonReader.read(
        new String(utf8, StandardCharsets.UTF_8), mostValues, (level, name) -> true);
  }

  /// What stands below some names.
  public Json at(String... names) {
    Json below = this;
    for (String name : names) {
      below =
          below.value instanceof Map<?, ?> members && members.get(name) instanceof Json next
              ? next
              : NONE;
    }
    return below;
  }

  /// Whether it is an object.
  public boolean isObject() {
    return value instanceof Map;
  }

  /// Whether it is an array.
  public boolean isArray() {
    return value instanceof List;
  }

  /// The members of an object, as they are written one after another; none of anything else.
  @SuppressWarnings("unchecked") // this class alone makes them
  public Map<String, Json> members() {
    return isObject() ? (Map<String, Json>) value : Map.of();
  }

  /// The elements of an array; none of anything else.
  @SuppressWarnings("unchecked") // this class alone makes them
  public List<Json> elements() {
    return isArray() ? (List<Json>) value : List.of();
  }

  /// A text; a number, `true` or `false` as it is written; null for anything else.
  public String text() {
    return switch (value) {
      case String text -> text;
      case Boolean word -> word.toString();
      case Numeral number -> number.written();
      case null, default -> null;
    };
  }

  /// The same, or something else where there is none.
  public String text(String otherwise) {
    String text = text();
    return text == null ? otherwise : text;
  }

  /// The whole part of a number, also of a whole one written as text; otherwise the other one.
  public long number(long otherwise) {
    return switch (value) {
      case Numeral number when isWhole(number.written()) -> Long.parseLong(number.written());
      case Numeral number -> (long) Double.parseDouble(number.written());
      case String text when isWhole(text) -> Long.parseLong(text);
      case null, default -> otherwise;
    };
  }

  /// A number; 0 of anything else.
  public double decimal() {
    return value instanceof Numeral number ? Double.parseDouble(number.written()) : 0;
  }

  private static boolean isWhole(String text) {
    return WHOLE.matcher(text).matches();
  }

  /// Whether it is `true`.
  public boolean isTrue() {
    return Boolean.TRUE.equals(value);
  }

  /// Whether it is `false`.
  public boolean isFalse() {
    return Boolean.FALSE.equals(value);
  }
}
