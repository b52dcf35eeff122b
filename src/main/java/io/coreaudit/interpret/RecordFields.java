package io.coreaudit.interpret;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import io.coreaudit.record.RecordTypes;
import io.coreaudit.record.RuleKeys;
import java.lang.foreign.Arena;
import java.util.Arrays;

/// The fields of one record as libauparse has them: punctuation that belongs to none is cut off,
/// one `key` is there for each key, and the words of an AVC that have no name have one.
///
/// ```text
/// type=AVC msg=audit(1.2:3): avc:  denied  { read open } for  pid=7 ... key=6B31016B32
/// type AVC | seresult denied | seperms read,open | pid 7 | ... | key "k1" | key "k2"
/// ```
///
/// Besides, it notes what the interpretation of one field takes from others: architecture, system
/// call and its first arguments, each where the kernel writes it.
public final class RecordFields {
  private static final long TYPE = RecordFlyweight.word("type");
  private static final long NODE = RecordFlyweight.word("node");
  private static final long ARCH = RecordFlyweight.word("arch");
  private static final long SYSCALL = RecordFlyweight.word("syscall");
  private static final long URING_OP = RecordFlyweight.word("uring_op");
  private static final long A0 = RecordFlyweight.word("a0");
  private static final long A1 = RecordFlyweight.word("a1");
  private static final long KEY = RecordFlyweight.word("key");
  private static final long MSG = RecordFlyweight.word("msg=");
  private static final long NONE = RecordFlyweight.word("(none)");
  private static final long NULL = RecordFlyweight.word("(null)");
  private static final long AVC_LETTERS = 0x637661; // avc
  private static final byte[] HEX = Interpretation.bytes("0123456789ABCDEF");
  private static final int ROOM_FOR_TYPE = 32;

  // Names of fields that stand in no record.
  private static final Arena CONSTANTS = Arena.global();
  private static final long TYPE_NAME = constant("type");
  private static final long KEY_NAME = constant("key");
  private static final long RESULT_NAME = constant("seresult");
  private static final long PERMISSIONS_NAME = constant("seperms");

  private final RecordFlyweight words = new RecordFlyweight();
  private final Enrichment enrichment = new Enrichment();
  private final Interpretation key = new Interpretation();
  private final LeadingNumber number = new LeadingNumber();

  private long[] names = new long[64];
  private int[] nameLengths = new int[64];
  private long[] values = new long[64];
  private int[] valueLengths = new int[64];
  private int count;

  // Values that stand in no record; freed with this object.
  private Arena arena = Arena.ofAuto();
  private long scratchSize = 1 << 14;
  private long scratch = arena.allocate(scratchSize).address();
  private long scratchNext;

  private int type;
  private int offset;
  private boolean hasArch;
  private int arch;
  private int call;
  private long first;
  private long second;

  /// Creates one.
  public RecordFields() {}

  private static long constant(String text) {
    byte[] bytes = Interpretation.bytes(text);
    long address = CONSTANTS.allocate(8).address();
    Memory.copy(bytes, 0, address, bytes.length);
    return address;
  }

  /// Reads a record. Its prefix, if it has one, stands right before its text.
  ///
  /// @param recordType the number of its type, `RecordTypes.NO_NUMBER` for a name without one
  public void read(int recordType, long text, int textLength, int prefixLength) {
    type = recordType;
    count = 0;
    offset = 0;
    hasArch = false;
    call = -1;
    first = 0;
    second = 0;
    reserve(2L * (textLength + prefixLength) + ROOM_FOR_TYPE);
    words.wrap(text - prefixLength, textLength + prefixLength);
    words.rewind();
    if (prefixLength == 0) {
      addTypeName();
    }
    while (words.nextWord()) {
      if (words.named()) {
        if (words.valueLength() > 0) {
          field();
        }
      } else if (type == RecordType.AVC || type == RecordType.USER_AVC) {
        nameless();
      }
    }
    enrichment.clear();
    if (words.rewindEnriched()) {
      // The walk has not begun: it stands where the enriched part begins.
      long begin = words.position();
      enrichment.read(begin, (int) (text + textLength - begin));
    }
  }

  private void reserve(long bytes) {
    if (bytes > scratchSize) {
      scratchSize = bytes;
      arena = Arena.ofAuto();
      scratch = arena.allocate(scratchSize).address();
    }
    scratchNext = scratch;
  }

  private void addTypeName() {
    String name = RecordTypes.name(type);
    for (int i = 0; i < name.length(); i++) {
      Memory.putByte(scratchNext + i, (byte) name.charAt(i));
    }
    add(TYPE_NAME, 4, scratchNext, name.length());
    scratchNext += name.length();
  }

  private void field() {
    long value = words.valueAddress();
    int length = trimmed(value, words.valueLength());
    long word = words.nameWord();
    if (word == KEY && words.nameLength() == 3 && (length == 0 || Memory.byteAt(value) != '(')) {
      keys(value, length);
      return;
    }
    add(words.nameAddress(), words.nameLength(), value, length);
    if (words.nameLength() <= 8) {
      note(word, value, length);
    }
  }

  // What user space and old kernels leave at the end of a value, each once, in this order.
  private static int trimmed(long value, int valueLength) {
    int length = valueLength;
    if (Memory.byteAt(value + length - 1) == ':') {
      length--;
    }
    if (length > 0 && Memory.byteAt(value + length - 1) == ',') {
      length--;
    }
    if (length > 0 && Memory.byteAt(value + length - 1) == '\'') {
      length--;
    }
    if (length > 0 && Memory.byteAt(value + length - 1) == ')') {
      long word = length == 6 ? EightBytes.load(value, 6) : 0;
      if (word != NONE && word != NULL) {
        length--;
      }
    }
    return length;
  }

