package io.coreaudit.format;

import io.coreaudit.frame.FrameFlyweight;

/// Members of a JSON object whose values are templates. An event's text is made once, for all its
/// lines.
final class TemplateFields {
  private final ByteOutput text = new ByteOutput(512);
  private final TemplateEvent event = new TemplateEvent();
  private byte[][] names = {};
  private EventTemplate[] values = {};
  private boolean constant = true;
  private boolean made;

  /// Adds a member; null adds none.
  TemplateFields with(String name, String template, EventTemplate.Use use) {
    if (template != null) {
      EventTemplate value = EventTemplate.of(template, use);
      names = java.util.Arrays.copyOf(names, names.length + 1);
      values = java.util.Arrays.copyOf(values, values.length + 1);
      names[names.length - 1] = EventAction.bytes(",\"" + name + "\":\"");
      values[values.length - 1] = value;
      constant &= value.isConstant();
    }
    return this;
  }

  /// Makes the members of an event.
  void read(FrameFlyweight frame) {
    if (constant && made) {
      return;
    }
    made = true;
    text.clear();
    if (!constant) {
      event.read(frame);
    }
    for (int i = 0; i < values.length; i++) {
      text.put(names[i]);
      values[i].append(event, frame, text);
      text.put('"');
    }
  }

  /// Appends them, a comma before each.
  void append(ByteOutput out) {
    out.put(text.array(), 0, text.length());
  }
}
