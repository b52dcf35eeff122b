package io.coreaudit.agent.doctor;

import static io.coreaudit.agent.doctor.Finding.bad;
import static io.coreaudit.agent.doctor.Finding.good;
import static io.coreaudit.agent.doctor.Finding.warn;

import io.coreaudit.agent.config.SpoolConfig;
import io.coreaudit.spool.NewerSpoolException;
import io.coreaudit.spool.SpoolFormat;
import io.coreaudit.spool.SpoolSettings;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// The directories that the agent writes to: whose they are, who may look in, what they lie on, and
/// whether there is room.
final class DiskChecks {
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
  private static final Set<PosixFilePermission> OTHERS_READ =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_EXECUTE);

  private DiskChecks() {}

  /// All of them.
  static List<Check> all() {
    return List.of(
        new Check("run directory", host -> runDirectory(host.config().runDir())),
        new Check("state directory", host -> stateDirectory(host.config().stateDir())),
        new Check("spool", host -> spool(host.config().spool())));
  }

  private static Finding runDirectory(Path dir) throws IOException {
    Finding found = directory("run.dir", dir);
    String type = type(dir);
    return found.verdict() == Verdict.GOOD && !type.equals("tmpfs")
        ? warn(
            found.words()
                + ": a reboot does not clear it, and rules of the boot before would seem"
                + " to be loaded",
            "set run.dir to a directory below /run of the host")
        : found;
  }

  private static Finding stateDirectory(Path dir) throws IOException {
    Finding found = directory("state.dir", dir);
    String type = type(dir);
    if (found.verdict() != Verdict.GOOD) {
      return found;
    }
    if (type.equals("tmpfs") || type.equals("overlay")) {
      return warn(
          found.words()
              + ": what waits for a receiver goes with the "
              + (type.equals("tmpfs") ? "boot" : "container"),
          "set state.dir to a directory on a disk of the host");
    }
    return type.matches("nfs.*|cifs|smb.*|fuse.*|9p")
        ? bad(
            found.words() + ": locks and mapped files are not sure there",
            "set state.dir to a directory on a local disk")
        : found;
  }

  private static Finding directory(String key, Path dir) throws IOException {
    String named = key + "=" + dir;
    if (!Files.isDirectory(dir)) {
      Path there = existing(dir);
      return Files.isDirectory(there) && Files.isWritable(there)
          ? good(named + ", is made at the start, on " + type(dir))
          : bad(
              named + ", is not there and cannot be made in " + there,
              "mkdir -p -m 0700 " + dir + " (on a read-only root: mount a directory there)");
    }
    Object owner = Files.getAttribute(dir, "unix:uid");
    Object own = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(dir);
    String words = named + ", " + PosixFilePermissions.toString(mode) + ", on " + type(dir);
    if (!owner.equals(own)) {
      return bad(
          words + ", belongs to user " + owner + ", and this is user " + own,
          "chown " + own + " " + dir);
    }
    if (mode.stream().anyMatch(OTHERS_WRITE::contains)) {
      return bad(words + ": others than its owner may write to it", "chmod 0700 " + dir);
    }
    if (!Files.isWritable(dir)) {
      return bad(words + ": cannot be written to", "mount it read-write");
    }
    return good(words);
  }

  /// The directory itself, or the first above it that is there.
  private static Path existing(Path dir) {
    Path there = dir;
    while (!Files.exists(there)) {
      there = there.getParent();
    }
    return there;
  }

  private static String type(Path dir) throws IOException {
    return Files.getFileStore(existing(dir)).type();
  }

  private static Finding spool(SpoolConfig config) throws IOException {
    try {
      SpoolFormat.check(config.dir());
    } catch (NewerSpoolException e) {
      return bad(
          e.getMessage(),
          "start the newer program again; or mv " + config.dir() + " " + config.dir() + ".newer");
    }
    if (Files.isDirectory(config.dir())
        && Files.getPosixFilePermissions(config.dir()).stream().anyMatch(OTHERS_READ::contains)) {
      return warn(
          config.dir() + ": others than its owner may look into it", "chmod 0700 " + config.dir());
    }
    FileStore store = Files.getFileStore(existing(config.dir()));
    long total = store.getTotalSpace();
    long usable = store.getUsableSpace();
    long bound =
        new SpoolSettings(
                config.dir(),
                config.maxSizeBytes(),
                config.minFreePercent(),
                config.segmentSizeBytes(),
                config.onFull())
            .maxSizeBytesOn(total);
    long taken = 0;
    for (Path file : Host.list(config.dir())) {
      taken += Files.isRegularFile(file) ? Files.size(file) : 0;
    }
    long left = usable - total / 100 * config.minFreePercent();
    String words =
        "%s: %s taken, may take %s; %s of %s are free on its file system"
            .formatted(config.dir(), size(taken), size(bound), size(usable), size(total));
    if (left <= 0) {
      return bad(
          words + ": less than spool.min_free=" + config.minFreePercent() + "%, so it cannot grow",
          "make room, or set spool.min_free lower");
    }
    return taken + left < bound
        ? warn(
            words + ", of which spool.min_free leaves it " + size(taken + left),
            "make room, or set spool.max_size to that")
        : good(words);
  }

  private static String size(long bytes) {
    return bytes >= 10L << 30 ? (bytes >> 30) + " GiB" : (bytes >> 20) + " MiB";
  }
}
