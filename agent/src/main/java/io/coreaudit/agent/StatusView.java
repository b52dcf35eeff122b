package io.coreaudit.agent;

import io.coreaudit.agent.command.Version;
import io.coreaudit.agent.control.StatusReport;
import io.coreaudit.agent.control.StatusSource;
import io.coreaudit.agent.http.Metrics;
import io.coreaudit.agent.http.ProcessFigures;
import io.coreaudit.event.AssemblerCounter;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.forward.Forwarder;
import io.coreaudit.forward.SinkCounter;
import io.coreaudit.intake.IntakeCounter;
import io.coreaudit.ledger.ChainKeeper;
import io.coreaudit.netlink.AuditReceiver;
import io.coreaudit.netlink.AuditStatus;
import io.coreaudit.spool.SpoolCounter;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.spool.SpoolStat;
import io.coreaudit.telemetry.CounterKey;
import io.coreaudit.telemetry.Counters;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/// What the running agent tells of itself: the answer to `status`, and its metrics.
final class StatusView implements StatusSource {
  private final Parts agent;
  private final Instant started = Instant.now();
  private final RateWindow recordRate = new RateWindow();
  private final RateWindow eventRate = new RateWindow();
  private long nextSampleNs = System.nanoTime();
  private volatile KernelSeen kernel = new KernelSeen(null, 0);
  private volatile SpoolStat spool;
  private volatile long spoolMostBytes;

  /// What the kernel said, and since when the agent knows.
  private record KernelSeen(AuditStatus status, long sinceNs) {}

  StatusView(Parts agent) {
    this.agent = agent;
    this.spool = agent.spool().stat();
  }

  /// Takes what a report needs, and may wait for a disk; to be called about once a second, by one
  /// thread.
  void look(long nowNs) {
    if (nowNs - nextSampleNs >= 0) {
      nextSampleNs = nowNs + RateWindow.SAMPLE_SECONDS * 1_000_000_000L;
      recordRate.sample(nowNs, intake(IntakeCounter.RECORDS));
      eventRate.sample(nowNs, intake(IntakeCounter.ACCEPTED));
      // Asks the file system, which may hang: nobody who asks for the status should hang with it.
      spool = agent.spool().stat();
      spoolMostBytes = Math.max(spoolMostBytes, spool.bytes());
    }
    AuditStatus now = agent.kernel() == null ? null : agent.kernel().status();
    if (now != kernel.status()) {
      kernel = new KernelSeen(now, nowNs);
    }
  }

  /// The event that says that the agent is there. By the thread of `look`, or at the stop.
  OwnEvent pulse() {
    OwnEvent event =
        Pulse.of(status(), sinkLedgers(), agent.intake().seq(), spoolMostBytes, agent.chain());
    spoolMostBytes = 0;
    return event;
  }

  /// Those that were taken away first, one last time.
  private List<Pulse.SinkLedger> sinkLedgers() {
    return Stream.concat(agent.sinks().takeDeparted().stream(), agent.sinks().forwarders().stream())
        .map(StatusView::ledger)
        .toList();
  }

  private static Pulse.SinkLedger ledger(Forwarder sink) {
    Map<String, Long> dropped = new LinkedHashMap<>();
    put(dropped, "filter", sink, SinkCounter.FILTERED_EVENTS);
    put(dropped, "overrun", sink, SinkCounter.SPOOL_OVERRUN_EVENTS);
    put(dropped, "refused", sink, SinkCounter.POISON_EVENTS);
    put(dropped, "corrupt", sink, SinkCounter.SPOOL_CORRUPT_FRAMES);
    put(dropped, "encode", sink, SinkCounter.ENCODE_FAILURES);
    return new Pulse.SinkLedger(
        sink.name(),
        sink.counters().value(SinkCounter.EVENTS_ACKNOWLEDGED),
        dropped,
        sink.takeUnsent());
  }

  private static void put(
      Map<String, Long> values, String reason, Forwarder sink, SinkCounter counter) {
    long value = sink.counters().value(counter);
    if (value != 0) {
      values.put(reason, value);
    }
  }

  @Override
  public StatusReport status() {
    return new StatusReport(
        process(), input(), kernel(), rates(), ledger(), spool(), sinks(), watches());
  }

