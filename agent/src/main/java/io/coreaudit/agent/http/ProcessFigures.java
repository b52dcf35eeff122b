package io.coreaudit.agent.http;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The few figures of the process itself, read from /proc and the JVM when somebody asks.
public final class ProcessFigures {
  private static final Path STAT = Path.of("/proc/self/stat");
  // Linux tells these in ticks of 1/100 s and in pages of 4 KiB on all that the agent runs on.
  private static final double TICKS_A_SECOND = 100;
  private static final int PAGE_BYTES = 4096;

  private ProcessFigures() {}

  static void bind(Metrics metrics) {
    metrics.gauge(
        "process_resident_memory_bytes",
        "Memory of the process that is in RAM.",
        ProcessFigures::residentBytes);
    metrics.counter(
        "process_cpu_seconds",
        "CPU time of the process, its own and the kernel's for it.",
        ProcessFigures::cpuSeconds);
    metrics.gauge("process_threads", "Threads of the process.", () -> statField(20));
    metrics.gauge(
        "jvm_heap_used_bytes",
        "Java heap in use, garbage included.",
        () -> Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    metrics.gauge(
        "jvm_heap_max_bytes",
        "The most that the Java heap may grow to.",
        () -> Runtime.getRuntime().maxMemory());
    metrics.counter("jvm_gc_collections", "Garbage collections.", () -> collections(false));
    metrics.counter(
        "jvm_gc_seconds", "Time spent in garbage collections.", () -> collections(true) / 1000.0);
  }

  /// Memory of the process that is in RAM; 0 when /proc does not tell.
  public static long residentBytes() {
    return statField(24) * PAGE_BYTES;
  }

  /// CPU time of the process so far.
  public static double cpuSeconds() {
    return (statField(14) + statField(15)) / TICKS_A_SECOND;
  }

  private static long collections(boolean time) {
    long sum = 0;
    for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
      sum += Math.max(0, time ? bean.getCollectionTime() : bean.getCollectionCount());
    }
    return sum;
  }

  /// A field of /proc/self/stat by its number in proc(5), from 3 on.
  private static long statField(int number) {
    try {
      String stat = Files.readString(STAT, StandardCharsets.ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(fields[number - 3]);
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException _) {
      return 0;
    }
  }
}
