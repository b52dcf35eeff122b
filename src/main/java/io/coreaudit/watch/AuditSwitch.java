package io.coreaudit.watch;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.netlink.AuditStatus;
import java.util.function.Consumer;

/// Switches audit on again when somebody switched it off, with the patience of [Comeback]. One
/// thread's own.
final class AuditSwitch {
  private final AuditKernel kernel;
  private final KernelSettings settings;
  private final boolean keep;
  private final Consumer<OwnEvent> tell;
  private final Comeback comeback = new Comeback();
  private boolean waits;

  /// @param keep whether to do anything at all
  AuditSwitch(AuditKernel kernel, KernelSettings settings, boolean keep, Consumer<OwnEvent> tell) {
    this.kernel = kernel;
    this.settings = settings;
    this.keep = keep;
    this.tell = tell;
  }

  /// Looks whether audit is on.
  ///
  /// @param by what the stream told of a change; null when it told nothing
  void look(ConfigChange by, long nowNs) {
    look(kernel.status(), by, nowNs);
  }

  /// Does the same by a status that was just asked for.
  void look(AuditStatus now, ConfigChange by, long nowNs) {
    if (!keep || !settings.mayKeepOn(now)) {
      waits = false;
      if (now.enabled() != 0) {
        comeback.stands(nowNs);
      }
      return;
    }
    boolean news = comeback.away(nowNs);
    waits = comeback.waits(nowNs);
    boolean back = !waits && settings.keepOn(now);
    if (back) {
      comeback.back(nowNs);
    }
    if (news) {
      String done = back ? "enabled again" : comeback.waiting(nowNs, "enabled again");
      OwnEvent.Fields event =
          OwnEvent.of(EventKind.DRIFT).with("what", "audit_disabled").with("done", done);
      tell.accept(ConfigChange.tell(by, event).build());
    } else if (back) {
      tell.accept(OwnEvent.of(EventKind.WATCH).with("state", "audit_enabled").build());
    }
  }

  /// Whether audit is off and will be switched on at `dueNs`.
  boolean waits() {
    return waits;
  }

  long dueNs() {
    return comeback.dueNs();
  }

  boolean contested() {
    return comeback.contested();
  }

  void forgive() {
    comeback.forgive();
  }
}
