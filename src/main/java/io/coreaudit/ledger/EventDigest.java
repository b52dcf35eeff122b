package io.coreaudit.ledger;

import io.coreaudit.event.EventKind;
import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.RawEncoder;
import io.coreaudit.frame.FrameFlyweight;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Computes the digest of an event, and the links of a chain. Allocates nothing. For one thread.
final class EventDigest {
  /// Bytes of a digest.
  static final int BYTES = 32;

  private static final byte[][] KINDS = new byte[EventKind.values().length][];
  private static final byte[] UNKNOWN_KIND = {'?', '\n'};

  static {
    for (EventKind kind : EventKind.values()) {
      KINDS[kind.ordinal()] = (kind.label() + '\n').getBytes(StandardCharsets.US_ASCII);
    }
  }

  private final MessageDigest sha256;
  private final RawEncoder raw = new RawEncoder();
  private final ByteOutput text = new ByteOutput(4096);

  EventDigest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /// Writes the digest of an event.
  void of(FrameFlyweight frame, byte[] digest) {
    begin(frame.seq(), frame.kind());
    raw.encode(frame, text);
    end(digest);
  }

  /// Writes the digest of an event whose lines are given.
  ///
  /// @param lines as the format `raw` has them, each without its LF
  void of(long seq, EventKind kind, Iterable<byte[]> lines, byte[] digest) {
    begin(seq, kind);
    for (byte[] line : lines) {
      text.put(line);
      text.put('\n');
    }
    end(digest);
  }

  private void begin(long seq, EventKind kind) {
    text.clear();
    text.putDecimal(seq);
    text.put('\n');
    text.put(kind == null ? UNKNOWN_KIND : KINDS[kind.ordinal()]);
  }

  private void end(byte[] digest) {
    sha256.update(text.array(), 0, text.length());
    finish(digest);
  }

  /// Adds the digest of the next event to a chain.
  void link(byte[] chain, byte[] digest) {
    sha256.update(chain);
    sha256.update(digest);
    finish(chain);
  }

  private void finish(byte[] into) {
    try {
      sha256.digest(into, 0, BYTES);
    } catch (DigestException e) {
      throw new AssertionError("32 bytes hold a SHA-256", e);
    }
  }
}
