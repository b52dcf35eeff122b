package io.coreaudit.event;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Arrays;
import java.util.function.Predicate;

/// How many events were counted at each place of a table instead of being told, from when to when,
/// until that is told: when the first has waited, and the place was not told of shortly before. For
/// the intake thread; allocates nothing but for what it tells.
///
/// A place that makes room for another while something of it is untold is told as a number, without
/// what it was.
public final class UntoldEvents {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  private static final long NEVER = Long.MIN_VALUE / 2;

  private final long waitMs;
  private final long apartMs;
  private final long[] count;
  private final long[] firstMs;
  private final long[] lastMs;
  private final long[] toldMs;
  private long owed;
  private long namelessEvents;
  private long namelessPlaces;

  /// What a table says of its places.
  public interface Telling {
    /// What was counted there.
    OwnEvent event(int place, long events);

    /// What was counted at places that others have now.
    OwnEvent nameless(long events, long places);

    /// Notes that a place, or what is nameless (-1), was told of.
    default void told(int place) {}
  }

  /// Creates a table of so many places.
  ///
  /// @param waitMs from the first that is untold at a place until it is told of
  /// @param apartMs between two times that a place is told of, at the least
  public UntoldEvents(int places, long waitMs, long apartMs) {
    this.waitMs = waitMs;
    this.apartMs = apartMs;
    count = new long[places];
    firstMs = new long[places];
    lastMs = new long[places];
    toldMs = new long[places];
    Arrays.fill(toldMs, NEVER);
  }

  /// Counts an event; whether it is the first that is untold there.
  public boolean add(int place, long stampMs) {
    owed++;
    boolean first = count[place]++ == 0;
    firstMs[place] = first ? stampMs : Math.min(firstMs[place], stampMs);
    lastMs[place] = first ? stampMs : Math.max(lastMs[place], stampMs);
    return first;
  }

  /// Has what was counted at a place told without its name; whether there was something.
  public boolean leave(int place) {
    if (count[place] == 0) {
      return false;
    }
    namelessEvents += count[place];
    namelessPlaces++;
    count[place] = 0;
    return true;
  }

  /// Forgets when a place was told of: another has it now.
  public void forgetTold(int place) {
    toldMs[place] = NEVER;
  }

  // Either may be in the future when the clock was set back.
  private boolean isDue(int place, long nowMs) {
    return Math.abs(nowMs - firstMs[place]) >= waitMs && Math.abs(nowMs - toldMs[place]) >= apartMs;
  }

  /// Adds from when to when those at a place were.
  public OwnEvent.Fields times(int place, OwnEvent.Fields fields) {
    return fields
        .with("first", TIME.format(Instant.ofEpochMilli(firstMs[place])))
        .with("last", TIME.format(Instant.ofEpochMilli(lastMs[place])));
  }

  /// Events that have not been told.
  public long owed() {
    return owed;
  }

  /// Tells what was counted, as far as it is time to.
  ///
  /// @param write takes an event; false: not now
  /// @param last whether there will be no later time
  public void tell(Telling of, Predicate<OwnEvent> write, long nowMs, boolean last) {
    if (owed == 0) {
      return;
    }
    if (namelessPlaces > 0) {
      if (!write.test(of.nameless(namelessEvents, namelessPlaces))) {
        return;
      }
      owed -= namelessEvents;
      namelessEvents = 0;
      namelessPlaces = 0;
      of.told(-1);
    }
    for (int place = 0; place < count.length; place++) {
      if (count[place] > 0 && (last || isDue(place, nowMs))) {
        if (!write.test(of.event(place, count[place]))) {
          return;
        }
        owed -= count[place];
        count[place] = 0;
        toldMs[place] = nowMs;
        of.told(place);
      }
    }
  }
}
