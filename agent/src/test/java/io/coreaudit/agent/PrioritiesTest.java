package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.forward.Forwarder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Sets the priorities of this JVM's own threads.
final class PrioritiesTest {
  private static final Path PROCESS = Path.of("/proc/self");

  private final CountDownLatch named = new CountDownLatch(3);
  private final CountDownLatch end = new CountDownLatch(1);

  @Test
  void shouldPutTheIntakeFirstAndForwardersAndTheCompilerLast() throws Exception {
    int base = Priorities.nice(PROCESS);
    Thread intake = sleeper(Agent.INTAKE);
    Thread forwarder = sleeper(Forwarder.THREAD + "siem");
    Thread other = sleeper("conductor");
    try {
      named.await();
      Priorities.order();
      Priorities.order();
      Map<String, Integer> nice = niceByName();
      assertThat(nice).containsEntry("coreaudit-forwa", base + 5).containsEntry("conductor", base);
      if ("root".equals(System.getProperty("user.name"))) {
        assertThat(nice).containsEntry("intake", base - 4);
      }
      assertThat(nice).containsEntry("C2 CompilerThre", base + 10);
      assertThat(nice).containsEntry("C1 CompilerThre", base);
    } finally {
      end.countDown();
      intake.join();
      forwarder.join();
      other.join();
    }
  }

  private Thread sleeper(String name) {
    return Thread.ofPlatform()
        .name(name)
        .start(
            () -> {
              try {
                named.countDown();
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private static Map<String, Integer> niceByName() throws IOException {
    Map<String, Integer> nice = new HashMap<>();
    try (Stream<Path> threads = Files.list(PROCESS.resolve("task"))) {
      for (Path thread : threads.toList()) {
        nice.put(Priorities.name(thread), Priorities.nice(thread));
      }
    }
    return nice;
  }
}
