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
public enum Opener {
  /// The calling thread itself.
  THREAD {
    @Override
    void openNow(String path) {
      int fd = LibC.open(path, HARMLESS, 0);
      if (fd >= 0) {
        LibC.close(fd);
      }
    }
  },
  /// A child process: the kernel does not audit what the owner of its unicast slot does itself.
  CHILD {
    @Override
    void openNow(String path) {
      ChildOpen.open(path, HARMLESS);
    }
  };

  /// Waits for nobody, should a pipe come to stand there between the look and the opening.
  private static final int HARMLESS = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

  /// Opens a file or directory to read; of what is neither, the opening may do something.
  ///
  /// @throws KernelException when there can be no child
  void open(Path path) {
    if (Files.isDirectory(path) || Files.isRegularFile(path)) {
      openNow(path.toString());
    }
  }

  abstract void openNow(String path);
}
