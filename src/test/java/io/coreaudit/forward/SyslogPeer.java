package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A real receiver of syslog in a process of its own, rsyslog or syslog-ng, on a loopback port. It
/// writes `HOST APP MSGID STRUCTURED-DATA MESSAGE` a line, or all but the message. It can be killed
/// and started again.
final class SyslogPeer implements AutoCloseable {
  private static final Path RSYSLOG = Path.of("/usr/sbin/rsyslogd");
  private static final Path RSYSLOG_MODULES = Path.of("/usr/lib/x86_64-linux-gnu/rsyslog");
  private static final Path SYSLOG_NG = Path.of("/var/cache/coreaudit-syslog-ng");

  /// How messages get in.
  enum Way {
    TCP(false, false),
    TLS(false, true),
    UDP(false, false),
    RELP(true, false),
    RELP_TLS(true, true);

    /// Whether the receiver answers.
    final boolean answers;

    final boolean secured;

    Way(boolean answers, boolean secured) {
      this.answers = answers;
      this.secured = secured;
    }
  }

  private final Path dir;
  private final int port;
  private final List<String> command = new ArrayList<>();
  private String libraries = "";
  private final ByteBuffer counting = ByteBuffer.allocateDirect(1 << 16);
  private long countedBytes;
  private long counted;
  private Process process;

  private SyslogPeer(Path dir) throws IOException {
    this.dir = Files.createDirectories(dir);
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
  }

  /// Starts rsyslog. Its queue is direct: what it answers is written.
  static SyslogPeer rsyslog(Path dir, Way way, Certificates files, boolean whole) throws Exception {
    needs(RSYSLOG);
    needs(RSYSLOG_MODULES.resolve("imrelp.so"));
    needs(RSYSLOG_MODULES.resolve("lmnsd_gtls.so"));
    var peer = new SyslogPeer(dir);
    String port = "port=\"" + peer.port + "\"";
    String input =
        switch (way) {
          case TCP -> "module(load=\"imtcp\")\ninput(type=\"imtcp\" address=\"127.0.0.1\" %s)";
          case TLS ->
              "module(load=\"imtcp\" streamDriver.name=\"gtls\" streamDriver.mode=\"1\""
                  + " streamDriver.authMode=\"x509/certvalid\")\n"
                  + "input(type=\"imtcp\" address=\"127.0.0.1\" %s)";
          case UDP ->
              "module(load=\"imudp\")\n"
                  + "input(type=\"imudp\" address=\"127.0.0.1\" rcvbufSize=\"16m\" %s)";
          case RELP -> "module(load=\"imrelp\")\ninput(type=\"imrelp\" %s)";
          case RELP_TLS ->
              "module(load=\"imrelp\")\n"
                  + "input(type=\"imrelp\" %s tls=\"on\" tls.authMode=\"certvalid\""
                  + " tls.caCert=\"CA\" tls.myCert=\"CERT\" tls.myPrivKey=\"KEY\")";
        };
    String global =
        "global(workDirectory=\"DIR\" maxMessageSize=\"8k\""
            + (way == Way.TLS
                ? " defaultNetstreamDriverCAFile=\"CA\" defaultNetstreamDriverCertFile=\"CERT\""
                    + " defaultNetstreamDriverKeyFile=\"KEY\""
                : "")
            + ")\n";
    String config =
        global
            + "main_queue(queue.type=\"Direct\")\n"
            + input.formatted(port)
            + "\ntemplate(name=\"all\" type=\"string\" string=\"%hostname% %app-name% %msgid%"
            + " %structured-data%"
            + (whole ? " %msg%" : "")
            + "\\n\")\n"
            + "action(type=\"omfile\" file=\"DIR/received\" template=\"all\")\n";
    Path file = peer.dir.resolve("rsyslog.conf");
    Files.writeString(file, peer.filled(config, files));
    peer.command.addAll(
        List.of(
            RSYSLOG.toString(),
            "-n",
            "-f",
            file.toString(),
            "-i",
            peer.dir.resolve("pid").toString()));
    peer.start(way != Way.UDP);
    return peer;
  }

