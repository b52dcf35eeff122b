package io.coreaudit.agent.command;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A point in time as a user writes it: RFC 3339 (without an offset UTC, without a time midnight),
/// seconds of the epoch, or how long ago: `-1h`.
final class TimeArgument {
  private static final Pattern AGO = Pattern.compile("-(\\d{1,9})(s|m|h|d|w)");
  private static final Pattern EPOCH = Pattern.compile("@?(\\d{1,12})(?:\\.(\\d{1,9}))?");

  private TimeArgument() {}

  /// Reads a point in time.
  ///
  /// @return milliseconds of the epoch
  /// @throws CommandException it is none
  static long millis(String option, String text, Instant now) throws CommandException {
    Matcher ago = AGO.matcher(text);
    if (ago.matches()) {
      return now.minus(unit(ago.group(2)).multipliedBy(Long.parseLong(ago.group(1))))
          .toEpochMilli();
    }
    Matcher epoch = EPOCH.matcher(text);
    if (epoch.matches()) {
      String fraction = epoch.group(2) == null ? "" : epoch.group(2);
      return Long.parseLong(epoch.group(1)) * 1000
          + Long.parseLong((fraction + "000").substring(0, 3));
    }
    try {
      String whole = text.replace(' ', 'T');
      if (!whole.contains("T")) {
        return LocalDate.parse(whole).atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
      }
      if (whole.matches(".*([Zz]|[+-]\\d\\d:\\d\\d)")) {
        return OffsetDateTime.parse(whole).toInstant().toEpochMilli();
      }
      return LocalDateTime.parse(whole).toInstant(ZoneOffset.UTC).toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw new CommandException(
          ExitStatus.WRONG_USAGE,
          option
              + "="
              + text
              + ": expected a time such as 2026-11-22T04:33:09Z, 2026-11-22 (UTC), 1795321989 or"
              + " -1h (s, m, h, d, w)",
          e);
    }
  }

  private static Duration unit(String letter) {
    return switch (letter) {
      case "s" -> Duration.ofSeconds(1);
      case "m" -> Duration.ofMinutes(1);
      case "h" -> Duration.ofHours(1);
      case "d" -> Duration.ofDays(1);
      default -> Duration.ofDays(7);
    };
  }
}
