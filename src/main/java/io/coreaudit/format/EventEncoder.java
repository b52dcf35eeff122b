package io.coreaudit.format;

import io.coreaudit.frame.FrameFlyweight;

/// Turns one frame into the bytes that a receiver takes. Not shared between threads.
public interface EventEncoder {
  /// Appends the event, line end included.
  void encode(FrameFlyweight frame, ByteOutput out);
}
