package io.coreaudit.origin;

import static io.coreaudit.kernel.LinuxConstants.CLOCK_BOOTTIME;

import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;

/// What time it is, and when this host booted, on the clock that stamps the kernel's records.
///
/// The boot is looked for anew each time: the host's clock may have been set since. Allocates
/// nothing.
final class HostClock implements AutoCloseable {
  private static final long REAL = Long.MIN_VALUE;

  private final Pages time = Pages.cleared(16);
  private long fixedMs;
  private long fixedNs;
  private long stepNs;

  private HostClock(long fixedMs) {
    this.fixedMs = fixedMs;
  }

  /// The host's own clock.
  static HostClock real() {
    return new HostClock(REAL);
  }

  /// A clock that stands still until it is set, of a host that booted at 0.
  static HostClock at(long nowMs) {
    return new HostClock(nowMs);
  }

  void set(long nowMs) {
    fixedMs = nowMs;
  }

  /// Sets how much later it is each time that it is asked for nanoseconds.
  void step(long ns) {
    stepNs = ns;
  }

  /// Nanoseconds of a clock that is not set.
  long nanoTime() {
    return fixedMs == REAL ? System.nanoTime() : (fixedNs += stepNs);
  }

  /// Milliseconds of the epoch.
  long nowMs() {
    return fixedMs == REAL ? System.currentTimeMillis() : fixedMs;
  }

  /// When the host booted, in milliseconds of the epoch.
  long bootMs() {
    if (fixedMs != REAL) {
      return 0;
    }
    LibC.clock_gettime(CLOCK_BOOTTIME, time.address());
    long sinceBootMs =
        Memory.longAt(time.address()) * 1000 + Memory.longAt(time.address() + 8) / 1_000_000;
    return System.currentTimeMillis() - sinceBootMs;
  }

  @Override
  public void close() {
    time.close();
  }
}
