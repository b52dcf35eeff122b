package io.coreaudit.record;

import static io.coreaudit.record.EightBytes.BLANKS;
import static io.coreaudit.record.EightBytes.EQUALS;
import static io.coreaudit.record.EightBytes.ONES;
import static io.coreaudit.record.EightBytes.find;
import static io.coreaudit.record.EightBytes.lowest;
import static io.coreaudit.record.EightBytes.matches;

import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;

/// Reads the stamp and the fields of one record where its text lies.
///
/// ```text
/// audit(1795321989.984:3022): arch=c000003e syscall=257 ... key="k" <0x1d> ARCH=x86_64 SYSCALL=openat
///       stampSeconds .ms  serial  name=value ...                            enriched part, walked apart
/// ```
///
/// Walk: `rewind(); while (next()) ...`, and `rewindEnriched()` for what auditd added. A word
/// without `=` and a field without value are passed over, as libauparse does; `nextWord` stops at
/// the former too. Of `msg='op=login ...'` the first word is the field `op`; other words that begin
/// `msg=a` are passed over. Values are raw.
///
/// A program's message (`msg='...'`) may hold the byte of the separator, where the program repeats
/// what its caller wrote: auditd's part begins at the last one, right behind the quote that ends
/// the message, or there is none.
public final class RecordFlyweight {
  /// The byte before the enriched part.
  public static final byte ENRICHED_SEPARATOR = 0x1d;

  private static final long SEPARATORS = ONES * ENRICHED_SEPARATOR;
  private static final long APOSTROPHES = ONES * '\'';
  private static final long MESSAGE = word(" msg=");

  private static final long AUDIT = word("audit(");
  private static final long AUDIT_MASK = (1L << 48) - 1;
  private static final long MSG = word("msg");
  private static final long SADDR = word("SADDR");

  // What libauparse looks at: `msg=audit(...` of at least 19 bytes, in the first 80 of the line.
  private static final int SHORTEST_STAMP = 19 - "msg=".length();
  private static final int LONGEST_STAMP = 80;
  private static final int USUAL_TIME_LENGTH = 21; // `audit(1795321989.984:`
  private static final long LARGEST_SECONDS = Long.MAX_VALUE - 3;

  private long text;
  private long textEnd;
  private long mainEnd; // 0: not yet looked for
  private boolean enriched;

  private long cursor;
  private long walkEnd;
  private long word;
  private boolean named;
  private long name;
  private int nameLength;
  private long nameWord;
  private long value;
  private int valueLength;

  private long stampSeconds;
  private int stampMillis;
  private long serial;

  // The bytes of the stamp that was parsed last, `)` included. The records of an event share
  // theirs.
  private int knownLength = Integer.MAX_VALUE;
  private long knownFirst;
  private long knownSecond;
  private long knownThird;
  private long knownLast;

  private long digitsEnd;
  private long digits;

  /// Looks at a record's text, from `audit(` on. The walk starts at its first field.
  public RecordFlyweight wrap(long textAddress, int textLength) {
    text = textAddress;
    textEnd = textAddress + textLength;
    mainEnd = 0;
    cursor = text;
    walkEnd = text;
    return this;
  }

  /// Looks at a record's text as the kernel sent it: all of it is the record's own, for the kernel
  /// enriches nothing.
  public RecordFlyweight wrapKernel(long textAddress, int textLength) {
    wrap(textAddress, textLength);
    mainEnd = textEnd;
    return this;
  }

  /// The first eight bytes of a field's name as a number, zero padded: what `nameWord` gives. Names
  /// longer than that need a look at `nameLength` or the rest.
  public static long word(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    long word = 0;
    for (int i = Math.min(bytes.length, 8) - 1; i >= 0; i--) {
      word = word << 8 | (bytes[i] & 0xff);
    }
    return word;
  }

  // ---- stamp

