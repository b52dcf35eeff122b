package io.coreaudit.agent;

import io.coreaudit.agent.command.WatchWishes;
import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.config.InputMode;
import io.coreaudit.agent.http.Health;
import io.coreaudit.agent.http.Heartbeat;
import io.coreaudit.agent.http.Readiness;
import io.coreaudit.intake.BootId;
import io.coreaudit.intake.Canary;
import io.coreaudit.intake.Intake;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.netlink.AuditReceiver;
import io.coreaudit.netlink.AuditStatus;
import io.coreaudit.watch.Conductor;
import io.coreaudit.watch.Hearing;
import io.coreaudit.watch.KernelSettings;
import io.coreaudit.watch.LostRecords;
import io.coreaudit.watch.Opener;
import io.coreaudit.watch.Watch;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the agent does in the kernel besides listening, wired: its settings, the unicast slot, the
/// watches, and the conductor that holds the canary.
final class KernelSide {
  private static final Logger LOG = LoggerFactory.getLogger(KernelSide.class);
  private static final Duration ROLE_END = Duration.ofMillis(500);

  private final AgentConfig config;
  private final AuditReceiver receiver;
  private final AuditControl control;
  private final KernelSettings settings;
  private LostRecords lost;
  private Watches watches;
  private Conductor conductor;
  private UnicastGuard guard;
  private AuditControl guardControl;
  private Thread conductorThread;

  private KernelSide(AgentConfig config, AuditReceiver receiver) throws IOException {
    this.config = config;
    this.receiver = receiver;
    this.control = AuditControl.open();
    this.settings = new KernelSettings(control, config.runDir().resolve("settings.state"));
  }

  /// Opens the control socket and makes the kernel ready to be listened to.
  ///
  /// @param receiver the audit socket; null when the input is lines
  /// @return null when the agent has nothing to do with the kernel
  static KernelSide open(AgentConfig config, AuditReceiver receiver) throws IOException {
    if (receiver == null && !WatchWishes.any(config)) {
      return null;
    }
    KernelSide kernel = new KernelSide(config, receiver);
    try {
      kernel.begin();
      return kernel;
    } catch (RuntimeException e) {
      kernel.undo(e);
      throw e;
    }
  }

  /// What a beginning that failed changed goes back to what it was.
  private void undo(RuntimeException failure) {
    try {
      restore(true);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    } finally {
      control.close();
    }
  }

  private void begin() {
    // The socket is bound a moment before this: from here on a lost record is this agent's loss.
    lost =
        LostRecords.goOn(config.runDir().resolve("lost.state"), BootId.current(), control.status());
    if (!unicast()) {
      settings.endUnicast();
      settings.begin(config.audit().enable(), config.audit().backlogLimit());
    } else if (control.status().pid() != 0) {
      // Whose owner lives is refused here, before anything was made; one that was killed makes way.
      control.registerPid(receiver);
      control.unregisterPid();
    }
  }

  private boolean unicast() {
    return config.input().mode() == InputMode.UNICAST;
  }

  /// Makes the roles that need the intake.
  ///
  /// @param onAttached told the nanoseconds from a mount's being seen to the kernel's answer
  /// @param onHearing told whether the agent hears
  /// @param onRound run with each canary
  void wire(
      Intake intake,
      Canary streamCanary,
      Canary watchCanary,
      LongConsumer onAttached,
      BiConsumer<Hearing, String> onHearing,
      Runnable onRound)
      throws IOException {
    watches = new Watches(config, control, settings, intake, onAttached);
    conductor =
        new Conductor(
            control,
            watches.warden(),
            lost,
            intake.ownEvents(),
            streamCanary,
            watchCanary,
            unicast() ? Opener.CHILD : Opener.THREAD,
            Duration.ofNanos(config.watch().canaryNs()),
            onHearing,
            onRound);
  }

