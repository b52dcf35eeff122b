package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a line of CEF or LEEF as a receiver does, and refuses one that is not valid.
final class FlatLine {
  private static final Pattern CEF_HEADER =
      Pattern.compile("CEF:0((?:\\|[^|\\\\]*){5})\\|([0-9]|10)\\|(.*)");
  private static final Pattern LEEF_HEADER =
      Pattern.compile("LEEF:2\\.0((?:\\|[^|]+){4})\\|x09\\|(.*)");
  private static final Pattern KEY = Pattern.compile("(?:^| )([A-Za-z0-9]+)=");

  private FlatLine() {}

  /// The fields of a line; `header` is what stands before the severity or the delimiter.
  static Map<String, String> fields(boolean cef, byte[] bytes) {
    String line;
    try {
      line = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new AssertionError("no UTF-8", e);
    }
    assertThat(line).endsWith("\n");
    line = line.substring(0, line.length() - 1);
    assertThat(line.chars().noneMatch(FlatLine::isControl)).as(line).isTrue();
    Matcher header = (cef ? CEF_HEADER : LEEF_HEADER).matcher(line);
    assertThat(header.matches()).as(line).isTrue();
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("header", header.group(1));
    if (cef) {
      assertThat(line).doesNotContain("\t");
      fields.put("severity", header.group(2));
      cefFields(header.group(3), fields);
    } else {
      for (String field : header.group(2).split("\t", -1)) {
        assertThat(field).matches("[A-Za-z0-9]+=.*");
        int equals = field.indexOf('=');
        put(fields, field.substring(0, equals), field.substring(equals + 1));
      }
    }
    return fields;
  }

  private static boolean isControl(int c) {
    return c != '\t' && c < ' ' || c >= 0x7f && c < 0xa0 || c == 0x2028 || c == 0x2029;
  }

  private static void cefFields(String extension, Map<String, String> fields) {
    Matcher key = KEY.matcher(extension);
    assertThat(key.lookingAt()).as(extension).isTrue();
    int at = 0;
    while (at < extension.length()) {
      assertThat(key.find(at) && key.start() == at).as(extension).isTrue();
      String name = key.group(1);
      StringBuilder value = new StringBuilder();
      at = key.end();
      while (at < extension.length() && !(key.find(at) && key.start() == at)) {
        char c = extension.charAt(at++);
        assertThat(c).as("a bare =: " + extension).isNotEqualTo('=');
        if (c == '\\') {
          char escaped = extension.charAt(at++);
          assertThat("\\=nr").contains(String.valueOf(escaped));
          c = escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped;
        }
        value.append(c);
      }
      put(fields, name, value.toString());
    }
  }

  private static void put(Map<String, String> fields, String key, String value) {
    assertThat(fields.put(key, value)).as("twice: " + key).isNull();
  }
}
