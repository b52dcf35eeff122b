package io.coreaudit.agent.control;

import java.io.IOException;
import java.nio.file.Path;

/// A process that takes the lock and keeps it.
public final class LockHolder {
  private LockHolder() {}

  public static void main(String[] args) throws Exception {
    try (HostLock _ = HostLock.take(Path.of(args[0]))) {
      System.err.println("held");
      Thread.sleep(60_000);
    } catch (IOException e) {
      System.err.println(e.getMessage());
      System.exit(3);
    }
  }
}
