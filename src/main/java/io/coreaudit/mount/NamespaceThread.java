package io.coreaudit.mount;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;

/// A thread in the host's mount namespace that does for others what must be done there.
public final class NamespaceThread implements AutoCloseable {
  private static final Runnable END = () -> {};

  private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final Thread thread;
  private boolean closed;

  /// Starts the thread; it is in the namespace when this returns.
  ///
  /// @param preload classes that its tasks need
  /// @throws io.coreaudit.kernel.KernelException when the namespace cannot be entered
  public NamespaceThread(HostNamespace namespace, String name, Class<?>... preload) {
    FutureTask<Void> entering =
        new FutureTask<>(
            () -> {
              namespace.enter(preload);
              return null;
            });
    thread = new Thread(() -> run(entering), name);
    thread.setDaemon(true);
    thread.start();
    result(entering);
  }

  private void run(FutureTask<Void> entering) {
    entering.run();
    try {
      if (entering.state() == FutureTask.State.SUCCESS) {
        for (Runnable task = tasks.take(); task != END; task = tasks.take()) {
          task.run();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Has a task done there and waits for it. What the task throws is thrown here.
  public <T> T call(Callable<T> task) {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException("a task waits for its own thread");
    }
    FutureTask<T> future = new FutureTask<>(task);
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException(thread.getName() + " is closed");
      }
      tasks.add(future);
    }
    return result(future);
  }

  private static <T> T result(FutureTask<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a task runs", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException expected) {
        throw expected;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /// Ends the thread after the tasks that it has.
  @Override
  public synchronized void close() {
    closed = true;
    tasks.add(END);
  }
}
