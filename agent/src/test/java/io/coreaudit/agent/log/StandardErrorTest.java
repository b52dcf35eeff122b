package io.coreaudit.agent.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Standard error as it really is: that of a child process, into a pipe.
@Timeout(60)
final class StandardErrorTest {
  private static final int LINES = 2_000;

  /// The child: says more than a pipe holds, tells on standard output how much was left out, and
  /// after a line on standard input says one thing more.
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws IOException {
      StandardError error = StandardError.install();
      for (int i = 0; i < LINES; i++) {
        System.err.println("line " + i + " " + "x".repeat(100));
      }
      System.out.println(error.leftOut());
      while (System.in.read() != '\n') {
        continue;
      }
      System.err.println("last");
    }
  }

  @Test
  void shouldLeaveOutWhatNobodyReadsAndSaySo() throws Exception {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.matches("--(add|enable|sun)-.*")) {
        line.add(flag);
      }
    }
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
    Process child = new ProcessBuilder(line).start();
    try (BufferedReader out = child.inputReader()) {
      long leftOut = Long.parseLong(out.readLine());
      assertThat(leftOut).isBetween(LINES / 2L, LINES - 1L);
      // What the pipe holds is read before the child says its last word: that finds room then.
      byte[] held = child.getErrorStream().readNBytes(40_000);
      child.getOutputStream().write('\n');
      child.getOutputStream().flush();
      String rest = new String(child.getErrorStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(new String(held, StandardCharsets.US_ASCII)).startsWith("line 0 xxx");
      assertThat(rest).endsWith("\ncoreaudit: " + leftOut + " lines are left out here\nlast\n");
    } finally {
      child.destroyForcibly();
    }
  }
}
