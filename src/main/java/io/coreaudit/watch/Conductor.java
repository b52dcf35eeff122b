package io.coreaudit.watch;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.OwnEvents;
import io.coreaudit.intake.Canary;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.netlink.AuditStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The role that looks after the agent's hearing. One thread, asleep between its dates.
///
/// The canary comes in two sizes. A user message that the kernel is made to log shows that the
/// stream arrives at all; a fresh thread that opens a watched path shows that rules still fire.
/// Each round opens what stands for all secrets, and so does one at once after they were attached
/// again. The first round opens the other watched paths too, one after another while it is quick,
/// each later one the next path. A path that makes no event gets its rule loaded anew and one more
/// try. What is not heard then within three seconds means deaf: the agent is not ready and says so,
/// and listens at that path until it hears it.
///
/// Every minute, and after an overrun, it has the [Warden] look at rules and settings, whatever the
/// stream told of them.
///
/// A duty that fails is told and comes again at its next date; it ends nothing.
public final class Conductor {
  private static final Logger LOG = LoggerFactory.getLogger(Conductor.class);
  private static final long HEARD_WITHIN_NS = TimeUnit.SECONDS.toNanos(3);

  /// How long a stop, and the sign of life, wait for a canary at most.
  private static final long LISTENS_NS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final long SWEEP_NS = TimeUnit.SECONDS.toNanos(60);
  private static final long SWEEP_AGAIN_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long TROUBLE_NS = TimeUnit.SECONDS.toNanos(10);
  private static final long FIRST_ROUND_NS = TimeUnit.SECONDS.toNanos(3);
  private static final int AUDIT_TRUSTED_APP = 1121;

  /// What others want done at once.
  private enum Wish {
    SYNC,
    ROUND
  }

  private final AuditKernel kernel;
  private final Warden warden;
  private final LostRecords lost;
  private final OwnEvents events;
  private final Canary streamCanary;
  private final Canary watchCanary;
  private final Opener opener;
  private final long canaryNs;
  private final BiConsumer<Hearing, String> onHearing;
  private final Runnable onSweep;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition change = lock.newCondition();
  private final Set<Wish> wishes = EnumSet.noneOf(Wish.class);
  private boolean stop;

  private volatile Hearing hearing = Hearing.UNKNOWN;
  private volatile AuditStatus status;
  private LongConsumer beat = nowNs -> {};
  private Runnable rest = () -> {};
  private long nextSweepNs;
  private long lastSweepNs;
  private long nextCanaryNs;
  private String deafBecause = "";
  private String trouble = "";
  private final CanaryRota rota = new CanaryRota();
  private Path silent;

  /// Wires the role up.
  ///
  /// @param lost what of the kernel's count of lost records was told
  /// @param opener who opens a watched path for the canary
  /// @param canary time between two canaries
  /// @param onHearing told after each canary whether the agent hears, and why not
  /// @param onSweep what others want done at each sweep
  public Conductor(
      AuditControl control,
      Warden warden,
      LostRecords lost,
      OwnEvents events,
      Canary streamCanary,
      Canary watchCanary,
      Opener opener,
      Duration canary,
      BiConsumer<Hearing, String> onHearing,
      Runnable onSweep) {
    this(
        AuditKernel.of(control),
        warden,
        lost,
        events,
        streamCanary,
        watchCanary,
        opener,
        canary,
        onHearing,
        onSweep);
  }

  Conductor(
      AuditKernel kernel,
      Warden warden,
      LostRecords lost,
      OwnEvents events,
      Canary streamCanary,
      Canary watchCanary,
      Opener opener,
      Duration canary,
      BiConsumer<Hearing, String> onHearing,
      Runnable onSweep) {
    this.kernel = kernel;
    this.warden = warden;
    this.lost = lost;
    this.events = events;
    this.streamCanary = streamCanary;
    this.watchCanary = watchCanary;
    this.opener = opener;
    this.canaryNs = canary.toNanos();
    this.onHearing = onHearing;
    this.onSweep = onSweep;
  }

