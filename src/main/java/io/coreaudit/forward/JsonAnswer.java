package io.coreaudit.forward;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads a receiver's JSON: objects become maps, arrays lists, strings text, numbers doubles. What
/// is no JSON becomes null: then the status alone counts.
final class JsonAnswer {
  private static final int DEEPEST = 64;

  private final String text;
  private int at;
  private int left;

  private JsonAnswer(String text, int mostValues) {
    this.text = text;
    this.left = mostValues;
  }

  /// @param mostValues a text of more is taken for none: each costs memory, and few bytes make one
  static Object parse(byte[] bytes, int mostValues) {
    JsonAnswer json = new JsonAnswer(new String(bytes, StandardCharsets.UTF_8), mostValues);
    try {
      Object value = json.value(0);
      json.blank();
      return json.at == json.text.length() ? value : null;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return null;
    }
  }

  /// The value below some keys, null: there is none.
  static Object at(Object value, String... keys) {
    Object here = value;
    for (String key : keys) {
      here = here instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return here;
  }

  /// A number, also one written as text; otherwise the other one.
  static long number(Object value, long otherwise) {
    return switch (value) {
      case Double number -> number.longValue();
      case String text when text.matches("-?[0-9]{1,18}") -> Long.parseLong(text);
      case null, default -> otherwise;
    };
  }

  private Object value(int depth) {
    if (depth > DEEPEST || --left < 0) {
      throw new IllegalArgumentException("too much");
    }
    blank();
    char c = text.charAt(at);
    return switch (c) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> word("true", Boolean.TRUE);
      case 'f' -> word("false", Boolean.FALSE);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, Object> object(int depth) {
    Map<String, Object> map = new LinkedHashMap<>();
    at++;
    blank();
    if (text.charAt(at) == '}') {
      at++;
      return map;
    }
    while (true) {
      blank();
      String key = string();
      blank();
      expect(':');
      map.put(key, value(depth + 1));
      blank();
      if (text.charAt(at) == '}') {
        at++;
        return map;
      }
      expect(',');
    }
  }

  private List<Object> array(int depth) {
    List<Object> list = new ArrayList<>();
    at++;
    blank();
    if (text.charAt(at) == ']') {
      at++;
      return list;
    }
    while (true) {
      list.add(value(depth + 1));
      blank();
      if (text.charAt(at) == ']') {
        at++;
        return list;
      }
      expect(',');
    }
  }

  private String string() {
    expect('"');
    StringBuilder string = new StringBuilder();
    while (true) {
      char c = text.charAt(at++);
      if (c == '"') {
        return string.toString();
      }
      if (c == '\\') {
        char escaped = text.charAt(at++);
        switch (escaped) {
          case 'n' -> string.append('\n');
          case 't' -> string.append('\t');
          case 'r' -> string.append('\r');
          case 'b' -> string.append('\b');
          case 'f' -> string.append('\f');
          case 'u' -> {
            string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
            at += 4;
          }
          default -> string.append(escaped);
        }
      } else {
        string.append(c);
      }
    }
  }

  private Object word(String word, Object value) {
    if (!text.startsWith(word, at)) {
      throw new IllegalArgumentException(word);
    }
    at += word.length();
    return value;
  }

  private Double number() {
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return Double.valueOf(text.substring(start, at));
  }

  private void expect(char c) {
    if (text.charAt(at++) != c) {
      throw new IllegalArgumentException(String.valueOf(c));
    }
  }

  private void blank() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }
}
