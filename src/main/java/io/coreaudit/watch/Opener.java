package io.coreaudit.watch;

import static io.coreaudit.kernel.LinuxConstants.O_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.O_RDONLY;

import io.coreaudit.kernel.ChildOpen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Who opens a watched path for the canary, under the name of the calling thread.
public enum Opener {
  /// The calling thread itself.
  THREAD {
    @Override
    void open(Path path) throws IOException {
      if (Files.isDirectory(path)) {
        Files.newDirectoryStream(path).close();
      } else if (Files.isRegularFile(path)) {
        Files.newByteChannel(path).close();
      }
    }
  },
  /// A child process: the kernel does not audit what the owner of its unicast slot does itself.
  CHILD {
    @Override
    void open(Path path) {
      if (Files.isDirectory(path) || Files.isRegularFile(path)) {
        ChildOpen.open(path.toString(), O_RDONLY | O_CLOEXEC);
      }
    }
  };

  abstract void open(Path path) throws IOException;
}
