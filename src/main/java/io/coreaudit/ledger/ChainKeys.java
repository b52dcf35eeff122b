package io.coreaudit.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/// The public keys by one of which each heartbeat must be signed; none: signatures are not looked
/// at.
public final class ChainKeys {
  /// No keys.
  public static final ChainKeys NONE = new ChainKeys(List.of());

  private final List<PublicKey> keys;

  private ChainKeys(List<PublicKey> keys) {
    this.keys = keys;
  }

  /// Reads keys.
  ///
  /// @param files PEM, as `openssl pkey -pubout` writes it
  /// @throws IOException when one holds none; the message names it
  public static ChainKeys read(List<Path> files) throws IOException {
    List<PublicKey> keys = new ArrayList<>();
    for (Path file : files) {
      try {
        keys.add(
            (PublicKey)
                PemText.key(
                    Files.newInputStream(file),
                    "PUBLIC KEY",
                    file + ": holds no public Ed25519 key in PEM: openssl pkey -in KEY -pubout",
                    (KeyFactory reader, byte[] der) ->
                        reader.generatePublic(new X509EncodedKeySpec(der))));
      } catch (NoSuchFileException e) {
        throw new IOException(file + ": no such file", e);
      }
    }
    return new ChainKeys(List.copyOf(keys));
  }

  /// Whether there are any.
  boolean isGiven() {
    return !keys.isEmpty();
  }

  /// Whether one of them signed what a heartbeat says.
  ///
  /// @param boot the heartbeat's
  boolean signed(String node, UUID boot, ChainClaim claim) {
    ChainMark mark =
        new ChainMark(
            claim.fromBoot(),
            claim.fromSeq(),
            boot,
            claim.seq(),
            HexFormat.of().formatHex(claim.hash()));
    byte[] signed = ChainSigner.signed(node, mark, claim.timeMs());
    for (PublicKey key : keys) {
      try {
        Signature ed25519 = Signature.getInstance(PemText.ED25519);
        ed25519.initVerify(key);
        ed25519.update(signed);
        if (ed25519.verify(claim.signature())) {
          return true;
        }
      } catch (SignatureException | InvalidKeyException e) {
        continue; // not even of the form of one
      } catch (GeneralSecurityException e) {
        throw new AssertionError("every Java from 15 on has Ed25519", e);
      }
    }
    return false;
  }
}
