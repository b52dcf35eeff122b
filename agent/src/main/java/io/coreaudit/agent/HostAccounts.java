package io.coreaudit.agent;

import io.coreaudit.origin.AccountNames;
import io.coreaudit.origin.HostRoot;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The names of the host's accounts, as seen by an agent that may run in a container: numbers in
/// records are the host's, and the image's files give them other names.
final class HostAccounts {
  private static final Logger LOG = LoggerFactory.getLogger(HostAccounts.class);

  private HostAccounts() {}

  /// The names of this host's accounts; none at all where its files cannot be reached.
  ///
  /// @param namespace `watch.namespace`, or null
  static AccountNames find(String namespace) {
    Path root = HostRoot.of(Path.of("/proc"), namespace);
    if (root != null) {
      return new AccountNames(root);
    }
    LOG.warn(
        "names of accounts are left out: the agent runs in another mount namespace than process 1,"
            + " whose files it cannot reach; give it CAP_SYS_PTRACE and the host's processes"
            + " (hostPID)");
    return new AccountNames(List.of(), List.of());
  }
}
