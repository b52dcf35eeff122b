package io.coreaudit.forward;

import io.coreaudit.format.ByteOutput;

/// Encoded events on their way to a sink, whole ones only. Filled again and again by the
/// forwarder's thread.
public final class Batch {
  /// It grows as there is need: on a quiet node no batch is ever long.
  private static final int FIRST_CAPACITY = 64 << 10;

  private final int limitBytes;
  private ByteOutput bytes;
  private int events;
  private long position = Sink.NO_POSITION;

  Batch(int limitBytes) {
    this.limitBytes = limitBytes;
    this.bytes = new ByteOutput(FIRST_CAPACITY);
  }

  /// The encoded events: the first `lengthBytes` of it, until the batch is filled again.
  public byte[] array() {
    return bytes.array();
  }

  /// Length of the encoded events.
  public int lengthBytes() {
    return bytes.length();
  }

  /// Number of events.
  public int events() {
    return events;
  }

  /// Position in the spool of the last event.
  public long position() {
    return position;
  }

  ByteOutput output() {
    return bytes;
  }

  void added(long eventPosition) {
    events++;
    position = eventPosition;
  }

  /// Whether it should leave now. An event larger than the limit travels alone.
  boolean full() {
    return bytes.length() >= limitBytes;
  }

  boolean isEmpty() {
    return events == 0;
  }

  void clear() {
    if (bytes.array().length > limitBytes * 2) {
      bytes = new ByteOutput(FIRST_CAPACITY); // one huge event must not stay
    }
    bytes.clear();
    events = 0;
  }
}
