package io.coreaudit.intake;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.CallFields;
import io.coreaudit.record.EightBytes;
import io.coreaudit.record.RuleKeys;
import io.coreaudit.ring.RecordDescriptor;

/// What makes events alike: the key of their rule and the program, or the type of the first record
/// where there is no call. Read of one event at a time; for the intake thread, allocates nothing.
///
/// The kernel writes the key last: `key="etcd"`, several of a rule (`RuleKeys`) in hexadecimal,
/// `key=(null)` for none.
final class EventClass {
  private static final int MOST_KEYS = 256; // AUDIT_MAX_KEY_LEN
  private static final int KEY_NAME = 4;
  private static final int KEY = 'k' | 'e' << 8 | 'y' << 16 | '=' << 24;

  private final Pages decoded = Pages.allocate(MOST_KEYS);
  private final RuleKeys keys = new RuleKeys();
  private int type;
  private long key;
  private int keyLength;
  private long program;
  private int programLength;
  private long hash;

  /// Reads an event.
  void read(AssembledEvent event) {
    keyLength = 0;
    programLength = 0;
    event.rewind();
    type = event.next() ? event.type() : 0;
    long head = event.headRecord();
    if (head != 0) {
      type = RecordDescriptor.type(head);
      readKey(RecordDescriptor.textAddress(head), RecordDescriptor.textLength(head));
      CallFields call = event.call();
      program = call.executableAddress();
      programLength = call.executableLength();
    }
    hash = mix(mix(mix(0x9e3779b97f4a7c15L, type), key, keyLength), program, programLength);
  }

  private void readKey(long text, int length) {
    long end = text + length;
    long word = end;
    while (word > text && Memory.byteAt(word - 1) != ' ') {
      word--;
    }
    long value = word + KEY_NAME;
    if (end - value < 1 || Memory.intAt(word) != KEY) {
      return;
    }
    byte first = Memory.byteAt(value);
    if (first == '"') {
      key = value + 1;
      keyLength = (int) Math.max(0, end - value - 2);
    } else if (first != '(') {
      decode(value, (int) (end - value));
    }
  }

  private void decode(long value, int length) {
    int bytes = Math.min(length / 2, MOST_KEYS);
    for (int i = 0; i < bytes; i++) {
      Memory.putByte(decoded.address() + i, (byte) EightBytes.hex(value + 2L * i, 2));
    }
    key = decoded.address();
    keyLength = bytes;
  }

  private static long mix(long hash, long address, int length) {
    long mixed = hash;
    for (int i = 0; i < length; i++) {
      mixed = (mixed ^ Memory.byteAt(address + i)) * 0x100000001b3L;
    }
    return mix(mixed, length);
  }

  private static long mix(long hash, long number) {
    long mixed = (hash ^ number) * 0xbf58476d1ce4e5b9L;
    return mixed ^ mixed >>> 31;
  }

  /// Whether one of the keys is among some.
  boolean hasKeyOf(byte[][] some) {
    keys.wrap(key, keyLength);
    while (keyLength > 0 && keys.next()) {
      if (keys.isAmong(some)) {
        return true;
      }
    }
    return false;
  }

  /// Type of the call's record, or of the first one.
  int type() {
    return type;
  }

  /// Where the key begins, or several (`RuleKeys`).
  long key() {
    return key;
  }

  /// Its length, 0 for none.
  int keyLength() {
    return keyLength;
  }

  /// Where the program begins as the record has it: in quotes, or hexadecimal.
  long program() {
    return program;
  }

  /// Its length, 0 for none.
  int programLength() {
    return programLength;
  }

  /// A number that differs between classes.
  long hash() {
    return hash;
  }

  void close() {
    decoded.close();
  }
}
