package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `run` from its start line to its clean end, on a pipe: the kernel is left alone.
final class RunTest {
  @TempDir private Path dir;

  @Test
  void shouldRunOnceAnswerAndStop() throws Exception {
    Path runDir = dir.resolve("run");
    Path pipe = dir.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    int port = freePort();
    String[] line = {
      "run",
      "--set",
      "run.dir=" + runDir,
      "--set",
      "state.dir=" + dir.resolve("state"),
      "--set=http.listen=127.0.0.1:" + port,
      "--set=input.mode=file",
      "--set=input.files=" + pipe,
      "--set=sinks=[]"
    };
    // Opened for both, the pipe waits for nobody and never ends.
    try (RandomAccessFile _ = new RandomAccessFile(pipe.toFile(), "rw");
        ChildJvm agent = ChildJvm.start(List.of(), Main.class, line)) {
      agent.awaitErr("INFO Agent started");
      try (HttpClient client = HttpClient.newHttpClient()) {
        URI health = URI.create("http://127.0.0.1:" + port + "/healthz");
        assertThat(
                client.send(HttpRequest.newBuilder(health).build(), BodyHandlers.ofString()).body())
            .isEqualTo("healthy\n");
      }
      try (ChildJvm second = ChildJvm.start(List.of(), Main.class, line);
          ChildJvm status =
              ChildJvm.start(List.of(), Main.class, "status", "--set", "run.dir=" + runDir);
          ChildJvm json =
              ChildJvm.start(
                  List.of(), Main.class, "status", "--json", "--set", "run.dir=" + runDir)) {
        assertThat(second.exitStatus()).isEqualTo(3);
        assertThat(second.err())
            .startsWith(
                "coreaudit: another coreaudit runs on this host: pid " + agent.pid() + " since");
        assertThat(status.exitStatus()).isZero();
        assertThat(status.out()).contains("pid " + agent.pid() + ",", "state ");
        assertThat(json.exitStatus()).isZero();
        assertThat(json.out()).startsWith("{\"agent\": {").endsWith("}\n");
      }
      agent.terminate();
      assertThat(agent.exitStatus()).isZero();
      assertThat(agent.err().lines().filter(text -> !text.contains(" INFO "))).isEmpty();
      assertThat(runDir.resolve("control")).doesNotExist();
    }
  }

  @Test
  void shouldRefuseASpoolThatANewerProgramWroteAndTouchNothing() throws Exception {
    Path spool = Files.createDirectories(dir.resolve("state/spool"));
    Files.writeString(spool.resolve("spool.lock"), "");
    Files.writeString(spool.resolve("spool.format"), "coreaudit spool format 2\n");
    try (ChildJvm agent =
        ChildJvm.start(
            List.of(),
            Main.class,
            "run",
            "--set=run.dir=" + dir.resolve("run"),
            "--set=state.dir=" + dir.resolve("state"),
            "--set=input.mode=file",
            "--set=input.files=" + spool.resolve("spool.lock"),
            "--set=sinks=[]")) {
      assertThat(agent.exitStatus()).isEqualTo(2);
      assertThat(agent.err())
          .startsWith("coreaudit: spool " + spool + ": a newer coreaudit wrote it (format 2,")
          .hasLineCount(1);
    }
    assertThat(dir.resolve("run")).doesNotExist();
    try (Stream<Path> files = Files.list(spool)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("spool.lock", "spool.format");
    }
  }

  @Test
  void shouldRunWithoutAnAddressThatSomebodyElseHas() throws Exception {
    Path runDir = dir.resolve("run");
    Path pipe = dir.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    try (RandomAccessFile _ = new RandomAccessFile(pipe.toFile(), "rw")) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      try (ChildJvm agent =
          ChildJvm.start(
              List.of(),
              Main.class,
              "run",
              "--set=run.dir=" + runDir,
              "--set=state.dir=" + dir.resolve("state"),
              "--set=http.listen=" + address,
              "--set=input.mode=file",
              "--set=input.files=" + pipe,
              "--set=sinks=[]")) {
        agent.awaitErr("INFO Agent started");
        String trouble = "http.listen=" + address + ": Address already in use";
        assertThat(agent.err()).contains("WARN Listener " + trouble);
        try (ChildJvm status =
            ChildJvm.start(List.of(), Main.class, "status", "--set", "run.dir=" + runDir)) {
          assertThat(status.exitStatus()).isZero();
          assertThat(status.out()).contains(trouble);
        }
        taken.close();
        agent.awaitErr("INFO Listener http " + address);
        agent.terminate();
        assertThat(agent.exitStatus()).isZero();
      }
    } finally {
      taken.close();
    }
  }

  @Test
  void shouldTakeItselfForAServiceOnlyWhenSystemdStartedThisProcess() {
    assertThat(Agent.isService(null, 17)).isFalse();
    assertThat(Agent.isService("16", 17)).isFalse();
    assertThat(Agent.isService("17", 17)).isTrue();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
