package io.coreaudit.watch;

import io.coreaudit.mount.HostNamespace;
import io.coreaudit.mount.NamespaceThread;
import java.util.function.Supplier;

/// The mount namespace in which the agent was configured: there lie its own files, its state and
/// its packs of rules, whichever thread asks for them. The warden is in the host's, where the same
/// names may lead elsewhere.
///
/// Before `stay`, and where there is one namespace only, whoever asks does it himself.
final class Home implements AutoCloseable {
  /// Null as long as nobody goes away.
  private volatile NamespaceThread thread;

  /// From now on a thread stays in the caller's namespace, for those who go to another.
  void stay() {
    try (HostNamespace here = HostNamespace.own()) {
      thread = new NamespaceThread(here, "files");
    }
  }

  /// Does something there, and waits for its end; what it throws is thrown here. Not within itself.
  <T> T call(Supplier<T> task) {
    NamespaceThread there = thread;
    return there == null ? task.get() : there.call(task::get);
  }

  /// Does something there, and waits for its end; what it throws is thrown here. Not within itself.
  void run(Runnable task) {
    call(
        () -> {
          task.run();
          return null;
        });
  }

  /// Lets the thread go.
  @Override
  public void close() {
    NamespaceThread there = thread;
    if (there != null) {
      there.close();
    }
  }
}
