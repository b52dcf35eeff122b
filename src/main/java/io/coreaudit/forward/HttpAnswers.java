package io.coreaudit.forward;

import io.coreaudit.format.ByteOutput;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// Reads the responses of HTTP/1.1 that come over one connection, one after the other.
///
/// It keeps a head or a line that is not whole, and a body, each within a bound; what came is read
/// once and not kept. A body ends by Content-Length, with its last chunk, or with the connection.
/// Interim responses (1xx) are passed over.
final class HttpAnswers {
  private static final int MOST_HEAD_BYTES = 16 << 10;
  private static final int MOST_LINE_BYTES = 256;
  private static final int MOST_TRAILER_BYTES = 8 << 10;
  private static final int MOST_INTERIM = 8;

  /// So much may be heard of one answer, kept or not.
  static final int MOST_HEARD_BYTES = 4 << 20;

  /// Of an answer that takes nothing only the first words are of use.
  private static final int MOST_WORDS_BYTES = 64 << 10;

  private enum Place {
    HEAD,
    BODY,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILERS
  }

  private byte[] piece = {};
  private int at;
  private Place place = Place.HEAD;
  private ByteOutput line = new ByteOutput(1024);
  private ByteOutput kept = new ByteOutput(1024);
  private int mostBodyBytes = MOST_WORDS_BYTES;
  private boolean cuts;
  private long left;
  private boolean untilClose;
  private int trailerBytes;
  private int interim;
  private long heardBytes;
  private int status;
  private String reason = "";
  private long retryAfterSeconds;
  private boolean closes;
  private byte[] body = {};

  /// Says what may come: the answer to a request.
  ///
  /// @param mostBytes of its body
  /// @param cuts whether a longer body is cut, for nothing in it counts
  void expect(int mostBytes, boolean cuts) {
    mostBodyBytes = mostBytes;
    this.cuts = cuts;
    interim = 0;
    heardBytes = 0;
  }

  /// Adds what came. What was added before is read to its end by then.
  void add(byte[] bytes) {
    if (at < piece.length) {
      byte[] rest = Arrays.copyOfRange(piece, at, piece.length + bytes.length);
      System.arraycopy(bytes, 0, rest, piece.length - at, bytes.length);
      piece = rest;
    } else {
      piece = bytes;
    }
    at = 0;
    heardBytes += bytes.length;
    if (heardBytes > MOST_HEARD_BYTES) {
      throw tooLong();
    }
  }

  /// Forgets what came: a new connection.
  void clear() {
    piece = new byte[0];
    at = 0;
    begin();
  }

  private void begin() {
    place = Place.HEAD;
    untilClose = false;
    trailerBytes = 0;
    line = emptied(line);
    kept = emptied(kept);
  }

  private static ByteOutput emptied(ByteOutput bytes) {
    if (bytes.array().length > MOST_WORDS_BYTES) {
      return new ByteOutput(1024);
    }
    bytes.clear();
    return bytes;
  }

  /// Bytes of memory that it holds.
  int heldBytes() {
    return line.array().length + kept.array().length + piece.length + body.length;
  }

  /// Moves to the next whole response; false: it has not come yet.
  ///
  /// @throws IllegalArgumentException when that is none, with words for people
  boolean next() {
    while (true) {
      boolean whole =
          switch (place) {
            case HEAD -> lines(MOST_HEAD_BYTES, true) && head();
            case BODY -> take();
            case CHUNK_SIZE -> lines(MOST_LINE_BYTES, false) && chunkSize();
            case CHUNK -> {
              if (take()) {
                place = Place.CHUNK_END;
              }
              yield false;
            }
            case CHUNK_END -> {
              if (lines(2, false)) {
                place = Place.CHUNK_SIZE;
                line.clear();
              }
              yield false;
            }
            case TRAILERS -> lines(MOST_TRAILER_BYTES, false) && trailer();
          };
      if (whole) {
        if (done()) {
          return true;
        }
      } else if (at == piece.length) {
        return false;
      }
    }
  }

  /// The connection ended without a fault: whether a response ended with it.
  boolean ended() {
    return place == Place.BODY && untilClose && done();
  }

  private boolean done() {
    boolean last = status >= 200;
    if (last) {
      body = Arrays.copyOf(kept.array(), kept.length());
    } else if (++interim > MOST_INTERIM) {
      throw tooLong();
    }
    begin();
    return last;
  }

