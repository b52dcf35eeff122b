package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import java.util.Arrays;

/// What an encoder makes of a frame, whatever stands behind it: each frame is encoded with one byte
/// behind it and with another, and the results must be the same.
final class Encoded {
  private static final int BEHIND = 64;

  private final ByteOutput out = new ByteOutput(1024);

  /// The bytes of one event.
  byte[] bytes(EventEncoder encoder, FrameFlyweight frame) {
    int length = frame.length();
    long copy = Memory.allocate(length + BEHIND);
    try {
      Memory.copy(frame.address(), copy, length);
      byte[] first = bytes(encoder, copy, length, (byte) '}');
      byte[] second = bytes(encoder, copy, length, (byte) '"');
      assertThat(second).as("another byte behind the frame").isEqualTo(first);
      return first;
    } finally {
      Memory.free(copy);
    }
  }

  private byte[] bytes(EventEncoder encoder, long frame, int length, byte behind) {
    Memory.fill(frame + length, BEHIND, behind);
    out.clear();
    encoder.encode(new FrameFlyweight().wrap(frame, length), out);
    return Arrays.copyOf(out.array(), out.length());
  }
}
