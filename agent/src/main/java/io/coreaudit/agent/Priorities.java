package io.coreaudit.agent;

import static io.coreaudit.kernel.LinuxConstants.PRIO_PROCESS;

import io.coreaudit.backfill.Backfill;
import io.coreaudit.forward.Forwarder;
import io.coreaudit.kernel.LibC;
import io.coreaudit.ledger.ChainKeeper;
import io.coreaudit.watch.SecretKeeper;
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
/// mounts                  -4   a secret is not watched before this thread has attached it
/// forwarders, chain        5
/// backfill                 5   what happened before can wait
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

  private static final int KERNEL_NAME = 15;

  private static final String FORWARDER = head(Forwarder.THREAD);
  private static final String OPTIMISER = head("C2 CompilerThread0");

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

  private static int further(String name) {
    if (name.equals(Agent.INTAKE) || name.equals(SecretKeeper.THREAD)) {
      return -4;
    } else if (name.equals(FORWARDER)
        || name.equals(ChainKeeper.THREAD)
        || name.equals(Backfill.THREAD)) {
      return 5;
    }
    return name.equals(OPTIMISER) ? 10 : 0;
  }

  /// A thread's name as the kernel knows it.
  private static String head(String name) {
    return name.substring(0, Math.min(KERNEL_NAME, name.length()));
  }

  static String name(Path thread) {
    try {
      return Files.readString(thread.resolve("comm")).strip();
    } catch (IOException ended) {
      return "";
    }
  }
}
