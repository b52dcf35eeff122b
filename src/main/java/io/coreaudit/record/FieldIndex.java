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
/// included (user space writes such), that of a decision's `cmdline=` as far as the caller's words
/// go ([CallerWords]); of other values what belongs to the message around them is cut off. What
/// stands from `msg='` on is the word of the program that sent the record, not of the kernel;
/// `claims` tells where it begins, and it goes to the end: a quote inside does not end it.
///
/// Records of one type mostly have the same names in the same order. So the names of the record
/// before are a guess, which only needs to be compared; `isSameShape` tells that it held, and who
/// has looked the names up need not do so again. Else blanks are found 64 bytes at a time, so that
/// the fields do not wait for each other. Both ways give the same fields.
public final class FieldIndex {
  private static final int BLOCK = 64;
  private static final long QUOTES = EightBytes.ONES * '"';
  private static final long MESSAGE = RecordFlyweight.word("msg");
  private static final long CMDLINE = RecordFlyweight.word("cmdline");
  private static final long DECISION = RecordFlyweight.word("avc:");
  private static final int LONGEST_SHAPED_NAME = 8;

  private final long lastName;
  private long[] nameWord = new long[64];
  private int[] nameLength = new int[64];
  private long[] value = new long[64];
  private int[] valueLength = new int[64];
  private int count;
  private int claims;
  private boolean enriched;
  private boolean sameShape;

  // The names as they are compared: with `=` where there is room for it.
  private long[] shape = new long[64];
  private long[] shapeMask = new long[64];
  private boolean regular;

  private long textEnd;
  private long message; // where the program's own word begins, 0: nowhere
  private long caller;
  private long callerEnd;
  private long quotedEnd;
  private boolean ended;

  /// Creates an empty index.
  public FieldIndex() {
    lastName = 0;
  }

  /// Creates an empty index that ends behind the first field of a name, which has eight letters or
  /// less.
  public FieldIndex(String lastName) {
    this.lastName = RecordFlyweight.word(lastName);
  }

  /// Reads a record's text, which must stay where it is.
  ///
  /// @param fromKernel whether it came by netlink and not as a line: the kernel enriches nothing
  public void read(long text, int length, boolean fromKernel) {
    textEnd = fromKernel ? text + length : RecordFlyweight.ownEnd(text, text + length);
    enriched = textEnd < text + length;
    sameShape = regular && isOfShape(text);
    if (!sameShape) {
      readAny(text, RecordFlyweight.behindStamp(text, text + length, textEnd));
      regular &= count > 0;
      if (regular) {
        keepShape();
      }
    }
  }

  // ---- of the same names as the record before

  private boolean isOfShape(long text) {
    long end = textEnd;
    long at = RecordFlyweight.behindStamp(text, end, end);
    if (at == text) {
      return false;
    }
    int fields = count;
    for (int i = 0; i < fields; i++) {
      long name = at + 1;
      int named = nameLength[i];
      long start = name + named + 1;
      long word =
          end - name >= 8
              ? Memory.longAt(name)
              : EightBytes.load(name, (int) Math.max(0, end - name));
      if ((word & shapeMask[i]) != shape[i]
          || start >= end
          || (named == LONGEST_SHAPED_NAME && Memory.byteAt(start - 1) != '=')) {
        return false;
      }
      at = EightBytes.find(start, end, EightBytes.BLANKS);
      int length = (int) (at - start);
      if (length <= 0) {
        return false;
      }
      if (Memory.byteAt(start) == '"') {
        if (length == 1 || Memory.byteAt(at - 1) != '"') {
          return false;
        }
      } else {
        length = bareLength(start, length);
        if (length == 0) {
          return false;
        }
      }
      value[i] = start;
      valueLength[i] = length;
    }
    return at == end || ended;
  }

  private void keepShape() {
    if (shape.length < nameWord.length) {
      shape = new long[nameWord.length];
      shapeMask = new long[nameWord.length];
    }
    for (int i = 0; i < count; i++) {
      int bits = nameLength[i] << 3;
      if (bits == 64) {
        shape[i] = nameWord[i];
        shapeMask[i] = -1;
      } else {
        shape[i] = nameWord[i] | (long) '=' << bits;
        shapeMask[i] = (1L << bits + 7 << 1) - 1;
      }
    }
  }

  // ---- of any names

