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

  /// The host's, or where it may not be entered, the agent's own; the log says so.
  ///
  /// @param wanted a process, or the path of a namespace file; empty: looked for
  public static HostNamespace reachable(String wanted) {
    HostNamespace found;
    try {
      found = HostNamespace.find(wanted);
    } catch (KernelException e) {
      LOG.warn("paths and mounts are those of the agent's own namespace: {}", e.getMessage());
      return HostNamespace.own();
    }
    if (found.isOwn()) {
      return found;
    }
    try {
      new NamespaceThread(found, "namespace probe").close();
      return found;
    } catch (KernelException e) {
      LOG.warn(
          "paths and mounts are those of the agent's own namespace, not the host's: {}",
          e.getMessage());
      found.close();
      return HostNamespace.own();
    }
  }
}
