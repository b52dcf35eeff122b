package io.coreaudit.agent;

import io.coreaudit.agent.control.StatusReport;
import io.coreaudit.agent.control.WatchesReport;
import io.coreaudit.agent.http.Metrics;
import io.coreaudit.watch.Watch;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// What the running agent tells of its watches: in `status`, in `watches`, in metrics.
final class WatchView {
  /// A status fits on a screen.
  private static final int MOST_SECRETS_IN_STATUS = 10;

  private WatchView() {}

  /// The lines of the status: each path, the secrets as a number, and some that are not covered.
  static List<StatusReport.WatchState> status(Watches watches) {
    List<StatusReport.WatchState> states = new ArrayList<>();
    List<Watch> secrets = new ArrayList<>();
    for (Watch watch : watches.all()) {
      if (watch.kind() == Watch.Kind.SECRET) {
        secrets.add(watch);
      } else if (watch.state() != Watch.State.ABSENT) {
        states.add(state(watch));
      }
    }
    if (watches.secrets() != null) {
      long covered = secrets.stream().filter(Watch::covered).count();
      String trouble = watches.secrets().trouble();
      states.add(
          new StatusReport.WatchState(
              "mounted secrets",
              covered
                  + " of "
                  + secrets.size()
                  + " covered"
                  + (trouble.isEmpty() ? "" : "; " + trouble)));
    }
    secrets.stream()
        .filter(Watch::open)
        .limit(MOST_SECRETS_IN_STATUS)
        .forEach(watch -> states.add(state(watch)));
    return states;
  }

  private static StatusReport.WatchState state(Watch watch) {
    String text =
        watch.covered()
            ? "covered since " + watch.since().truncatedTo(ChronoUnit.SECONDS)
            : watch.state().label() + ": " + watch.reason();
    return new StatusReport.WatchState(watch.path(), text);
  }

  /// The answer of an agent that watches nothing.
  static Object none(String request) {
    return request.equals("watches") ? new WatchesReport("", List.of(), List.of()) : null;
  }

  static Object answer(Watches watches, String request) {
    return switch (request) {
      case "watches" -> report(watches);
      case "rules apply" -> {
        watches.warden().apply();
        long open = watches.all().stream().filter(Watch::open).count();
        yield Map.of("watches", watches.all().size(), "uncovered", open);
      }
      default -> null;
    };
  }

  private static WatchesReport report(Watches watches) {
    List<Watch> all = watches.all();
    List<WatchesReport.Count> counts = new ArrayList<>();
    for (Watch.Kind kind : Watch.Kind.values()) {
      for (Watch.State state : Watch.State.values()) {
        long count = count(all, kind, state);
        if (count > 0) {
          counts.add(new WatchesReport.Count(kind.label(), state.label(), count));
        }
      }
    }
    List<WatchesReport.Line> lines = new ArrayList<>(all.size());
    for (Watch watch : all) {
      lines.add(
          new WatchesReport.Line(
              watch.kind().label(),
              watch.path(),
              watch.key(),
              watch.state().label(),
              watch.since().truncatedTo(ChronoUnit.SECONDS).toString(),
              watch.cause().label(),
              watch.reason()));
    }
    return new WatchesReport(
        watches.secrets() == null ? "not followed" : watches.secrets().describe(), counts, lines);
  }

  private static long count(List<Watch> all, Watch.Kind kind, Watch.State state) {
    return all.stream().filter(w -> w.kind() == kind && w.state() == state).count();
  }

  /// Shows counts; no paths, pods or volumes, which come and go without end.
  static void bind(Watches watches, Metrics metrics) {
    Tally tally = new Tally(watches);
    metrics.gauge(
        "coreaudit_watches_uncovered",
        "What should be watched and is not.",
        () -> tally.count(Watch::open));
    if (watches == null) {
      return;
    }
    for (Watch.Kind kind : Watch.Kind.values()) {
      for (Watch.State state : Watch.State.values()) {
        metrics.gauge(
            "coreaudit_watches",
            "Watches by kind and state.",
            List.of("kind", kind.label(), "state", state.label()),
            () -> tally.count(w -> w.kind() == kind && w.state() == state));
      }
    }
    for (Watch.Cause cause : Watch.Cause.values()) {
      if (cause != Watch.Cause.NONE) {
        metrics.gauge(
            "coreaudit_watches_open",
            "What should be watched and is not, by reason.",
            "reason",
            cause.label(),
            () -> tally.count(w -> w.open() && w.cause() == cause));
      }
    }
    if (watches.secrets() != null) {
      metrics.bind(watches.secrets().counters());
      metrics.bind(watches.secrets().mountCounters());
    }
  }

  /// All watches as one scrape sees them: listing thousands anew for each figure would cost more
  /// than watching them.
  private static final class Tally {
    private static final long FRESH_NS = 200_000_000L;

    private final Watches watches;
    private List<Watch> all = List.of();
    private long atNs = System.nanoTime() - FRESH_NS;

    Tally(Watches watches) {
      this.watches = watches;
    }

    synchronized long count(Predicate<Watch> which) {
      long nowNs = System.nanoTime();
      if (watches != null && nowNs - atNs >= FRESH_NS) {
        all = watches.all();
        atNs = nowNs;
      }
      return all.stream().filter(which).count();
    }
  }
}
