package io.coreaudit.origin;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.OwnEvent;
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
///                         room in its bucket, or in the one for secrets? ───────────────── no ► counted
///                                      │ yes                                              ContainerRates: `gap`
///                                      ▼
///                                told in full
/// ```
///
/// Of whom nobody knows where it belongs, and the host's own, is always told; what is of a user's
/// own container is the host's.
public final class Admission implements AutoCloseable {
  /// The event is told in full.
  public static final int FULL = 0;

  /// It is beyond its container's rate.
  public static final int OVER_RATE = 1;

  /// It repeats a read that was told.
  public static final int REPEATED = 2;

  private final ContainerRates rates; // null: no bound
  private final SecretReads reads; // null: all are told in full
  private final SecretReader secrets;
  private final ReadCall call;
  private final PathOwner path = new PathOwner();
  private final Counters<OriginCounter> counters;

  Admission(OriginLimits limits, SecretDevices devices, Counters<OriginCounter> counters) {
    rates = limits.containerRate() > 0 ? new ContainerRates(limits.containerRate()) : null;
    boolean summarise = devices != null && !limits.secretKey().isEmpty();
    reads = summarise ? new SecretReads() : null;
    call = summarise ? new ReadCall(limits.secretKey()) : null;
    secrets = new SecretReader(devices, List.of());
    this.counters = counters;
  }

  /// What becomes of an event.
  ///
  /// @param fields of its call, or null
  /// @param belongs where its process belongs
  int admit(
      AssembledEvent event, CallFields fields, long belongs, ContainerNames names, long stampMs) {
    if (rates == null && reads == null || !Membership.isInsideForGood(belongs)) {
      return FULL;
    }
    boolean secret = false;
    boolean own = false;
    if (secrets.hasDevices()) {
      findSecret(event, stampMs);
      secret = secrets.isFound();
      own =
          secret
              && secrets.whose(fields, belongs) == SecretReader.OWN
              && reads != null
              && fields != null
              && call.read(event)
              && reads.seek(belongs, fields, path, secrets.volume());
    }
    if (own && reads.isRepeat(stampMs)) {
      return REPEATED;
    }
    if (rates != null && !rates.take(belongs, names, stampMs, secret)) {
      return OVER_RATE;
    }
    if (own) {
      reads.begin(belongs, names, stampMs);
    }
    return FULL;
  }

  // Leaves the last path as the one that was read.
  private void findSecret(AssembledEvent event, long stampMs) {
    secrets.begin();
    event.rewind();
    while (event.next()) {
      if (event.type() == RecordType.PATH && path.read(event.textAddress(), event.textLength())) {
        secrets.device(path.deviceAddress(), path.deviceLength(), stampMs);
      }
    }
  }

  /// Events that were counted and have not been told.
  long owedEvents() {
    return (rates == null ? 0 : rates.owedEvents()) + (reads == null ? 0 : reads.owedEvents());
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
    if (reads != null) {
      reads.tell(write, names, nowMs, last);
      counters.set(OriginCounter.READS_EVICTED, reads.evicted());
    }
  }

  @Override
  public void close() {
    if (rates != null) {
      rates.close();
    }
    if (reads != null) {
      reads.close();
    }
  }
}
