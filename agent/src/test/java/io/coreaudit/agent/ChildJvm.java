package io.coreaudit.agent;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Another JVM with the class path of the tests.
public final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final Path out;
  private final Path err;

  private ChildJvm(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /// Starts a class in it.
  ///
  /// @param before words before `java`, such as `setpriv --reuid=65534`
  public static ChildJvm start(List<String> before, Class<?> main, String... args)
      throws IOException {
    Path out = Files.createTempFile("child", ".out");
    Path err = Files.createTempFile("child", ".err");
    List<String> command = command(before, main, args);
    // Under nohup the tests ignore it, and a JVM says first thing that it cannot have it.
    command.addAll(0, List.of("env", "--default-signal=HUP"));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new ChildJvm(process, out, err);
  }

  /// The words that start a class in it.
  public static List<String> command(List<String> before, Class<?> main, String... args) {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The same access to the JDK as this JVM was given.
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (flag.matches("--(add|enable|sun)-.*|-Dchronicle.*")) {
        command.add(flag);
      }
    }
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(List.of(args));
    return command;
  }

  /// Waits for its end.
  public int exitStatus() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the child does not end");
    }
    return process.exitValue();
  }

  /// Waits until it said something on standard error.
  public String awaitErr(String text) throws Exception {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!err().contains(text)) {
      if (System.nanoTime() > deadline || !process.isAlive()) {
        throw new AssertionError("no '" + text + "' in: " + err());
      }
      Thread.sleep(20);
    }
    return err();
  }

  public long pid() {
    return process.pid();
  }

  public void terminate() {
    process.destroy();
  }

  public void kill() {
    process.destroyForcibly();
  }

  public String out() throws IOException {
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  public String err() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.delete(out);
    Files.delete(err);
  }
}
