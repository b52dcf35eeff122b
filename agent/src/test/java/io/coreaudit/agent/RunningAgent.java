package io.coreaudit.agent;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The agent in a process of its own, as a user starts it, on a configuration of the test's. It can
/// be started again on the same folder after it ended; each start has its own `stdout-N` and
/// `stderr-N`.
final class RunningAgent implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(6);

  /// Flags of the launcher's that bear on time and memory.
  static final List<String> TUNING =
      List.of(
          "-XX:TieredCompileTaskTimeout=600000",
          "-XX:Tier4LoadFeedback=300",
          "-XX:TrimNativeHeapInterval=20000");

  private static final Pattern HTTP_PORT = Pattern.compile("; http 127\\.0\\.0\\.1:([0-9]+)");
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final Path dir;
  private final List<String> before = new ArrayList<>();
  private List<String> memory = List.of("-XX:+UseSerialGC", "-Xmx64m", "-Xss512k");

  private Path program;
  private String classPath = System.getProperty("java.class.path");
  private String http = "127.0.0.1:0";
  private Redirect input;
  private Redirect output;
  private Redirect errors;
  private int starts;
  private int httpPort;
  private Process process;

  /// Prepares one whose state and run directories lie in a folder.
  RunningAgent(Path dir) {
    this.dir = dir;
  }

  /// Sets the JVM's flags for memory in place of the launcher's.
  RunningAgent memory(String... flags) {
    memory = List.of(flags);
    return this;
  }

  /// Sets words before `java`, such as `setpriv --reuid=65534`.
  RunningAgent before(String... words) {
    before.addAll(List.of(words));
    return this;
  }

  /// Sets another class path than this process's.
  RunningAgent classPath(String path) {
    classPath = path;
    return this;
  }

  /// Starts this program, which brings its Java run time, in place of the one that is tested.
  RunningAgent program(Path launcher) {
    program = launcher;
    return this;
  }

  /// Sets `http.listen`; a free port when not called.
  RunningAgent http(String listen) {
    http = listen;
    return this;
  }

  /// Gives it a standard input.
  RunningAgent input(Redirect from) {
    input = from;
    return this;
  }

  /// Gives its standard output another place than `stdout-N`.
  RunningAgent output(Redirect to) {
    output = to;
    return this;
  }

  /// Gives its standard error another place than `stderr-N`. Then `http` must name a port.
  RunningAgent errors(Redirect to) {
    errors = to;
    return this;
  }

  /// Starts it with configuration text; state.dir, run.dir and http.listen are added.
  RunningAgent start(String yaml) throws IOException {
    configure(yaml);
    return startAgain();
  }

  /// Writes a program that becomes the agent on such a configuration, for another process to start
  /// with a command and its options. What is asked of the agent's process cannot be asked then.
  Path launcher(String yaml) throws IOException {
    configure(yaml);
    starts++;
    Path launcher = dir.resolve("coreaudit");
    Files.writeString(
        launcher,
        "#!/bin/sh\nexec %s \"$@\" -c %s > %s 2> %s\n"
            .formatted(String.join(" ", line()), config(), stdout(), stderr()));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-x---"));
    return launcher;
  }

  /// Writes another configuration, for it to read at SIGHUP.
  void configure(String yaml) throws IOException {
    Path config = config();
    Files.writeString(
        config,
        "state: {dir: %s}\nrun: {dir: %s}\nhttp: {listen: '%s'}\n%s"
            .formatted(dir.resolve("state"), dir.resolve("run"), http, yaml));
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
  }

  /// Starts it on the configuration of the last start.
  RunningAgent startAgain() throws IOException {
    starts++;
    httpPort = 0;
    ProcessBuilder builder = new ProcessBuilder(line("run", "-c", config().toString()));
    builder.redirectOutput(output == null ? Redirect.to(stdout().toFile()) : output);
    builder.redirectError(errors == null ? Redirect.to(stderr().toFile()) : errors);
    if (input != null) {
      builder.redirectInput(input);
    }
    process = builder.start();
    return this;
  }

  /// Runs another command of the program on this agent's configuration; what it printed.
  String command(String... words) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of(words));
    line.addAll(List.of("-c", config().toString()));
    return Command.run(line(line.toArray(String[]::new)).toArray(String[]::new));
  }

  private List<String> line(String... words) {
    // Who runs the tests may have been started to outlive a terminal.
    List<String> line = new ArrayList<>(List.of("env", "--default-signal=HUP"));
    line.addAll(before);
    if (program != null) {
      line.add(program.toString());
    } else {
      line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      line.addAll(TUNING);
      line.addAll(List.of(System.getProperty("jvm.access").split(" ")));
      line.addAll(memory);
      line.addAll(List.of("-cp", classPath, "io.coreaudit.agent.Main"));
    }
    line.addAll(List.of(words));
    return line;
  }

  /// Waits until it says that it is ready.
  RunningAgent awaitReady() throws Exception {
    until(READY_WITHIN, "ready", () -> get("/readyz") == 200);
    return this;
  }

  /// Waits for a condition; fails with the agent's own words.
  void until(Duration within, String expected, Await.Condition condition) throws Exception {
    Await.until(
        within,
        expected,
        () -> text("/readyz") + "; it says:\n" + log(),
        () -> {
          boolean alive = process.isAlive();
          boolean holds = condition.holds();
          if (!alive && !holds) {
            throw new AssertionError(
                "ended with "
                    + process.exitValue()
                    + " before: "
                    + expected
                    + "; it says:\n"
                    + log());
          }
          return holds;
        });
  }

  /// Reads a file and waits until standard output tells of it.
  void shouldSeeARead(Duration within, Path file) throws Exception {
    Command.run("cat", file.toString());
    until(
        within,
        "the read of " + file,
        () -> Event.soFar(stdout()).stream().anyMatch(e -> e.path().equals(file.toString())));
  }

  /// What standard output tells so far of what somebody changed in the kernel.
  List<Event> drifts(String what) {
    return Event.soFar(stdout()).stream()
        .filter(event -> event.is("drift") && event.own("what").equals(what))
        .toList();
  }

  /// Status of a GET; 0 when nobody answers.
  int get(String path) {
    HttpResponse<String> answer = ask(path);
    return answer == null ? 0 : answer.statusCode();
  }

  /// Text of a GET; empty when nobody answers.
  String text(String path) {
    HttpResponse<String> answer = ask(path);
    return answer == null ? "" : answer.body();
  }

  /// All that it measures, by name with labels.
  Map<String, Long> metrics() {
    Map<String, Long> metrics = new HashMap<>();
    for (String line : text("/metrics").split("\n")) {
      int blank = line.lastIndexOf(' ');
      if (blank > 0 && !line.startsWith("#")) {
        metrics.put(line.substring(0, blank), (long) Double.parseDouble(line.substring(blank + 1)));
      }
    }
    return metrics;
  }

  /// One metric's value; labels belong to the name. -1 when it is not there.
  long metric(String name) {
    return metrics().getOrDefault(name, -1L);
  }

  private HttpResponse<String> ask(String path) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort() + path))
              .timeout(Duration.ofSeconds(5))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | IllegalArgumentException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /// The port that the start line names; 0 before.
  private int httpPort() {
    if (!http.endsWith(":0")) {
      return Integer.parseInt(http.substring(http.lastIndexOf(':') + 1));
    }
    if (httpPort == 0) {
      Matcher port = HTTP_PORT.matcher(log());
      if (port.find()) {
        httpPort = Integer.parseInt(port.group(1));
      }
    }
    return httpPort;
  }

  /// A figure of `/proc/PID/status` in KiB: `VmRSS`, `RssAnon`.
  long memoryKib(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    throw new AssertionError("no " + name + " in /proc/PID/status");
  }

  Process process() {
    return process;
  }

  Path dir() {
    return dir;
  }

  Path config() {
    return dir.resolve("coreaudit.yaml");
  }

  Path spool() {
    return dir.resolve("state/spool");
  }

  Path stdout() {
    return dir.resolve("stdout-" + starts);
  }

  Path stderr() {
    return dir.resolve("stderr-" + starts);
  }

  /// What the last start said on standard error.
  String log() {
    try {
      return Files.exists(stderr()) ? Files.readString(stderr(), StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      return e.toString();
    }
  }

  /// Sends a signal: `STOP`, `CONT`, `KILL`.
  void signal(String name) throws IOException, InterruptedException {
    Command.run("kill", "-" + name, Long.toString(process.pid()));
  }

  /// Ends it as `kill -9` does.
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /// Stops it with SIGTERM; its exit status.
  int stop() throws InterruptedException {
    terminate();
    return exitStatus();
  }

  /// Sends SIGTERM and does not wait. Its pipes stay open, unlike with `Process.destroy`.
  void terminate() {
    process.toHandle().destroy();
  }

  /// Waits for its end; its exit status.
  int exitStatus() throws InterruptedException {
    return exitStatus(STOPS_WITHIN);
  }

  /// Waits so long for its end; its exit status.
  int exitStatus(Duration within) throws InterruptedException {
    if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError("did not end within " + within + "; it says:\n" + log());
    }
    return process.exitValue();
  }

  @Override
  public void close() throws IOException {
    if (process == null || !process.isAlive()) {
      return;
    }
    try {
      signal("CONT"); // a stopped one would not hear SIGTERM
      process.destroy();
      if (process.waitFor(STOPS_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
