package io.coreaudit.forward;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts a class of the tests as a process of its own, with this JVM's options.
final class JavaChild {
  private JavaChild() {}

  static Process start(Path stderr, Class<?> main, Object... arguments) throws IOException {
    return start(stderr, ProcessBuilder.Redirect.PIPE, main, arguments);
  }

  static Process start(
      Path stderr, ProcessBuilder.Redirect stdout, Class<?> main, Object... arguments)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (!option.startsWith("-javaagent") && !option.startsWith("-Xmx")) {
        command.add(option);
      }
    }
    command.addAll(
        List.of(
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return new ProcessBuilder(command)
        .redirectOutput(stdout)
        .redirectError(stderr.toFile())
        .start();
  }
}