  // Where libauparse expects it; a field of that name elsewhere is another thing.
  private void note(long word, long value, int length) {
    if (count == 1 && word == NODE) {
      offset = 1;
      return;
    }
    switch (count - offset) {
      case 2 -> {
        if (word == ARCH) {
          noteArch(value, length);
        } else if (word == URING_OP) {
          call = number.read(value, length, 10) ? number.low() : 0;
        }
      }
      case 11 -> {
        if (word == ARCH) {
          noteArch(value, length);
        }
      }
      case 3, 12 -> {
        if (word == SYSCALL) {
          call = number.read(value, length, 10) ? number.low() : 0;
        }
      }
      case 6 -> {
        if (word == A0) {
          first = argument(value, length);
        }
      }
      case 7 -> {
        if (word == A1) {
          second = argument(value, length);
        }
      }
      default -> {
        // Nothing is taken from there.
      }
    }
  }

  private long argument(long value, int length) {
    return number.read(value, length, 16) ? number.value() : number.tooLarge() ? -1 : 0;
  }

  private void noteArch(long value, int length) {
    hasArch = true;
    arch = number.read(value, length, 16) ? number.low() : 0;
  }

  // One in quotes, or several in hexadecimal with 0x01 between; a field for each.
  private void keys(long value, int length) {
    if (length > 0 && Memory.byteAt(value) == '"') {
      add(KEY_NAME, 3, value, length);
      return;
    }
    int digits = 0;
    while (digits < length && LeadingNumber.digit(Memory.byteAt(value + digits)) < 16) {
      digits++;
    }
    if (digits < 2) {
      return;
    }
    key.clear();
    EscapedText.putHex(key, value, digits & ~1);
    EscapedText.cutAtNul(key, 0);
    byte[] text = key.array();
    int start = 0;
    for (int at = 0; at <= key.length(); at++) {
      if (at == key.length() || text[at] == RuleKeys.SEPARATOR) {
        if (at > start) {
          keyPart(text, start, at);
        }
        start = at + 1;
      }
    }
  }

  // As the kernel would have written it alone.
  private void keyPart(byte[] text, int from, int to) {
    boolean plain = true;
    for (int i = from; i < to; i++) {
      plain &= text[i] > 0x20 && text[i] < 0x7f && text[i] != '"';
    }
    long begin = scratchNext;
    long at = begin;
    if (plain) {
      Memory.putByte(at++, (byte) '"');
      Memory.copy(text, from, at, to - from);
      at += to - from;
      Memory.putByte(at++, (byte) '"');
    } else {
      for (int i = from; i < to; i++) {
        Memory.putByte(at++, HEX[text[i] >> 4 & 15]);
        Memory.putByte(at++, HEX[text[i] & 15]);
      }
    }
    scratchNext = at;
    add(KEY_NAME, 3, begin, (int) (at - begin));
  }

  // `avc:  denied  { read open } for`: the second field is the result, the third the permissions.
  private void nameless() {
    long word = words.valueAddress();
    int length = words.valueLength();
    if (length >= 4 && EightBytes.load(word, 4) == MSG) {
      return;
    }
    if (count == 1 + offset) {
      if (length < 3 || EightBytes.load(word, 3) != AVC_LETTERS) {
        add(RESULT_NAME, 8, word, length);
      }
    } else if (count == 2 + offset && Memory.byteAt(word) == '{') {
      permissions();
    }
  }

  private void permissions() {
    long begin = scratchNext;
    long at = begin;
    while (words.nextWord()) {
      long word = words.wordAddress();
      if (Memory.byteAt(word) == '}') {
        break;
      }
      if (at > begin) {
        Memory.putByte(at++, (byte) ',');
      }
      int length = (int) (words.position() - word);
      Memory.copy(word, at, length);
      at += length;
    }
    scratchNext = at;
    add(PERMISSIONS_NAME, 7, begin, (int) (at - begin));
  }

  private void add(long name, int nameLength, long value, int valueLength) {
    if (count == names.length) {
      int size = count * 2;
      names = Arrays.copyOf(names, size);
      nameLengths = Arrays.copyOf(nameLengths, size);
      values = Arrays.copyOf(values, size);
      valueLengths = Arrays.copyOf(valueLengths, size);
    }
    names[count] = name;
    nameLengths[count] = nameLength;
    values[count] = value;
    valueLengths[count++] = valueLength;
  }

  /// Number of fields.
  public int count() {
    return count;
  }

  /// Where the name of the n-th field begins.
  public long name(int n) {
    return names[n];
  }

  /// Length of the name of the n-th field.
  public int nameLength(int n) {
    return nameLengths[n];
  }

  /// Where the value of the n-th field begins.
  public long value(int n) {
    return values[n];
  }

  /// Length of the value of the n-th field.
  public int valueLength(int n) {
    return valueLengths[n];
  }

  /// The kind of the n-th field.
  public FieldKind kind(int n) {
    return FieldKinds.of(type, names[n], nameLengths[n], values[n], valueLengths[n]);
  }

  /// Whether the n-th field has this name of at most eight bytes (`RecordFlyweight.word`).
  public boolean isNamed(int n, long word) {
    return nameLengths[n] <= 8 && EightBytes.load(names[n], nameLengths[n]) == word;
  }

  int type() {
    return type;
  }

  Enrichment enrichment() {
    return enrichment;
  }

  boolean hasArch() {
    return hasArch;
  }

  int arch() {
    return arch;
  }

  /// The number of the system call or operation, -1 without one.
  int call() {
    return call;
  }

  /// The first argument, 0 when it is not where it belongs.
  long first() {
    return first;
  }

  /// The second argument, likewise.
  long second() {
    return second;
  }
}
