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
  private final List<Heartbeat> atDisks = new CopyOnWriteArrayList<>();

  /// Puts a thread under watch. It counts as alive from now.
  ///
  /// @param name the role: `intake`, `forwarder siem`
  /// @param deadlineNs the longest silence that is no reason to worry; well above the longest time
  ///   the role may wait in one piece
  public Heartbeat heartbeat(String name, long deadlineNs) {
    return add(heartbeats, name, deadlineNs);
  }

  /// The same for a thread that may wait for a disk for as long as that hangs.
  public Heartbeat diskHeartbeat(String name, long deadlineNs) {
    return add(atDisks, name, deadlineNs);
  }

  private static Heartbeat add(List<Heartbeat> to, String name, long deadlineNs) {
    Heartbeat heartbeat = new Heartbeat(name, deadlineNs, System.nanoTime());
    to.add(heartbeat);
    return heartbeat;
  }

  /// Takes a thread out of watch for good: it ended.
  public void forget(Heartbeat heartbeat) {
    heartbeats.remove(heartbeat);
    atDisks.remove(heartbeat);
  }

  /// One line for each thread that is stuck; empty: all is well.
  public List<String> stuck() {
    List<String> stuck = lines(heartbeats);
    stuck.addAll(waiting());
    return stuck;
  }

  /// Those of them that wait for a disk: a reason not to be ready.
  public List<String> waiting() {
    return lines(atDisks);
  }

  /// The threads for which a new start is the mend; empty: let it live. None as long as one waits
  /// for a disk: whoever comes to that disk's pages waits behind it, no start brings the disk back,
  /// and what is held in memory meanwhile would be lost.
  public List<String> dead() {
    return waiting().isEmpty() ? lines(heartbeats) : List.of();
  }

  private static List<String> lines(List<Heartbeat> heartbeats) {
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
