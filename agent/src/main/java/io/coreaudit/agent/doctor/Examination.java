package io.coreaudit.agent.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// All checks of a host, one after another, each on a thread of its own: one that hangs (a disk
/// that does not answer) holds up the others for a bounded time only, and is left behind.
final class Examination {
  private final Duration each;
  private final Duration all;

  /// @param each most that one look may take
  /// @param all most that all of them may take
  Examination(Duration each, Duration all) {
    this.each = each;
    this.all = all;
  }

  /// What was found, in the order of the checks.
  Report report(Host host, List<Check> checks) {
    long deadlineNs = System.nanoTime() + all.toNanos();
    List<Report.Line> lines = new ArrayList<>();
    for (Check check : checks) {
      long leftNs = Math.min(each.toNanos(), deadlineNs - System.nanoTime());
      Finding found =
          leftNs <= 0 ? Finding.skipped("no time was left for it") : look(check, host, leftNs);
      lines.add(Report.Line.of(check.name(), found));
    }
    return Report.of(lines);
  }

  private static Finding look(Check check, Host host, long withinNs) {
    FutureTask<Finding> task = new FutureTask<>(() -> check.look().at(host));
    Thread.ofPlatform().daemon().name("doctor " + check.name()).start(task);
    try {
      return task.get(withinNs, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return Finding.skipped(
          "it did not end within "
              + Math.max(1, TimeUnit.NANOSECONDS.toSeconds(withinNs))
              + " s: a disk, a name server or the kernel does not answer");
    } catch (ExecutionException e) {
      Throwable why = e.getCause();
      String words = why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
      return Finding.skipped("it could not be looked at: " + words);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Finding.skipped("interrupted");
    }
  }
}
