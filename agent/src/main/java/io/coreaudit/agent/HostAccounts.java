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
/// Where process 1 has the same mount at `/` as the agent, that is `/`, else the root of process 1.
/// Where `watch.namespace` names a process, that one stands for process 1. Mounts are compared
/// because to read of them needs no capability, and each mount namespace has its own.
final class HostAccounts {
  private static final Logger LOG = LoggerFactory.getLogger(HostAccounts.class);
  private static final Path ROOT = Path.of("/");

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
    String host = rootMount(process);
    if (host != null && host.equals(rootMount(proc.resolve("self")))) {
      return ROOT;
    }
    Path root = process.resolve("root");
    return Files.isReadable(root.resolve("etc")) ? root : null;
  }

  /// The id of what a process has mounted at `/`, what lies on top; null when that is not known.
  private static String rootMount(Path process) {
    try {
      String id = null;
      Path mounts = process.resolve("mountinfo");
      for (String line : Files.readAllLines(mounts, StandardCharsets.ISO_8859_1)) {
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
}
