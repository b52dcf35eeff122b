package io.coreaudit.format;

import io.coreaudit.frame.FrameFlyweight;

/// Puts in front of each event of another format what a message says beside its body:
///
/// ```text
/// node-1\n
/// node-1:1795321989.984:3022\n
/// {"@timestamp":...}
/// ```
///
/// Node and `event.id` are as they stand in JSON, so neither holds a line feed; `-` is a node that
/// nobody knows. Nothing follows the body: the line feed at its end is taken away. For one thread.
public final class MessageEncoder implements EventEncoder {
  private final EventEncoder body;
  private final EventName name = new EventName();

  /// Creates an encoder.
  ///
  /// @param body writes what the message carries
  public MessageEncoder(EventEncoder body) {
    this.body = body;
  }

  @Override
  public void encode(FrameFlyweight frame, ByteOutput out) {
    name.read(frame);
    if (name.hasNode()) {
      name.appendNode(out);
    } else {
      out.put('-');
    }
    out.put('\n');
    name.appendId(out);
    out.put('\n');
    int start = out.length();
    body.encode(frame, out);
    int last = out.length() - 1;
    if (last >= start && out.array()[last] == '\n') {
      out.truncate(last);
    }
  }
}
