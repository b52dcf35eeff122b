package io.coreaudit.agent.control;

import java.util.List;
import java.util.Map;

/// How a running agent is doing, as `status` tells it. The names here are the names of the JSON
/// answer (`lagEvents` is `lag_events` there). A part that is null or empty is left out of the
/// screen.
///
/// @param agent the process
/// @param input where records come from
/// @param rates what passes in a second
/// @param ledger each stage's in, out and dropped
/// @param spool what waits on disk
/// @param sinks where it goes
/// @param watches what is watched
public record StatusReport(
    Process agent,
    Input input,
    List<Rate> rates,
    List<LedgerLine> ledger,
    SpoolState spool,
    List<SinkState> sinks,
    List<WatchState> watches) {
  /// The process.
  ///
  /// @param version of the program
  /// @param node name in events
  /// @param pid process id
  /// @param started RFC 3339
  /// @param uptimeSeconds since then
  /// @param ready whether it does what it is there for
  /// @param reasons why not
  /// @param stuck threads without a sign of life, one line each
  /// @param residentBytes memory in RAM
  /// @param cpuSeconds CPU time so far
  /// @param config the file in force, or `defaults`
  public record Process(
      String version,
      String node,
      long pid,
      String started,
      long uptimeSeconds,
      boolean ready,
      List<String> reasons,
      List<String> stuck,
      long residentBytes,
      double cpuSeconds,
      String config) {}

  /// Where records come from, and what the kernel says of its side.
  ///
  /// @param mode `multicast`
  /// @param receiveBufferBytes as granted
  /// @param drops datagrams that the socket lost, as the kernel counts
  /// @param auditEnabled 0, 1 or 2 (locked); -1: unknown
  /// @param auditPid who owns the unicast slot; 0: nobody
  /// @param backlog records that wait in the kernel
  /// @param backlogLimit how many may
  /// @param kernelLost records that the kernel dropped since boot
  /// @param kernelAgeSeconds how old the five figures before are; -1: there are none
  public record Input(
      String mode,
      long receiveBufferBytes,
      long drops,
      int auditEnabled,
      long auditPid,
      long backlog,
      long backlogLimit,
      long kernelLost,
      long kernelAgeSeconds) {}

  /// What passes in a second.
  ///
  /// @param name what: `events`, `records`
  /// @param perSecond mean over the last minute
  /// @param total since start
  public record Rate(String name, double perSecond, long total) {}

  /// What one stage got, gave on, and dropped.
  ///
  /// @param stage its name
  /// @param in how many came in; null: nobody can count them
  /// @param out how many went on; null: nobody can count them
  /// @param dropped how many did not, by reason
  public record LedgerLine(String stage, Long in, Long out, Map<String, Long> dropped) {}

  /// What waits on disk.
  ///
  /// @param dir where
  /// @param state `accepting`, or why not
  /// @param events accepted since start
  /// @param sizeBytes taken
  /// @param maxSizeBytes the most it may take
  public record SpoolState(
      String dir, String state, long events, long sizeBytes, long maxSizeBytes) {}

  /// One receiver.
  ///
  /// @param name the sink's
  /// @param type the sink's
  /// @param target where to: an address, a path
  /// @param state `connected`, `waiting 3 s: Connection refused`
  /// @param delivered events, since start
  /// @param dropped events that it will never get
  /// @param lagEvents events that wait for it
  public record SinkState(
      String name,
      String type,
      String target,
      String state,
      long delivered,
      long dropped,
      long lagEvents) {}

  /// One watch.
  ///
  /// @param path what
  /// @param state `watched`, or why not
  public record WatchState(String path, String state) {}
}
