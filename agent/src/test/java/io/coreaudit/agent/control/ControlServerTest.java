package io.coreaudit.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coreaudit.agent.ChildJvm;
import io.coreaudit.json.Json;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ControlServerTest {
  @TempDir private Path dir;
  private Path socket;
  private ControlServer server;

  @BeforeEach
  void start() throws IOException {
    socket = dir.resolve("run/control");
    server = ControlServer.start(socket, StatusScreenTest::report);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void shouldAnswerWithTheWholeStatus() throws Exception {
    Json status = ControlClient.parse(ControlClient.ask(socket, "status", 5000));
    assertThat(status.members().keySet())
        .containsExactly(
            "agent", "input", "kernel", "rates", "ledger", "spool", "sinks", "watches");
    assertThat(status.at("agent", "pid").number(0)).isEqualTo(4711);
    assertThat(status.at("agent", "reasons").elements())
        .extracting(Json::text)
        .containsExactly("deaf: \"no\" event\n\u001b[2J \u00e9 \ud83d\ude00");
    assertThat(status.at("kernel", "lost").number(0)).isEqualTo(1L << 40);
  }

  @Test
  void shouldBeThereForItsOwnUserOnly() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void shouldRefuseAnotherUserWhateverTheModes() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root to become another user");
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (Path way : List.of(dir, socket.getParent())) {
      Files.setPosixFilePermissions(way, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    List<String> nobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
    try (ChildJvm stranger = ChildJvm.start(nobody, ControlAsk.class, socket.toString());
        ChildJvm root = ChildJvm.start(List.of(), ControlAsk.class, socket.toString())) {
      assertThat(stranger.exitStatus()).isEqualTo(1);
      assertThat(stranger.out()).isEmpty();
      assertThat(stranger.err())
          .containsAnyOf(
              "closed the connection without an answer", "Connection reset", "Broken pipe");
      assertThat(root.exitStatus()).isZero();
      assertThat(root.out()).startsWith("{\"agent\"");
    }
  }

  @Test
  void shouldSayWhatItKnowsToWhoAsksForSomethingElse() throws Exception {
    String answer = ControlClient.ask(socket, "reboot", 5000);
    assertThatThrownBy(() -> ControlClient.parse(answer))
        .hasMessage("the agent says: unknown request, expected: status, watches or rules apply");
  }

  @Test
  void shouldStayUpWithClientsThatSayNothingOrTooMuch() throws Exception {
    List<SocketChannel> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        silent.add(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
      }
      try (SocketChannel loud = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        assertThatThrownBy(
                () -> {
                  for (int i = 0; i < 1000; i++) {
                    loud.write(ByteBuffer.wrap(new byte[4096]));
                  }
                })
            .isInstanceOf(IOException.class);
      }
      // The silent ones lose their place after five seconds.
      long deadline = System.nanoTime() + 20_000_000_000L;
      while (!answers()) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.sleep(200);
      }
    } finally {
      for (SocketChannel client : silent) {
        client.close();
      }
    }
  }

  @Test
  void shouldNotWaitLongerThanToldForAnAgentThatStandsStill() throws Exception {
    Path still = dir.resolve("run/still");
    List<SocketChannel> others = new ArrayList<>();
    try (ServerSocketChannel listens = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listens.bind(UnixDomainSocketAddress.of(still), 2);
      boolean taken = true;
      while (taken) {
        SocketChannel other = SocketChannel.open(StandardProtocolFamily.UNIX);
        others.add(other);
        other.configureBlocking(false);
        try {
          other.connect(UnixDomainSocketAddress.of(still));
        } catch (SocketException e) {
          taken = false; // the queue is full
        }
      }
      long startedNs = System.nanoTime();
      assertThatThrownBy(() -> ControlClient.ask(still, "status", 500))
          .hasMessage("the agent did not answer within 500 ms");
      assertThat(System.nanoTime() - startedNs).isLessThan(3_000_000_000L);
    } finally {
      for (SocketChannel other : others) {
        other.close();
      }
    }
  }

  @Test
  void shouldTakeOverOnlyASocketThatNobodyAnswers() throws Exception {
    assertThatThrownBy(() -> ControlServer.start(socket, StatusScreenTest::report))
        .isInstanceOf(IOException.class)
        .hasMessage(socket + ": another process answers there");
    Path stale = dir.resolve("run/stale");
    try (ServerSocketChannel gone = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      gone.bind(UnixDomainSocketAddress.of(stale));
    }
    assertThat(stale).exists();
    try (ControlServer _ = ControlServer.start(stale, StatusScreenTest::report)) {
      assertThat(ControlClient.ask(stale, "status", 5000)).startsWith("{");
    }
    assertThat(stale).doesNotExist();
  }

  @Test
  void shouldTellAFailureOfTheStatusItself() throws Exception {
    Path path = dir.resolve("run/failing");
    try (ControlServer _ =
        ControlServer.start(
            path,
            () -> {
              throw new IllegalStateException("spool closed");
            })) {
      String answer = ControlClient.ask(path, "status", 5000);
      assertThatThrownBy(() -> ControlClient.parse(answer)).hasMessageContaining("spool closed");
    }
  }

  private boolean answers() {
    try {
      return ControlClient.ask(socket, "status", 2000).startsWith("{\"agent\"");
    } catch (IOException _) {
      return false;
    }
  }
}