  private void readAny(long text, long from) {
    count = 0;
    claims = Integer.MAX_VALUE;
    quotedEnd = 0;
    message = 0;
    caller = 0;
    callerEnd = 0;
    ended = false;
    regular = from > text;
    long end = textEnd;
    long word = regular ? from + 1 : from;
    for (long block = word; block < end; block += BLOCK) {
      long blanks = blanks(block, end);
      while (blanks != 0) {
        long blank = block + Long.numberOfTrailingZeros(blanks);
        blanks &= blanks - 1;
        word(word, blank);
        if (ended) {
          return;
        }
        word = blank + 1;
      }
    }
    if (word < end) {
      word(word, end);
    } else {
      regular = false;
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
    int length = (int) (end - start);
    if (start < quotedEnd || length == 0) {
      regular = false;
      return;
    }
    long first = textEnd - start >= 8 ? Memory.longAt(start) : EightBytes.load(start, length);
    int named = EightBytes.lowest(EightBytes.matches(first, EightBytes.EQUALS));
    if (named < Math.min(8, length)) {
      first &= (1L << (named << 3)) - 1;
      if (named == 0 || (byte) first == '(' || first == MESSAGE) {
        oddField(start, end, named);
        return;
      }
    } else {
      named =
          length <= 8 ? length : (int) (EightBytes.find(start + 8, end, EightBytes.EQUALS) - start);
      if (named == length) {
        regular = false; // a word, no field
        return;
      }
      if ((byte) first == '(') {
        oddField(start, end, named);
        return;
      }
    }
    field(first, named, start + named + 1, length - named - 1);
  }

  // A name that is none: `(hostname=`, `msg='op=`, `=`.
  private void oddField(long start, long end, int length) {
    regular = false;
    long name = start;
    int named = length;
    if (EightBytes.load(name, named) == MESSAGE && named == 3 && start + 4 < end) {
      byte quote = Memory.byteAt(start + 4);
      if (quote == 'a') {
        return; // msg=audit(
      }
      if (quote == '\'') {
        claims = Math.min(claims, count);
        name = start + 5;
        message = message == 0 ? name : message;
        named = (int) (EightBytes.find(name, end, EightBytes.EQUALS) - name);
        if (name + named == end) {
          return;
        }
      }
    }
    long valueAt = name + named + 1;
    if (named > 0 && Memory.byteAt(name) == '(') {
      name++;
      named--;
    }
    field(EightBytes.load(name, named), named, valueAt, (int) (end - valueAt));
  }

  private void field(long word, int named, long valueAt, int bytes) {
    int length = 0;
    if (bytes > 0) {
      if (Memory.byteAt(valueAt) == '"') {
        boolean ofCaller = word == CMDLINE && named == 7 && isDecision();
        length =
            ofCaller
                ? (int) (CallerWords.end(message, valueAt, textEnd) - valueAt)
                : quotedLength(valueAt, bytes);
        quotedEnd = valueAt + length;
        if (ofCaller) {
          caller = valueAt;
          callerEnd = quotedEnd;
        }
      } else {
        length = bareLength(valueAt, bytes);
      }
    }
    regular &= length > 0 && length <= bytes && named <= LONGEST_SHAPED_NAME;
    if (length == 0) {
      return;
    }
    int at = count;
    if (at == value.length) {
      grow();
    }
    nameWord[at] = word;
    nameLength[at] = named;
    value[at] = valueAt;
    valueLength[at] = length;
    count = at + 1;
    ended = word == lastName && lastName != 0;
  }

  private boolean isDecision() {
    return message != 0 && textEnd - message >= 4 && EightBytes.load(message, 4) == DECISION;
  }

  private void grow() {
    int capacity = count * 2;
    nameWord = Arrays.copyOf(nameWord, capacity);
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

  /// Whether the record has the names of the record that was read before, in the same order.
  public boolean isSameShape() {
    return sameShape;
  }

  /// The first field that is the word of the program which sent the record; beyond `count` when it
  /// is all the kernel's (or auditd's) word.
  public int claims() {
    return claims;
  }

  /// Whether an address is among the words of a caller, which the program that sent the record only
  /// repeats (`cmdline=`).
  public boolean isOfCaller(long address) {
    return address >= caller && address < callerEnd;
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
    return value[field] - 1 - nameLength[field];
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
