package io.coreaudit.mount;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// From the return of mount(2) to the listener's call, with few and with many mounts there; and
/// what a mount costs. A program, because it is about single moments, which JMH would average.
///
/// | Column | Says |
/// |---|---|
/// | p50 p99 max | 200 single mounts, 20 ms apart; milliseconds |
/// | burst max | 300 mounts at once: from the return of each to its call; milliseconds |
/// | cpu | CPU time of the follower's thread per single mount, in microseconds |
///
/// Recipe: compile the tests, then as root, alone on the machine: `java -cp <test class path>
/// io.coreaudit.mount.MountLatency [FANOTIFY|LISTMOUNT|MOUNTINFO]...`. The answer is checked: each
/// mount must be told once.
public final class MountLatency {
  private static final int SINGLE = 200;
  private static final int BURST = 300;
  private static final int GAP_MILLIS = 20;

  private MountLatency() {}

  /// Notes when each was told; the mount's source is its number.
  private static final class Noting implements MountListener {
    private final long[] toldNs = new long[SINGLE + 2 * BURST];
    private final Semaphore told = new Semaphore(0);
    private final Semaphore caughtUp = new Semaphore(0);

    @Override
    public void onMounted(Mount mount) {
      if (mount.source().startsWith("n")) {
        toldNs[Integer.parseInt(mount.source().substring(1))] = System.nanoTime();
        told.release();
      }
    }

    @Override
    public void onUnmounted(Mount mount) {}

    @Override
    public void onCaughtUp() {
      caughtUp.release();
    }
  }

  /// Measures each method with 20 and with 1500 mounts there.
  public static void main(String[] args) throws Exception {
    List<MountMethod> methods =
        args.length == 0
            ? MountMethod.BEST_FIRST
            : Arrays.stream(args).map(MountMethod::valueOf).toList();
    System.out.println("method     there   p50    p99    max   burst-max   cpu");
    for (int there : new int[] {20, 1500}) {
      for (MountMethod method : methods) {
        try (ScratchMounts scratch = new ScratchMounts()) {
          measure(method, there, scratch);
        }
      }
    }
  }

  private static void measure(MountMethod method, int there, ScratchMounts scratch)
      throws Exception {
    for (String place : scratch.directories("stay", there - ScratchMounts.read().size())) {
      scratch.tmpfs(place, "stay", "size=4k");
    }
    List<String> places = scratch.directories("m", SINGLE + 2 * BURST);
    Noting noting = new Noting();
    MountFollower follower =
        new MountFollower(List.of(method), noting, MountFollower.newCounters());
    Thread thread = new Thread(follower::run, "mounts");
    thread.start();
    noting.caughtUp.acquire();
    long[] mountedNs = new long[places.size()];
    // Warm: bursts and single mounts that are not reported.
    for (int round = 0; round < 4; round++) {
      mount(scratch, places, mountedNs, SINGLE + BURST, SINGLE + 2 * BURST, round % 2);
      take(noting, BURST);
      unmount(scratch, places, SINGLE + BURST, SINGLE + 2 * BURST);
    }
    Thread.sleep(1500);
    long cpu = cpuMicros();
    mount(scratch, places, mountedNs, 0, SINGLE, GAP_MILLIS);
    take(noting, SINGLE);
    Thread.sleep(1200);
    cpu = cpuMicros() - cpu;
    double[] single = latencies(noting, mountedNs, 0, SINGLE);
    mount(scratch, places, mountedNs, SINGLE, SINGLE + BURST, 0);
    take(noting, BURST);
    double[] burst = latencies(noting, mountedNs, SINGLE, SINGLE + BURST);
    System.out.printf(
        "%-10s %5d %6.3f %6.3f %6.3f %8.2f %8d%n",
        method,
        there,
        single[SINGLE / 2],
        single[SINGLE * 99 / 100],
        single[SINGLE - 1],
        burst[BURST - 1],
        cpu / SINGLE);
    follower.stop();
    thread.join();
  }

  private static void mount(
      ScratchMounts scratch, List<String> places, long[] mountedNs, int from, int to, int gap)
      throws InterruptedException {
    for (int i = from; i < to; i++) {
      scratch.tmpfs(places.get(i), "n" + i, "size=64k");
      mountedNs[i] = System.nanoTime();
      if (gap > 0) {
        Thread.sleep(gap);
      }
    }
  }

  private static void unmount(ScratchMounts scratch, List<String> places, int from, int to) {
    for (int i = from; i < to; i++) {
      scratch.umount(places.get(i));
    }
  }

  private static void take(Noting noting, int count) throws InterruptedException {
    if (!noting.told.tryAcquire(count, 20, TimeUnit.SECONDS)) {
      throw new IllegalStateException("told " + noting.told.availablePermits() + " of " + count);
    }
    if (noting.told.tryAcquire()) {
      throw new IllegalStateException("one was told twice");
    }
  }

  private static double[] latencies(Noting noting, long[] mountedNs, int from, int to) {
    double[] millis = new double[to - from];
    for (int i = from; i < to; i++) {
      millis[i - from] = Math.max(0, noting.toldNs[i] - mountedNs[i]) / 1e6;
    }
    Arrays.sort(millis);
    return millis;
  }

  /// CPU time of the follower's thread.
  private static long cpuMicros() throws IOException {
    try (var tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        if (Files.readString(task.resolve("comm")).trim().equals("mounts")) {
          return Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[0]) / 1000;
        }
      }
    }
    throw new IllegalStateException("no thread called mounts");
  }
}
