package io.coreaudit.record;

import io.coreaudit.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A text of one byte per character, outside the heap, for tests.
record Text(Arena arena, long address, int length) implements AutoCloseable {
  static Text of(String text) {
    Arena arena = Arena.ofConfined();
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return new Text(
        arena, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes).address(), bytes.length);
  }

  static String read(long address, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /// The fields of a text as `name=value`, walked from its first.
  static List<String> fields(String text) {
    return fields(text, false);
  }

  static List<String> fields(String text, boolean enriched) {
    try (Text memory = of(text)) {
      RecordFlyweight record = new RecordFlyweight().wrap(memory.address, memory.length);
      List<String> fields = new ArrayList<>();
      if (enriched) {
        record.rewindEnriched();
      } else {
        record.rewind();
      }
      while (record.next()) {
        String name = read(record.nameAddress(), record.nameLength());
        if (record.nameWord() != RecordFlyweight.word(name)) {
          throw new AssertionError("nameWord of " + name);
        }
        fields.add(name + "=" + read(record.valueAddress(), record.valueLength()));
      }
      return fields;
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
