package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A file sink, and dead letters, on a file system that fills up. Needs root, to mount one.
@Timeout(30)
class FileSinkIT {
  @TempDir private Path directory;
  private Path small;

  @BeforeEach
  void mountASmallFileSystem() throws Exception {
    small = Files.createDirectory(directory.resolve("small"));
    String said =
        run("mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "coreaudit-test", small.toString());
    if (!said.isEmpty()) {
      small = null;
      assertThat(System.getenv("CI")).as("cannot mount a tmpfs: " + said).isNotEqualTo("true");
      assumeTrue(false, "cannot mount a tmpfs (root only): " + said);
    }
  }

  @AfterEach
  void unmount() throws Exception {
    if (small != null) {
      assertThat(run("umount", small.toString())).isEmpty();
    }
  }

  /// Empty when it went well.
  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() == 0 ? "" : "exit " + process.exitValue() + " " + said;
  }

  @Test
  void shouldWaitForSpaceAndLeaveNoTornLine() throws Exception {
    Path file = small.resolve("audit.log");
    Path ballast = small.resolve("ballast");
    Files.write(ballast, new byte[150 << 10]);
    var settings = new SinkSettings.File("siem", file, 64 << 20, 0);
    try (var feed = new FrameFeed(directory.resolve("spool"), 200, 1_000)) {
      var forwarder =
          Forwarder.of(
              settings, Flow.all(), feed.reader(), new LineEncoder(), new NetworkLoop(), e -> {});
      forwarder.start();
      LineReceiver.await(() -> forwarder.counters().value(SinkCounter.FAILURES) >= 1);
      assertThat(forwarder.state().lastError()).isEqualTo(file + ": No space left on device");
      long held = forwarder.lagEvents();
      assertThat(held).isPositive();
      assertThat(seqs(file)).isEqualTo(FrameFeed.upTo(200 - held));
      assertThat(Files.readString(file))
          .satisfiesAnyOf(
              text -> assertThat(text).isEmpty(), text -> assertThat(text).endsWith("\n"));

      Files.delete(ballast);
      LineReceiver.await(() -> forwarder.lagEvents() == 0);
      assertThat(seqs(file)).isEqualTo(FrameFeed.upTo(200));
      assertThat(forwarder.state().phase()).isEqualTo(SinkState.Phase.DELIVERING);
      forwarder.stop(Duration.ofSeconds(1));
      assertThat(forwarder.awaitEnd(Duration.ofSeconds(2))).isTrue();
    }
  }

  @Test
  void shouldLeaveNoTornDeadLetter() throws Exception {
    Path ballast = Files.write(small.resolve("ballast"), new byte[150 << 10]);
    DeadLetters letters = new DeadLetters(new DeadLetterBox(small, 4 << 20), "siem");
    byte[] event = "x".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
    int kept = 0;
    while (letters.failures() == 0) {
      letters.add(event, 0, event.length, "no");
      kept += letters.failures() == 0 ? 1 : 0;
    }
    assertThat(letters.fault()).contains("No space left on device");
    Files.delete(ballast);
    letters.add(event, 0, event.length, "no");
    assertThat(letters.fault()).isEmpty();
    assertThat(Files.readAllLines(small.resolve("siem.jsonl")))
        .hasSize(kept + 1)
        .allMatch(line -> line.lastIndexOf("{\"time\":") == 0 && line.endsWith("x\"}"));
  }

  private static List<Long> seqs(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> Long.parseLong(line.split(" ", 3)[1]))
        .toList();
  }
}
