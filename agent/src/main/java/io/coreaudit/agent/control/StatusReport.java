package io.coreaudit.agent.control;

import java.util.List;
import java.util.Map;

/// How a running agent is doing, as `status` tells it. The names here are the names of the JSON
/// answer (`lagEvents` is `lag_events` there). A part that is null or empty is left out of the
/// screen.
///
/// @param agent the process
/// @param input where records come from
/// @param kernel what the kernel says of its side; null: it was not asked
/// @param rates what passes in a second
/// @param ledger each stage's in, out and dropped
/// @param spool what waits on disk
/// @param sinks where it goes
/// @param watches what is watched
public record StatusReport(
    Process agent,
    Input input,
    Kernel kernel,
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
  /// @param closed where it should answer over HTTP and does not, and why
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
      List<String> closed,
      long residentBytes,
      double cpuSeconds,
      String config) {}

  /// Where records come from.
  ///
  /// @param mode `multicast, receive buffer 64 MiB`
  /// @param receiveBufferBytes as granted; null: there is no socket
  /// @param drops datagrams that the socket lost, as the kernel counts; null: there is no socket
  /// @param backfill what came of looking for events of before the start; null: nobody looked
  public record Input(String mode, Long receiveBufferBytes, Long drops, String backfill) {}

  /// What the kernel says of its audit.
  ///
  /// @param enabled 0, 1 or 2 (locked)
  /// @param owner process that owns the unicast slot; 0: nobody
  /// @param backlog records that wait in the kernel
  /// @param backlogLimit how many may
  /// @param lost records that the kernel dropped since boot
  /// @param ageSeconds how old these figures are
  public record Kernel(
      int enabled, long owner, long backlog, long backlogLimit, long lost, long ageSeconds) {}

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
  /// @param state `open`; `bound`, `no_space` and `failed` take no events
  /// @param events accepted since start
  /// @param sizeBytes taken
  /// @param maxSizeBytes the most it may take
  /// @param shedLevel 0; 1: nearly full, events are counted; 2 to 5: the most frequent are left out
  public record SpoolState(
      String dir, String state, long events, long sizeBytes, long maxSizeBytes, long shedLevel) {}

  /// One receiver.
  ///
  /// @param name the sink's
  /// @param type the sink's
  /// @param target where to: an address, a path
  /// @param state `connected to 10.0.0.5:6514, TLSv1.3`, `cannot connect to ...`
  /// @param delivered events, since start
  /// @param dropped events that it will never get
  /// @param filtered events that are left out for it, since start
  /// @param lagEvents events that wait for it
  public record SinkState(
      String name,
      String type,
      String target,
      String state,
      long delivered,
      long dropped,
      long filtered,
      long lagEvents) {}

  /// One watch.
  ///
  /// @param path what
  /// @param state `covered since 2026-11-22T04:33:09Z`, or `uncovered: ` and why
  public record WatchState(String path, String state) {}
}
