package io.coreaudit.format;

import io.coreaudit.memory.Memory;

/// Writes fields of one line of CEF or LEEF, a separator between; values of any bytes.
///
/// Text is UTF-8: what is not becomes U+FFFD. CEF: `\` and `=` get a `\`, line feed and carriage
/// return become `\n` and `\r`, other control characters (U+2028 and U+2029 too) a blank. LEEF has
/// no escape: control bytes, its separator (a tab) among them, become blanks. A value ends after
/// `LONGEST` bytes, at a character.
final class FlatWriter {
  /// Most bytes of a value, as CEF bounds its longer fields.
  static final int LONGEST = 1023;

  private static final Piece REPLACEMENT = Piece.of("\ufffd");

  private final boolean cef;
  private ByteOutput out;
  private boolean first;

  FlatWriter(boolean cef) {
    this.cef = cef;
  }

  /// Starts the fields of a line, behind its header.
  void start(ByteOutput output) {
    out = output;
    first = true;
  }

  /// Begins a field whose value the caller writes, if it needs no escape; `end` ends it. False:
  /// this format does not say it.
  boolean begin(FlatKey key) {
    Piece name = cef ? key.cef : key.leef;
    if (name == null) {
      return false;
    }
    if (!first) {
      out.put(cef ? ' ' : '\t');
    }
    first = false;
    out.put(name);
    return true;
  }

  void end(FlatKey key) {
    if (cef && key.label != null) {
      out.put(key.label);
    }
  }

  void number(FlatKey key, long value) {
    if (begin(key)) {
      out.putDecimal(value);
      end(key);
    }
  }

  /// Writes text that needs no escape.
  void plain(FlatKey key, byte[] text) {
    if (begin(key)) {
      out.put(text);
      end(key);
    }
  }

  /// Writes text; nothing where it is empty.
  void text(FlatKey key, long address, int length) {
    if (length > 0 && begin(key)) {
      append(address, cut(address, length));
      end(key);
    }
  }

  private static int cut(long address, int length) {
    if (length <= LONGEST) {
      return length;
    }
    int end = LONGEST;
    for (int back = 0; back < 3 && (Memory.byteAt(address + end) & 0xc0) == 0x80; back++) {
      end--;
    }
    return end;
  }

  private void append(long address, int length) {
    out.ensure(length * 3);
    long end = address + length;
    for (long at = address; at < end; ) {
      int b = Memory.byteAt(at);
      if (b < 0) {
        int sequence = JsonText.sequence(at, end);
        if (sequence > 0) {
          if (endsLine(at, sequence)) {
            out.put(' ');
          } else {
            out.put(at, sequence);
          }
          at += sequence;
        } else {
          out.put(REPLACEMENT);
          at -= sequence;
        }
        continue;
      }
      at++;
      if (b < 0x20 || b == 0x7f) {
        control(b);
      } else {
        if (cef && (b == '\\' || b == '=')) {
          out.put('\\');
        }
        out.put(b);
      }
    }
  }

  // U+0080 to U+009F, U+2028, U+2029: some readers take some of them for the end of a line.
  private static boolean endsLine(long at, int sequence) {
    int first = Memory.byteAt(at) & 0xff;
    int second = Memory.byteAt(at + 1) & 0xff;
    return sequence == 2 && first == 0xc2 && second < 0xa0
        || sequence == 3
            && first == 0xe2
            && second == 0x80
            && (Memory.byteAt(at + 2) & 0xfe) == 0xa8;
  }

  private void control(int b) {
    if (cef && (b == '\n' || b == '\r')) {
      out.put('\\', b == '\n' ? 'n' : 'r');
    } else {
      out.put(' ');
    }
  }
}
