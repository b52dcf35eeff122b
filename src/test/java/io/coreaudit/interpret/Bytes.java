package io.coreaudit.interpret;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.function.ToIntBiFunction;

/// Text outside the heap, one byte a character, and what becomes of it.
final class Bytes {
  /// Puts what a text means.
  @FunctionalInterface
  interface Putting {
    void put(Interpretation out, long address, int length);
  }

  private Bytes() {}

  static String put(String text, Putting putting) {
    Interpretation out = new Interpretation();
    at(
        text,
        (address, length) -> {
          putting.put(out, address, length);
          return 0;
        });
    return string(out);
  }

  static int at(String text, ToIntBiFunction<Long, Integer> use) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes).address();
      return use.applyAsInt(address, bytes.length);
    }
  }

  static String string(Interpretation out) {
    return new String(out.array(), 0, out.length(), StandardCharsets.ISO_8859_1);
  }

  /// The fields of a line, or of a kernel's record with a type, as `name=raw|meaning`.
  static String fields(int type, String prefix, String text, Interpreter interpreter) {
    StringBuilder found = new StringBuilder();
    at(
        prefix + text,
        (address, length) -> {
          RecordFields record = new RecordFields();
          record.read(type, address + prefix.length(), text.length(), prefix.length());
          Interpretation meaning = new Interpretation();
          interpreter.begin();
          for (int n = 0; n < record.count(); n++) {
            String raw = string(record.value(n), record.valueLength(n));
            boolean other = interpreter.interpret(meaning, record, n, record.kind(n));
            found
                .append(n == 0 ? "" : " ")
                .append(string(record.name(n), record.nameLength(n)))
                .append('=')
                .append(raw)
                .append('|')
                .append(other ? string(meaning) : raw);
          }
          return record.count();
        });
    return found.toString();
  }

  private static String string(long address, int length) {
    Interpretation out = new Interpretation();
    out.put(address, length);
    return string(out);
  }
}
