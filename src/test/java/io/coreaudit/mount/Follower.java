package io.coreaudit.mount;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.telemetry.Counters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// A follower on a thread of its own, and what it told of the mounts that are asked about.
final class Follower implements MountListener, AutoCloseable {
  private final Predicate<String> interesting;
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final List<String> told = new ArrayList<>();
  private final List<Mount> mounts = new ArrayList<>();
  private final Counters<MountCounter> counters = MountFollower.newCounters();
  private final MountFollower follower;
  private final Thread thread;
  private volatile Throwable failure;
  private volatile long lastCallNs;
  private volatile boolean asleep;

  Follower(MountMethod method, Predicate<String> interesting) throws InterruptedException {
    this(method, interesting, HostNamespace.own());
  }

  Follower(MountMethod method, Predicate<String> interesting, HostNamespace namespace)
      throws InterruptedException {
    this.interesting = interesting;
    follower = new MountFollower(List.of(method), this, counters);
    thread = namespace.thread("mounts", follower::run, Follower.class);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((t, e) -> failure = e);
    thread.start();
    await(() -> caughtUp.getCount() == 0 || failure != null, "the initial list");
    assertThat(failure).isNull();
    assertThat(follower.method()).isEqualTo(method);
  }

  static void await(BooleanSupplier condition, String what) throws InterruptedException {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadlineNs);
      Thread.sleep(1);
    }
  }

  private synchronized void tell(String event, Mount before, Mount now) {
    if (caughtUp.getCount() == 0) {
      assertThat(asleep).as("it woke before it tells").isFalse();
    }
    lastCallNs = System.nanoTime();
    if (before != null && !mounts.remove(before)) {
      throw new IllegalStateException(event + " of a mount never told: " + before);
    }
    if (now != null) {
      mounts.add(now);
    }
    Mount mount = now == null ? before : now;
    if (interesting.test(mount.mountPoint())) {
      String old = event.equals("move") ? before.mountPoint() : "";
      told.add(String.join(" ", event, mount.mountPoint(), old, mount.source()));
    }
  }

  @Override
  public void onMounted(Mount mount) {
    tell("mount", null, mount);
  }

  @Override
  public void onUnmounted(Mount mount) {
    tell("umount", mount, null);
  }

  @Override
  public void onMoved(Mount before, Mount now) {
    tell("move", before, now);
  }

  @Override
  public void onRemounted(Mount before, Mount now) {
    tell("remount", before, now);
  }

  @Override
  public void onCaughtUp() {
    assertThat(caughtUp.getCount()).isEqualTo(1);
    caughtUp.countDown();
  }

  @Override
  public void onSleep() {
    asleep = true;
  }

  @Override
  public void onWake() {
    asleep = false;
  }

  boolean asleep() {
    return asleep;
  }

  /// What was told since the last call, as `event mount-point old-mount-point source`.
  synchronized List<String> take() {
    List<String> taken = List.copyOf(told);
    told.clear();
    return taken;
  }

  synchronized int toldCount() {
    return told.size();
  }

  /// What is mounted, as far as was told.
  synchronized List<Mount> mounts() {
    return List.copyOf(mounts);
  }

  long count(MountCounter key) {
    return counters.value(key);
  }

  long lastCallNs() {
    return lastCallNs;
  }

  String describe() {
    return follower.describe();
  }

  /// Stops it, and says how long that took.
  long stop() throws InterruptedException {
    long beganNs = System.nanoTime();
    follower.stop();
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
    assertThat(failure).isNull();
    return System.nanoTime() - beganNs;
  }

  @Override
  public void close() {
    follower.stop();
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
