package io.coreaudit.agent.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/// Whether every thread of the agent is alive: the list of their heartbeats.
public final class Health {
  /// The longest silence of a role that waits for nobody, or says so.
  public static final long STUCK_NS = TimeUnit.SECONDS.toNanos(30);

  private final List<Heartbeat> heartbeats = new CopyOnWriteArrayList<>();

  /// Puts a thread under watch. It counts as alive from now.
  ///
  /// @param name the role: `intake`, `forwarder siem`
  /// @param deadlineNs the longest silence that is no reason to worry; well above the longest time
  ///   the role may wait in one piece
  public Heartbeat heartbeat(String name, long deadlineNs) {
    Heartbeat heartbeat = new Heartbeat(name, deadlineNs, System.nanoTime());
    heartbeats.add(heartbeat);
    return heartbeat;
  }

  /// One line for each thread that is stuck; empty: all is well.
  public List<String> stuck() {
    long nowNs = System.nanoTime();
    List<String> stuck = new ArrayList<>();
    for (Heartbeat heartbeat : heartbeats) {
      String line = heartbeat.stuck(nowNs);
      if (line != null) {
        stuck.add(line);
      }
    }
    return stuck;
  }
}
