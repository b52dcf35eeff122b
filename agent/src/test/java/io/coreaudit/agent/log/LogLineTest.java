package io.coreaudit.agent.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.coreaudit.agent.config.LogLevel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

final class LogLineTest {
  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

  @AfterEach
  void restore() {
    LogConfigurator.level(LogLevel.INFO);
  }

  @Test
  void shouldBeOneLineWhateverTheMessage() {
    assertThat(line(Level.WARN, "a\nb\tc\u001b[2Jd\u0000\u2028e", null))
        .matches(
            "[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z WARN Spool a\\\\n"
                + "b\\\\tc\\\\u001b\\[2Jd\\\\u0000\\\\u2028e\n");
  }

  @Test
  void shouldGiveProgramsTheFiguresBehindTheSentence() {
    LoggingEvent event =
        new LoggingEvent("x", logger("io.coreaudit.spool.Spool"), Level.WARN, "full", null, null);
    event.setKeyValuePairs(
        List.of(
            new KeyValuePair("path", "/var/lib/x-1.log"),
            new KeyValuePair("events", 12),
            new KeyValuePair("why", "a \"b\"\n\\"),
            new KeyValuePair("none", "")));
    assertThat(new LogLine().doLayout(event))
        .endsWith(
            "Spool full path=/var/lib/x-1.log events=12 why=\"a \\\"b\\\"\\n\\\\\" none=\"\"\n");
  }

  @Test
  void shouldNameTheCauseAndShowItsTraceOnlyForDebug() {
    Throwable cause = new IllegalStateException("disk\nfull");
    assertThat(line(Level.ERROR, "refused", cause)).endsWith("ERROR Spool refused: disk\\nfull\n");
    LogConfigurator.level(LogLevel.DEBUG);
    assertThat(line(Level.ERROR, "refused", cause)).contains("\tat io.coreaudit.agent.log");
  }

  @Test
  void shouldBeQuietByDefault() {
    assertThat(logger("net.openhft.chronicle.core.Jvm").isWarnEnabled()).isFalse();
    assertThat(logger("io.netty.util.X").isInfoEnabled()).isFalse();
    assertThat(logger("io.netty.util.X").isWarnEnabled()).isTrue();
    assertThat(logger("io.coreaudit.spool.Spool").isInfoEnabled()).isTrue();
    assertThat(logger("io.coreaudit.spool.Spool").isDebugEnabled()).isFalse();
    LogConfigurator.level(LogLevel.ERROR);
    assertThat(logger("io.coreaudit.spool.Spool").isWarnEnabled()).isFalse();
  }

  private Logger logger(String name) {
    return context.getLogger(name);
  }

  private String line(Level level, String message, Throwable thrown) {
    LogLine layout = new LogLine();
    return layout.doLayout(
        new LoggingEvent("x", logger("io.coreaudit.spool.Spool"), level, message, thrown, null));
  }
}
