package io.coreaudit.agent.control;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;

/// Writes records, maps, lists, texts and numbers as JSON, in ASCII but for characters beyond the
/// basic plane.
public final class JsonReport {
  private JsonReport() {}

  /// A value in one line.
  public static String write(Object value) {
    StringBuilder out = new StringBuilder(1024);
    append(out, value);
    return out.toString();
  }

  private static void append(StringBuilder out, Object value) {
    switch (value) {
      case null -> out.append("null");
      case String text -> text(out, text);
      case Double number when !Double.isFinite(number) -> out.append("null");
      case Double number -> out.append(Math.round(number * 1000) / 1000.0);
      case Number number -> out.append(number);
      case Boolean flag -> out.append(flag);
      case List<?> list -> {
        String lead = "[";
        out.append(list.isEmpty() ? lead : "");
        for (Object element : list) {
          out.append(lead);
          append(out, element);
          lead = ", ";
        }
        out.append(']');
      }
      case Map<?, ?> map -> {
        String lead = "{";
        out.append(map.isEmpty() ? lead : "");
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          member(out.append(lead), entry.getKey().toString(), entry.getValue());
          lead = ", ";
        }
        out.append('}');
      }
      case Record fields -> {
        String lead = "{";
        for (RecordComponent component : fields.getClass().getRecordComponents()) {
          member(out.append(lead), snake(component.getName()), component(fields, component));
          lead = ", ";
        }
        out.append('}');
      }
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
    }
  }

  private static void member(StringBuilder out, String name, Object value) {
    text(out, name);
    out.append(": ");
    append(out, value);
  }

  private static Object component(Record fields, RecordComponent component) {
    try {
      Method accessor = component.getAccessor();
      accessor.setAccessible(true); // a record may be private to who writes it
      return accessor.invoke(fields);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("cannot read " + component, e);
    }
  }

  private static String snake(String camel) {
    return camel.replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
  }

  private static void text(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c >= ' ' && c < 0x7f) {
        out.append(c);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        out.append(c).append(text.charAt(++i));
      } else {
        char shown = Character.isSurrogate(c) ? '\ufffd' : c;
        out.append(String.format("\\u%04x", (int) shown));
      }
    }
    out.append('"');
  }
}
