package io.coreaudit.agent.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.coreaudit.agent.config.LogLevel;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;

/// Sets up the log. Logback finds it as a service, before the first message.
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  private static final String OURS = "io.coreaudit";
  private static volatile boolean debug;

  /// Called by Logback.
  public LogConfigurator() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    LogLine layout = new LogLine();
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout);
    encoder.start();
    ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
    stderr.setContext(context);
    stderr.setTarget("System.err");
    stderr.setEncoder(encoder);
    stderr.start();
    context.getLogger("ROOT").setLevel(Level.WARN);
    context.getLogger("ROOT").addAppender(stderr);
    context.getLogger("net.openhft").setLevel(Level.ERROR);
    context.getLogger("org.apache.kafka").setLevel(Level.OFF); // its sink says what is wrong
    context.getLogger(OURS).setLevel(Level.INFO);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /// Sets how much the agent itself says. With `debug`, stack traces are shown too.
  public static void level(LogLevel level) {
    debug = level == LogLevel.DEBUG;
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context
        .getLogger(OURS)
        .setLevel(
            switch (level) {
              case ERROR -> Level.ERROR;
              case WARN -> Level.WARN;
              case INFO -> Level.INFO;
              case DEBUG -> Level.DEBUG;
            });
  }

  /// Whether details such as stack traces are wanted.
  public static boolean debug() {
    return debug;
  }
}
