package io.coreaudit.agent.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Whether the agent does what it is there for: ready while nobody has a reason against it. Any
/// thread may hold or clear a reason.
public final class Readiness {
  private final Map<String, String> reasons = new ConcurrentHashMap<>();

  /// Creates the state of an agent that still starts.
  public Readiness() {
    hold("start", "starting");
  }

  /// Gives a reason why the agent is not ready, or another text for it.
  ///
  /// @param cause who gives it, to clear it later: `start`, `canary`
  /// @param reason for people: `deaf: no event came of the canary for 61 s`
  public void hold(String cause, String reason) {
    reasons.put(cause, reason);
  }

  /// Takes a reason back.
  public void clear(String cause) {
    reasons.remove(cause);
  }

  /// Gives a reason, or takes it back.
  ///
  /// @param reason for people; empty when there is none any more
  public void set(String cause, String reason) {
    if (reason.isEmpty()) {
      clear(cause);
    } else {
      hold(cause, reason);
    }
  }

  /// The reasons; empty: ready.
  public List<String> reasons() {
    return new ArrayList<>(new TreeMap<>(reasons).values());
  }
}