  /// Reads the stamp; false when there is none, or a malformed one: no seconds, a number that does
  /// not fit, milliseconds over 999.
  public boolean parseStamp() {
    if (textEnd - text >= knownLength
        && Memory.longAt(text + knownLength - 8) == knownLast
        && Memory.longAt(text + 16) == knownThird
        && Memory.longAt(text + 8) == knownSecond
        && Memory.longAt(text) == knownFirst) {
      return true;
    }
    knownLength = Integer.MAX_VALUE;
    return parseNewStamp();
  }

  private boolean parseNewStamp() {
    long at;
    if (textEnd - text >= 8 && (Memory.longAt(text) & AUDIT_MASK) == AUDIT) {
      at = text + 6;
    } else {
      at = afterParenthesis();
      if (at == 0) {
        return false;
      }
    }
    stampMillis = 0;
    serial = 0;
    if (hasUsualTime()) {
      at = text + USUAL_TIME_LENGTH - 1;
    } else {
      if (!number(at) || digits < 0 || digits > LARGEST_SECONDS) {
        return false;
      }
      stampSeconds = digits;
      at = digitsEnd;
      if (isAt(at, '.')) {
        if (!number(at + 1) || digits < 0 || digits > 999) {
          return false;
        }
        stampMillis = (int) digits;
        at = digitsEnd;
      }
    }
    if (isAt(at, ':')) {
      if (!number(at + 1)) {
        return false;
      }
      serial = digits;
      at = digitsEnd;
    }
    if (at < textEnd && Memory.byteAt(at) != ')' && Memory.byteAt(at) != ' ') {
      return false;
    }
    if (at - text < SHORTEST_STAMP) {
      return firstWordIsLongEnough(at);
    }
    if (isAt(at, ')')) {
      know((int) (at + 1 - text));
    }
    return true;
  }

  // `audit(1795321989.984:`, as every kernel of our days writes it.
  private boolean hasUsualTime() {
    if (textEnd - text < USUAL_TIME_LENGTH
        || Memory.byteAt(text + 5) != '('
        || Memory.byteAt(text + 16) != '.'
        || Memory.byteAt(text + 20) != ':') {
      return false;
    }
    long seconds = EightBytes.decimal(text + 6, 10, -1);
    long millis = EightBytes.decimal(text + 17, 3, -1);
    if ((seconds | millis) < 0) {
      return false;
    }
    stampSeconds = seconds;
    stampMillis = (int) millis;
    return true;
  }

  private void know(int length) {
    // Four overlapping words hold it.
    if (length >= 24 && length <= 32) {
      knownLength = length;
      knownFirst = Memory.longAt(text);
      knownSecond = Memory.longAt(text + 8);
      knownThird = Memory.longAt(text + 16);
      knownLast = Memory.longAt(text + length - 8);
    }
  }

  private long afterParenthesis() {
    long last = Math.min(textEnd, text + LONGEST_STAMP);
    for (long at = text; at < last; at++) {
      byte b = Memory.byteAt(at);
      if (b == '(') {
        return at + 1;
      }
      if (b == ' ') {
        return 0;
      }
    }
    return 0;
  }

  private boolean firstWordIsLongEnough(long from) {
    long at = from;
    while (at < textEnd && at - text < SHORTEST_STAMP && Memory.byteAt(at) != ' ') {
      at++;
    }
    return at - text >= SHORTEST_STAMP;
  }

  private boolean isAt(long at, char wanted) {
    return at < textEnd && Memory.byteAt(at) == wanted;
  }

  // Unsigned 64-bit decimal at an address; false: no digit, or too large.
  private boolean number(long from) {
    long at = from;
    long n = 0;
    while (at < textEnd) {
      int digit = Memory.byteAt(at) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      if (at - from >= 18) {
        // From here on it may overflow: 2^64 - 1 is 18446744073709551615.
        int compared = Long.compareUnsigned(n, 1844674407370955161L);
        if (compared > 0 || (compared == 0 && digit > 5)) {
          return false;
        }
      }
      n = n * 10 + digit;
      at++;
    }
    digits = n;
    digitsEnd = at;
    return at > from;
  }

