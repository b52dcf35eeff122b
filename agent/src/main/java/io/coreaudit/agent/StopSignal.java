package io.coreaudit.agent;

import io.coreaudit.agent.command.ExitStatus;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The wish of SIGTERM or SIGINT, or of the input's end, made into something that the main thread
/// can wait for.
///
/// The JVM answers a signal by running its shutdown hooks and ending with status 143 whatever they
/// did. Here the hook only passes the wish on and waits until the main thread has closed
/// everything; then the process ends with the status that the main thread gives.
public final class StopSignal {
  private final CountDownLatch wished = new CountDownLatch(1);
  private final CountDownLatch urged = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile int status = ExitStatus.REFUSED;
  private volatile boolean failed;

  private StopSignal() {}

  /// Begins to listen for signals.
  ///
  /// @param patienceMillis how long closing may take before the process ends with status 3
  public static StopSignal listen(long patienceMillis) {
    StopSignal stop = new StopSignal();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop.hook(patienceMillis), "stop"));
    return stop;
  }

  private void hook(long patienceMillis) {
    urge();
    try {
      if (!closed.await(patienceMillis, TimeUnit.MILLISECONDS)) {
        System.err.println("coreaudit: not closed within " + patienceMillis + " ms, giving up");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(status);
  }

  /// Waits until the agent should stop.
  public void await() throws InterruptedException {
    wished.await();
  }

  /// Waits for a while, for the one who does not stop at the mere end of the input.
  ///
  /// @return whether the agent should stop at once: by a signal, or because it cannot go on
  public boolean awaitUrge(long millis) throws InterruptedException {
    return urged.await(millis, TimeUnit.MILLISECONDS);
  }

  /// Makes the wish from inside: the input ended, and what it gave may still be delivered.
  public void inputEnded() {
    wished.countDown();
  }

  private void urge() {
    urged.countDown();
    wished.countDown();
  }

  /// Makes the wish from inside because the agent cannot go on; the process will say so with status
  /// 3, however well it closes.
  public void fail() {
    failed = true;
    urge();
  }

  /// Whether nothing but the end of the input asks for the stop.
  public boolean onlyInputEnded() {
    return wished.getCount() == 0 && urged.getCount() != 0;
  }

  /// Tells that everything is closed: the process may end.
  ///
  /// @param exitStatus what it tells its caller
  public void closed(int exitStatus) {
    status = failed ? ExitStatus.REFUSED : exitStatus;
    closed.countDown();
  }
}
