package io.coreaudit.format;

import io.coreaudit.record.RecordFlyweight;
import java.nio.charset.StandardCharsets;

/// Text that never changes, ready to be written eight bytes at a time.
///
/// @param words the bytes, zeros behind the last; what is written of those is written over
/// @param length number of the bytes
record Piece(long[] words, int length) {
  /// Nothing.
  static final Piece NONE = of("");

  /// Makes a piece of text.
  static Piece of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    String latin = new String(bytes, StandardCharsets.ISO_8859_1);
    long[] words = new long[(bytes.length + Long.BYTES - 1) / Long.BYTES];
    for (int i = 0; i < words.length; i++) {
      words[i] = RecordFlyweight.word(latin.substring(i * Long.BYTES));
    }
    return new Piece(words, bytes.length);
  }
}
