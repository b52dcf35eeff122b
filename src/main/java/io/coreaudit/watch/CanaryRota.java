package io.coreaudit.watch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Which paths the canary opens in a round: the one that stands for all secrets each time, of the
/// others all in the first round and then one, in turn. One thread's own.
final class CanaryRota {
  private boolean firstRoundOver;
  private int next;

  /// The paths of the next round, the most important first.
  ///
  /// @param covered what can be opened
  /// @param always which of it is opened each time; null when there is none
  List<Path> round(List<Path> covered, Path always) {
    List<Path> others = covered.stream().filter(path -> !path.equals(always)).toList();
    List<Path> round = new ArrayList<>();
    if (others.size() < covered.size()) {
      round.add(always);
    }
    int count = firstRoundOver ? Math.min(1, others.size()) : others.size();
    for (int i = 0; i < count; i++) {
      round.add(others.get((next + i) % others.size()));
    }
    return round;
  }

  /// One of a round was heard.
  ///
  /// @param always which is opened each time; null when there is none
  void heard(Path path, Path always) {
    if (!path.equals(always)) {
      next = next == Integer.MAX_VALUE ? 0 : next + 1;
    }
  }

  /// The first round is over, whether or not there was time for all.
  void over() {
    firstRoundOver = true;
  }
}