  /// Gathers a line, or lines up to an empty one, into `line`; false: not all came.
  private boolean lines(int most, boolean upToEmpty) {
    while (at < piece.length) {
      byte b = piece[at++];
      line.put(b);
      if (line.length() > most) {
        throw upToEmpty ? noHttp() : tooLong();
      }
      if (b == '\n' && ended(upToEmpty)) {
        return true;
      }
    }
    return false;
  }

  private boolean ended(boolean upToEmpty) {
    byte[] array = line.array();
    int length = line.length();
    boolean lineEnds = length >= 2 && array[length - 2] == '\r';
    return lineEnds
        && (!upToEmpty || length >= 4 && array[length - 4] == '\r' && array[length - 3] == '\n');
  }

  private String text() {
    String text = new String(line.array(), 0, line.length(), StandardCharsets.ISO_8859_1);
    line.clear();
    return text;
  }

  /// Reads the head; true: nothing follows it.
  private boolean head() {
    String[] lines = text().split("\r?\n");
    if (lines.length == 0 || !lines[0].matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
      throw noHttp();
    }
    status = Integer.parseInt(lines[0].substring(9, 12));
    reason = lines[0].substring(9);
    boolean empty = status < 200 || status == 204 || status == 304;
    boolean chunked = false;
    retryAfterSeconds = -1;
    closes = lines[0].startsWith("HTTP/1.0");
    left = -1;
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      String name = colon < 0 ? "" : lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
      String value = colon < 0 ? "" : lines[i].substring(colon + 1).strip();
      switch (name) {
        case "content-length" -> left = number(value);
        case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
        case "connection" -> {
          if (value.equalsIgnoreCase("close")) {
            closes = true;
          } else if (value.equalsIgnoreCase("keep-alive")) {
            closes = false;
          }
        }
        case "retry-after" -> retryAfterSeconds = value.matches("[0-9]{1,6}") ? number(value) : -1;
        default -> {
          // of no use here
        }
      }
    }
    if (empty) {
      return true;
    }
    if (chunked) {
      place = Place.CHUNK_SIZE;
      return false;
    }
    untilClose = left < 0;
    closes |= untilClose;
    place = Place.BODY;
    if (left > MOST_HEARD_BYTES || !cutsBody() && left > mostBodyBytes) {
      throw tooLong();
    }
    return left == 0;
  }

  /// Whether the body counts only by its beginning.
  private boolean cutsBody() {
    return cuts || status >= 300;
  }

  /// Takes what came of the body or the chunk; true: all of it is there.
  private boolean take() {
    int length = piece.length - at;
    if (!untilClose) {
      length = (int) Math.min(length, left);
      left -= length;
    }
    int room = mostBodyBytes - kept.length();
    if (length > room && !cutsBody()) {
      throw tooLong();
    }
    kept.put(piece, at, Math.min(length, room));
    at += length;
    return !untilClose && left == 0;
  }

  private boolean chunkSize() {
    String size = text().split("[;\r]", 2)[0].strip();
    if (!size.matches("[0-9a-fA-F]{1,7}")) {
      throw new IllegalArgumentException("the receiver answers with a chunk of '" + size + "'");
    }
    left = Integer.parseInt(size, 16);
    place = left == 0 ? Place.TRAILERS : Place.CHUNK;
    return false;
  }

  private boolean trailer() {
    trailerBytes += line.length();
    if (trailerBytes > MOST_TRAILER_BYTES) {
      throw tooLong();
    }
    return text().equals("\r\n");
  }

  private static long number(String value) {
    if (!value.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException("the receiver answers with a length of '" + value + "'");
    }
    return Long.parseLong(value);
  }

  private static IllegalArgumentException noHttp() {
    return new IllegalArgumentException("the receiver does not speak HTTP/1.1");
  }

  private static IllegalArgumentException tooLong() {
    return new IllegalArgumentException("the receiver's answer is too long");
  }

  int status() {
    return status;
  }

  /// Status and its words.
  String reason() {
    return reason;
  }

  /// Seconds after which the receiver wants to be asked again, -1: it did not say.
  long retryAfterSeconds() {
    return retryAfterSeconds;
  }

  /// Whether no further request may follow on this connection.
  boolean closes() {
    return closes;
  }

  byte[] body() {
    return body;
  }
}
