package io.coreaudit.forward;

import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.frame.FrameFlyweight;
import java.nio.charset.StandardCharsets;

/// `KIND SEQ TEXT`, one line an event.
final class LineEncoder implements EventEncoder {
  @Override
  public void encode(FrameFlyweight frame, ByteOutput out) {
    out.put((frame.kind() + " " + frame.seq() + " ").getBytes(StandardCharsets.US_ASCII));
    frame.rewindRecords();
    while (frame.nextRecord()) {
      out.put(frame.recordText(), frame.recordTextLength());
    }
    out.put('\n');
  }
}
