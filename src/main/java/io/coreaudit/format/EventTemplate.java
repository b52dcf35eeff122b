package io.coreaudit.format;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A text that is made anew of each event: words, and places in braces that the event fills, such
/// as `audit_{namespace}`. A place of which the event says nothing becomes `none`.
///
/// What stands in a place was chosen by others (a rule's key, a pod's namespace): of it only what
/// can do no harm is kept, the rest becomes `_`, and 64 characters at most. Making it allocates
/// nothing.
public final class EventTemplate {
  /// What an event can fill in.
  public enum Place {
    /// The first key of its rule.
    KEY,
    /// What it is: `audit`, `gap`, `heartbeat`.
    KIND,
    /// The namespace of its process's pod.
    NAMESPACE,
    /// The node.
    NODE,
    /// The type of the record that tells it, of the agent's own events their kind.
    TYPE;

    /// As it is written: `{key}`.
    @Override
    public String toString() {
      return '{' + name().toLowerCase(Locale.ROOT) + '}';
    }
  }

  /// What the text is for.
  public enum Use {
    /// Any printable character that JSON takes as it is.
    TEXT,
    /// Small letters, digits, `_` and `-`, not one of the latter first: a name of an index.
    INDEX
  }

  private static final Pattern PLACE = Pattern.compile("\\{([^{}]*)\\}");
  private static final byte[] NONE = EventAction.bytes("none");
  private static final int MOST_OF_PLACE = 64;

  private final Use use;
  private final byte[][] words; // one more than places, around them
  private final Place[] places;

  private EventTemplate(Use use, byte[][] words, Place[] places) {
    this.use = use;
    this.words = words;
    this.places = places;
  }

  /// Reads a template.
  ///
  /// @throws IllegalArgumentException when it has a place that is none; the message names it and
  ///   those that there are
  public static EventTemplate of(String text, Use use) {
    List<byte[]> words = new ArrayList<>();
    List<Place> places = new ArrayList<>();
    Matcher braces = PLACE.matcher(text);
    int from = 0;
    while (braces.find()) {
      words.add(word(text.substring(from, braces.start())));
      places.add(place(braces.group()));
      from = braces.end();
    }
    words.add(word(text.substring(from)));
    return new EventTemplate(use, words.toArray(byte[][]::new), places.toArray(Place[]::new));
  }

  private static byte[] word(String text) {
    if (text.indexOf('{') >= 0 || text.indexOf('}') >= 0) {
      throw new IllegalArgumentException("a brace without the other one: expected " + known());
    }
    return EventAction.bytes(text);
  }

  private static Place place(String written) {
    for (Place place : Place.values()) {
      if (place.toString().equals(written)) {
        return place;
      }
    }
    throw new IllegalArgumentException(written + " is no place: expected " + known());
  }

  private static String known() {
    return Arrays.stream(Place.values()).map(Place::toString).collect(Collectors.joining(", "));
  }

  /// Whether it is the same for all events.
  boolean isConstant() {
    return places.length == 0;
  }

  /// Appends the text of an event.
  void append(TemplateEvent event, FrameFlyweight frame, ByteOutput out) {
    int start = out.length();
    out.put(words[0]);
    for (int i = 0; i < places.length; i++) {
      int begin = out.length();
      event.append(places[i], frame, out);
      if (out.length() == begin) {
        out.put(NONE);
      }
      out.truncate(Math.min(out.length(), begin + MOST_OF_PLACE));
      clean(out.array(), begin, out.length(), start);
      out.put(words[i + 1]);
    }
  }

  private void clean(byte[] bytes, int from, int to, int start) {
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (use == Use.INDEX) {
        b = b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
        boolean letter = b >= 'a' && b <= 'z' || b >= '0' && b <= '9';
        boolean inside = i > start && (b == '_' || b == '-');
        bytes[i] = letter || inside ? b : (byte) (i > start ? '_' : 'x');
      } else if (b <= ' ' || b == '"' || b == '\\' || b == 0x7f) { // below: also what is not ASCII
        bytes[i] = '_';
      }
    }
  }

  /// The kind that an event is told as.
  static EventKind kind(FrameFlyweight frame) {
    EventKind kind = frame.kind();
    return kind == null ? EventKind.AUDIT : kind;
  }
}
