package io.coreaudit.format;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;

/// Writes times and the names of events. What events of one second have in common is kept.
final class Stamps {
  private static final long SECONDS_PER_DAY = 86_400;
  private static final long YEAR_10000 = 253_402_300_800L;
  private static final byte[][] LABELS = new byte[EventKind.values().length][];

  static {
    for (EventKind kind : EventKind.values()) {
      LABELS[kind.ordinal()] = EventAction.bytes(kind.label());
    }
  }

  private final ByteOutput date = new ByteOutput(32); // 2026-11-22T04:33:09.
  private final ByteOutput seconds = new ByteOutput(32); // 1795321989.
  private long dateSeconds = -1;
  private long secondsNumber;

  Stamps() {
    secondsNumber = 0;
    seconds.put('0', '.');
  }

  /// Name of a kind, as in `event.id`.
  static byte[] label(EventKind kind) {
    return LABELS[kind.ordinal()];
  }

  /// Appends the event's time in RFC 3339, UTC, milliseconds. A stamp that no four-digit year can
  /// hold (a forged line) gives way to the time of receipt.
  void appendTime(ByteOutput out, FrameFlyweight frame) {
    long seconds = frame.stampSeconds();
    int millis = frame.stampMillis();
    if (seconds < 0 || seconds >= YEAR_10000) {
      long receivedMillis = Math.max(0, frame.receiveTimeNs()) / 1_000_000;
      seconds = receivedMillis / 1000;
      millis = (int) (receivedMillis % 1000);
    }
    if (seconds != dateSeconds) {
      date.clear();
      writeDate(date, seconds);
      dateSeconds = seconds;
    }
    out.put(date.array(), 0, date.length());
    out.putDigits(millis, 3);
    out.put('Z');
  }

  /// The event's time in milliseconds of the epoch; that of its receipt as in `appendTime`.
  static long epochMillis(FrameFlyweight frame) {
    long seconds = frame.stampSeconds();
    return seconds < 0 || seconds >= YEAR_10000
        ? Math.max(0, frame.receiveTimeNs()) / 1_000_000
        : seconds * 1000 + frame.stampMillis();
  }

  private static void writeDate(ByteOutput out, long seconds) {
    long day = seconds / SECONDS_PER_DAY;
    int second = (int) (seconds % SECONDS_PER_DAY);
    // Days to date: years begin in March, eras have 400 years (Howard Hinnant, civil_from_days).
    long shifted = day + 719_468;
    long era = shifted / 146_097;
    int dayOfEra = (int) (shifted - era * 146_097);
    int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int monthFromMarch = (5 * dayOfYear + 2) / 153;
    int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    int year = (int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0);
    out.putDigits(year, 4);
    out.put('-');
    out.putDigits(month, 2);
    out.put('-');
    out.putDigits(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, 2);
    out.put('T');
    out.putDigits(second / 3600, 2);
    out.put(':');
    out.putDigits(second / 60 % 60, 2);
    out.put(':');
    out.putDigits(second % 60, 2);
    out.put('.');
  }

  /// Appends what follows the node in an event's name: `1795321989.984:3022`, `.n` for the n-th
  /// further event of the stamp; `<boot id>:<kind>:<seq>` for one of the agent itself, `.n` for one
  /// that is told to one sink only.
  void appendId(ByteOutput out, FrameFlyweight frame, EventKind kind) {
    if (kind != EventKind.AUDIT) {
      appendBootId(out, frame.bootIdHigh(), frame.bootIdLow());
      out.put(':');
      out.put(label(kind));
      out.put(':');
      out.putDecimal(frame.seq());
      appendRepeat(out, frame);
      return;
    }
    if (frame.stampSeconds() != secondsNumber) {
      secondsNumber = frame.stampSeconds();
      seconds.clear();
      seconds.putDecimal(secondsNumber);
      seconds.put('.');
    }
    out.put(seconds.array(), 0, seconds.length());
    out.putDigits(frame.stampMillis(), 3);
    out.put(':');
    appendUnsigned(out, frame.serial());
    appendRepeat(out, frame);
  }

  private static void appendRepeat(ByteOutput out, FrameFlyweight frame) {
    if (frame.repeat() == AssembledEvent.REPEAT_UNKNOWN) {
      out.put('.');
      out.put('s');
      out.putDecimal(frame.seq());
    } else if (frame.repeat() > 0) {
      out.put('.');
      out.putDecimal(frame.repeat());
    }
  }

  /// Appends an unsigned number.
  static void appendUnsigned(ByteOutput out, long value) {
    if (value >= 0) {
      out.putDecimal(value);
    } else {
      long tenth = Long.divideUnsigned(value, 10);
      out.putDecimal(tenth);
      out.put((int) ('0' + value - tenth * 10));
    }
  }

  /// Appends a boot id as the kernel writes it.
  static void appendBootId(ByteOutput out, long high, long low) {
    out.putHex(high >>> 32, 8);
    out.put('-');
    out.putHex(high >>> 16, 4);
    out.put('-');
    out.putHex(high, 4);
    out.put('-');
    out.putHex(low >>> 48, 4);
    out.put('-');
    out.putHex(low, 12);
  }
}
