package io.coreaudit.watch;

import io.coreaudit.kernel.KernelException;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.mount.NamespaceThread;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the host's mount namespace as far as the agent may go there.
public final class HostNamespaces {
  private static final Logger LOG = LoggerFactory.getLogger(HostNamespaces.class);

  private HostNamespaces() {}

  /// The host's, or where it may not be entered, the agent's own: `missed` says which one it stands
  /// for then, and so does the log.
  ///
  /// @param wanted a process, or the path of a namespace file; empty: looked for
  public static HostNamespace reachable(String wanted) {
    HostNamespace found;
    try {
      found = HostNamespace.find(wanted);
    } catch (KernelException e) {
      return insteadOf(e);
    }
    if (found.isOwn()) {
      if (!found.missed().isEmpty()) {
        LOG.warn("paths and mounts are those of {}", found.describe());
      }
      return found;
    }
    try {
      new NamespaceThread(found, "namespace probe").close();
      return found;
    } catch (KernelException e) {
      found.close();
      return insteadOf(e);
    }
  }

  private static HostNamespace insteadOf(KernelException refused) {
    LOG.warn(
        "paths and mounts are those of the agent's own namespace, not the host's: {}",
        refused.getMessage());
    return HostNamespace.own(refused.getMessage());
  }
}
