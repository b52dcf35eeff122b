package io.coreaudit.event;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One event that the agent tells of itself: its kind, and its fields as text.
///
/// The form is the kernel's `name=value`: a number stands as digits, a text in quotes. Unlike the
/// kernel's, a quoted text may hold blanks; in it `"`, `\` and control bytes stand as `\xHH`.
/// `OwnEventWalk` reads it back.
///
/// @param kind what it tells of
/// @param text `reason="netlink_overrun" events=12`
/// @param tags what its frame gets besides
public record OwnEvent(EventKind kind, byte[] text, List<Tag> tags) {
  /// A tag of the frame's origin part.
  public record Tag(int number, byte[] value) {}

  /// Starts the event of a kind.
  public static Fields of(EventKind kind) {
    return new Fields(kind);
  }

  /// The fields of an event that is being written.
  public static final class Fields {
    private final EventKind kind;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final List<Tag> tags = new ArrayList<>();

    private Fields(EventKind kind) {
      this.kind = kind;
    }

    /// Adds a number.
    public Fields with(String name, long value) {
      name(name);
      text.writeBytes(Long.toString(value).getBytes(StandardCharsets.US_ASCII));
      return this;
    }

    /// Adds a text; null adds nothing.
    public Fields with(String name, String value) {
      if (value == null) {
        return this;
      }
      name(name);
      text.write('"');
      for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
        if ((b >= 0 && b < 0x20) || b == 0x7f || b == '"' || b == '\\') {
          text.writeBytes(String.format("\\x%02X", b).getBytes(StandardCharsets.US_ASCII));
        } else {
          text.write(b);
        }
      }
      text.write('"');
      return this;
    }

    /// Adds a tag; an empty value adds nothing.
    public Fields tag(int number, byte[] value) {
      if (value.length > 0) {
        tags.add(new Tag(number, value));
      }
      return this;
    }

    /// The finished event.
    public OwnEvent build() {
      return new OwnEvent(kind, text.toByteArray(), List.copyOf(tags));
    }

    private void name(String name) {
      if (text.size() > 0) {
        text.write(' ');
      }
      text.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
      text.write('=');
    }
  }
}
