package io.coreaudit.forward;

/// Text as the inside of a JSON string, for what is written rarely.
final class JsonLine {
  private JsonLine() {}

  static void quote(StringBuilder out, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
  }
}
