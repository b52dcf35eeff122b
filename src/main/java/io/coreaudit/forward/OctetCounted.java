package io.coreaudit.forward;

/// Walks over messages that stand one behind the other, each with its length in front and a blank
/// between. They are our own encoder's, so what is wrong with one is a fault.
final class OctetCounted {
  private byte[] bytes;
  private int at;
  private int end;
  private int start;
  private int length;

  /// Starts a walk.
  void wrap(byte[] array, int from, int to) {
    bytes = array;
    at = from;
    end = to;
  }

  /// Moves to the next message; false at the end.
  boolean next() {
    if (at >= end) {
      return false;
    }
    int number = 0;
    while (bytes[at] != ' ') {
      number = number * 10 + bytes[at++] - '0';
    }
    start = at + 1;
    length = number;
    at = start + length;
    if (at > end) {
      throw new IllegalStateException("a message of " + length + " bytes ends behind its event");
    }
    return true;
  }

  /// Where the message begins.
  int start() {
    return start;
  }

  /// Length of the message.
  int length() {
    return length;
  }

  /// Whether another one follows.
  boolean hasNext() {
    return at < end;
  }
}
