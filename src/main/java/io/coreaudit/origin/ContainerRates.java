package io.coreaudit.origin;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.Pages;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// How many events each container may still have: a bucket that fills by so many a second, and
/// holds what one second brings. Bounded; for the intake thread.
///
/// A second bucket of the same size is for accesses to secrets, but for repeated reads of its own,
/// which are not asked for here: a container's other noise cannot push those out. Buckets fill by
/// the events' stamps, so that a burst that waited in the socket is judged as it came. What is
/// refused is told by `gap` events of reason `container_rate`: after a second, then once a minute
/// as long as it goes on. A container that had to make room for others while something of it was
/// untold is told without its name.
final class ContainerRates implements AutoCloseable {
  /// Most containers with a bucket.
  static final int CONTAINERS = 4096;

  private static final int WAYS = 4;
  private static final int SETS = CONTAINERS / WAYS;
  private static final long TOKEN = 1000;
  private static final long SECOND_MS = TimeUnit.SECONDS.toMillis(1);
  private static final long MINUTE_MS = TimeUnit.MINUTES.toMillis(1);
  private static final long NEVER = Long.MIN_VALUE / 2;

  private final long perSecond;
  private final long[] hashes = new long[CONTAINERS];
  private final long[] tokens = new long[CONTAINERS]; // thousandths
  private final long[] secretTokens = new long[CONTAINERS];
  private final long[] filledMs = new long[CONTAINERS];
  private final long[] over = new long[CONTAINERS];
  private final long[] overSinceMs = new long[CONTAINERS];
  private final long[] toldMs = new long[CONTAINERS];
  private final byte[][] names = new byte[CONTAINERS][];
  private final Pages pages = Pages.allocate((long) CONTAINERS * Membership.BYTES);
  private long owed;
  private long evicted;
  private long namelessEvents;
  private long nameless;

  ContainerRates(int perSecond) {
    this.perSecond = perSecond;
    Arrays.fill(filledMs, NEVER);
  }

  /// Takes an event's token; false: there is none.
  ///
  /// @param belongs the container, or the pod
  /// @param secret whether the event is an access to a secret
  boolean take(long belongs, ContainerNames known, long stampMs, boolean secret) {
    int place = place(belongs, stampMs);
    fill(place, stampMs);
    if (tokens[place] >= TOKEN) {
      tokens[place] -= TOKEN;
      return true;
    }
    if (secret && secretTokens[place] >= TOKEN) {
      secretTokens[place] -= TOKEN;
      return true;
    }
    if (over[place]++ == 0) {
      overSinceMs[place] = stampMs;
      names[place] = ContainerMention.names(belongs, known);
    }
    owed++;
    return false;
  }

  private int place(long belongs, long stampMs) {
    long hash = Membership.hash(belongs);
    int first = (int) (hash >>> 32 & SETS - 1) * WAYS;
    int taken = first;
    for (int place = first; place < first + WAYS; place++) {
      if (hashes[place] == hash && Membership.isSame(membership(place), belongs)) {
        return place;
      }
      if (filledMs[place] < filledMs[taken]) {
        taken = place;
      }
    }
    evict(taken);
    hashes[taken] = hash;
    Membership.copy(belongs, membership(taken));
    tokens[taken] = perSecond * TOKEN;
    secretTokens[taken] = perSecond * TOKEN;
    filledMs[taken] = stampMs;
    toldMs[taken] = NEVER;
    return taken;
  }

  private void evict(int place) {
    if (filledMs[place] != NEVER) {
      evicted++;
    }
    if (over[place] > 0) {
      namelessEvents += over[place];
      nameless++;
      over[place] = 0;
    }
    names[place] = null;
  }

  private void fill(int place, long stampMs) {
    long passedMs = stampMs - filledMs[place];
    if (passedMs > 0) {
      long more = Math.min(passedMs, SECOND_MS) * perSecond;
      tokens[place] = Math.min(perSecond * TOKEN, tokens[place] + more);
      secretTokens[place] = Math.min(perSecond * TOKEN, secretTokens[place] + more);
      filledMs[place] = stampMs;
    } else if (passedMs < -SECOND_MS) {
      filledMs[place] = stampMs; // the clock was set back
    }
  }

  /// Events that were refused and have not been told.
  long owedEvents() {
    return owed;
  }

  /// Containers whose bucket made room for another's.
  long evicted() {
    return evicted;
  }

  /// Tells what was refused, as far as it is time to.
  void tell(Predicate<OwnEvent> write, ContainerNames known, long nowMs, boolean last) {
    if (owed == 0) {
      return;
    }
    if (nameless > 0) {
      OwnEvent gap = gap(namelessEvents).with("containers", nameless).build();
      if (!write.test(gap)) {
        return;
      }
      owed -= namelessEvents;
      namelessEvents = 0;
      nameless = 0;
    }
    for (int place = 0; place < CONTAINERS; place++) {
      if (over[place] > 0 && (last || isTime(place, nowMs)) && !tell(place, write, known, nowMs)) {
        return;
      }
    }
  }

  // Either may be in the future when the clock was set back.
  private boolean isTime(int place, long nowMs) {
    return Math.abs(nowMs - overSinceMs[place]) >= SECOND_MS
        && Math.abs(nowMs - toldMs[place]) >= MINUTE_MS;
  }

  private boolean tell(int place, Predicate<OwnEvent> write, ContainerNames known, long nowMs) {
    long belongs = membership(place);
    if (names[place] == null) {
      names[place] = ContainerMention.names(belongs, known);
    }
    OwnEvent.Fields gap = gap(over[place]).with("most_per_second", perSecond);
    if (!write.test(ContainerMention.add(gap, belongs, names[place]).build())) {
      return false;
    }
    owed -= over[place];
    over[place] = 0;
    toldMs[place] = nowMs;
    return true;
  }

  private static OwnEvent.Fields gap(long events) {
    return OwnEvent.of(EventKind.GAP).with("reason", "container_rate").with("events", events);
  }

  private long membership(int place) {
    return pages.address() + (long) place * Membership.BYTES;
  }

  @Override
  public void close() {
    pages.close();
  }
}
