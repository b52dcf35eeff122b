package io.coreaudit.agent.config;

import static java.util.stream.Collectors.joining;

import io.coreaudit.event.EventKind;
import io.coreaudit.record.RecordTypes;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// What kind of value a key takes: how it is written, read, and bounded.
public sealed interface ValueType {
  /// What a user should write, as the end of a sentence that begins with "expected".
  String expected();

  /// One of some words.
  ///
  /// @param words the words, lower case
  record Word(List<String> words) implements ValueType {
    static Word of(Class<? extends Enum<?>> type) {
      return new Word(Arrays.stream(type.getEnumConstants()).map(Word::text).toList());
    }

    static String text(Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String expected() {
      return words.size() == 1
          ? words.getFirst()
          : String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    }
  }

  /// Yes or no.
  record Flag() implements ValueType {
    boolean parse(String text) {
      return switch (text) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new IllegalArgumentException(text);
      };
    }

    @Override
    public String expected() {
      return "true or false";
    }
  }

  /// A number with bounds. A special word, when there is one, stands for 0.
  sealed interface Number extends ValueType {
    /// The least value allowed (0 for the special word is allowed besides).
    long least();

    /// The greatest value allowed.
    long greatest();

    /// The word that stands for 0, or null.
    String special();

    /// The number that a text other than the special word means.
    ///
    /// @throws IllegalArgumentException when the text is not such a number
    long amount(String text);

    /// A number as a user would write it who knows no special word.
    String written(long value);

    /// The number that a text means.
    ///
    /// @throws IllegalArgumentException when the text is not such a number
    default long parse(String text) {
      return text.equals(special()) ? 0 : amount(text);
    }

    /// A number as a user would write it.
    default String format(long value) {
      return value == 0 && special() != null ? special() : written(value);
    }

    /// Whether the number keeps the bounds.
    default boolean within(long value) {
      return value >= least() && value <= greatest() || special() != null && value == 0;
    }

    /// The bounds in words.
    default String bounds() {
      return format(least())
          + " to "
          + format(greatest())
          + (special() == null ? "" : " or " + special());
    }
  }

  /// A length of time, kept in nanoseconds.
  record Duration(long least, long greatest, String special) implements Number {
    private static final List<String> UNITS = List.of("ns", "us", "ms", "s", "m", "h");
    private static final long[] NANOSECONDS = {
      1, 1_000, 1_000_000, 1_000_000_000, 60_000_000_000L, 3_600_000_000_000L
    };

    @Override
    public long amount(String text) {
      return Scaled.parse(text, UNITS, NANOSECONDS);
    }

    @Override
    public String written(long value) {
      if (value == 0) {
        return "0ms";
      }
      // Minutes only from two on: 60s reads better than 1m.
      return Scaled.format(value, UNITS, NANOSECONDS, value < 120_000_000_000L ? 3 : 5);
    }

    @Override
    public String expected() {
      return "a time such as 20ms or 60s, " + bounds();
    }
  }

  /// A number of bytes.
  record Size(long least, long greatest, String special) implements Number {
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");
    private static final long[] BYTES = {1, 1L << 10, 1L << 20, 1L << 30, 1L << 40};

    @Override
    public long amount(String text) {
      return Scaled.parse(text, UNITS, BYTES);
    }

    @Override
    public String written(long value) {
      return Scaled.format(value, UNITS, BYTES, 4);
    }

    @Override
    public String expected() {
      return "a size such as 64MiB or 2GiB, " + bounds();
    }
  }

  /// A share of a whole.
  record Percent(long least, long greatest, String special) implements Number {
    @Override
    public long amount(String text) {
      return Scaled.parse(text, List.of("%"), new long[] {1});
    }

    @Override
    public String written(long value) {
      return value + "%";
    }

    @Override
    public String expected() {
      return "a share such as 20%, " + bounds();
    }
  }

  /// A plain number.
  record Count(long least, long greatest, String special) implements Number {
    @Override
    public long amount(String text) {
      return Scaled.parse(text, List.of(""), new long[] {1});
    }

    @Override
    public String written(long value) {
      return Long.toString(value);
    }

    @Override
    public String expected() {
      return "a number, " + bounds();
    }
  }

  /// One absolute path; the special word, when there is one, is read as null.
  record PathName(String special) implements ValueType {
    Path parse(String text) {
      if (text.equals(special)) {
        return null;
      }
      return absolute(text);
    }

    static Path absolute(String text) {
      Path path;
      try {
        path = Path.of(text);
      } catch (InvalidPathException e) {
        throw new IllegalArgumentException(text, e);
      }
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException(text);
      }
      return path.normalize();
    }

    @Override
    public String expected() {
      return "a path that begins with /" + (special == null ? "" : ", or " + special);
    }
  }

  /// A list of values. A special word, when there is one, stands in place of the list; an empty one
  /// is then a mistake.
  sealed interface Many extends ValueType {
    /// The word, or null.
    default String special() {
      return null;
    }
  }

  /// A list of absolute paths.
  record PathList() implements Many {
    @Override
    public String expected() {
      return "a list of paths that begin with /";
    }
  }

  /// A list of hosts with their ports.
  record EndpointList() implements Many {
    @Override
    public String expected() {
      return "a list of host:port";
    }
  }

  /// A list of texts of a given shape.
  record TextList(Pattern shape, String shapeInWords, String special) implements Many {
    String parse(String text) {
      if (!shape.matcher(text).matches()) {
        throw new IllegalArgumentException(text);
      }
      return text;
    }

    @Override
    public String expected() {
      return "a list of " + shapeInWords + (special == null ? "" : ", or " + special);
    }
  }

  /// A list of record types, by name or number.
  record RecordTypeList(String special) implements Many {
    Integer parse(String text) {
      int number = RecordTypes.number(text);
      if (number == RecordTypes.NO_NUMBER) {
        throw new IllegalArgumentException(text);
      }
      return number;
    }

    @Override
    public String expected() {
      return "a list of record types such as AVC, USER_LOGIN or 1300"
          + (special == null ? "" : ", or " + special);
    }
  }

  /// A list of kinds of events.
  record KindList(String special) implements Many {
    EventKind parse(String text) {
      for (EventKind kind : EventKind.values()) {
        if (kind.label().equals(text)) {
          return kind;
        }
      }
      throw new IllegalArgumentException(text);
    }

    @Override
    public String expected() {
      return "a list of kinds ("
          + Arrays.stream(EventKind.values()).map(EventKind::label).collect(joining(", "))
          + "), or "
          + special;
    }
  }

  /// A host and a port; the special word, when there is one, is read as null.
  record Endpoint(String special) implements ValueType {
    Address parse(String text) {
      return text.equals(special) ? null : Address.parse(text);
    }

    @Override
    public String expected() {
      return "host:port such as 127.0.0.1:9471 or [::1]:9471"
          + (special == null ? "" : ", or " + special);
    }
  }

  /// A text of a given shape; the special word, when there is one, is read as null.
  record Text(Pattern shape, String shapeInWords, String special) implements ValueType {
    String parse(String text) {
      if (text.equals(special)) {
        return null;
      }
      if (!shape.matcher(text).matches()) {
        throw new IllegalArgumentException(text);
      }
      return text;
    }

    @Override
    public String expected() {
      return shapeInWords + (special == null ? "" : ", or " + special);
    }
  }
}
