package io.coreaudit.format;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.origin.OriginTag;

/// What an envelope says of its event: node, `event.id`, time.
final class EventName {
  private final Stamps stamps = new Stamps();
  private FrameFlyweight frame;
  private long node;
  private int nodeLength;

  /// Reads the node of a frame.
  void read(FrameFlyweight event) {
    frame = event;
    nodeLength = 0;
    event.rewindTags();
    while (event.nextTag()) {
      if (event.tag() == OriginTag.NODE) {
        node = event.tagValue();
        nodeLength = event.tagLength();
      }
    }
    event.rewindTags();
  }

  boolean hasNode() {
    return nodeLength > 0;
  }

  /// Appends the node as the inside of a JSON string.
  void appendNode(ByteOutput out) {
    JsonText.append(out, node, nodeLength);
  }

  /// Appends `event.id`, as it stands in ECS, as the inside of a JSON string.
  void appendId(ByteOutput out) {
    if (nodeLength > 0) {
      appendNode(out);
    } else {
      out.put('-');
    }
    out.put(':');
    EventKind kind = frame.kind();
    stamps.appendId(out, frame, kind == null ? EventKind.AUDIT : kind);
  }

  /// Milliseconds of the epoch.
  long millis() {
    return Stamps.epochMillis(frame);
  }
}
