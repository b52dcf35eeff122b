package io.coreaudit.agent;

import io.coreaudit.origin.AccountNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the host keeps the names of its accounts, as seen by an agent that may run in a container:
/// numbers in records are the host's, and the image's files give them other names.
///
/// In the mount namespace of process 1 that is `/`, in another one the root of process 1. Where
/// `watch.namespace` names a process, that one stands for process 1. Who may not look at process 1
/// looks at the kernel's own threads, which are in the host's first namespace, and who may look at
/// neither compares what process 1 has mounted at `/` with what itself has. Nothing is known of a
/// host whose processes cannot be seen: the agent's own files are taken then.
final class HostAccounts {
  private static final Logger LOG = LoggerFactory.getLogger(HostAccounts.class);
  private static final Path ROOT = Path.of("/");
  private static final String MOUNTS = "ns/mnt";

  private HostAccounts() {}

  /// The names of this host's accounts; none at all where its files cannot be reached.
  ///
  /// @param namespace `watch.namespace`, or null
  static AccountNames find(String namespace) {
    Path root = root(Path.of("/proc"), namespace);
    if (root != null) {
      return new AccountNames(root);
    }
    LOG.warn(
        "names of accounts are left out: the agent runs in another mount namespace than process 1,"
            + " whose files it cannot reach; give it CAP_SYS_PTRACE and the host's processes"
            + " (hostPID)");
    return new AccountNames(List.of(), List.of());
  }

  /// The directory in which the host's `etc` lies; null when it cannot be reached.
  static Path root(Path proc, String namespace) {
    String pid = namespace != null && namespace.matches("[0-9]+") ? namespace : "1";
    Path process = proc.resolve(pid);
    String own = link(proc.resolve("self").resolve(MOUNTS));
    String host = link(process.resolve(MOUNTS));
    boolean kernelSeen = seesKernel(proc);
    if (host == null && kernelSeen) {
      host = link(proc.resolve("2").resolve(MOUNTS));
    }
    boolean same = host == null ? !kernelSeen || sharesRoot(proc, process) : host.equals(own);
    if (same) {
      return ROOT;
    }
    Path root = process.resolve("root");
    return Files.isReadable(root.resolve("etc")) ? root : null;
  }

  /// Whether the kernel's threads are there, as on a host and in a container that sees its
  /// processes.
  private static boolean seesKernel(Path proc) {
    try {
      return Files.readString(proc.resolve("2/comm")).equals("kthreadd\n");
    } catch (IOException none) {
      return false;
    }
  }

  /// Whether a process has the same mount at `/`. Each mount namespace has mounts of its own, and
  /// to read of them needs no capability.
  private static boolean sharesRoot(Path proc, Path process) {
    String own = rootMount(proc.resolve("self/mountinfo"));
    return own != null && own.equals(rootMount(process.resolve("mountinfo")));
  }

  /// The id of what is mounted at `/`: what lies on top comes last.
  private static String rootMount(Path mountinfo) {
    try {
      String id = null;
      for (String line : Files.readAllLines(mountinfo, StandardCharsets.ISO_8859_1)) {
        String[] fields = line.split(" ", 6);
        if (fields.length == 6 && fields[4].equals("/")) {
          id = fields[0];
        }
      }
      return id;
    } catch (IOException unreadable) {
      return null;
    }
  }

  private static String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException unreadable) {
      return null;
    }
  }
}
