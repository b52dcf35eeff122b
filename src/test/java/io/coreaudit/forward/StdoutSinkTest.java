package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Standard output as it really is: that of a child process, into a pipe.
@Timeout(30)
class StdoutSinkTest {
  @TempDir private Path directory;

  /// The child: forwards from a spool to its standard output until the reader goes, or a line comes
  /// on its standard input.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      var ended = new CountDownLatch(1);
      try (var feed = new FrameFeed(Path.of(arguments[0]), Long.parseLong(arguments[1]), 1_000)) {
        var forwarder =
            Forwarder.of(
                new SinkSettings.Stdout("siem"),
                Flow.all(),
                feed.reader(),
                new LineEncoder(),
                new NetworkLoop(),
                gone -> ended.countDown());
        forwarder.start();
        Thread.ofPlatform().daemon().start(() -> stopOnALine(forwarder, ended));
        ended.await();
        boolean free = forwarder.awaitEnd(Duration.ofSeconds(2));
        System.err.println(
            forwarder.state().phase()
                + "; "
                + forwarder.state().text()
                + "; thread ended "
                + free
                + "; acknowledged "
                + feed.acknowledged());
      }
    }

    private static void stopOnALine(Forwarder forwarder, CountDownLatch ended) {
      try {
        if (System.in.read() >= 0) {
          forwarder.stop(Duration.ofMillis(500));
          ended.countDown();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private Process child(long events) throws IOException {
    return JavaChild.start(
        directory.resolve("stderr"), Child.class, directory.resolve("spool"), events);
  }

  private String said() throws IOException {
    return Files.readString(directory.resolve("stderr"));
  }

  @Test
  void shouldWriteWholeLinesInOrderAndEndWhenTheReaderGoes() throws Exception {
    Process child = child(20_000);
    try (BufferedReader out = child.inputReader()) {
      for (long seq = 1; seq <= 1_000; seq++) {
        assertThat(out.readLine()).startsWith("AUDIT " + seq + " xxx").hasSizeGreaterThan(1_000);
      }
    }
    assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).isZero();
    assertThat(said()).startsWith("FAILED; standard output: Broken pipe; thread ended true");
  }

  @Test
  void shouldWaitForADiskThatIsFull() throws Exception {
    Path full = Path.of("/dev/full");
    Process child =
        JavaChild.start(
            directory.resolve("stderr"),
            ProcessBuilder.Redirect.to(full.toFile()),
            Child.class,
            directory.resolve("spool"),
            10);
    try {
      Thread.sleep(2_000);
      assertThat(child.isAlive()).isTrue();
      child.getOutputStream().write('\n');
      child.getOutputStream().flush();
      assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(said()).contains("thread ended true; acknowledged 0");
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void shouldLetGoOfABlockedPipeWhenStopped() throws Exception {
    Process child = child(20_000); // nobody reads: the pipe takes 64 KB
    try {
      assertThat(child.getInputStream().read()).isEqualTo('A');
      child.getOutputStream().write('\n');
      child.getOutputStream().flush();
      assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(said()).contains("thread ended true");
      assertThat(child.exitValue()).isZero();
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  void shouldWriteAllToAReaderThatIsSlow() throws Exception {
    Process child = child(2_000);
    try (BufferedReader out = child.inputReader()) {
      for (long seq = 1; seq <= 2_000; seq++) {
        if (seq % 500 == 0) {
          Thread.sleep(50);
        }
        assertThat(out.readLine()).startsWith("AUDIT " + seq + " xxx");
      }
      child.getOutputStream().write('\n');
      child.getOutputStream().flush();
      assertThat(out.readLine()).isNull();
    }
    assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(said()).startsWith("STOPPED; stopped; thread ended true; acknowledged 2000");
  }
}
