package io.coreaudit.mount;

import io.coreaudit.kernel.EventFd;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.telemetry.Counters;
import java.util.List;

/// The role that follows the mounts of one mount namespace and tells a listener.
///
/// The namespace is that of the thread that runs it: `HostNamespace` moves a thread into another
/// one. It marks first, lists then and reads events last, so that nothing is missed at the start,
/// and sleeps until mounts change.
///
/// ```
/// MountFollower follower = new MountFollower(MountMethod.BEST_FIRST, listener, counters);
/// Thread thread = namespace.thread("mounts", follower::run);
/// ```
public final class MountFollower {
  private final List<MountMethod> methods;
  private final Telling telling;
  private final EventFd wake = new EventFd();
  private volatile String description = "not running";
  private volatile MountMethod method;
  private volatile boolean stop;

  /// Creates a follower that has opened nothing yet.
  ///
  /// @param methods which ways to try, in this order; a single one forces it
  public MountFollower(
      List<MountMethod> methods, MountListener listener, Counters<MountCounter> counters) {
    if (methods.isEmpty()) {
      throw new IllegalArgumentException("methods is empty");
    }
    this.methods = List.copyOf(methods);
    this.telling = new Telling(listener, counters);
  }

  /// Which method would run in the calling thread's namespace, and why not a better one. Follows
  /// nothing.
  ///
  /// @throws KernelException when none would
  public static String probe() {
    MountListener nobody =
        new MountListener() {
          @Override
          public void onMounted(Mount mount) {}

          @Override
          public void onUnmounted(Mount mount) {}
        };
    MountFollower follower = new MountFollower(MountMethod.BEST_FIRST, nobody, newCounters());
    try {
      follower.open().close();
      return follower.description;
    } finally {
      follower.wake.close();
    }
  }

  /// New counters for a follower.
  public static Counters<MountCounter> newCounters() {
    return new Counters<>("mount", MountCounter.class);
  }

  /// Follows the mounts of the calling thread's namespace until `stop`, then frees everything.
  /// Once.
  ///
  /// @throws KernelException when none of the methods works here, or one fails later
  public void run() {
    try (MountSource source = open()) {
      source.start();
      telling.listener().onCaughtUp();
      while (!stop) {
        source.doWork();
      }
    } finally {
      description = "not running";
      method = null;
      wake.close();
    }
  }

  private MountSource open() {
    KernelException first = null;
    StringBuilder refusals = new StringBuilder();
    for (MountMethod tried : methods) {
      try {
        MountSource source = open(tried);
        method = tried;
        description = tried.phrase() + (refusals.isEmpty() ? "" : " (" + refusals + ")");
        return source;
      } catch (KernelException e) {
        first = first == null ? e : first;
        refusals
            .append(refusals.isEmpty() ? "not " : "; not ")
            .append(tried.name().toLowerCase(java.util.Locale.ROOT))
            .append(": ")
            .append(e.getMessage());
      }
    }
    throw new KernelException(
        "following mounts by " + methods + ": " + first.call(), first.errno(), first.remedy());
  }

  private MountSource open(MountMethod method) {
    return switch (method) {
      case FANOTIFY -> new FanotifySource(telling, wake);
      case LISTMOUNT -> new ListmountSource(telling, wake);
      case MOUNTINFO -> new MountinfoSource(telling, wake);
    };
  }

  /// Ends `run` at once. Any thread; also before it runs.
  public void stop() {
    stop = true;
    wake.signal();
  }

  /// Which method runs; null while none does.
  public MountMethod method() {
    return method;
  }

  /// Which method runs, and why not a better one.
  public String describe() {
    return description;
  }
}
