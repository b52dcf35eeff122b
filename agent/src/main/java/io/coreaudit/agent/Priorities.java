package io.coreaudit.agent;

import static io.coreaudit.kernel.LinuxConstants.PRIO_PROCESS;

import io.coreaudit.kernel.LibC;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Which of the process's threads go first while they want more CPU than there is.
///
/// What waits for the intake thread waits in a bounded buffer of the kernel, and is lost when that
/// is full; what waits for a forwarder waits on disk, and what waits for the compiler runs slower.
/// Left to equal shares, the second and a half of compiling that a burst right after a cold start
/// sets off takes so much from the intake thread that 64 MiB run over within two seconds.
///
/// ```text
/// intake                  -4   as auditd has it by default; only with CAP_SYS_NICE
/// forwarders               5
/// optimising compiler     10   the first compiler, whose code comes at once, stays as it is
/// ```
///
/// They are nice values, added to the one that the process was started with: nothing waits for
/// ever, and on a machine with room nothing changes. In a cgroup of its own the process competes by
/// the cgroup's weight, and this orders its own threads.
final class Priorities {
  private static final Path PROCESS = Path.of("/proc/self");

  /// Where `/proc/PID/stat` has the nice value, counted from behind the name.
  private static final int NICE = 16;

  private Priorities() {}

  /// Orders the threads that run now. Threads that one of them starts later stand with it.
  static void order() {
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROCESS.resolve("task"))) {
      int base = nice(PROCESS);
      for (Path thread : threads) {
        int further = further(name(thread));
        if (further != 0) {
          // Refused (no CAP_SYS_NICE): it stays where it is, and those behind it still are.
          LibC.setpriority(
              PRIO_PROCESS, Integer.parseInt(thread.getFileName().toString()), base + further);
        }
      }
    } catch (IOException noProc) {
      // Without /proc all stay equal.
    }
  }

  /// The nice value of a thread, or of a process's first.
  static int nice(Path thread) throws IOException {
    String stat = Files.readString(thread.resolve("stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
  }

  /// The kernel knows the first 15 characters of a thread's name.
  private static int further(String name) {
    return switch (name) {
      case "intake" -> -4;
      case "coreaudit-forwa" -> 5;
      case "C2 CompilerThre" -> 10;
      default -> 0;
    };
  }

  static String name(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).strip();
    } catch (IOException ended) {
      return "";
    }
  }
}