  private StatusReport.Process process() {
    List<String> reasons = agent.readiness().reasons();
    return new StatusReport.Process(
        Version.text(),
        node(),
        ProcessHandle.current().pid(),
        started.truncatedTo(ChronoUnit.SECONDS).toString(),
        ChronoUnit.SECONDS.between(started, Instant.now()),
        reasons.isEmpty(),
        reasons,
        agent.health().stuck(),
        agent.listeners().stream().map(Listener::trouble).filter(t -> !t.isEmpty()).toList(),
        ProcessFigures.residentBytes(),
        ProcessFigures.cpuSeconds(),
        agent.configFile());
  }

  private String node() {
    return new String(agent.origins().host().bytes(), StandardCharsets.UTF_8);
  }

  private StatusReport.Input input() {
    AuditReceiver receiver = agent.receiver();
    return new StatusReport.Input(
        agent.intake().describe(),
        receiver == null ? null : receiver.receiveBufferBytes(),
        receiver == null ? null : intake(IntakeCounter.DROPPED_RECORDS),
        agent.backfill() == null ? null : agent.backfill().state());
  }

  private StatusReport.Kernel kernel() {
    KernelSeen seen = kernel;
    AuditStatus status = seen.status();
    return status == null
        ? null
        : new StatusReport.Kernel(
            status.enabled(),
            status.pid(),
            status.backlog(),
            status.backlogLimit(),
            status.lost(),
            (System.nanoTime() - seen.sinceNs()) / 1_000_000_000L);
  }

  private List<StatusReport.Rate> rates() {
    long nowNs = System.nanoTime();
    long records = intake(IntakeCounter.RECORDS);
    long events = intake(IntakeCounter.ACCEPTED);
    return List.of(
        new StatusReport.Rate("records", recordRate.perSecond(nowNs, records), records),
        new StatusReport.Rate("events", eventRate.perSecond(nowNs, events), events));
  }

  private List<StatusReport.LedgerLine> ledger() {
    Counters<AssemblerCounter> assembler = agent.intake().assembler().counters();
    return List.of(
        new StatusReport.LedgerLine(
            "intake",
            intake(IntakeCounter.MESSAGES),
            intake(IntakeCounter.RECORDS),
            some(
                agent.intake().counters(),
                IntakeCounter.CONTROL,
                IntakeCounter.MALFORMED,
                IntakeCounter.TRUNCATED,
                IntakeCounter.FOREIGN,
                IntakeCounter.BLANK)),
        new StatusReport.LedgerLine(
            "assembler",
            assembler.value(AssemblerCounter.RECORDS_IN),
            assembler.value(AssemblerCounter.RECORDS_OUT),
            some(
                assembler,
                AssemblerCounter.EOE_EATEN,
                AssemblerCounter.RECORDS_NO_STAMP,
                AssemblerCounter.RECORDS_TOO_LONG,
                AssemblerCounter.RECORDS_OPEN)),
        new StatusReport.LedgerLine(
            "events",
            intake(IntakeCounter.EVENTS) + intake(IntakeCounter.BACKFILLED),
            intake(IntakeCounter.ACCEPTED),
            some(
                agent.intake().counters(),
                IntakeCounter.REFUSED,
                IntakeCounter.CANARIES,
                IntakeCounter.OVER_RATE,
                IntakeCounter.REPEATED_READS,
                IntakeCounter.SHED)),
        new StatusReport.LedgerLine(
            "own",
            intake(IntakeCounter.OWN_ACCEPTED) + intake(IntakeCounter.OWN_REFUSED),
            intake(IntakeCounter.OWN_ACCEPTED),
            some(agent.intake().counters(), IntakeCounter.OWN_REFUSED)),
        new StatusReport.LedgerLine(
            "kernel",
            null,
            null,
            some(
                agent.intake().counters(),
                IntakeCounter.LOST_EVENTS,
                IntakeCounter.MISSED_EVENTS,
                IntakeCounter.UNSEEN_SERIALS,
                IntakeCounter.OVERRUNS)));
  }

  @SafeVarargs
  private static <K extends Enum<K> & CounterKey> Map<String, Long> some(
      Counters<K> counters, K... keys) {
    Map<String, Long> values = new LinkedHashMap<>();
    for (K key : keys) {
      long value = counters.value(key);
      if (value != 0) {
        values.put(key.name().toLowerCase(java.util.Locale.ROOT), value);
      }
    }
    return values;
  }

