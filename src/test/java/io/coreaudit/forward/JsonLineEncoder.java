package io.coreaudit.forward;

import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.frame.FrameFlyweight;
import java.nio.charset.StandardCharsets;

/// `{"kind":"AUDIT","seq":7}`, one line an event.
final class JsonLineEncoder implements EventEncoder {
  @Override
  public void encode(FrameFlyweight frame, ByteOutput out) {
    String line = "{\"kind\":\"%s\",\"seq\":%d}\n".formatted(frame.kind(), frame.seq());
    out.put(line.getBytes(StandardCharsets.US_ASCII));
  }
}
