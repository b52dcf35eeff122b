package io.coreaudit.format;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.origin.Confidence;
import io.coreaudit.origin.PodTag;
import io.coreaudit.record.RuleKeys;

/// What an event fills into the places of a template.
final class TemplateEvent {
  private final EventView event = new EventView();
  private final PodFields pod = new PodFields();
  private final Value value = new Value();
  private final RuleKeys keys = new RuleKeys();

  /// Reads the event of a frame.
  void read(FrameFlyweight frame) {
    event.read(frame);
  }

  /// Appends what the event has for a place, as it is; nothing when it has nothing.
  void append(EventTemplate.Place place, FrameFlyweight frame, ByteOutput out) {
    EventKind kind = EventTemplate.kind(frame);
    switch (place) {
      case KEY -> key(out);
      case KIND -> out.put(Stamps.label(kind));
      case NAMESPACE -> namespace(out);
      case NODE -> out.put(event.tags().node(), event.tags().nodeLength());
      case TYPE -> type(kind, out);
    }
  }

  // The first of the rule's.
  private void key(ByteOutput out) {
    if (!value.decode(event.value(Field.KEY), event.length(Field.KEY), true)) {
      return;
    }
    if (keys.wrap(value.address(), value.length()).next()) {
      out.put(keys.address(), keys.length());
    }
  }

  private void namespace(ByteOutput out) {
    OriginView origin = event.tags().origin();
    if (origin.isInside() || origin.confidence() == Confidence.NAMESPACE) {
      pod.rewind(origin.pod(), origin.podLength());
      if (pod.next(PodTag.NAMESPACE)) {
        out.put(pod.text(), pod.length());
      }
    }
  }

  private void type(EventKind kind, ByteOutput out) {
    if (kind != EventKind.AUDIT) {
      out.put(Stamps.label(kind));
    } else if (event.tellingType() >= 0) {
      RecordLine.appendType(out, event.tellingType());
    }
  }
}
