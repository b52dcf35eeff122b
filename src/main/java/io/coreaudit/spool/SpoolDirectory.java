package io.coreaudit.spool;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The directory of a spool: made with mode 0700, or found and taken for ours. One that is there
/// keeps its mode, and is refused when it has somebody else's files, is somebody else's, or lets
/// others write: segments are deleted in it, and who may write there may replace them.
record SpoolDirectory(Path path, FileStore fileStore, boolean created) {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /// A figure that could not be had.
  static final long UNKNOWN = -1;

  private static final int STICKY = 01000;
  private static final int OTHERS_WRITE = 022;

  static SpoolDirectory prepare(Path wanted) {
    try {
      boolean created = false;
      if (Files.notExists(wanted)) {
        Path parent = wanted.toAbsolutePath().getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        Files.createDirectory(wanted, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        created = true;
      } else if (!Files.isDirectory(wanted)) {
        throw new SpoolException("spool " + wanted + ": is not a directory; change spool.dir");
      } else {
        refuseSharedDirectory(wanted);
        refuseForeignFiles(wanted);
      }
      Path path = wanted.toRealPath();
      return new SpoolDirectory(path, Files.getFileStore(path), created);
    } catch (IOException e) {
      throw new SpoolException(
          "spool %s: the directory cannot be made or used: %s; make it writable, or change spool.dir"
              .formatted(wanted, e),
          e);
    }
  }

  private static void refuseSharedDirectory(Path directory) throws IOException {
    int mode = (int) Files.getAttribute(directory, "unix:mode") & 07777;
    int owner = (int) Files.getAttribute(directory, "unix:uid");
    int self = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    String wrong = null;
    if (owner != self) {
      wrong = "belongs to uid " + owner + ", the agent runs as uid " + self;
    } else if ((mode & STICKY) != 0) {
      wrong = "is sticky, as a directory that many share";
    } else if ((mode & OTHERS_WRITE) != 0) {
      wrong = "can be written by others than its owner";
    }
    if (wrong != null) {
      throw new SpoolException(
          "spool %s: the directory %s (mode %04o); give the spool a directory of its own, mode 0700: change spool.dir"
              .formatted(directory, wrong, mode));
    }
  }

  private static void refuseForeignFiles(Path directory) throws IOException {
    String foreign = null;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.equals(SpoolFiles.LOCK)) {
          return;
        }
        // A volume of its own may be mounted here.
        if (!name.equals("lost+found")) {
          foreign = name;
        }
      }
    }
    if (foreign != null) {
      throw new SpoolException(
          "spool %s: the directory is not empty and not a spool (it has %s); change spool.dir"
              .formatted(directory, foreign));
    }
  }

  /// Bytes that may still be allocated, `UNKNOWN` when the file system does not say.
  long usableBytes() {
    try {
      return fileStore.getUsableSpace();
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /// Size of the file system in bytes, `UNKNOWN` when it does not say.
  long totalBytes() {
    try {
      return fileStore.getTotalSpace();
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /// Whether `fallocate` promises nothing here: later writes may still want new blocks.
  boolean isCopyOnWrite() {
    return switch (fileStore.type()) {
      case "btrfs", "zfs", "bcachefs" -> true;
      default -> false;
    };
  }
}
