package io.coreaudit.intake;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.UntoldEvents;
import io.coreaudit.origin.ContainerMention;
import io.coreaudit.record.RecordTypes;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/// Leaves events out while the spool is nearly full, the most frequent first, so that there is room
/// for those that count: these are the *last*, and never left out here.
///
/// ```text
///  event ─► among the last? (another pod's secret, a key or type of the configuration) ─ yes ► kept
///                │ no
///                ▼
///           its class (key, program, container) makes so much of the stream as the level asks,
///           or that of all containers that are not frequent each by itself does? ─ no ► kept
///                │ yes
///                ▼
///             counted by class ──► gap, reason=shed: one a class and minute
/// ```
///
/// Classes are counted from ten percent before anything is left out (`Pressure`), as they come:
/// what is left out is still counted as frequent. While there is no pressure nothing is looked at.
/// So what one container is frequent with is left out for it alone, and what hundreds do a little
/// each is for all of these. For the intake thread; allocates nothing but for what it tells.
final class Shedding implements UntoldEvents.Telling {
  /// Before so many events were counted nobody knows what is frequent.
  static final int LEAST_COUNTED = 64;

  private static final long SECOND_MS = TimeUnit.SECONDS.toMillis(1);
  private static final long MINUTE_MS = TimeUnit.MINUTES.toMillis(1);
  private static final long HALVES_NS = TimeUnit.SECONDS.toNanos(10);

  /// At each level a class is left out that makes 1 in 2 to the power of this.
  private static final int[] SHARES = {0, 0, 2, 4, 6};

  /// A container's class that makes 1 in 2 to the power of this does not count as one of all's.
  private static final int OWN_SHARE = 6;

  private final Pressure pressure;
  private final byte[][] lastKeys;
  private final BitSet lastTypes = new BitSet();
  private final EventClass of = new EventClass();
  private final ClassCounts counts = new ClassCounts();
  private final UntoldEvents untold = new UntoldEvents(ClassCounts.CLASSES, SECOND_MS, MINUTE_MS);
  private final LongFunction<byte[]> namesOf;
  private final byte[][] names = new byte[ClassCounts.CLASSES][]; // of what is untold
  private int level;
  private long halvedNs;

  /// @param namesOf what is known of a container (`ContainerMention`), or null
  Shedding(ShedSettings settings, LongFunction<byte[]> namesOf) {
    pressure = new Pressure(settings.atPercent());
    this.namesOf = namesOf;
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
  /// @param container whose it is (`OriginCollector.container`), 0: of none that is known
  boolean leavesOut(AssembledEvent event, boolean othersSecret, long container) {
    of.read(event, container);
    counts.countEvent();
    int place = countClass();
    if (container != 0 && isKnown() && !makes(place, OWN_SHARE)) {
      of.widen();
      int ofAll = countClass();
      place = isFrequent(place) ? place : ofAll;
    }
    if (level == Pressure.COUNTING || !isFrequent(place) || othersSecret || isLast(event)) {
      return false;
    }
    if (untold.add(place, event.stampSeconds() * 1000 + event.stampMillis())) {
      names[place] = names(place);
    }
    return true;
  }

  /// Counts an event for the class that was read; its place.
  private int countClass() {
    int place = counts.find(of);
    if (place < 0) {
      place = -1 - place;
      if (untold.leave(place)) {
        untold.forgetTold(place);
      }
      names[place] = null;
      counts.put(place, of);
    }
    counts.countOf(place);
    return place;
  }

  private boolean isFrequent(int place) {
    return level == Pressure.MOST || makes(place, SHARES[level]);
  }

  /// Whether a class makes 1 in 2 to a power of the stream, as far as that is known.
  private boolean makes(int place, int power) {
    return isKnown() && counts.count(place) << power >= counts.total();
  }

  private boolean isKnown() {
    return counts.total() >= LEAST_COUNTED;
  }

  private byte[] names(int place) {
    return counts.container(place) == 0 ? null : namesOf.apply(counts.container(place));
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
    untold.times(place, gap);
    if (counts.container(place) != 0) {
      byte[] known = names[place] == null ? names(place) : names[place];
      ContainerMention.add(gap, counts.container(place), known);
    }
    return gap.build();
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
