package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The real rsyslog, which takes RELP on one port and syslog over TCP on another, and writes what
/// comes to `relp` and `tcp`, a line a message: `APP MSGID STRUCTURED-DATA MESSAGE`. What it
/// acknowledged is written.
final class Rsyslog implements AutoCloseable {
  private static final Path MODULE = Path.of("/usr/lib/x86_64-linux-gnu/rsyslog/imrelp.so");

  private final Path dir;
  private final int relp = freePort();
  private final int tcp = freePort();
  private Process process;

  /// Starts it on a folder of its own. Skips the test where it is not installed.
  Rsyslog(Path dir) throws Exception {
    if (!Files.exists(MODULE)) {
      assertThat(System.getenv("CI")).as(MODULE + " is missing").isNotEqualTo("true");
      assumeTrue(false, MODULE + " is missing: src/verify.sh --install");
    }
    this.dir = Files.createDirectories(dir);
    Files.writeString(
        dir.resolve("rsyslog.conf"),
        """
        global(workDirectory="DIR")
        main_queue(queue.type="Direct")
        template(name="all" type="string" string="%app-name% %msgid% %structured-data% %msg%\\n")
        module(load="imrelp")
        input(type="imrelp" port="RELP" ruleset="relp")
        module(load="imtcp")
        input(type="imtcp" address="127.0.0.1" port="TCP" ruleset="tcp")
        ruleset(name="relp") { action(type="omfile" file="DIR/relp" template="all") }
        ruleset(name="tcp") { action(type="omfile" file="DIR/tcp" template="all") }
        """
            .replace("DIR", dir.toString())
            .replace("RELP", Integer.toString(relp))
            .replace("TCP", Integer.toString(tcp)));
    start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /// Starts it again on its ports.
  void start() throws Exception {
    Files.deleteIfExists(dir.resolve("pid"));
    process =
        new ProcessBuilder(
                "/usr/sbin/rsyslogd",
                "-n",
                "-f",
                dir.resolve("rsyslog.conf").toString(),
                "-i",
                dir.resolve("pid").toString())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(dir.resolve("said").toFile()))
            .start();
    Await.until(
        Duration.ofSeconds(20), "rsyslog listens", this::said, () -> listens(relp) && listens(tcp));
  }

  private boolean listens(int port) {
    assertThat(process.isAlive()).as(said()).isTrue();
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /// Ends it as `kill -9` does.
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  int relpPort() {
    return relp;
  }

  int tcpPort() {
    return tcp;
  }

  /// Lines that came over RELP. A kill may have torn one.
  List<String> overRelp() {
    return lines("relp");
  }

  /// Lines that came over TCP.
  List<String> overTcp() {
    return lines("tcp");
  }

  private List<String> lines(String name) {
    Path file = dir.resolve(name);
    try {
      return Files.exists(file) ? Files.readAllLines(file, StandardCharsets.ISO_8859_1) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String said() {
    try {
      return Files.readString(dir.resolve("said"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    process.destroy();
    if (process.onExit().completeOnTimeout(null, 5, TimeUnit.SECONDS).join() == null) {
      process.destroyForcibly();
    }
  }
}