  /// The stamp's seconds of the epoch.
  public long stampSeconds() {
    return stampSeconds;
  }

  /// The stamp's milliseconds, 0 to 999.
  public int stampMillis() {
    return stampMillis;
  }

  /// The stamp's serial, unsigned.
  public long serial() {
    return serial;
  }

  // ---- walk

  /// Starts the walk at the first field. The stamp's own word is no field.
  public void rewind() {
    findSeparator();
    walkEnd = mainEnd;
    cursor = behindStamp(text, textEnd, walkEnd);
    enriched = false;
  }

  /// Where the fields of a record begin: behind its stamp, where it has one.
  public static long behindStamp(long text, int length) {
    return behindStamp(text, text + length, text + length);
  }

  // Where the walk begins over a text that ends somewhere, and its own part before that or there.
  static long behindStamp(long text, long textEnd, long walkEnd) {
    return textEnd - text >= 8 && (Memory.longAt(text) & AUDIT_MASK) == AUDIT
        ? find(text, walkEnd, BLANKS)
        : text;
  }

  /// Starts the walk at the first field of the enriched part; false when the record has none.
  public boolean rewindEnriched() {
    findSeparator();
    walkEnd = textEnd;
    cursor = Math.min(mainEnd + 1, textEnd);
    enriched = true;
    return mainEnd < textEnd;
  }

  /// Moves to the next field; false at the end.
  public boolean next() {
    while (nextWord()) {
      if (named && valueLength > 0) {
        return true;
      }
    }
    return false;
  }

  /// Moves to the next word, be it a field or not; false at the end.
  public boolean nextWord() {
    long p = cursor;
    long end = walkEnd;
    while (p < end && Memory.byteAt(p) == ' ') {
      p++;
    }
    if (p >= end) {
      cursor = end;
      return false;
    }
    word = p;
    long first = load(p, end);
    long equal = matches(first, EQUALS);
    long blank = matches(first, BLANKS);
    // Exact up to and including the lowest match, which is all that is used of either.
    if (equal != 0 && (blank == 0 || lowest(equal) < lowest(blank))) {
      int length = lowest(equal);
      long valueStart = p + length + 1;
      long valueEnd =
          blank != 0 ? Math.min(p + lowest(blank), end) : find(Math.min(p + 8, end), end, BLANKS);
      field(
          p,
          length,
          first & ((1L << (length << 3)) - 1),
          valueStart,
          Math.max(valueEnd, valueStart));
    } else if (blank != 0) {
      bare(p, Math.min(p + lowest(blank), end));
    } else {
      longName(p, end, first);
    }
    return true;
  }

  // The name is longer than 7 bytes, or there is none.
  private void longName(long p, long end, long first) {
    long at = Math.min(p + 8, end);
    while (at < end) {
      byte b = Memory.byteAt(at);
      if (b == '=') {
        field(p, (int) (at - p), first, at + 1, find(at + 1, end, BLANKS));
        return;
      }
      if (b == ' ') {
        break;
      }
      at++;
    }
    bare(p, at);
  }

  private void bare(long start, long end) {
    named = false;
    name = start;
    nameLength = 0;
    nameWord = 0;
    value = start;
    valueLength = (int) (end - start);
    cursor = end;
  }

  private void field(long start, int length, long word, long valueStart, long valueEnd) {
    named = true;
    name = start;
    nameLength = length;
    nameWord = word;
    value = valueStart;
    valueLength = (int) (valueEnd - valueStart);
    cursor = valueEnd;
    if (word == MSG) {
      message(start, valueStart, valueEnd);
    } else if (enriched && word == SADDR && isBrace(valueStart)) {
      // `SADDR={ saddr_fam=inet ... }` is one value to the end.
      valueLength = (int) (walkEnd - valueStart);
      cursor = walkEnd;
    }
    if (nameLength > 0 && Memory.byteAt(name) == '(') {
      name++;
      nameLength--;
      nameWord = EightBytes.load(name, nameLength);
    }
  }

