package io.coreaudit.netlink;

import io.coreaudit.kernel.KernelException;
import io.coreaudit.rule.WatchRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A process that asks one thing of the kernel's audit and prints the answer: for tests that need
/// another process, other capabilities or other namespaces.
final class Probe {
  private static final int BUFFER_BYTES = 1 << 20;

  private Probe() {}

  public static void main(String[] args) {
    try (AuditControl control = AuditControl.open()) {
      System.out.print(ask(control, args));
    } catch (KernelException refused) {
      System.out.print(refused.getMessage());
    }
  }

  private static String ask(AuditControl control, String[] args) {
    switch (args[0]) {
      case "status" -> control.status();
      case "message" -> control.userMessage(1100, "probe");
      case "unregister" -> control.unregisterPid();
      case "delete" -> control.deleteRule(WatchRule.directory(args[1], "probe").data());
      case "multicast" -> AuditReceiver.openMulticast(BUFFER_BYTES).close();
      case "buffer" -> {
        try (AuditReceiver receiver = AuditReceiver.openMulticast(BUFFER_BYTES)) {
          return "granted " + receiver.receiveBufferBytes();
        }
      }
      case "register" -> {
        try (AuditReceiver receiver = AuditReceiver.openUnicast(BUFFER_BYTES)) {
          control.registerPid(receiver);
          control.unregisterPid();
        }
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
    return "good";
  }

  /// Runs it behind a command such as `unshare -n`, and returns what it printed.
  static String run(List<String> behind, String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(behind);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            Probe.class.getName()));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("no answer of " + command);
    }
    return output;
  }
}