  /// Takes the unicast slot, when that is the input. Only with the intake about to run, because
  /// from here on somebody must drain: processes of the host wait for the owner of the slot. It may
  /// be refused still, and then nothing was changed in the kernel.
  void takeSlot() {
    if (unicast()) {
      control.registerPid(receiver);
      settings.beginUnicast();
      settings.begin(config.audit().enable(), config.audit().backlogLimit());
    }
  }

  /// Starts what guards the slot, and loads the rules.
  void startWatches(Intake intake, Readiness readiness, Health health) {
    if (unicast()) {
      // Of its own: who lists rules or waits for the kernel must not hold up the slot's return.
      guardControl = AuditControl.open();
      guard =
          new UnicastGuard(
              UnicastGuard.Slot.of(guardControl, receiver),
              ownPid(),
              intake::turnStartedNs,
              intake.ownEvents()::offer,
              readiness);
      guard.onTurn(health.heartbeat("unicast guard", Health.STUCK_NS)::beat);
      guard.start();
    }
    watches.start(health);
    tellMounts(readiness);
  }

  /// Says whether all mounted secrets are known: an agent that does not know them is not ready.
  void tellMounts(Readiness readiness) {
    readiness.set("mounts", watches.trouble());
  }

  /// Starts the conductor.
  void startConductor(Health health) {
    Heartbeat beat = health.heartbeat("conductor", Health.STUCK_NS);
    conductor.onTurn(beat::beat, beat::rest);
    conductorThread = new Thread(conductor::run, "conductor");
    conductorThread.setDaemon(true);
    conductorThread.start();
  }

  /// Has the kernel issue a serial, so that a loss at the end of a burst shows.
  void requestSync() {
    conductor.requestSync();
  }

  /// What the kernel said last of itself; null: nothing yet.
  AuditStatus status() {
    return conductor.status();
  }

  Watches watches() {
    return watches;
  }

  /// Ends the guard and the conductor.
  ///
  /// @return whether both ended, so that the kernel may be put back
  boolean stopRoles(Closing closing) {
    if (guard != null) {
      guard.stop();
    }
    if (conductorThread != null) {
      conductor.stop();
    }
    boolean[] ended = {guard == null};
    if (guard != null) {
      closing.step("unicast guard", () -> ended[0] = guard.awaitEnd(closing.atMost(ROLE_END)));
    }
    if (conductorThread != null) {
      boolean guardEnded = ended[0];
      ended[0] = false;
      closing.step(
          "conductor",
          () -> ended[0] = conductorThread.join(closing.atMost(ROLE_END)) && guardEnded);
    }
    if (!ended[0]) {
      LOG.warn(
          "the kernel or the file system of a watched path does not answer: rules and settings"
              + " stay, the next start knows them");
    }
    return ended[0];
  }

  /// Gives the slot back, takes the rules away when they are to go, and puts the settings back.
  void restore(boolean rulesGo) {
    if (unicast() && control.status().pid() == ownPid()) {
      control.unregisterPid();
    }
    if (watches != null && rulesGo) {
      watches.warden().removeAll();
    }
    settings.restore(rulesGo);
  }

  /// Ends the watches' threads.
  ///
  /// @return whether nobody talks to the kernel any more
  boolean stopWatches(Closing closing) {
    return watches == null || watches.stop(closing);
  }

  void closeControl(Closing closing) {
    closing.close("audit control of the unicast guard", guardControl);
    closing.close("audit control", control);
  }

  /// What was changed and what is watched, for the start line: `; audit enabled=1; watches 1 of 1`.
  String describe() {
    StringBuilder text = new StringBuilder();
    if (!settings.changes().isEmpty()) {
      text.append("; audit ").append(String.join(", ", settings.changes()));
    }
    List<Watch> all =
        watches.all().stream().filter(watch -> watch.state() != Watch.State.ABSENT).toList();
    long covered = all.stream().filter(Watch::covered).count();
    return text.append("; watches ").append(covered).append(" of ").append(all.size()).toString();
  }

  private static int ownPid() {
    return (int) ProcessHandle.current().pid();
  }
}
