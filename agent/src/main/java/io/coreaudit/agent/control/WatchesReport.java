package io.coreaudit.agent.control;

import java.util.List;

/// What is watched and what is not, as `watches` tells it. The names here are those of the JSON
/// answer.
///
/// @param mounts how the mounts are followed
/// @param counts how many of each kind and state
/// @param watches one by one
public record WatchesReport(String mounts, List<Count> counts, List<Line> watches) {
  /// How many of one kind are in one state.
  public record Count(String kind, String state, long count) {}

  /// One watch.
  ///
  /// @param kind `path`, `etcd`, `anchor`, `reader`, `secret`, `pack`
  /// @param state `covered`, `absent`, `uncovered`, `contested`
  /// @param since RFC 3339
  /// @param cause of what sort the reason is; `none` when it is covered
  /// @param reason why it is not covered
  public record Line(
      String kind,
      String path,
      String key,
      String state,
      String since,
      String cause,
      String reason) {}
}
