package io.coreaudit.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A fresh JVM that runs one class of the tests: what may crash or be killed does it there.
final class ChildJvm implements AutoCloseable {
  private static final List<String> FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "-XX:+UseSerialGC",
          "-Xmx128m");

  private final Process process;
  private final Path output;

  /// The build may be ended in the middle of a test.
  private final Thread hook = new Thread(this::close);

  private ChildJvm(Process process, Path output) {
    this.process = process;
    this.output = output;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /// Starts a class with arguments, perhaps behind a command such as `unshare`.
  static ChildJvm start(Path scratch, List<String> prefix, Class<?> main, Object... arguments)
      throws IOException {
    Path output = Files.createTempFile(scratch, main.getSimpleName(), ".out");
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    command.add("-XX:ErrorFile=" + scratch.resolve("hs_err_%p.log"));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(main.getName());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Process process =
        new ProcessBuilder(command)
            .directory(scratch.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new ChildJvm(process, output);
  }

  static ChildJvm start(Path scratch, Class<?> main, Object... arguments) throws IOException {
    return start(scratch, List.of(), main, arguments);
  }

  /// Waits for the end; the exit code.
  int exitCode(long timeoutSeconds) throws InterruptedException {
    if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
      throw new AssertionError("no end within " + timeoutSeconds + " s: " + output());
    }
    return process.exitValue();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /// SIGKILL.
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /// SIGKILL, also for what it started; returns when all are gone.
  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(one -> one.onExit().join());
    removeHook();
  }

  private void removeHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook is what calls.
    }
  }
}
