package io.coreaudit.agent.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.slf4j.event.KeyValuePair;

/// One message as one line: `2026-11-22T04:33:09.984Z WARN Sinks message sink=siem`.
///
/// Behind the sentence for people stand its figures for programs, `name=value`; a value that holds
/// anything but letters, digits and `._:/-` stands in quotes, with `\"` and `\\` in it.
///
/// A message cannot make a second line, nor move a terminal's cursor: control characters are
/// written as `\n`, `\t` or `\u001b`. A stack trace follows only with `log.level: debug`.
final class LogLine extends LayoutBase<ILoggingEvent> {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._:/-]+");

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    // Instant leaves zero milliseconds out; a column should not jump.
    String time =
        Instant.ofEpochMilli(event.getTimeStamp()).truncatedTo(ChronoUnit.MILLIS).toString();
    line.append(time.length() == 20 ? time.substring(0, 19) + ".000Z" : time)
        .append(' ')
        .append(event.getLevel())
        .append(' ');
    String logger = event.getLoggerName();
    line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(' ');
    escape(line, event.getFormattedMessage());
    if (event.getKeyValuePairs() != null) {
      event.getKeyValuePairs().forEach(pair -> pair(line, pair));
    }
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null && LogConfigurator.debug()) {
      line.append('\n').append(ThrowableProxyUtil.asString(thrown).stripTrailing());
    } else if (thrown != null) {
      String text = thrown.getMessage();
      if (text != null && !line.toString().contains(text)) {
        escape(line.append(": "), text);
      }
    }
    return line.append('\n').toString();
  }

  private static void pair(StringBuilder line, KeyValuePair pair) {
    String value = String.valueOf(pair.value);
    line.append(' ').append(pair.key).append('=');
    if (PLAIN.matcher(value).matches()) {
      line.append(value);
    } else {
      escape(line.append('"'), value.replace("\\", "\\\\").replace("\"", "\\\""));
      line.append('"');
    }
  }

  private static void escape(StringBuilder line, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isISOControl(c) && c != '\u2028' && c != '\u2029') {
        line.append(c);
      } else if (c == '\n') {
        line.append("\\n");
      } else if (c == '\t') {
        line.append("\\t");
      } else {
        line.append(String.format("\\u%04x", (int) c));
      }
    }
  }
}
