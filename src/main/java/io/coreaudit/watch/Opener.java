package io.coreaudit.watch;

import static io.coreaudit.kernel.LinuxConstants.O_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.O_NONBLOCK;
import static io.coreaudit.kernel.LinuxConstants.O_RDONLY;

import io.coreaudit.kernel.ChildOpen;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.LibC;
import java.nio.file.Files;
import java.nio.file.Path;

/// Who opens a watched path for the canary, under the name of the calling thread.
@FunctionalInterface
public interface Opener {
  /// The calling thread itself.
  Opener THREAD =
      path -> {
        if (isHarmless(path)) {
          int fd = LibC.open(path.toString(), flags(), 0);
          if (fd >= 0) {
            LibC.close(fd);
          }
        }
      };

  /// A child process: the kernel does not audit what the owner of its unicast slot does itself.
  Opener CHILD =
      path -> {
        if (isHarmless(path)) {
          ChildOpen.open(path.toString(), flags());
        }
      };

  /// Opens a file or directory to read; of what is neither, the opening may do something.
  ///
  /// @throws KernelException when there can be no child
  void open(Path path);

  private static boolean isHarmless(Path path) {
    return Files.isDirectory(path) || Files.isRegularFile(path);
  }

  /// Waits for nobody, should a pipe come to stand there between the look and the opening.
  private static int flags() {
    return O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  }
}
