package io.coreaudit.agent;

import io.coreaudit.agent.command.CommandLineInterface;
import io.coreaudit.agent.command.ExitStatus;
import io.coreaudit.agent.config.Address;
import io.coreaudit.agent.config.ConfigReader;
import io.coreaudit.agent.control.ControlClient;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.netlink.AuditReceiver;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// The run from which the JVM learns for an ahead-of-time cache: `coreaudit train KIND`.
///
/// For the cache of the `agent` it lets the whole agent run for some seconds on made-up events from
/// a pipe, with a receiver of its own on loopback, and asks it everything that can be asked; then
/// it decodes a log. For that of the `commands`, which all end soon, it decodes a log and does what
/// else needs no agent: a start reads the whole cache, and most of what the agent needs would be in
/// the way. It touches nothing outside a temporary folder: no rule is loaded, no setting of the
/// kernel is changed.
final class Training {
  private static final int EVENTS = 60_000;
  private static final int DECODED = 1_000;

  private Training() {}

  private static int agent(Path dir) throws Exception {
    try (ServerSocket receiver = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Path pipe = dir.resolve("records");
      if (new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() != 0) {
        throw new IOException("mkfifo " + pipe + " failed");
      }
      start("training-receiver", () -> receive(receiver));
      CompletableFuture<Address> http = new CompletableFuture<>();
      start("training-records", () -> write(pipe, dir.resolve("run/control"), http));
      touchKernel();
      FutureTask<Integer> agent =
          new FutureTask<>(() -> Agent.run(config(dir, pipe, receiver), http::complete));
      new Thread(agent, "training").start();
      int status = agent.get();
      return status == ExitStatus.DONE ? decode(dir) : status;
    }
  }

  private static int commands(Path dir) throws IOException {
    Path rules = Files.writeString(dir.resolve("own.rules"), "-w /etc/passwd -p wa -k identity\n");
    command("--version");
    command("decode", "--help");
    command("rules", "check", rules.toString());
    command("config", "print");
    return decode(dir);
  }

  /// Who decodes a log waits for the start as well. The log is short: the cache keeps what was seen
  /// of the code that both use, and that is to be the agent's.
  private static int decode(Path dir) throws IOException {
    Path log = dir.resolve("audit.log");
    SyntheticEvents events = new SyntheticEvents();
    try (OutputStream lines = new BufferedOutputStream(Files.newOutputStream(log))) {
      for (int turn = 0; turn < DECODED; turn += 2) {
        lines.write(events.lines(turn).getBytes(StandardCharsets.US_ASCII));
      }
    }
    int status = ExitStatus.DONE;
    for (String format : List.of("ecs", "records", "raw")) {
      status = Math.max(status, command("decode", "--format", format, log.toString()));
    }
    return status;
  }

  private static int command(String... words) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    return new CommandLineInterface(_ -> ExitStatus.DONE, nowhere, System.err).run(words);
  }

  private static ConfigReader.Read config(Path dir, Path pipe, ServerSocket receiver)
      throws Exception {
    Path file = dir.resolve("coreaudit.yaml");
    Files.writeString(
        file,
        """
        input: { mode: file, files: [%s] }
        state: { dir: %s }
        run: { dir: %s }
        http: { listen: '127.0.0.1:0' }
        sinks:
          - { name: tcp, type: tcp, address: '127.0.0.1:%d' }
          - { name: file, type: file, path: %s, format: raw }
        """
            .formatted(
                pipe,
                dir.resolve("state"),
                dir.resolve("run"),
                receiver.getLocalPort(),
                dir.resolve("out")));
    return ConfigReader.read(file, List.of());
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  /// Loads what only live input needs. Asking is all it does, and a refusal is as good.
  private static void touchKernel() {
    try (AuditControl control = AuditControl.open();
        AuditReceiver receiver = AuditReceiver.openMulticast(1 << 20)) {
      control.status();
      control.rules();
      receiver.receive();
    } catch (KernelException e) {
      System.err.println("coreaudit: trained without the kernel's audit: " + e.getMessage());
    }
  }

  private static void receive(ServerSocket server) {
    byte[] buffer = new byte[1 << 16];
    try (Socket socket = server.accept();
        InputStream in = socket.getInputStream()) {
      while (in.read(buffer) >= 0) {
        continue;
      }
    } catch (IOException e) {
      return;
    }
  }

  private static void write(Path pipe, Path control, CompletableFuture<Address> http) {
    try (OutputStream out = Files.newOutputStream(pipe)) {
      SyntheticEvents events = new SyntheticEvents();
      for (int turn = 0; turn < EVENTS; turn += 2) {
        out.write(events.lines(turn).getBytes(StandardCharsets.US_ASCII));
        if (turn % (EVENTS / 4) == 0) {
          ask(control, http.get(10, TimeUnit.SECONDS));
        }
      }
    } catch (IOException | ExecutionException | TimeoutException e) {
      System.err.println("coreaudit: training: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void ask(Path control, Address http) throws IOException {
    for (String path : List.of("/metrics", "/readyz", "/healthz")) {
      try (Socket socket = new Socket(http.host(), http.port())) {
        String request =
            "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getInputStream().readAllBytes();
      }
    }
    ControlClient.ask(control, "status", 2000);
  }

  private static void delete(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /// One run, with what it says to a user.
  ///
  /// @param kind of which cache: agent or commands
  static int run(String kind) {
    try {
      Path dir = Files.createTempDirectory("coreaudit-train");
      try {
        return kind.equals("agent") ? agent(dir) : commands(dir);
      } finally {
        delete(dir);
      }
    } catch (Exception e) {
      System.err.println("coreaudit: training failed: " + e.getMessage());
      return ExitStatus.REFUSED;
    }
  }
}
