package io.coreaudit.agent;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.ledger.ChainKeeper;
import io.coreaudit.ledger.ChainMark;
import io.coreaudit.ledger.ChainSigner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;

/// What the heartbeat tells of the chain of hashes, signed where there is a key.
///
/// A key that cannot be had any more leaves heartbeats unsigned, and that is said once: whoever
/// verifies with the public key finds them. For one thread.
final class ChainTeller {
  private final ChainKeeper chain;
  private final ChainSigner signer; // null: nothing is signed
  private final UUID boot;
  private final Consumer<String> problem;
  private String told;

  /// Creates one.
  ///
  /// @param keyFile null: nothing is signed
  /// @param boot the one that runs now
  /// @param problem is told a sentence when the key cannot be had, once until it can
  /// @throws IOException when it cannot be had now; the message says what to do
  ChainTeller(ChainKeeper chain, Path keyFile, UUID boot, Consumer<String> problem)
      throws IOException {
    this.chain = chain;
    this.boot = boot;
    this.problem = problem;
    signer = keyFile == null ? null : new ChainSigner(keyFile);
    if (signer != null) {
      signer.check();
    }
  }

  /// Adds what there is to tell; nothing as long as the chain has no event of this boot.
  ///
  /// @param node as the event names it
  void tell(OwnEvent.Fields heartbeat, String node) {
    ChainMark mark = chain.mark();
    if (mark == null || !mark.boot().equals(boot)) {
      return;
    }
    heartbeat
        .with(ChainMark.FROM_BOOT, mark.fromBoot().toString())
        .with(ChainMark.FROM, mark.fromSeq())
        .with(ChainMark.SEQ, mark.seq())
        .with(ChainMark.HASH, mark.hash());
    if (signer != null) {
      sign(heartbeat, node, mark);
    }
  }

  private void sign(OwnEvent.Fields heartbeat, String node, ChainMark mark) {
    long nowMs = System.currentTimeMillis();
    try {
      String signature = signer.sign(node, mark, nowMs);
      heartbeat.with(ChainMark.TIME, nowMs).with(ChainMark.SIGNATURE, signature);
      told = null;
    } catch (IOException e) {
      if (!e.getMessage().equals(told)) {
        told = e.getMessage();
        problem.accept("heartbeats are not signed: " + told);
      }
    }
  }
}
