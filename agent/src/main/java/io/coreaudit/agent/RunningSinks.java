package io.coreaudit.agent;

import io.coreaudit.agent.config.SinkConfig;
import io.coreaudit.agent.config.SinkType;
import io.coreaudit.agent.http.Health;
import io.coreaudit.agent.http.Heartbeat;
import io.coreaudit.agent.http.Metrics;
import io.coreaudit.agent.http.Readiness;
import io.coreaudit.forward.Forwarder;
import io.coreaudit.forward.NetworkLoop;
import io.coreaudit.intake.BootId;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolException;
import io.coreaudit.spool.SpoolReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The sinks that run, kept as the configuration wants them: it may want others at any time.
///
/// ```text
///  want(list) ─► those that are not in it leave: what they sent is still acknowledged
///                those that left: their place is taken, with their reader and its cursor, by who has
///                  their name now; else their reader goes, and with it its hold on the spool
///                those that are new start, once nobody is in their way
/// ```
///
/// One whose configuration is the same is not touched unless it ended by itself (a pipe that nobody
/// reads, a fault of ours): then it starts again. One that does not leave (its write hangs) is
/// looked at again each second; meanwhile whoever needs its name or its file waits.
final class RunningSinks {
  private static final Logger LOG = LoggerFactory.getLogger(RunningSinks.class);

  /// For the acknowledgements of what one that leaves has sent, and a clean close.
  private static final Duration LEAVES_WITHIN = Duration.ofSeconds(3);

  /// How long who changes the sinks waits until they are as wanted.
  private static final Duration CHANGED_WITHIN = Duration.ofSeconds(5);

  private static final long LOOK_MILLIS = 20;

  /// Who stops waits so long for a change that may stand at a disk that hangs.
  private static final long STOP_MILLIS = 500;

  /// Of so many sinks that were taken away the last figures are kept until they are told.
  private static final int MOST_DEPARTED = 8;

  private static final Duration BEAT = Duration.ofSeconds(5);

  /// What the sinks are part of.
  ///
  /// @param stateDir what refused events are kept in
  /// @param boot whose numbers the events have
  /// @param onAllEnded told when none carries events any more
  record Surroundings(
      Spool spool,
      NetworkLoop network,
      Path stateDir,
      BootId boot,
      Metrics metrics,
      Health health,
      Readiness readiness,
      Runnable onAllEnded) {}

  /// One sink.
  static final class Running {
    private final SinkConfig config;
    private final SpoolReader reader;
    private final Forwarder forwarder;
    private final Heartbeat beat; // null: its write may wait for ever
    private volatile boolean leaving;

    private Running(SinkConfig config, SpoolReader reader, Forwarder forwarder, Heartbeat beat) {
      this.config = config;
      this.reader = reader;
      this.forwarder = forwarder;
      this.beat = beat;
    }

    SinkConfig config() {
      return config;
    }

    Forwarder forwarder() {
      return forwarder;
    }
  }

  /// The place in the spool of a sink that does not run yet.
  ///
  /// @param before whose place it was, or null
  private record Place(SpoolReader reader, Forwarder before) {}

  private final Surroundings around;
  private final List<Running> running = new CopyOnWriteArrayList<>();
  private final Set<Forwarder> ended = ConcurrentHashMap.newKeySet();
  private final Map<String, Place> places = new HashMap<>();
  private final Set<String> preparing = new HashSet<>(); // names that will be wanted soon
  private final SequencedMap<String, Forwarder> departed = new LinkedHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private List<SinkConfig> wanted = List.of();
  private boolean started;
  private volatile boolean stopping;
  private boolean networkIsWatched;

  RunningSinks(Surroundings around) {
    this.around = around;
  }

  /// Makes the sinks, so that each has its cursor; they run from `start` on.
  void open(List<SinkConfig> sinks) {
    lock.lock();
    try {
      wanted = List.copyOf(sinks);
      for (SinkConfig config : wanted) {
        running.add(make(config, new Place(around.spool().reader(config.name()), null)));
      }
    } finally {
      lock.unlock();
    }
  }

  /// Starts all.
  void start() {
    lock.lock();
    try {
      started = true;
      running.forEach(this::start);
    } finally {
      lock.unlock();
    }
  }

