package io.coreaudit.record;

import io.coreaudit.memory.Memory;
import java.util.Arrays;

/// Where each field of a record stands, found in one pass.
///
/// ```text
/// audit(...): pid=900 uid=0 auid=1000 msg='op=login acct="a b" res=success'   <0x1d> UID="root"
///             0       1     2         3=claims()   4          5                not looked at
/// ```
///
/// The fields are those that a walk of `RecordFlyweight` gives, with two differences for those who
/// interpret them: a value in quotes goes to the closing one, blanks and what looks like fields
/// included (user space writes such); of other values what belongs to the message around them is
/// cut off. What stands from `msg='` on is the word of the program that sent the record, not of the
/// kernel; `claims` tells where it begins, and it goes to the end: a quote inside does not end it.
///
/// Blanks are found 64 bytes at a time, so that the fields do not wait for each other.
public final class FieldIndex {
  private static final int BLOCK = 64;
  private static final long QUOTES = EightBytes.ONES * '"';
  private static final long MESSAGE = RecordFlyweight.word("msg");

  private long[] nameWord = new long[64];
  private long[] name = new long[64];
  private int[] nameLength = new int[64];
  private long[] value = new long[64];
  private int[] valueLength = new int[64];
  private int count;
  private int claims;
  private boolean enriched;
  private long textEnd;
  private long quotedEnd;

  /// Creates an empty index.
  public FieldIndex() {}

  /// Reads a record's text, which must stay where it is.
  ///
  /// @param fromKernel whether it came by netlink and not as a line: the kernel enriches nothing
  public void read(long text, int length, boolean fromKernel) {
    count = 0;
    claims = Integer.MAX_VALUE;
    quotedEnd = 0;
    textEnd = text + length;
    if (!fromKernel) {
      textEnd = EightBytes.find(text, textEnd, RecordFlyweight.SEPARATORS);
    }
    enriched = textEnd < text + length;
    long end = textEnd;
    long word = RecordFlyweight.behindStamp(text, text + length, end);
    for (long block = word; block < end; block += BLOCK) {
      long blanks = blanks(block, end);
      while (blanks != 0) {
        long blank = block + Long.numberOfTrailingZeros(blanks);
        blanks &= blanks - 1;
        if (blank > word) {
          word(word, blank);
        }
        word = blank + 1;
      }
    }
    if (word < end) {
      word(word, end);
    }
  }

  // One bit for each of 64 bytes that is a blank.
  private static long blanks(long block, long end) {
    if (end - block >= BLOCK) {
      return blanks(Memory.longAt(block))
          | blanks(Memory.longAt(block + 8)) << 8
          | blanks(Memory.longAt(block + 16)) << 16
          | blanks(Memory.longAt(block + 24)) << 24
          | blanks(Memory.longAt(block + 32)) << 32
          | blanks(Memory.longAt(block + 40)) << 40
          | blanks(Memory.longAt(block + 48)) << 48
          | blanks(Memory.longAt(block + 56)) << 56;
    }
    long bits = 0;
    int shift = 0;
    for (long at = block; at < end; at += 8, shift += 8) {
      bits |= blanks(EightBytes.load(at, (int) Math.min(8, end - at))) << shift;
    }
    return bits;
  }

  private static long blanks(long word) {
    return EightBytes.bits(word, EightBytes.BLANKS);
  }

  private void word(long start, long end) {
    if (start < quotedEnd) {
      return;
    }
    int length = (int) (end - start);
    long first = textEnd - start >= 8 ? Memory.longAt(start) : EightBytes.load(start, length);
    int named = EightBytes.lowest(EightBytes.matches(first, EightBytes.EQUALS));
    if (named < 8) {
      if (named >= length) {
        return; // the next word's
      }
      first &= (1L << (named << 3)) - 1;
    } else {
      if (length <= 8) {
        return;
      }
      named = (int) (EightBytes.find(start + 8, end, EightBytes.EQUALS) - start);
      if (named == length) {
        return;
      }
    }
    long nameAt = start;
    if (first == MESSAGE && named + 1 < length) {
      byte quote = Memory.byteAt(start + 4);
      if (quote == 'a') {
        return; // msg=audit(
      }
      if (quote == '\'') {
        claims = Math.min(claims, count);
        nameAt = start + 5;
        named = (int) (EightBytes.find(nameAt, end, EightBytes.EQUALS) - nameAt);
        if (nameAt + named == end) {
          return;
        }
        first = EightBytes.load(nameAt, named);
      }
    }
    long valueAt = nameAt + named + 1;
    if ((byte) first == '(' && named > 0) {
      nameAt++;
      named--;
      first = EightBytes.load(nameAt, named);
    }
    if (valueAt < end) {
      field(first, nameAt, named, valueAt, (int) (end - valueAt));
    }
  }

  private void field(long word, long nameAt, int named, long valueAt, int bytes) {
    int length;
    if (Memory.byteAt(valueAt) == '"') {
      length = quotedLength(valueAt, bytes);
      quotedEnd = valueAt + length;
    } else {
      length = bareLength(valueAt, bytes);
      if (length == 0) {
        return;
      }
    }
    int at = count;
    if (at == name.length) {
      grow();
    }
    nameWord[at] = word;
    name[at] = nameAt;
    nameLength[at] = named;
    value[at] = valueAt;
    valueLength[at] = length;
    count = at + 1;
  }

  private void grow() {
    int capacity = count * 2;
    nameWord = Arrays.copyOf(nameWord, capacity);
    name = Arrays.copyOf(name, capacity);
    nameLength = Arrays.copyOf(nameLength, capacity);
    value = Arrays.copyOf(value, capacity);
    valueLength = Arrays.copyOf(valueLength, capacity);
  }

  private int quotedLength(long start, int length) {
    if (length > 1 && Memory.byteAt(start + length - 1) == '"') {
      return length;
    }
    long quote = EightBytes.find(start + 1, textEnd, QUOTES);
    return quote < textEnd ? (int) (quote + 1 - start) : length;
  }

  /// Of a value without quotes `:`, `,`, `'` and `)` are cut at the end, once each, in this order,
  /// as libauparse does; `)` stays when the value began with `(`.
  static int bareLength(long start, int length) {
    byte last = Memory.byteAt(start + length - 1);
    if (last >= '0' && last != ':') {
      return length;
    }
    int rest = cut(start, length, ':');
    rest = cut(start, rest, ',');
    rest = cut(start, rest, '\'');
    return rest > 0 && Memory.byteAt(start) == '(' ? rest : cut(start, rest, ')');
  }

  private static int cut(long start, int length, int last) {
    return length > 0 && Memory.byteAt(start + length - 1) == last ? length - 1 : length;
  }

  /// Number of fields.
  public int count() {
    return count;
  }

  /// The first field that is the word of the program which sent the record; beyond `count` when it
  /// is all the kernel's (or auditd's) word.
  public int claims() {
    return claims;
  }

  /// Whether auditd added a part to the record.
  public boolean isEnriched() {
    return enriched;
  }

  /// The first eight bytes of a field's name, as `RecordFlyweight.word` gives them.
  public long nameWord(int field) {
    return nameWord[field];
  }

  /// Where a field's name begins.
  public long nameAddress(int field) {
    return name[field];
  }

  /// Length of a field's name.
  public int nameLength(int field) {
    return nameLength[field];
  }

  /// Where a field's value begins.
  public long valueAddress(int field) {
    return value[field];
  }

  /// Length of a field's value; never 0.
  public int valueLength(int field) {
    return valueLength[field];
  }
}
