package io.coreaudit.spool;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The directory of a spool: made with mode 0700, or found and taken for ours. A directory with
/// somebody else's files is refused, since its mode is changed and segments are deleted in it.
record SpoolDirectory(Path path, FileStore fileStore, boolean created) {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

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
        refuseForeignFiles(wanted);
      }
      Path path = wanted.toRealPath();
      if (!Files.getPosixFilePermissions(path).equals(OWNER_ONLY)) {
        Files.setPosixFilePermissions(path, OWNER_ONLY);
      }
      return new SpoolDirectory(path, Files.getFileStore(path), created);
    } catch (IOException e) {
      throw new SpoolException(
          "spool %s: the directory cannot be made or used: %s; make it writable, or change spool.dir"
              .formatted(wanted, e),
          e);
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

  /// Bytes that may still be allocated.
  long usableBytes() {
    try {
      return fileStore.getUsableSpace();
    } catch (IOException e) {
      return 0;
    }
  }

  /// Size of the file system in bytes.
  long totalBytes() {
    try {
      return fileStore.getTotalSpace();
    } catch (IOException e) {
      return 0;
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
