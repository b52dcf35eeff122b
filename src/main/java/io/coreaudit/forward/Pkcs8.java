package io.coreaudit.forward;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/// Puts older forms of a private key into the one that Java reads, PKCS#8: that is the same bytes
/// in an envelope which names the algorithm.
///
/// ```
/// SEQUENCE { INTEGER 0, SEQUENCE { OID algorithm, parameters }, OCTET STRING { the older form } }
/// ```
///
/// Many tools write the older forms: OpenShift's service CA, cert-manager, openssl before 3.0.
final class Pkcs8 {
  private static final byte SEQUENCE = 0x30;
  private static final byte INTEGER = 0x02;
  private static final byte OCTETS = 0x04;
  private static final byte PARAMETERS = (byte) 0xA0; // [0] of an ECPrivateKey, RFC 5915
  private static final byte[] VERSION = {INTEGER, 1, 0};
  private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private Pkcs8() {}

  /// A key of PKCS#1 (`RSA PRIVATE KEY`).
  static byte[] ofRsa(byte[] der) {
    return envelope(RSA, der);
  }

  /// A key of RFC 5915 (`EC PRIVATE KEY`); it must name its curve, as every tool has it do.
  ///
  /// @throws IOException when it does not, or is no such key
  static byte[] ofEc(byte[] der) throws IOException {
    ByteBuffer in = content(ByteBuffer.wrap(der), SEQUENCE);
    content(in, INTEGER);
    content(in, OCTETS);
    ByteBuffer curve = content(in, PARAMETERS);
    byte[] name = new byte[curve.remaining()];
    curve.get(name);
    return envelope(join(EC, name), der);
  }

  /// What stands in the next value, which must be of a kind.
  private static ByteBuffer content(ByteBuffer in, byte tag) throws IOException {
    if (in.remaining() < 2 || in.get() != tag) {
      throw new IOException("not the form of an EC private key that names its curve");
    }
    int length = in.get() & 0xFF;
    if (length > 0x80) {
      int bytes = length & 0x7F;
      length = 0;
      for (int i = 0; i < bytes && in.hasRemaining() && length < 1 << 16; i++) {
        length = length << 8 | in.get() & 0xFF;
      }
    }
    if (length > in.remaining()) {
      throw new IOException("the key is cut off");
    }
    ByteBuffer content = in.slice(in.position(), length);
    in.position(in.position() + length);
    return content;
  }

  private static byte[] envelope(byte[] algorithm, byte[] key) {
    return value(SEQUENCE, join(VERSION, value(SEQUENCE, algorithm), value(OCTETS, key)));
  }

  private static byte[] value(byte tag, byte[] content) {
    int length = content.length;
    byte[] head =
        length < 0x80
            ? new byte[] {tag, (byte) length}
            : length < 0x100
                ? new byte[] {tag, (byte) 0x81, (byte) length}
                : new byte[] {tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    return join(head, content);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