  // `msg='op=x`: the field is op. `msg='x` and `msg=audit(...` are none.
  private void message(long start, long valueStart, long valueEnd) {
    if (valueStart == valueEnd) {
      return;
    }
    byte b = Memory.byteAt(valueStart);
    if (b == 'a') {
      bare(start, valueEnd);
    } else if (b == '\'') {
      long inner = valueStart + 1;
      long equal = find(inner, valueEnd, EQUALS);
      if (equal == valueEnd) {
        bare(start, valueEnd);
        return;
      }
      name = inner;
      nameLength = (int) (equal - inner);
      nameWord = EightBytes.load(inner, nameLength);
      value = equal + 1;
      valueLength = (int) (valueEnd - value);
    }
  }

  private boolean isBrace(long at) {
    return at < walkEnd && Memory.byteAt(at) == '{';
  }

  /// Where the walk stands: behind the word that it came to last.
  public long position() {
    return cursor;
  }

  /// Where the word begins that the walk came to last.
  public long wordAddress() {
    return word;
  }

  /// Whether the word is a field. Only of interest after `nextWord`.
  public boolean named() {
    return named;
  }

  /// Where the field's name begins.
  public long nameAddress() {
    return name;
  }

  /// Length of the name.
  public int nameLength() {
    return nameLength;
  }

  /// The first eight bytes of the name, the first lowest, zero padded. Compare with `word`.
  public long nameWord() {
    return nameWord;
  }

  /// Where the value begins; of a word that is no field: the word.
  public long valueAddress() {
    return value;
  }

  /// Length of the value.
  public int valueLength() {
    return valueLength;
  }

  /// The value as a decimal number, or the given one when it is none (or not below 10^18).
  public long decimalValue(long otherwise) {
    return EightBytes.decimal(value, valueLength, otherwise);
  }

  /// The value as a hexadecimal number without `0x`, or the given one when it is none.
  public long hexValue(long otherwise) {
    if (valueLength == 0 || valueLength > 16) {
      return otherwise;
    }
    long n = 0;
    for (int i = 0; i < valueLength; i++) {
      int digit = Character.digit(Memory.byteAt(value + i), 16);
      if (digit < 0) {
        return otherwise;
      }
      n = n << 4 | digit;
    }
    return n;
  }

  // ---- eight bytes at a time

  private void findSeparator() {
    if (mainEnd == 0) {
      mainEnd = ownEnd(text, textEnd);
    }
  }

  /// Where the record's own part ends: before what auditd added, or with the text.
  static long ownEnd(long text, long textEnd) {
    long first = find(text, textEnd, SEPARATORS);
    if (first == textEnd || !hasMessage(text, first)) {
      return first;
    }
    // Of no message the end is the program's to write: the kernel puts the quote.
    long at = textEnd - 1;
    while (at > first && Memory.byteAt(at) == ' ') {
      at--;
    }
    if (Memory.byteAt(at) == '\'') {
      return textEnd;
    }
    while (at > first && Memory.byteAt(at) != ENRICHED_SEPARATOR) {
      at--;
    }
    return Memory.byteAt(at - 1) == '\'' ? at : textEnd;
  }

  private static boolean hasMessage(long text, long end) {
    long quote = find(text, end, APOSTROPHES);
    while (quote < end) {
      if (quote - text >= 5 && EightBytes.load(quote - 5, 5) == MESSAGE) {
        return true;
      }
      quote = find(quote + 1, end, APOSTROPHES);
    }
    return false;
  }

  // Eight bytes at p; those behind the end are zero and were not read.
  private long load(long p, long end) {
    long left = end - p;
    if (left >= 8) {
      return Memory.longAt(p);
    }
    if (end - text >= 8) {
      return Memory.longAt(end - 8) >>> ((8 - left) << 3);
    }
    return EightBytes.load(p, (int) left);
  }
}
