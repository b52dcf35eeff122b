package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.coreaudit.agent.config.InputMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class OriginsTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(Origins.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @TempDir private Path proc;

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(log);
  }

  @Test
  void shouldSayWhatAPluginOutsideTheHostsNumbersOfProcessesDoesNotTell() throws IOException {
    Path other = Files.createSymbolicLink(proc.resolve("other"), Path.of("pid:[4026532001]"));
    assertThat(Origins.hasNumbersOfProcesses(InputMode.PLUGIN, other)).isFalse();
    assertThat(log.list)
        .singleElement()
        .satisfies(
            warning ->
                assertThat(warning.getFormattedMessage())
                    .contains("where a process belongs")
                    .contains("coreaudit.secret")
                    .contains("origin.container_rate")
                    .contains("watch.secrets.repeat")
                    .contains("hostPID"));
    assertThat(Origins.hasNumbersOfProcesses(InputMode.MULTICAST, other))
        .as("the kernel gives its records to nobody elsewhere")
        .isTrue();
  }

  @Test
  void shouldBelieveThatItIsTheHostsNamespaceWhereNothingSaysOtherwise() throws IOException {
    Path host = Files.createSymbolicLink(proc.resolve("host"), Path.of("pid:[4026531836]"));
    assertThat(Origins.hasNumbersOfProcesses(InputMode.PLUGIN, host)).isTrue();
    assertThat(Origins.hasNumbersOfProcesses(InputMode.PLUGIN, proc.resolve("absent"))).isTrue();
    assertThat(log.list).isEmpty();
  }
}
