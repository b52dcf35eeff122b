package io.coreaudit.ledger;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Set;

/// Signs what a heartbeat says of the chain, with an Ed25519 key in a file.
///
/// The key is read for each signature anew, once a heartbeat: a renewed one needs no restart, and
/// none stays in memory.
public final class ChainSigner {
  private static final Set<PosixFilePermission> TOO_MUCH =
      PosixFilePermissions.fromString("----w-rwx");

  private final Path file;

  /// Creates a signer.
  ///
  /// @param file PEM, PKCS 8, as `openssl genpkey -algorithm ed25519` writes it
  public ChainSigner(Path file) {
    this.file = file;
  }

  /// Looks whether the key can be had.
  ///
  /// @throws IOException when not; the message names the file and what to do
  public void check() throws IOException {
    key();
  }

  /// Signs.
  ///
  /// @param timeMs now, milliseconds of the epoch
  /// @return base 64
  public String sign(String node, ChainMark mark, long timeMs) throws IOException {
    try {
      Signature ed25519 = Signature.getInstance(PemText.ED25519);
      ed25519.initSign(key());
      ed25519.update(signed(node, mark, timeMs));
      return Base64.getEncoder().encodeToString(ed25519.sign());
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": cannot sign: " + e.getMessage(), e);
    }
  }

  /// The bytes that are signed.
  static byte[] signed(String node, ChainMark mark, long timeMs) {
    return """
    coreaudit-chain 1
    node=%s
    from_boot=%s
    from=%d
    boot=%s
    seq=%d
    hash=%s
    time=%d
    """
        .formatted(
            node, mark.fromBoot(), mark.fromSeq(), mark.boot(), mark.seq(), mark.hash(), timeMs)
        .getBytes(StandardCharsets.UTF_8);
  }

  private PrivateKey key() throws IOException {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (permissions.stream().anyMatch(TOO_MUCH::contains)) {
        throw new IOException(
            "%s: has mode %s: others could sign with it; chmod 0400 it (a secret of Kubernetes: defaultMode 0400)"
                .formatted(file, PosixFilePermissions.toString(permissions)));
      }
      return (PrivateKey)
          PemText.key(
              Files.newInputStream(file),
              "PRIVATE KEY",
              file + ": holds no Ed25519 key in PEM and PKCS 8: openssl genpkey -algorithm ed25519",
              (KeyFactory keys, byte[] der) -> keys.generatePrivate(new PKCS8EncodedKeySpec(der)));
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": no such file", e);
    }
  }
}
