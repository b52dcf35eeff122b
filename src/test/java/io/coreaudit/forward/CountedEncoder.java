package io.coreaudit.forward;

import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.frame.FrameFlyweight;
import java.nio.charset.StandardCharsets;

/// `LineEncoder`'s line as a message with its length in front; every so many events as two.
final class CountedEncoder implements EventEncoder {
  private final int twiceEach;
  private final ByteOutput line = new ByteOutput(1024);
  private final LineEncoder lines = new LineEncoder();

  /// @param twiceEach each so-manieth event goes in two messages; 0: none
  CountedEncoder(int twiceEach) {
    this.twiceEach = twiceEach;
  }

  @Override
  public void encode(FrameFlyweight frame, ByteOutput out) {
    line.clear();
    lines.encode(frame, line);
    int length = line.length() - 1;
    boolean twice = twiceEach > 0 && frame.seq() % twiceEach == 0;
    int middle = twice ? length - 3 : length;
    out.put((middle + " ").getBytes(StandardCharsets.US_ASCII));
    out.put(line.array(), 0, middle);
    if (twice) {
      out.put("3 ".getBytes(StandardCharsets.US_ASCII));
      out.put(line.array(), middle, 3);
    }
  }
}
