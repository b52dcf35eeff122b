package io.coreaudit.mount;

import io.coreaudit.memory.Memory;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/// The kernel's paths as text and back, no byte lost.
///
/// A path is bytes. What is valid UTF-8 becomes its characters; any other byte becomes the lone
/// surrogate U+DC00 + byte, which no valid text holds.
public final class MountText {
  private static final int ESCAPED_BYTE = 0xDC00;

  private MountText() {}

  /// The text of bytes outside the heap.
  static String of(long address, int lengthBytes) {
    byte[] bytes = new byte[lengthBytes];
    Memory.copy(address, bytes, 0, lengthBytes);
    return of(bytes, lengthBytes);
  }

  /// The text of a field that the kernel escaped: a backslash and three octal digits for a byte.
  static String ofEscaped(long address, int lengthBytes) {
    byte[] bytes = new byte[lengthBytes];
    int out = 0;
    for (int i = 0; i < lengthBytes; i++, out++) {
      byte b = Memory.byteAt(address + i);
      if (b == '\\' && i + 3 < lengthBytes && octal(address + i + 1) >= 0) {
        b = (byte) octal(address + i + 1);
        i += 3;
      }
      bytes[out] = b;
    }
    return of(bytes, out);
  }

  /// The byte that three octal digits say, or -1.
  private static int octal(long address) {
    int high = Memory.byteAt(address) - '0';
    int middle = Memory.byteAt(address + 1) - '0';
    int low = Memory.byteAt(address + 2) - '0';
    boolean valid = high >= 0 && high <= 3 && (middle & ~7) == 0 && (low & ~7) == 0;
    return valid ? high << 6 | middle << 3 | low : -1;
  }

  private static String of(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] < 0) {
        return decoded(ByteBuffer.wrap(bytes, 0, length));
      }
    }
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }

  private static String decoded(ByteBuffer in) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer out = CharBuffer.allocate(in.remaining());
    CoderResult result = decoder.decode(in, out, true);
    while (result.isError()) {
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (ESCAPED_BYTE | in.get() & 0xFF));
      }
      result = decoder.reset().decode(in, out, true);
    }
    return out.flip().toString();
  }

  /// The bytes of a path's text.
  public static byte[] bytes(String text) {
    return isPlain(text) ? text.getBytes(StandardCharsets.US_ASCII) : encoded(text);
  }

  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static byte[] encoded(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 8);
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (c >= ESCAPED_BYTE + 0x80 && c <= ESCAPED_BYTE + 0xFF) {
        out.write(c & 0xFF);
      } else {
        out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
      }
      i += Character.charCount(c);
    }
    return out.toByteArray();
  }
}
