package io.coreaudit.agent;

import io.coreaudit.agent.http.Readiness;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.netlink.AuditReceiver;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks after the kernel's unicast slot: gives it back while the intake thread does not drain it,
/// and takes it again when it was lost.
///
/// Who owns the slot and does not read makes every audited process of the host wait. So when a turn
/// of the intake thread takes longer than a second the slot is given back, and taken again once
/// turns are short. It cannot help when the whole process is stopped; the lowered
/// `backlog_wait_time` bounds the harm then.
///
/// Somebody else's slot is never taken. The agent is not ready while it is not its own, and tries
/// again at growing intervals.
final class UnicastGuard {
  /// The kernel's slot for one audit daemon.
  interface Slot {
    /// The process that owns it; 0: nobody.
    int owner();

    /// Takes it; throws when it is somebody's.
    void take();

    /// Gives it back.
    void give();

    /// The slot of this kernel.
    static Slot of(AuditControl control, AuditReceiver receiver) {
      return new Slot() {
        @Override
        public int owner() {
          return control.status().pid();
        }

        @Override
        public void take() {
          control.registerPid(receiver);
        }

        @Override
        public void give() {
          control.unregisterPid();
        }
      };
    }
  }

  static final long FIRST_WAIT_NS = TimeUnit.SECONDS.toNanos(1);
  static final long LONGEST_WAIT_NS = TimeUnit.SECONDS.toNanos(60);
  static final long OWNER_LOOK_NS = TimeUnit.SECONDS.toNanos(5);

  private static final Logger LOG = LoggerFactory.getLogger(UnicastGuard.class);
  private static final String CAUSE = "unicast";
  private static final long LOOK_MILLIS = 250;
  private static final long LATE_NS = TimeUnit.SECONDS.toNanos(1);

  private final Slot slot;
  private final int ownPid;
  private final LongSupplier turnStartedNs;
  private final Consumer<OwnEvent> tell;
  private final Readiness readiness;
  private final Thread thread = new Thread(this::run, "unicast-guard");

  private LongConsumer beat = nowNs -> {};
  private boolean mine = true;
  private String trouble = "";
  private long waitNs = FIRST_WAIT_NS;
  private long nextTryNs;
  private long nextOwnerNs;

  /// Wires the role up, for a slot that is owned already.
  ///
  /// @param turnStartedNs when the intake's turn began, by `System.nanoTime`; 0: it waits
  UnicastGuard(
      Slot slot,
      int ownPid,
      LongSupplier turnStartedNs,
      Consumer<OwnEvent> tell,
      Readiness readiness) {
    this.slot = slot;
    this.ownPid = ownPid;
    this.turnStartedNs = turnStartedNs;
    this.tell = tell;
    this.readiness = readiness;
    this.nextOwnerNs = System.nanoTime() + OWNER_LOOK_NS;
    thread.setDaemon(true);
  }

  /// Sets who is told of each look. Before `start`.
  void onTurn(LongConsumer looks) {
    beat = looks;
  }

  void start() {
    thread.start();
  }

  /// Asks the thread to end. Whether it did tells `awaitEnd`.
  void stop() {
    thread.interrupt();
  }

  boolean awaitEnd(java.time.Duration most) throws InterruptedException {
    return thread.join(most);
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(LOOK_MILLIS);
        beat.accept(System.nanoTime());
        look(System.nanoTime());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Looks once, and does what is due.
  void look(long nowNs) {
    long started = turnStartedNs.getAsLong();
    boolean late = started != 0 && nowNs - started > LATE_NS;
    try {
      if (mine && late) {
        give(nowNs);
      } else if (mine && nowNs - nextOwnerNs >= 0) {
        nextOwnerNs = nowNs + OWNER_LOOK_NS;
        lookForOwner(nowNs);
      }
      if (!mine && !late && nowNs - nextTryNs >= 0) {
        take(nowNs);
      }
    } catch (KernelException e) {
      complain(e.getMessage());
    }
  }

  private void give(long nowNs) {
    slot.give();
    lost(nowNs, "given back: the intake does not drain");
  }

  /// The kernel lets an owner go whose socket it could not reach, and then somebody may come.
  private void lookForOwner(long nowNs) {
    int owner = slot.owner();
    if (owner != ownPid) {
      lost(nowNs, owner == 0 ? "lost: the kernel let it go" : "lost: owned by process " + owner);
    }
  }

  private void lost(long nowNs, String what) {
    mine = false;
    trouble = "";
    waitNs = FIRST_WAIT_NS;
    nextTryNs = nowNs;
    readiness.hold(CAUSE, "unicast slot " + what);
    told(what);
  }

  private void take(long nowNs) {
    nextTryNs = nowNs + waitNs;
    waitNs = Math.min(2 * waitNs, LONGEST_WAIT_NS);
    int owner = slot.owner();
    if (owner != 0 && owner != ownPid) {
      readiness.hold(CAUSE, "unicast slot owned by process " + owner);
    }
    if (owner != ownPid) {
      slot.take();
    }
    mine = true;
    trouble = "";
    nextOwnerNs = nowNs + OWNER_LOOK_NS;
    readiness.clear(CAUSE);
    told("taken again");
  }

  private void told(String what) {
    LOG.warn("unicast slot {}", what);
    tell.accept(
        OwnEvent.of(EventKind.GAP).with("reason", "unicast_slot").with("detail", what).build());
  }

  /// Says a trouble once, however often it is met.
  private void complain(String what) {
    if (!what.equals(trouble)) {
      trouble = what;
      LOG.warn("unicast slot: {}", what);
    }
  }
}
