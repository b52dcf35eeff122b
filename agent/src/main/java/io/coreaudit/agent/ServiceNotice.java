package io.coreaudit.agent;

import io.coreaudit.agent.http.Health;
import io.coreaudit.agent.http.Readiness;
import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.UnixDatagram;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the agent tells systemd of itself, by the protocol of sd_notify(3): that it is ready, how
/// it is, that it lives, that it stops.
///
/// What is ordered behind the service (the kubelet) waits for "ready". An agent that has started
/// and is not ready, because it hears nothing or a disk fails, says so after a while all the same:
/// it goes on and keeps what it can, and to be killed for not being ready would mend nothing.
///
/// It lives as long as no thread of it is stuck, but for a disk that hangs: that makes it not
/// ready. The signs of life come from the thread that calls `look`, which touches no file; when
/// that hangs, or a thread is stuck, they end, and systemd starts the agent anew.
///
/// Any thread; who tells nobody (no NOTIFY_SOCKET) costs nothing.
final class ServiceNotice implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceNotice.class);

  /// How long what waits for the agent waits after it has started.
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

  private final UnixDatagram socket; // null: nobody wants to know
  private final boolean watchdog;
  private final Readiness readiness;
  private final Health health;
  private long startedNs;
  private boolean started;
  private boolean ready;
  private boolean stopping;
  private boolean refusalTold;
  private String status = "";

  private ServiceNotice(UnixDatagram socket, boolean watchdog, Readiness readiness, Health health) {
    this.socket = socket;
    this.watchdog = watchdog;
    this.readiness = readiness;
    this.health = health;
  }

  /// Looks whether somebody wants to know.
  ///
  /// @param environment of the process: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID
  static ServiceNotice of(
      Map<String, String> environment, long pid, Readiness readiness, Health health) {
    String name = environment.getOrDefault("NOTIFY_SOCKET", "");
    String watched = environment.getOrDefault("WATCHDOG_PID", Long.toString(pid));
    boolean watchdog =
        environment.containsKey("WATCHDOG_USEC") && watched.equals(Long.toString(pid));
    UnixDatagram socket = null;
    if (!name.isEmpty()) {
      try {
        socket = new UnixDatagram(name);
      } catch (IllegalArgumentException | KernelException e) {
        LOG.warn("systemd is told nothing: NOTIFY_SOCKET={}: {}", name, e.getMessage());
      }
    }
    return new ServiceNotice(socket, watchdog, readiness, health);
  }

  /// Everything runs; whether it is ready `look` tells.
  synchronized void started(long nowNs) {
    started = true;
    startedNs = nowNs;
    look(nowNs);
  }

  /// Tells what is new, and that it lives. To be called each second, and when readiness changes.
  synchronized void look(long nowNs) {
    if (socket == null || !started || stopping) {
      return;
    }
    List<String> reasons = readiness.reasons();
    List<String> stuck = health.stuck();
    StringBuilder message = new StringBuilder();
    if (!ready && (reasons.isEmpty() || nowNs - startedNs > PATIENCE_NS)) {
      message.append("READY=1\n");
    }
    String now = status(reasons, stuck);
    if (!now.equals(status)) {
      message.append("STATUS=").append(now).append('\n');
    }
    if (watchdog && health.dead().isEmpty()) {
      message.append("WATCHDOG=1\n");
    }
    if (message.isEmpty() || !send(message.toString())) {
      return;
    }
    ready |= message.indexOf("READY=1") == 0;
    status = now;
  }

  private static String status(List<String> reasons, List<String> stuck) {
    if (!stuck.isEmpty()) {
      return line(String.join("; ", stuck));
    }
    return reasons.isEmpty() ? "ready" : "not ready: " + line(String.join("; ", reasons));
  }

  private static String line(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ");
  }

  /// It stops. Nothing is told any more after it.
  synchronized void stopping() {
    if (socket != null && !stopping) {
      stopping = true;
      send("STOPPING=1\nSTATUS=stopping\n");
    }
  }

  private boolean send(String message) {
    int answer = socket.send(message);
    if (answer < 0 && !refusalTold) {
      refusalTold = true;
      LOG.warn("systemd was not told \"{}\": {}", message.strip(), Errno.describe(-answer));
    }
    return answer == 0;
  }

  @Override
  public void close() {
    if (socket != null) {
      socket.close();
    }
  }
}
