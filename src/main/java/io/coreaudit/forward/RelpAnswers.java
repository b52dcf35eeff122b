package io.coreaudit.forward;

import io.coreaudit.format.ByteOutput;
import java.nio.charset.StandardCharsets;

/// Reads the frames that a RELP receiver sends: `TXNR SP COMMAND SP LENGTH [SP DATA] LF`.
final class RelpAnswers {
  private static final int LONGEST_DATA = 4 << 10;
  private static final int LONGEST_HEAD = 9 + 1 + 32 + 1 + 9;

  private ByteOutput bytes = new ByteOutput(1024);
  private int at;
  private int number;
  private String command = "";
  private int dataStart;
  private int dataLength;

  /// Adds what came. Only a frame that is not whole stays of what came before.
  void add(byte[] piece) {
    int rest = bytes.length() - at;
    if (at > 0) {
      ByteOutput fresh = new ByteOutput(Math.max(1024, rest + piece.length));
      fresh.put(bytes.array(), at, rest);
      bytes = fresh;
      at = 0;
    }
    bytes.put(piece);
  }

  /// Bytes of memory that it holds.
  int heldBytes() {
    return bytes.array().length;
  }

  /// Forgets what came: a new session.
  void clear() {
    bytes = new ByteOutput(1024);
    at = 0;
  }

  /// Moves to the next whole frame; false: it has not come yet.
  ///
  /// @throws IllegalArgumentException when that is no RELP, with words for people
  boolean next() {
    int end = bytes.length();
    if (at == end) {
      bytes.clear();
      at = 0;
      return false;
    }
    int firstBlank = blank(at, end);
    int secondBlank = firstBlank < 0 ? -1 : blank(firstBlank + 1, end);
    if (secondBlank < 0) {
      return noneYet(end);
    }
    int numberEnd = secondBlank + 1;
    while (numberEnd < end && digit(numberEnd)) {
      numberEnd++;
    }
    if (numberEnd == end) {
      return noneYet(end);
    }
    int length = decimal(secondBlank + 1, numberEnd);
    boolean blank = bytes.array()[numberEnd] == ' ';
    int start = blank ? numberEnd + 1 : numberEnd;
    // some send no blank where there is no data, some do
    if (length > LONGEST_DATA || !blank && length > 0) {
      throw strange();
    }
    if (start + length >= end) {
      return false;
    }
    if (bytes.array()[start + length] != '\n') {
      throw strange();
    }
    number = decimal(at, firstBlank);
    command =
        new String(
            bytes.array(), firstBlank + 1, secondBlank - firstBlank - 1, StandardCharsets.US_ASCII);
    dataStart = start;
    dataLength = length;
    at = start + length + 1;
    return true;
  }

  private boolean noneYet(int end) {
    if (end - at > LONGEST_HEAD || !digit(at)) {
      throw strange();
    }
    return false;
  }

  private int blank(int from, int end) {
    for (int i = from; i < end && i < from + LONGEST_HEAD; i++) {
      if (bytes.array()[i] == ' ') {
        return i;
      }
    }
    return -1;
  }

  private boolean digit(int place) {
    byte b = bytes.array()[place];
    return b >= '0' && b <= '9';
  }

  private int decimal(int from, int to) {
    if (to == from || to - from > 9) {
      throw strange();
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      if (!digit(i)) {
        throw strange();
      }
      value = value * 10 + bytes.array()[i] - '0';
    }
    return value;
  }

  private static IllegalArgumentException strange() {
    return new IllegalArgumentException("the receiver does not speak RELP");
  }

  /// Number of the transaction.
  int number() {
    return number;
  }

  /// What the receiver says: `rsp`, `serverclose`.
  String command() {
    return command;
  }

  /// What the data says of the message of that number.
  RelpVerdict verdict() {
    return RelpVerdict.of(bytes.array(), dataStart, dataLength);
  }

  /// The data as text.
  String data() {
    return new String(bytes.array(), dataStart, dataLength, StandardCharsets.UTF_8);
  }
}