  /// Sets who is told that a turn runs, and that the thread sleeps. Before `run`.
  public void onTurn(LongConsumer turnBegins, Runnable turnEnds) {
    beat = turnBegins;
    rest = turnEnds;
  }

  /// Runs until `stop`.
  public void run() {
    if (canaryNs == 0) {
      report();
    }
    nextSweepNs = System.nanoTime();
    nextCanaryNs = canaryNs == 0 ? nextSweepNs + Long.MAX_VALUE / 2 : nextSweepNs;
    warden.onAttachedAgain(this::requestRound);
    while (!stopped()) {
      long nowNs = System.nanoTime();
      beat.accept(nowNs);
      turn(nowNs);
      rest.run();
      sleep(untilNextNs());
    }
  }

  /// Does what is due. The dates are set before: what fails comes again no sooner.
  private void turn(long nowNs) {
    if (take(Wish.SYNC)) {
      attempt(this::sync);
    }
    if (nowNs - nextSweepNs >= 0) {
      nextSweepNs = nowNs + SWEEP_NS;
      attempt(this::sweepAndReport);
    }
    if (take(Wish.ROUND) || nowNs - nextCanaryNs >= 0) {
      nextCanaryNs = nowNs + canaryNs;
      listen();
    }
  }

  private long untilNextNs() {
    long nowNs = System.nanoTime();
    return Math.min(nextSweepNs - nowNs, nextCanaryNs - nowNs);
  }

  private void attempt(Runnable duty) {
    try {
      duty.run();
    } catch (RuntimeException e) {
      String text = Warden.text(e);
      if (!text.equals(trouble)) {
        LOG.warn("{}", text);
      }
      LOG.debug("the conductor goes on after", e);
      trouble = text;
      // Only a good sweep says that it is over.
      nextSweepNs = System.nanoTime() + TROUBLE_NS;
      report();
    }
  }

  private void sweepAndReport() {
    sweep();
    trouble = "";
    // Before the first canary nobody knows whether the agent hears.
    if (canaryNs == 0 || hearing != Hearing.UNKNOWN) {
      report();
    }
  }

  private void report() {
    if (trouble.isEmpty()) {
      onHearing.accept(hearing, deafBecause);
    } else {
      onHearing.accept(Hearing.DEAF, trouble);
    }
  }

  /// Makes the kernel issue a serial soon: after an overrun, the end of the loss then shows. Any
  /// thread; never waits for the kernel.
  public void requestSync() {
    request(Wish.SYNC);
  }

  /// Makes a round of the canary come at once, where there is one: what was attached anew should be
  /// heard. Any thread; waits for nothing.
  private void requestRound() {
    if (canaryNs != 0) {
      request(Wish.ROUND);
    }
  }