  /// Makes ready what other sinks will need and may not get: nothing has changed if this throws.
  /// What was made ready stays until `want` or `abandon`.
  ///
  /// @return names of those that it was made ready for
  /// @throws SpoolException when a new one can have no cursor
  Set<String> prepare(List<SinkConfig> sinks) {
    Set<String> names = new HashSet<>();
    lock.lock();
    try {
      for (SinkConfig config : sinks) {
        String name = config.name();
        preparing.add(name);
        if (!places.containsKey(name)
            && running.stream().noneMatch(sink -> sink.config.name().equals(name))) {
          places.put(name, new Place(around.spool().reader(name), null));
          names.add(name);
        }
      }
      return names;
    } catch (RuntimeException e) {
      abandon(names);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /// Lets go of what was made ready.
  void abandon(Set<String> names) {
    lock.lock();
    try {
      preparing.clear();
      for (String name : names) {
        Place place = places.remove(name);
        if (place != null) {
          close(place.reader()::withdraw);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// Sets which sinks are wanted, and waits a moment until those run.
  ///
  /// @return in words, what changes
  String want(List<SinkConfig> sinks) throws InterruptedException {
    String change;
    lock.lock();
    try {
      change = change(wanted, sinks, leaveEnded(sinks));
      wanted = List.copyOf(sinks);
      preparing.clear();
    } finally {
      lock.unlock();
    }
    long deadlineNs = System.nanoTime() + CHANGED_WITHIN.toNanos();
    while (!look() && System.nanoTime() - deadlineNs < 0) {
      Thread.sleep(LOOK_MILLIS);
    }
    for (Running sink : running) {
      if (sink.leaving) {
        LOG.atWarn()
            .addKeyValue("sink", sink.config.name())
            .log(
                "sink {}: its receiver takes nothing, so it does not end; who has its name or"
                    + " file now starts as soon as it has",
                sink.config.name());
      }
    }
    return change;
  }

  /// Has those that ended by themselves leave, so that they start again.
  private List<String> leaveEnded(List<SinkConfig> sinks) {
    List<String> again = new ArrayList<>();
    for (Running sink : running) {
      if (!sink.leaving && ended.contains(sink.forwarder)) {
        sink.leaving = true;
        if (sinks.contains(sink.config)) {
          again.add(sink.config.name());
        }
      }
    }
    return again;
  }

  private static String change(List<SinkConfig> before, List<SinkConfig> now, List<String> again) {
    List<String> names = before.stream().map(SinkConfig::name).toList();
    List<String> namesNow = now.stream().map(SinkConfig::name).toList();
    StringBuilder change = new StringBuilder();
    say(change, "new", namesNow.stream().filter(name -> !names.contains(name)).toList());
    say(
        change,
        "changed",
        now.stream()
            .filter(sink -> names.contains(sink.name()) && !before.contains(sink))
            .map(SinkConfig::name)
            .toList());
    say(change, "taken away", names.stream().filter(name -> !namesNow.contains(name)).toList());
    say(change, "started again", again);
    return change.isEmpty() ? "the same" : change.toString();
  }

  private static void say(StringBuilder to, String what, List<String> names) {
    if (!names.isEmpty()) {
      to.append(to.isEmpty() ? "" : "; ").append(what).append(' ');
      to.append(String.join(", ", names));
    }
  }

  /// Brings what runs nearer to what is wanted; whether it is that now.
  boolean look() {
    lock.lock();
    try {
      return stopping || !started || bringNearer();
    } finally {
      lock.unlock();
    }
  }

  private boolean bringNearer() {
    for (Running sink : running) {
      if (!sink.leaving && !wanted.contains(sink.config)) {
        sink.leaving = true;
        sink.forwarder.leave(LEAVES_WITHIN);
      }
    }
    boolean moved = false;
    for (Running sink : running) {
      if (sink.leaving && !sink.forwarder.running()) {
        left(sink);
        moved = true;
      }
    }
    for (SinkConfig config : wanted) {
      if (places.containsKey(config.name())
          && running.stream().noneMatch(sink -> isInTheWay(sink, config))) {
        add(make(config, places.remove(config.name())));
        moved = true;
      }
    }
    for (String name : Set.copyOf(places.keySet())) {
      if (!preparing.contains(name)
          && wanted.stream().noneMatch(config -> config.name().equals(name))) {
        letGo(name, places.remove(name));
      }
    }
    boolean isDone =
        running.size() == wanted.size() && running.stream().noneMatch(sink -> sink.leaving);
    if (moved) {
      Priorities.order();
      if (isDone && !running.isEmpty()) {
        endIfAllEnded();
      }
    }
    return isDone;
  }

  /// Whether a sink is the wanted one, or has what that needs for itself.
  private static boolean isInTheWay(Running sink, SinkConfig config) {
    SinkConfig other = sink.config;
    return other.name().equals(config.name())
        || config.path() != null && config.path().equals(other.path())
        || config.type() == SinkType.STDOUT && other.type() == SinkType.STDOUT;
  }

  private void left(Running sink) {
    String name = sink.config.name();
    running.remove(sink);
    ended.remove(sink.forwarder);
    around.metrics().forget("sink", name);
    around.readiness().clear("sink " + name);
    if (sink.beat != null) {
      around.health().forget(sink.beat);
    }
    places.put(name, new Place(sink.reader, sink.forwarder));
  }

  private void letGo(String name, Place place) {
    long events = place.reader().lagEvents();
    LOG.atInfo()
        .addKeyValue("sink", name)
        .addKeyValue("events", events)
        .log(
            "sink {}: taken away; the spool has {} events that its receiver may not have, and no"
                + " longer keeps them for it",
            name,
            events);
    close(place.reader()::close);
    if (place.before() != null) {
      synchronized (departed) {
        departed.put(name, place.before());
        if (departed.size() > MOST_DEPARTED) {
          departed.pollFirstEntry();
        }
      }
    }
  }

  /// What carried the events of sinks that were taken away since this was last asked, and can tell
  /// now what became of those. Any thread.
  List<Forwarder> takeDeparted() {
    synchronized (departed) {
      List<Forwarder> taken = List.copyOf(departed.values());
      departed.clear();
      return taken;
    }
  }

  private void close(Runnable closing) {
    try {
      closing.run();
    } catch (SpoolException e) {
      LOG.warn("{}", e.getMessage());
    }
  }

  private void add(Running sink) {
    if (stopping) {
      return; // nobody would stop it
    }
    running.add(sink);
    start(sink);
    LOG.atInfo()
        .addKeyValue("sink", sink.config.name())
        .log("sink {}: started", Sinks.describe(sink.config));
  }

  private Running make(SinkConfig config, Place place) {
    SpoolReader reader = place.reader();
    if (config.type().network() && !networkIsWatched) {
      networkIsWatched = true;
      around.network().onTurn(BEAT, around.health().heartbeat("network", Health.STUCK_NS)::beat);
    }
    Forwarder forwarder =
        Sinks.forwarder(
            config,
            wanted.indexOf(config),
            around.stateDir(),
            reader,
            around.network(),
            this::onEnd);
    forwarder.boot(around.boot().high(), around.boot().low());
    if (place.before() != null) {
      forwarder.goOnAfter(place.before());
    } else {
      tellForDeparted(forwarder);
    }
    Heartbeat beat = null;
    if (config.type() != SinkType.STDOUT) { // a pipe that nobody reads is not a fault of ours
      String role = "forwarder " + config.name();
      beat =
          config.type() == SinkType.FILE
              ? around.health().diskHeartbeat(role, Health.STUCK_NS)
              : around.health().heartbeat(role, Health.STUCK_NS);
      beat.rest(); // until it runs
      forwarder.onTurn(beat::beat, beat::rest);
    }
    bind(config.name(), reader, forwarder);
    return new Running(config, reader, forwarder, beat);
  }

  private void tellForDeparted(Forwarder forwarder) {
    synchronized (departed) {
      Forwarder before = departed.remove(forwarder.name());
      if (before != null) {
        forwarder.tellFor(before);
      }
    }
  }

  private void start(Running sink) {
    if (sink.beat != null) {
      sink.beat.beat(System.nanoTime());
    }
    sink.forwarder.start();
  }

  private void bind(String name, SpoolReader reader, Forwarder forwarder) {
    Metrics metrics = around.metrics();
    metrics.bind(reader.counters(), "sink", name);
    metrics.bind(forwarder.counters(), "sink", name);
    metrics.gauge(
        "coreaudit_sink_lag_events",
        "Events in the spool that the sink has not acknowledged.",
        "sink",
        name,
        forwarder::lagEvents);
    metrics.gauge(
        "coreaudit_sink_lag_seconds",
        "Age of the oldest event that the sink has not acknowledged.",
        "sink",
        name,
        forwarder::lagSeconds);
  }

  private void onEnd(Forwarder forwarder) {
    String text = "sink " + forwarder.name() + " ended: " + forwarder.state().text();
    LOG.atError().addKeyValue("sink", forwarder.name()).log("{}", text);
    around.readiness().hold("sink " + forwarder.name(), text);
    ended.add(forwarder);
    endIfAllEnded();
  }

  private void endIfAllEnded() {
    if (running.stream().allMatch(sink -> ended.contains(sink.forwarder))) {
      around.onAllEnded().run();
    }
  }

  /// Those that run now, in the order of the configuration as far as they have been there from the
  /// start. Any thread.
  List<Running> all() {
    return running;
  }

  /// What carries their events.
  List<Forwarder> forwarders() {
    List<Forwarder> forwarders = new ArrayList<>();
    running.forEach(sink -> forwarders.add(sink.forwarder));
    return forwarders;
  }

  /// Changes nothing from now on: the agent stops.
  List<Forwarder> stopping() {
    stopping = true;
    try {
      if (lock.tryLock(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
        lock.unlock(); // so a change that was under way is through
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return forwarders();
  }
}
