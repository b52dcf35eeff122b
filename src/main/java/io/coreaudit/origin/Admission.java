package io.coreaudit.origin;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.Pages;
import io.coreaudit.record.CallFields;
import io.coreaudit.record.PathOwner;
import io.coreaudit.record.RecordType;
import io.coreaudit.telemetry.Counters;
import java.util.List;
import java.util.function.Predicate;

/// Decides which events of a container are told in full, before they cost what an event costs: so
/// that no container has others' events lost, or its own bury what counts. For the intake thread;
/// allocates nothing but for what it tells.
///
/// ```text
/// event of a container ─► a read of its own pod's secret that was told less than a minute ago? ─ yes ► counted
///                                      │ no                                                  SecretReads: `summary`
///                                      ▼
///                         room in its bucket, or in the one for secrets? ──── yes ► told in full
///                                      │ no
///                                      ▼
///                         an access to a secret? ──────────────────────────────── no ► counted
///                                      │ yes                                              ContainerRates: `gap`
///                                      ▼
///                         like one that was told here less than a minute ago? ─── yes ► counted
///                                      │ no                                            SecretReads: `summary`
///                                      ▼
///                         one of the first of its kind, and not too many? ─── yes ► told in full
///                                      │ no
///                                      ▼
///                                   counted, as an access to a secret              ContainerRates: `gap`
/// ```
///
/// Of whom nobody knows where it belongs is bounded by its domain in SELinux, where that is one as
/// containers have; else it is always told, and so is the host's own. What is of a user's own
/// container is the host's.
public final class Admission implements AutoCloseable {
  /// The event is told in full.
  public static final int FULL = 0;

  /// It is beyond its container's rate.
  public static final int OVER_RATE = 1;

  /// It repeats an access that was told.
  public static final int REPEATED = 2;

  private static final int NOT_ASKED = -1;

  private final ContainerRates rates; // null: no bound
  private final SecretReads reads; // null: all are told in full
  private final SecretReads beyond; // accesses beyond the rate; null: no bound
  private final SecretReader secrets;
  private final ReadCall call;
  private final Pages domain = Pages.cleared(Membership.BYTES);
  private final Counters<OriginCounter> counters;
  private PathOwner path = new PathOwner(); // the one in the volume that was found
  private PathOwner next = new PathOwner();

  Admission(OriginLimits limits, SecretDevices devices, Counters<OriginCounter> counters) {
    boolean bounded = limits.containerRate() > 0;
    rates = bounded ? new ContainerRates(limits.containerRate()) : null;
    reads = devices != null && !limits.secretKey().isEmpty() ? new SecretReads(true) : null;
    beyond = devices != null && bounded ? new SecretReads(false) : null;
    call = new ReadCall(limits.secretKey());
    secrets = new SecretReader(devices, List.of());
    this.counters = counters;
  }

  /// What becomes of an event.
  ///
  /// @param fields of its call, or null
  /// @param belongs where its process belongs
  /// @param label of its process, where that is not known
  /// @param namespace that the label tells (`PodTag`), or null
  int admit(
      AssembledEvent event,
      CallFields fields,
      long belongs,
      ProcessLabel label,
      byte[] namespace,
      ContainerNames names,
      long stampMs) {
    if (rates == null && reads == null) {
      return FULL;
    }
    long who = belongs;
    if (!Membership.isInsideForGood(belongs)) {
      if (Membership.kind(belongs) != Membership.UNKNOWN || !label.isThere()) {
        return FULL;
      }
      who = domain.address();
      Membership.domain(who, label.domain(), label.domainLength(), label.isOfSession());
    }
    boolean secret = false;
    if (secrets.hasDevices()) {
      secrets.begin(fields, belongs, names, namespace);
      findSecret(event, stampMs);
      secret = secrets.isFound();
    }
    int did = NOT_ASKED;
    SecretReads kept = null;
    if (secret && reads != null && fields != null && secrets.whose() == SecretReader.OWN) {
      did = call.read(event);
      if (did == ReadCall.READ && call.isOfKey() && reads.seek(who, fields, path, secrets, did)) {
        if (reads.isRepeat(stampMs)) {
          return REPEATED;
        }
        kept = reads;
      }
    }
    if (rates == null || rates.take(who, stampMs, secret)) {
      begin(kept, who, names, stampMs);
      return FULL;
    }
    boolean isForeign = secret && secrets.whose() == SecretReader.FOREIGN;
    if (secret) {
      if (kept == null && fields != null) {
        did = did == NOT_ASKED ? call.read(event) : did;
        if (beyond.seek(who, fields, path, secrets, did)) {
          if (beyond.isRepeat(stampMs)) {
            return REPEATED;
          }
          kept = beyond;
        }
      }
      // One that cannot be compared may be the same again and again.
      if (rates.takeFirst(isForeign && kept != null)) {
        begin(kept, who, names, stampMs);
        return FULL;
      }
    }
    rates.leaveOut(stampMs, names, secret, isForeign);
    return OVER_RATE;
  }

  private static void begin(SecretReads kept, long who, ContainerNames names, long stampMs) {
    if (kept != null) {
      kept.begin(who, names, stampMs);
    }
  }

  private void findSecret(AssembledEvent event, long stampMs) {
    event.rewind();
    while (event.next()) {
      if (event.type() == RecordType.PATH
          && next.read(event.textAddress(), event.textLength())
          && secrets.device(next.deviceAddress(), next.deviceLength(), stampMs)) {
        PathOwner before = path;
        path = next;
        next = before;
      }
    }
    secrets.forget();
  }

  /// Events that were counted and have not been told.
  long owedEvents() {
    return (rates == null ? 0 : rates.owedEvents()) + owed(reads) + owed(beyond);
  }

  private static long owed(SecretReads accesses) {
    return accesses == null ? 0 : accesses.owedEvents();
  }

  /// Tells what was counted, as far as it is time to.
  ///
  /// @param write takes an event; false: not now
  /// @param last whether there will be no later time
  void tell(Predicate<OwnEvent> write, ContainerNames names, long nowMs, boolean last) {
    if (rates != null) {
      rates.tell(write, names, nowMs, last);
      counters.set(OriginCounter.RATES_EVICTED, rates.evicted());
    }
    long evicted = 0;
    if (reads != null) {
      reads.tell(write, names, nowMs, last);
      evicted = reads.evicted();
    }
    if (beyond != null) {
      beyond.tell(write, names, nowMs, last);
      evicted += beyond.evicted();
    }
    counters.set(OriginCounter.READS_EVICTED, evicted);
  }

  @Override
  public void close() {
    domain.close();
    if (rates != null) {
      rates.close();
    }
    if (reads != null) {
      reads.close();
    }
    if (beyond != null) {
      beyond.close();
    }
  }
}
