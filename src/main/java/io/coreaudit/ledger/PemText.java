package io.coreaudit.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.spec.InvalidKeySpecException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An Ed25519 key as PEM.
final class PemText {
  /// Java's name of the algorithm.
  static final String ED25519 = "Ed25519";

  private static final int MOST_BYTES = 64 << 10;

  /// Makes a key of its bytes.
  @FunctionalInterface
  interface Reading {
    Key of(KeyFactory keys, byte[] der) throws InvalidKeySpecException;
  }

  private PemText() {}

  /// The first key of a stream, which is closed.
  ///
  /// @param label what stands behind BEGIN
  /// @param otherwise the message where there is none
  static Key key(InputStream stream, String label, String otherwise, Reading reading)
      throws IOException {
    try (stream) {
      String text = new String(stream.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1);
      Matcher pem =
          Pattern.compile(
                  "-----BEGIN " + label + "-----(.*?)-----END " + label + "-----", Pattern.DOTALL)
              .matcher(text);
      if (!pem.find()) {
        throw new IOException(otherwise);
      }
      byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
      return reading.of(KeyFactory.getInstance(ED25519), der);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java from 15 on has Ed25519", e);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(otherwise, e);
    }
  }
}
