package io.coreaudit.format;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEventWalk;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.FieldIndex;
import io.coreaudit.record.RecordType;

/// What was let be or kept from happening, and whether somebody should look at it: the attributes
/// of the profile `security_control`, and the severity that follows.
final class OcsfControl {
  private static final Piece ALERT = Piece.of("\"is_alert\":true,");
  private static final Piece ALLOWED = control(1, "Allowed", 1);
  private static final Piece DENIED = control(2, "Denied", 2);
  private static final Piece OBSERVED = control(3, "Observed", 15);
  private static final Piece[] SEVERITIES = {
    severity(1, "Informational"),
    severity(1, "Informational"),
    severity(1, "Informational"),
    severity(1, "Informational"),
    severity(2, "Low"),
    severity(3, "Medium"),
    severity(3, "Medium"),
    severity(4, "High"),
    severity(4, "High"),
    severity(5, "Critical"),
    severity(5, "Critical")
  };
  private static final int LEAST = 0;
  private static final int FOREIGN_SEVERITY = 9;
  private static final int WORST = 10;
  private static final int PROMISCUOUS = Field.number("prom");
  private static final byte[] FOREIGN = EventAction.bytes("foreign");

  private final OwnEventWalk walk = new OwnEventWalk();
  private Piece control; // null: the event has nothing of the profile
  private boolean alert;
  private int severity;

  private static Piece control(int id, String caption, int disposition) {
    return Piece.of(
        "\"action_id\":%d,\"action\":\"%s\",\"disposition_id\":%d,"
            .formatted(id, caption, disposition));
  }

  private static Piece severity(int id, String caption) {
    return Piece.of("\"severity_id\":" + id + ",\"severity\":\"" + caption + "\",");
  }

  /// Looks at an event of audit.
  void read(OcsfActivity activity, EventView event, EventMeaning meaning) {
    boolean finding = activity.type == OcsfClass.FINDING;
    boolean foreign = event.tags().origin().hasSecret() && event.tags().origin().foreign() == 1;
    int decision = finding && isCheck(event) ? meaning.outcome() : meaning.decision();
    boolean harmless = decision == EventMeaning.SUCCESS || finding && isPromiscuousNoMore(event);
    control =
        finding || foreign || decision != EventMeaning.UNKNOWN ? control(decision, meaning) : null;
    alert = foreign || finding && !harmless;
    int failure = meaning.outcome() == EventMeaning.FAILURE ? 1 : 0;
    severity =
        foreign
            ? FOREIGN_SEVERITY
            : harmless ? LEAST : Math.min(WORST, meaning.action().severity + failure);
  }

  private static Piece control(int decision, EventMeaning meaning) {
    return switch (decision) {
      case EventMeaning.SUCCESS -> ALLOWED;
      case EventMeaning.FAILURE -> DENIED;
      default -> meaning.callFailed() ? DENIED : OBSERVED;
    };
  }

  // A program asked whether something may be, and tells the answer as its result.
  private static boolean isCheck(EventView event) {
    return !event.callTells()
        && (event.tellingType() == RecordType.DAC_CHECK
            || event.tellingType() == RecordType.MAC_CHECK);
  }

  private static boolean isPromiscuousNoMore(EventView event) {
    if (event.callTells() || event.tellingType() != RecordType.ANOM_PROMISCUOUS) {
      return false;
    }
    int place = event.find(PROMISCUOUS, false);
    FieldIndex fields = event.tellingFields();
    return place >= 0
        && FieldWalk.decimal(fields.valueAddress(place), fields.valueLength(place), -1) == 0;
  }

  /// Looks at an event of the agent itself: what it has summed up or left out may have been
  /// accesses to another pod's secrets.
  void readOwn(EventView event, EventKind kind) {
    boolean foreign =
        (kind == EventKind.SUMMARY || kind == EventKind.GAP)
            && event.tellingText() != 0
            && isForeign(event);
    control = foreign ? OBSERVED : null;
    alert = foreign;
    severity = foreign ? FOREIGN_SEVERITY : OwnEvents.action(kind).severity;
  }

  private boolean isForeign(EventView event) {
    walk.wrap(event.tellingText(), event.tellingLength());
    while (walk.next()) {
      if (!walk.quoted() && Memory.equals(walk.nameAddress(), walk.nameLength(), FOREIGN)) {
        return FieldWalk.decimal(walk.valueAddress(), walk.valueLength(), 0) > 0;
      }
    }
    return false;
  }

  /// Whether the event has the profile.
  boolean isTold() {
    return control != null;
  }

  /// `severity_id` and its caption.
  Piece severity() {
    return SEVERITIES[severity];
  }

  /// Writes the attributes of the profile, if the event has it.
  void write(ByteOutput out) {
    if (control == null) {
      return;
    }
    out.put(control);
    if (alert) {
      out.put(ALERT);
    }
  }
}
