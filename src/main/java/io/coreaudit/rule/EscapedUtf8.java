package io.coreaudit.rule;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Bytes as text and back, without loss: what is not UTF-8 becomes a lone surrogate from U+DC80 to
/// U+DCFF, a byte each. The kernel's paths and keys are bytes; nearly all of them are text.
final class EscapedUtf8 {
  private static final int ESCAPE = 0xDC00;
  private static final int FIRST_ESCAPED = 0x80;
  private static final int BYTE_MASK = 0xFF;

  private EscapedUtf8() {}

  static String decode(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length + 1);
    while (in.hasRemaining()) {
      CoderResult result = decoder.decode(in, out, true);
      if (result.isError()) {
        out.put((char) (ESCAPE + (in.get() & BYTE_MASK)));
        decoder.reset();
      }
    }
    return out.flip().toString();
  }

  static byte[] encode(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); ) {
      int code = text.codePointAt(i);
      int escaped = code - ESCAPE;
      if (escaped >= FIRST_ESCAPED && escaped <= BYTE_MASK) {
        out.write(escaped);
      } else {
        out.writeBytes(Character.toString(code).getBytes(StandardCharsets.UTF_8));
      }
      i += Character.charCount(code);
    }
    return out.toByteArray();
  }
}
