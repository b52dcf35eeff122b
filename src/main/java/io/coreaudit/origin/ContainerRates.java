package io.coreaudit.origin;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.UntoldEvents;
import io.coreaudit.kernel.Pages;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// How many events each container may still have: a bucket that fills by so many a second, and
/// holds what one second brings. Bounded; for the intake thread.
///
/// A second bucket of the same size is for accesses to secrets, but for repeated reads of its own,
/// which are not asked for here: a container's other noise cannot push those out. A third, of
/// `FIRSTS` at once and as many a minute, is for those accesses beyond both that are the first of
/// their kind, and another such for those to other pods' secrets, so that no others push these out.
///
/// Buckets fill by the events' stamps, so that a burst that waited in the socket is judged as it
/// came. What is refused is told by `gap` events of reason `container_rate`: after a second, then
/// once a minute as long as it goes on. A container that had to make room for others while
/// something of it was untold is told without its name.
final class ContainerRates implements UntoldEvents.Telling, AutoCloseable {
  /// Most containers with a bucket.
  static final int CONTAINERS = 4096;

  /// So many accesses to secrets at once, and as many a minute, that are the first of their kind,
  /// beyond the rate.
  static final int FIRSTS = 256;

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
  private final long[] firstTokens = new long[CONTAINERS];
  private final long[] foreignTokens = new long[CONTAINERS];
  private final long[] filledMs = new long[CONTAINERS];
  private final long[] secrets = new long[CONTAINERS]; // of what is untold
  private final long[] foreign = new long[CONTAINERS];
  private final byte[][] names = new byte[CONTAINERS][];
  private final UntoldEvents untold = new UntoldEvents(CONTAINERS, SECOND_MS, MINUTE_MS);
  private final Pages pages = Pages.allocate((long) CONTAINERS * Membership.BYTES);
  private long evicted;
  private long namelessSecrets;
  private long namelessForeign;
  private ContainerNames known = ContainerNames.NONE; // while it tells
  private int asked; // the place that was asked for last

  ContainerRates(int perSecond) {
    this.perSecond = perSecond;
    Arrays.fill(filledMs, NEVER);
  }

  /// Takes an event's token; false: there is none.
  ///
  /// @param who the container, or the pod, or the domain
  /// @param secret whether the event is an access to a secret
  boolean take(long who, long stampMs, boolean secret) {
    int place = place(who, stampMs);
    asked = place;
    fill(place, stampMs);
    if (tokens[place] >= TOKEN) {
      tokens[place] -= TOKEN;
      return true;
    }
    if (secret && secretTokens[place] >= TOKEN) {
      secretTokens[place] -= TOKEN;
      return true;
    }
    return false;
  }

  /// Takes one of those for the first accesses of their kind, of the container that was asked for
  /// last.
  ///
  /// @param toForeign whether it is to another pod's secret
  boolean takeFirst(boolean toForeign) {
    long[] firsts = toForeign ? foreignTokens : firstTokens;
    if (firsts[asked] < TOKEN) {
      return false;
    }
    firsts[asked] -= TOKEN;
    return true;
  }

  /// Counts an event of the container that was asked for last as left out.
  ///
  /// @param secret whether it is an access to a secret
  /// @param toForeign whether to another pod's
  void leaveOut(long stampMs, ContainerNames known, boolean secret, boolean toForeign) {
    if (untold.add(asked, stampMs)) {
      names[asked] = ContainerMention.names(membership(asked), known);
    }
    secrets[asked] += secret ? 1 : 0;
    foreign[asked] += toForeign ? 1 : 0;
  }

  private int place(long who, long stampMs) {
    long hash = Membership.hash(who);
    int first = (int) (hash >>> 32 & SETS - 1) * WAYS;
    int taken = first;
    for (int place = first; place < first + WAYS; place++) {
      if (hashes[place] == hash && Membership.isSame(membership(place), who)) {
        return place;
      }
      if (filledMs[place] < filledMs[taken]) {
        taken = place;
      }
    }
    evict(taken);
    hashes[taken] = hash;
    Membership.copy(who, membership(taken));
    tokens[taken] = perSecond * TOKEN;
    secretTokens[taken] = perSecond * TOKEN;
    firstTokens[taken] = FIRSTS * TOKEN;
    foreignTokens[taken] = FIRSTS * TOKEN;
    filledMs[taken] = stampMs;
    untold.forgetTold(taken);
    return taken;
  }

  private void evict(int place) {
    if (filledMs[place] != NEVER) {
      evicted++;
    }
    if (untold.leave(place)) {
      namelessSecrets += secrets[place];
      namelessForeign += foreign[place];
      secrets[place] = 0;
      foreign[place] = 0;
    }
    names[place] = null;
  }

  private void fill(int place, long stampMs) {
    long passedMs = stampMs - filledMs[place];
    if (passedMs > 0) {
      long more = Math.min(passedMs, SECOND_MS) * perSecond;
      tokens[place] = Math.min(perSecond * TOKEN, tokens[place] + more);
      secretTokens[place] = Math.min(perSecond * TOKEN, secretTokens[place] + more);
      long firsts = Math.min(passedMs, MINUTE_MS) * FIRSTS * TOKEN / MINUTE_MS;
      firstTokens[place] = Math.min(FIRSTS * TOKEN, firstTokens[place] + firsts);
      foreignTokens[place] = Math.min(FIRSTS * TOKEN, foreignTokens[place] + firsts);
      filledMs[place] = stampMs;
    } else if (passedMs < -SECOND_MS) {
      filledMs[place] = stampMs; // the clock was set back
    }
  }

  /// Events that were refused and have not been told.
  long owedEvents() {
    return untold.owed();
  }

  /// Containers whose bucket made room for another's.
  long evicted() {
    return evicted;
  }

  /// Tells what was refused, as far as it is time to.
  void tell(Predicate<OwnEvent> write, ContainerNames containers, long nowMs, boolean last) {
    known = containers;
    untold.tell(this, write, nowMs, last);
    known = ContainerNames.NONE;
  }

  @Override
  public OwnEvent event(int place, long events) {
    long who = membership(place);
    if (names[place] == null) {
      names[place] = ContainerMention.names(who, known);
    }
    OwnEvent.Fields gap =
        gap(events, secrets[place], foreign[place]).with("most_per_second", perSecond);
    return ContainerMention.add(untold.times(place, gap), who, names[place]).build();
  }

  @Override
  public OwnEvent nameless(long events, long places) {
    return gap(events, namelessSecrets, namelessForeign).with("containers", places).build();
  }

  @Override
  public void told(int place) {
    if (place < 0) {
      namelessSecrets = 0;
      namelessForeign = 0;
    } else {
      secrets[place] = 0;
      foreign[place] = 0;
    }
  }

  private static OwnEvent.Fields gap(long events, long secrets, long foreign) {
    OwnEvent.Fields gap =
        OwnEvent.of(EventKind.GAP).with("reason", "container_rate").with("events", events);
    if (secrets > 0) {
      gap.with("secrets", secrets).with("foreign", foreign);
    }
    return gap;
  }

  private long membership(int place) {
    return pages.address() + (long) place * Membership.BYTES;
  }

  @Override
  public void close() {
    pages.close();
  }
}
