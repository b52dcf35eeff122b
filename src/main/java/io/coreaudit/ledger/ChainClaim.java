package io.coreaudit.ledger;

import io.coreaudit.event.OwnEventWalk;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;

/// What a heartbeat says of the chain.
///
/// @param fromBoot boot of the first event in it; null: not told
/// @param fromSeq number of the first event in it
/// @param seq number of the last one
/// @param hash of the chain up to there
/// @param timeMs when it was signed, milliseconds of the epoch; 0: not signed
/// @param signature null: not signed
record ChainClaim(
    UUID fromBoot, long fromSeq, long seq, byte[] hash, long timeMs, byte[] signature) {
  /// Reads the text of a heartbeat; null when it says nothing of a chain.
  static ChainClaim read(long address, int length) {
    UUID fromBoot = null;
    long from = 0;
    long seq = 0;
    long time = 0;
    byte[] hash = null;
    byte[] signature = null;
    OwnEventWalk walk = new OwnEventWalk().wrap(address, length);
    try {
      while (walk.next()) {
        switch (text(walk.nameAddress(), walk.nameLength())) {
          case ChainMark.FROM_BOOT -> fromBoot = UUID.fromString(value(walk));
          case ChainMark.FROM -> from = Long.parseLong(value(walk));
          case ChainMark.SEQ -> seq = Long.parseLong(value(walk));
          case ChainMark.HASH -> hash = HexFormat.of().parseHex(value(walk));
          case ChainMark.TIME -> time = Long.parseLong(value(walk));
          case ChainMark.SIGNATURE -> signature = Base64.getDecoder().decode(value(walk));
          default -> {}
        }
      }
    } catch (IllegalArgumentException e) {
      return null; // no number, no hexadecimal or no base 64
    }
    return hash == null || hash.length != EventDigest.BYTES || seq <= 0
        ? null
        : new ChainClaim(fromBoot, from, seq, hash, time, signature);
  }

  private static String value(OwnEventWalk walk) {
    return text(walk.valueAddress(), walk.valueLength());
  }

  private static String text(long address, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
