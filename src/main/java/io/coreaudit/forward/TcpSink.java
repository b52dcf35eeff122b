package io.coreaudit.forward;

import java.util.concurrent.TimeUnit;

/// Lines over TCP or TLS to a receiver that acknowledges nothing.
///
/// One connection at a time (`Link`). At most a megabyte and one batch wait in this process for the
/// kernel, so a dead receiver costs no memory; the events wait in the spool. `ResendWindow` tells
/// when an event counts as received. A receiver that talks is listened to for 64 KiB and then given
/// up: it would use the thread of all sinks.
///
/// While a dead peer is not noticed yet nothing is lost: what its kernel did not acknowledge is not
/// counted as received, whatever the window.
final class TcpSink extends LinkedSink {
  /// How often to look what the receiver's kernel acknowledged; it matters little to be late.
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(250);

  private final SinkSettings.Tcp settings;
  private final Wakeup bell;
  private final ResendWindow window;
  private long lookedNs;
  private long retriedEvents;

  TcpSink(SinkSettings.Tcp settings, NetworkLoop loop, Wakeup bell) {
    super(new Link(settings, null, loop, bell, false), new Poison());
    this.settings = settings;
    this.bell = bell;
    this.window =
        new ResendWindow(
            settings.resendWindowBytes(), settings.timings().resendAge().toNanos(), acknowledged);
  }

  @Override
  Readiness poll() {
    return switch (link.poll()) {
      case DOWN, CONNECTING -> Readiness.BUSY;
      case OPENED -> {
        lookedNs = System.nanoTime();
        link.delivers("");
        yield up();
      }
      case UP -> up();
      case BROKE -> broke();
    };
  }

  private Readiness up() {
    long nowNs = System.nanoTime();
    TcpConnection connection = link.connection();
    if (nowNs - lookedNs >= LOOK_NS) {
      lookedNs = nowNs;
      connection.look();
    }
    window.arrived(connection.arrivedBytes(), nowNs);
    return connection.writable() ? Readiness.READY : Readiness.BUSY;
  }

  private Readiness broke() {
    // it may have gone down with more arrived than was last seen
    window.arrived(link.last().arrivedBytes(), System.nanoTime());
    long again = window.forget();
    retriedEvents += again;
    return again > 0 ? Readiness.LOST : Readiness.BUSY;
  }

  @Override
  boolean offer(Batch batch) {
    TcpConnection connection = link.connection();
    if (connection == null || !connection.writable()) {
      return false;
    }
    connection.write(batch.array(), batch.lengthBytes());
    window.sent(batch.position(), batch.lengthBytes(), batch.events(), System.nanoTime());
    return true;
  }

  @Override
  void passed(long bytes) {
    window.passed(bytes);
  }

  @Override
  long retriedEvents() {
    return retriedEvents;
  }

  @Override
  long heldBytes() {
    return window.heldBytes();
  }

  /// Shuts our side and waits for the receiver's. Only when it closed without an error had it read
  /// everything: a kernel answers a close over unread bytes with a reset. Otherwise the cursor
  /// stays a window behind, and the next start sends that again.
  @Override
  void finish(long timeoutNs) {
    TcpConnection connection = link.connection();
    if (connection == null || connection.phase() != TcpConnection.Phase.UP) {
      return;
    }
    long deadlineNs = System.nanoTime() + timeoutNs;
    boolean said = false;
    connection.shutOutput();
    while (connection.phase() != TcpConnection.Phase.DOWN) {
      if (connection.outputShut() && !said) {
        said = true;
        deadlineNs =
            Math.min(deadlineNs, System.nanoTime() + settings.timings().lastWord().toNanos());
      }
      long leftNs = deadlineNs - System.nanoTime();
      if (leftNs <= 0 || Thread.currentThread().isInterrupted()) {
        break;
      }
      bell.await(leftNs);
    }
    window.arrived(connection.arrivedBytes(), System.nanoTime());
    if (connection.closedCleanly()) {
      window.settleAll();
    }
    stopped(
        connection.closedCleanly(),
        "the receiver did not close in turn, the resend window will be sent again");
  }
}
