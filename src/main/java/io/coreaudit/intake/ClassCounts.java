package io.coreaudit.intake;

import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RuleKeys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// How frequent each class of events is, by a bounded table of the most frequent: counts that halve
/// with time. For the intake thread; allocates nothing but for texts that are asked for.
///
/// A new class takes the place of the least frequent of the four where it may stand. So a flood of
/// classes that come once cannot push out those that count.
final class ClassCounts {
  /// Most classes that are known.
  static final int CLASSES = 256;

  private static final int WAYS = 4;
  private static final int MOST_KEY = 96;
  private static final int MOST_PROGRAM = 160;
  private static final int BYTES = MOST_KEY + MOST_PROGRAM;

  private final long[] hashes = new long[CLASSES];
  private final long[] counts = new long[CLASSES];
  private final int[] types = new int[CLASSES];
  private final int[] keyLengths = new int[CLASSES];
  private final int[] programLengths = new int[CLASSES];
  private final Pages texts = Pages.allocate((long) CLASSES * BYTES);
  private long total;

  /// The place of a class; negative: it is new, and `-1 - place` is where it would go.
  int find(EventClass of) {
    int first = (int) (of.hash() >>> 40 & CLASSES / WAYS - 1) * WAYS;
    int least = first;
    for (int place = first; place < first + WAYS; place++) {
      if (hashes[place] == of.hash() && types[place] == of.type()) {
        return place;
      }
      if (counts[place] < counts[least]) {
        least = place;
      }
    }
    return -1 - least;
  }

  /// Gives a place to a new class.
  void put(int place, EventClass of) {
    hashes[place] = of.hash();
    counts[place] = 0;
    types[place] = of.type();
    keyLengths[place] = Math.min(MOST_KEY, of.keyLength());
    programLengths[place] = Math.min(MOST_PROGRAM, of.programLength());
    long text = text(place);
    Memory.copy(of.key(), text, keyLengths[place]);
    Memory.copy(of.program(), text + MOST_KEY, programLengths[place]);
  }

  /// Counts one more event of the class at a place.
  void count(int place) {
    counts[place]++;
    total++;
  }

  /// How many there were of the class at a place, the older ones less.
  long count(int place, boolean ofAll) {
    return ofAll ? total : counts[place];
  }

  /// Older ones count half from now on.
  void halve() {
    total >>= 1; // with those that had to leave the table: they are of the stream all the same
    for (int place = 0; place < CLASSES; place++) {
      counts[place] >>= 1;
    }
  }

  /// Forgets the counts; what stands at the places can still be told.
  void clear() {
    Arrays.fill(counts, 0);
    total = 0;
  }

  /// Number of the record type of the class at a place.
  int type(int place) {
    return types[place];
  }

  /// Its keys, with commas between; null: none.
  String key(int place) {
    return keyLengths[place] == 0
        ? null
        : read(text(place), keyLengths[place]).replace((char) RuleKeys.SEPARATOR, ',');
  }

  /// Its program as the record has it, without quotes; null: none.
  String program(int place) {
    return programLengths[place] == 0
        ? null
        : read(text(place) + MOST_KEY, programLengths[place]).replace("\"", "");
  }

  private long text(int place) {
    return texts.address() + (long) place * BYTES;
  }

  private static String read(long address, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  void close() {
    texts.close();
  }
}
