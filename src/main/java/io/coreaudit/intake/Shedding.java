package io.coreaudit.intake;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.UntoldEvents;
import io.coreaudit.record.RecordTypes;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// Leaves events out while the spool is nearly full, the most frequent first, so that there is room
/// for those that count: these are the *last*, and never left out here.
///
/// ```text
///  event ─► among the last? (another pod's secret, a key or type of the configuration) ─ yes ► kept
///                │ no
///                ▼
///           its class (key, program) makes so much of the stream as the level asks? ─ no ► kept
///                │ yes
///                ▼
///             counted by class ──► gap, reason=shed: one a class and minute
/// ```
///
/// Classes are counted from ten percent before anything is left out (`Pressure`), as they come:
/// what is left out is still counted as frequent. While there is no pressure nothing is looked at.
/// For the intake thread; allocates nothing but for what it tells.
final class Shedding implements UntoldEvents.Telling {
  /// Before so many events were counted nobody knows what is frequent.
  static final int LEAST_COUNTED = 64;

  private static final long SECOND_MS = TimeUnit.SECONDS.toMillis(1);
  private static final long MINUTE_MS = TimeUnit.MINUTES.toMillis(1);
  private static final long HALVES_NS = TimeUnit.SECONDS.toNanos(10);

  /// At each level a class is left out that makes 1 in 2 to the power of this.
  private static final int[] SHARES = {0, 0, 2, 4, 6};

  private final Pressure pressure;
  private final byte[][] lastKeys;
  private final BitSet lastTypes = new BitSet();
  private final EventClass of = new EventClass();
  private final ClassCounts counts = new ClassCounts();
  private final UntoldEvents untold = new UntoldEvents(ClassCounts.CLASSES, SECOND_MS, MINUTE_MS);
  private int level;
  private long halvedNs;

  Shedding(ShedSettings settings) {
    pressure = new Pressure(settings.atPercent());
    lastKeys =
        settings.lastKeys().stream()
            .map(key -> key.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    settings.lastTypes().forEach(lastTypes::set);
  }

  /// Sets how full the spool is.
  ///
  /// @return the level of pressure; at `Pressure.NONE` nothing need be asked
  int fill(int percent) {
    int before = level;
    level = pressure.fill(percent);
    if (level == Pressure.NONE && before != Pressure.NONE) {
      counts.clear();
    }
    return level;
  }

  /// Whether an event is left out, and counted as that.
  ///
  /// @param othersSecret whether it touched a secret that is not known to be its pod's own
  boolean leavesOut(AssembledEvent event, boolean othersSecret) {
    of.read(event);
    int place = counts.find(of);
    if (place < 0) {
      place = -1 - place;
      if (untold.leave(place)) {
        untold.forgetTold(place);
      }
      counts.put(place, of);
    }
    counts.count(place);
    if (level == Pressure.COUNTING || !isFrequent(place) || othersSecret || isLast(event)) {
      return false;
    }
    untold.add(place, event.stampSeconds() * 1000 + event.stampMillis());
    return true;
  }

  private boolean isFrequent(int place) {
    if (level == Pressure.MOST) {
      return true;
    }
    long all = counts.count(place, true);
    return all >= LEAST_COUNTED && counts.count(place, false) << SHARES[level] >= all;
  }

  private boolean isLast(AssembledEvent event) {
    if (of.hasKeyOf(lastKeys)) {
      return true;
    }
    event.rewind();
    while (event.next()) {
      if (event.type() >= 0 && lastTypes.get(event.type())) {
        return true;
      }
    }
    return false;
  }

  /// Has older events count less. Now and then.
  void tick(long nowNs) {
    if (level != Pressure.NONE && nowNs - halvedNs >= HALVES_NS) {
      halvedNs = nowNs;
      counts.halve();
    }
  }

  /// Events that were left out and have not been told.
  long owedEvents() {
    return untold.owed();
  }

  /// Tells what was left out, as far as it is time to.
  ///
  /// @param write takes an event; false: not now
  /// @param last whether there will be no later time
  void tell(Predicate<OwnEvent> write, long nowMs, boolean last) {
    untold.tell(this, write, nowMs, last);
  }

  @Override
  public OwnEvent event(int place, long events) {
    OwnEvent.Fields gap = gap(events).with("key", counts.key(place));
    gap.with("program", counts.program(place)).with("type", RecordTypes.name(counts.type(place)));
    return untold.times(place, gap).build();
  }

  @Override
  public OwnEvent nameless(long events, long places) {
    return gap(events).with("classes", places).build();
  }

  private static OwnEvent.Fields gap(long events) {
    return OwnEvent.of(EventKind.GAP).with("reason", "shed").with("events", events);
  }

  void close() {
    of.close();
    counts.close();
  }
}
