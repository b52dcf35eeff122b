package io.coreaudit.ledger;

import java.util.UUID;

/// How far a chain is.
///
/// @param fromBoot boot of the first event in it
/// @param fromSeq number of that event; what was accepted before is in another chain
/// @param boot of the last event in it
/// @param seq number of that event
/// @param hash 64 hexadecimal digits
public record ChainMark(UUID fromBoot, long fromSeq, UUID boot, long seq, String hash) {
  /// Names of the heartbeat's fields: boot of the first event.
  public static final String FROM_BOOT = "chain_from_boot";

  /// Number of the first event.
  public static final String FROM = "chain_from";

  /// Number of the last event.
  public static final String SEQ = "chain_seq";

  /// The hash.
  public static final String HASH = "chain_hash";

  /// When it was signed, milliseconds of the epoch.
  public static final String TIME = "chain_time";

  /// The signature, base 64.
  public static final String SIGNATURE = "chain_signature";
}