  private void request(Wish wish) {
    lock.lock();
    try {
      wishes.add(wish);
      change.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Asks the thread to end.
  public void stop() {
    lock.lock();
    try {
      stop = true;
      change.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean stopped() {
    lock.lock();
    try {
      return stop;
    } finally {
      lock.unlock();
    }
  }

  private boolean take(Wish wish) {
    lock.lock();
    try {
      return wishes.remove(wish);
    } finally {
      lock.unlock();
    }
  }

  private void sleep(long ns) {
    lock.lock();
    try {
      long left = ns;
      while (left > 0 && !stop && wishes.isEmpty()) {
        left = change.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      stop = true;
    } finally {
      lock.unlock();
    }
  }

  private void sync() {
    say("sync");
    lost.look(kernel.status(), events);
    // What the stream told of rules may be among what was lost.
    long soonNs = Math.max(0, lastSweepNs + SWEEP_AGAIN_NS - System.nanoTime());
    nextSweepNs = Math.min(nextSweepNs - System.nanoTime(), soonNs) + System.nanoTime();
    // Nobody counts on it, but it is no event for a receiver.
    waitFor(streamCanary);
  }

  private void sweep() {
    lastSweepNs = System.nanoTime();
    AuditStatus now = kernel.status();
    status = now;
    lost.look(now, events);
    warden.sweep(now);
    onSweep.run();
  }

  private void listen() {
    String reason;
    try {
      warden.check();
      reason = heardStream() ? silentWatch() : "a message that the kernel logged did not arrive";
    } catch (RuntimeException e) {
      reason = Warden.text(e);
      LOG.debug("the conductor goes on after", e);
    }
    if (stopped()) {
      return;
    }
    Hearing now = reason.isEmpty() ? Hearing.GOOD : Hearing.DEAF;
    if (now != hearing) {
      if (now == Hearing.DEAF) {
        LOG.warn("deaf: {}; looking through rules and settings", reason);
        events.offer(
            OwnEvent.of(EventKind.GAP).with("reason", "deaf").with("detail", reason).build());
      } else if (hearing == Hearing.DEAF) {
        LOG.info("hearing again");
        events.offer(OwnEvent.of(EventKind.WATCH).with("state", "hearing").build());
      }
    }
    hearing = now;
    deafBecause = reason;
    report();
    if (now == Hearing.DEAF) {
      attempt(this::sweepAndReport);
    }
  }

  /// Why a watched path is not heard; empty when those whose turn it is are.
  private String silentWatch() {
    List<Path> covered = warden.keeper().canaries();
    if (covered.isEmpty()) {
      silent = null;
      return "";
    }
    if (silent != null && covered.contains(silent) && !heardAfterAll(silent)) {
      return noEvent(silent);
    }
    silent = null;
    long beganNs = System.nanoTime();
    Path secrets = warden.secretsCanary();
    for (Path path : rota.round(covered, secrets)) {
      if (System.nanoTime() - beganNs >= FIRST_ROUND_NS) {
        break;
      }
      if (!heardAfterAll(path)) {
        silent = path;
        return noEvent(path);
      }
      rota.heard(path, secrets);
    }
    rota.over();
    return "";
  }

  private static String noEvent(Path path) {
    return "an access to " + path + " made no event";
  }

  /// Whether a path is heard, if need be after its rule was loaded anew.
  private boolean heardAfterAll(Path path) {
    if (heardWatch(path)) {
      return true;
    }
    if (stopped()) {
      return false;
    }
    try {
      warden.reload(path);
    } catch (IllegalStateException | KernelException e) {
      LOG.warn("{} is silent and its rule cannot be loaded again: {}", path, e.getMessage());
      return false;
    }
    if (!heardWatch(path)) {
      return false;
    }
    events.offer(
        OwnEvent.of(EventKind.DRIFT)
            .with("what", "rule_silent")
            .with("path", path.toString())
            .with("done", "loaded again")
            .build());
    return true;
  }

  private boolean heardStream() {
    say("canary");
    return waitFor(streamCanary);
  }

  /// Has the kernel log a word that the intake thread then listens for.
  private void say(String operation) {
    String word = streamCanary.expect();
    try {
      kernel.userMessage(AUDIT_TRUSTED_APP, "op=" + operation + " word=" + word);
    } catch (KernelException e) {
      streamCanary.end();
      throw e;
    }
  }

  /// A thread that is older than audit's being switched on has no audit context, so each try takes
  /// a fresh one. Its name is the word.
  private boolean heardWatch(Path path) {
    warden.open(path, opener, watchCanary.expect());
    return waitFor(watchCanary);
  }

  private boolean waitFor(Canary canary) {
    long deadlineNs = System.nanoTime() + HEARD_WITHIN_NS;
    do {
      beat.accept(System.nanoTime());
    } while (!canary.waitFor(LISTENS_NS) && System.nanoTime() - deadlineNs < 0 && !stopped());
    return canary.end();
  }

  /// Whether the agent hears. Any thread.
  public Hearing hearing() {
    return hearing;
  }

  /// The kernel's audit status as the last sweep saw it; null before the first. Any thread.
  public AuditStatus status() {
    return status;
  }
}