  /// Starts syslog-ng, unpacked by `src/verify.sh --install`.
  static SyslogPeer syslogNg(Path dir, Way way, Certificates files, boolean whole)
      throws Exception {
    Path program = SYSLOG_NG.resolve("usr/sbin/syslog-ng");
    needs(program);
    var peer = new SyslogPeer(dir);
    String tls =
        way == Way.TLS
            ? " transport(\"tls\") tls(key-file(\"KEY\") cert-file(\"CERT\") ca-file(\"CA\")"
                + " peer-verify(required-trusted))"
            : " transport(\"tcp\")";
    String config =
        """
        @version: 3.35
        options { keep-hostname(yes); log-msg-size(8192); };
        source s { syslog(ip("127.0.0.1") port(%d)%s); };
        destination d { file("DIR/received" template("$HOST $PROGRAM $MSGID $SDATA%s\\n")); };
        log { source(s); destination(d); };
        """
            .formatted(peer.port, tls, whole ? " $MSG" : "");
    Path file = peer.dir.resolve("syslog-ng.conf");
    Files.writeString(file, peer.filled(config, files));
    peer.libraries =
        SYSLOG_NG.resolve("usr/lib/syslog-ng")
            + ":"
            + SYSLOG_NG.resolve("usr/lib/x86_64-linux-gnu")
            + ":"
            + SYSLOG_NG.resolve("lib/x86_64-linux-gnu");
    peer.command.addAll(
        List.of(
            program.toString(),
            "-F",
            "--no-caps",
            "-f",
            file.toString(),
            "--module-path",
            SYSLOG_NG.resolve("usr/lib/syslog-ng/3.38").toString(),
            "-R",
            peer.dir.resolve("persist").toString(),
            "-c",
            peer.dir.resolve("control").toString(),
            "-p",
            peer.dir.resolve("pid").toString()));
    peer.start(true);
    return peer;
  }

  private static void needs(Path file) {
    if (!Files.exists(file)) {
      assertThat(System.getenv("CI")).as(file + " is missing").isNotEqualTo("true");
      assumeTrue(false, file + " is missing: src/verify.sh --install");
    }
  }

  private String filled(String text, Certificates files) {
    String filled = text.replace("DIR", dir.toString());
    return files == null
        ? filled
        : filled
            .replace("\"CA\"", '"' + files.path("ca.pem").toString() + '"')
            .replace("\"CERT\"", '"' + files.path("server.pem").toString() + '"')
            .replace("\"KEY\"", '"' + files.path("server.key").toString() + '"');
  }

  private void start(boolean listens) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(Redirect.appendTo(dir.resolve("log").toFile()));
    if (!libraries.isEmpty()) {
      builder.environment().put("LD_LIBRARY_PATH", libraries);
    }
    process = builder.start();
    LineReceiver.await(listens ? this::listens : this::isBound);
    assertThat(process.isAlive()).as(said()).isTrue();
  }

  private boolean listens() {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      if (!process.isAlive()) {
        throw new AssertionError("it ended: " + said(), e);
      }
      return false;
    }
  }

  /// Whether somebody has the port for datagrams.
  private boolean isBound() {
    String local = ":%04X ".formatted(port);
    try (Stream<String> sockets = Files.lines(Path.of("/proc/net/udp"))) {
      return sockets.anyMatch(socket -> socket.contains(local));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String said() {
    try {
      return Files.readString(dir.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  int port() {
    return port;
  }

  /// Kills it as `kill -9` does.
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  void startAgain() throws Exception {
    start(true);
  }

  /// Number of lines written.
  long count() {
    Path received = dir.resolve("received");
    if (!Files.exists(received)) {
      return 0;
    }
    try (FileChannel in = FileChannel.open(received)) {
      for (int read = in.read(counting.clear(), countedBytes);
          read > 0;
          read = in.read(counting.clear(), countedBytes)) {
        countedBytes += read;
        for (int i = 0; i < read; i++) {
          counted += counting.get(i) == '\n' ? 1 : 0;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return counted;
  }

  List<String> lines() throws IOException {
    return Files.readAllLines(dir.resolve("received"), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    process.destroy();
    if (process.onExit().completeOnTimeout(null, 5, TimeUnit.SECONDS).join() == null) {
      process.destroyForcibly();
    }
  }
}
