package io.coreaudit.watch;

import io.coreaudit.kernel.KernelException;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.mount.NamespaceThread;

/// Finds the host's mount namespace as far as the agent may go there.
public final class HostNamespaces {
  private HostNamespaces() {}

  /// The host's, or where it may not be entered, the agent's own: `missed` says which one it stands
  /// for then.
  ///
  /// @param wanted a process, or the path of a namespace file; empty: looked for
  public static HostNamespace reachable(String wanted) {
    HostNamespace found;
    try {
      found = HostNamespace.find(wanted);
    } catch (KernelException e) {
      return HostNamespace.own(e.getMessage());
    }
    if (found.isOwn()) {
      return found;
    }
    try {
      new NamespaceThread(found, "namespace probe").close();
      return found;
    } catch (KernelException e) {
      found.close();
      return HostNamespace.own(e.getMessage());
    }
  }
}