  private long intake(IntakeCounter key) {
    return agent.intake().counters().value(key);
  }

  private StatusReport.SpoolState spool() {
    SpoolStat stat = spool;
    return new StatusReport.SpoolState(
        agent.config().spool().dir().toString(),
        agent.spool().state().name().toLowerCase(java.util.Locale.ROOT),
        agent.spool().counters().value(SpoolCounter.APPENDED),
        stat.bytes(),
        stat.maxBytes(),
        intake(IntakeCounter.SHED_LEVEL));
  }

  private List<StatusReport.SinkState> sinks() {
    List<StatusReport.SinkState> states = new ArrayList<>();
    for (RunningSinks.Running sink : agent.sinks().all()) {
      Forwarder forwarder = sink.forwarder();
      states.add(
          new StatusReport.SinkState(
              forwarder.name(),
              sink.config().type().name().toLowerCase(java.util.Locale.ROOT),
              Sinks.describe(sink.config()),
              forwarder.state().text(),
              forwarder.counters().value(SinkCounter.EVENTS_SENT),
              forwarder.counters().value(SinkCounter.SPOOL_OVERRUN_EVENTS),
              forwarder.counters().value(SinkCounter.FILTERED_EVENTS),
              forwarder.lagEvents()));
    }
    return states;
  }

  private List<StatusReport.WatchState> watches() {
    return watched() == null ? List.of() : WatchView.status(watched());
  }

  @Override
  public Object answer(String request) {
    return watched() == null ? WatchView.none(request) : WatchView.answer(watched(), request);
  }

  /// Null when the agent has nothing to do with the kernel.
  private Watches watched() {
    return agent.kernel() == null ? null : agent.kernel().watches();
  }

  /// Puts every stage's counters and the gauges of the whole into the metrics.
  void bind(Metrics metrics) {
    metrics.bind(agent.intake().counters());
    metrics.bind(agent.intake().assembler().counters());
    metrics.bind(agent.origins().collector().counters());
    if (agent.backfill() != null) {
      metrics.bind(agent.backfill().counters());
    }
    if (agent.origins().containers() != null) {
      metrics.bind(agent.origins().containers().counters());
    }
    metrics.bind(agent.spool().counters());
    metrics.bind(agent.spool().keeperCounters());
    for (SpoolReader reader : agent.spool().readers()) {
      if (reader.name().equals(ChainKeeper.CURSOR)) { // sinks show their own
        metrics.bind(reader.counters(), "sink", reader.name());
      }
    }
    if (agent.kernel() != null) {
      kernelGauge(
          metrics,
          "coreaudit_kernel_lost",
          "Records that the kernel lost since boot, as it counts; not those lost to multicast.",
          AuditStatus::lost);
      kernelGauge(
          metrics,
          "coreaudit_kernel_backlog",
          "Records that wait in the kernel.",
          AuditStatus::backlog);
      kernelGauge(
          metrics,
          "coreaudit_kernel_enabled",
          "Whether the kernel audits: 0 no, 1 yes, 2 yes and locked.",
          AuditStatus::enabled);
    }
    metrics.gauge(
        "coreaudit_ready",
        "1 while the agent does what it is there for.",
        () -> agent.readiness().reasons().isEmpty() ? 1 : 0);
    WatchView.bind(watched(), metrics);
    metrics.gauge(
        "coreaudit_spool_size_bytes", "What the spool takes on disk.", () -> spool.bytes());
    metrics.gauge(
        "coreaudit_spool_max_bytes", "The most that the spool may take.", () -> spool.maxBytes());
    metrics.gauge(
        "coreaudit_node",
        "1, with the agent's version and the name of its node.",
        List.of("version", Version.text(), "node", node()),
        () -> 1);
  }

  /// A figure of the kernel as the conductor saw it last, a minute ago at most.
  private void kernelGauge(
      Metrics metrics, String name, String sentence, ToLongFunction<AuditStatus> figure) {
    metrics.gauge(
        name,
        sentence,
        () -> {
          AuditStatus status = agent.kernel().status();
          return status == null ? Double.NaN : figure.applyAsLong(status);
        });
  }
}
