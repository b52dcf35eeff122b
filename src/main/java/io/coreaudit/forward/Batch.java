package io.coreaudit.forward;

import io.coreaudit.format.ByteOutput;
import java.util.Arrays;

/// Encoded events on their way to a sink, whole ones only. Filled again and again by the
/// forwarder's thread. It knows where each event ends, for sinks whose receiver answers for each.
final class Batch {
  /// It grows as there is need: on a quiet node no batch is ever long.
  private static final int FIRST_CAPACITY = 64 << 10;

  private final int limitBytes;
  private ByteOutput bytes;
  private int events;
  private int[] ends = new int[64];
  private long[] positions = new long[64];
  private long[] seqs = new long[64];

  Batch(int limitBytes) {
    this.limitBytes = limitBytes;
    this.bytes = new ByteOutput(FIRST_CAPACITY);
  }

  /// The encoded events: the first `lengthBytes` of it, until the batch is filled again.
  byte[] array() {
    return bytes.array();
  }

  /// Length of the encoded events.
  int lengthBytes() {
    return bytes.length();
  }

  /// Number of events.
  int events() {
    return events;
  }

  /// Position in the spool of the last event.
  long position() {
    return events == 0 ? Sink.NO_POSITION : positions[events - 1];
  }

  /// Where an event begins in `array`.
  int start(int event) {
    return event == 0 ? 0 : ends[event - 1];
  }

  /// Where an event ends in `array`.
  int end(int event) {
    return ends[event];
  }

  /// Position in the spool of an event.
  long position(int event) {
    return positions[event];
  }

  /// Number of an event among the accepted of its boot; 0 for one that only this sink is told.
  long seq(int event) {
    return seqs[event];
  }

  /// Whether its position is reached with this event: what stands before an event (a gap) is not
  /// it.
  boolean settles(int event) {
    return event == events - 1 || positions[event + 1] != positions[event];
  }

  ByteOutput output() {
    return bytes;
  }

  void added(long eventPosition, long seq) {
    if (events == ends.length) {
      ends = Arrays.copyOf(ends, events * 2);
      positions = Arrays.copyOf(positions, events * 2);
      seqs = Arrays.copyOf(seqs, events * 2);
    }
    ends[events] = bytes.length();
    positions[events] = eventPosition;
    seqs[events] = seq;
    events++;
  }

  /// Takes over what another batch holds.
  void copy(Batch other) {
    clear();
    bytes.put(other.array(), 0, other.lengthBytes());
    if (ends.length < other.events) {
      ends = new int[other.ends.length];
      positions = new long[other.ends.length];
      seqs = new long[other.ends.length];
    }
    System.arraycopy(other.ends, 0, ends, 0, other.events);
    System.arraycopy(other.positions, 0, positions, 0, other.events);
    System.arraycopy(other.seqs, 0, seqs, 0, other.events);
    events = other.events;
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
