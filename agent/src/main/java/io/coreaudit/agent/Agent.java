package io.coreaudit.agent;

import io.coreaudit.agent.command.ExitStatus;
import io.coreaudit.agent.command.Version;
import io.coreaudit.agent.config.Address;
import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.config.ConfigException;
import io.coreaudit.agent.config.ConfigReader;
import io.coreaudit.agent.config.InputMode;
import io.coreaudit.agent.config.NamedFiles;
import io.coreaudit.agent.control.ControlServer;
import io.coreaudit.agent.control.HostLock;
import io.coreaudit.agent.http.Health;
import io.coreaudit.agent.http.Heartbeat;
import io.coreaudit.agent.http.HttpServer;
import io.coreaudit.agent.http.Metrics;
import io.coreaudit.agent.http.Readiness;
import io.coreaudit.agent.log.StandardError;
import io.coreaudit.backfill.Backfill;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.forward.Forwarder;
import io.coreaudit.forward.NetworkLoop;
import io.coreaudit.intake.BootId;
import io.coreaudit.intake.Canary;
import io.coreaudit.intake.Intake;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.ledger.ChainKeeper;
import io.coreaudit.netlink.AuditReceiver;
import io.coreaudit.ring.RecordRing;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolException;
import io.coreaudit.spool.SpoolFormat;
import io.coreaudit.watch.Hearing;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The daemon: everything that runs, wired in the order an event meets it, and taken down in
/// reverse.
///
/// The socket is bound first, so that the kernel's records wait in its buffer while the rest
/// starts. The agent is ready when it has heard its own canary and knows all mounted secrets.
final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  /// Name of the thread that takes records.
  static final String INTAKE = "intake";

  /// After that the process ends as it is. What closes has a little less, so that it can say so.
  private static final long CLOSE_MILLIS = 5000;

  private static final Duration CLOSE_BUDGET = Duration.ofMillis(CLOSE_MILLIS - 300);

  private static final Duration[] ATTACH_BOUNDS =
      LongStream.of(
              50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1250, 1500, 2000, 2500, 5000,
              10_000, 25_000, 100_000, 1_000_000)
          .mapToObj(micros -> Duration.ofNanos(micros * 1000))
          .toArray(Duration[]::new);
  private static final Duration ROLE_END = Duration.ofMillis(500);
  private static final Duration INTAKE_END = Duration.ofMillis(1500);
  private static final Duration KERNEL_END = Duration.ofMillis(1500);
  private static final Duration SINKS_END = Duration.ofSeconds(2);
  private static final Duration SINKS_DRAIN = Duration.ofMillis(1800);

  /// So long may all sinks stand still after the end of an input: twice the longest wait between
  /// two attempts to connect.
  private static final Duration DELIVERY_PATIENCE = Duration.ofSeconds(60);

  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration NAMES_LOOK = Duration.ofSeconds(10);

  private final AgentConfig config;
  private final boolean service;
  private final long startedNs = System.nanoTime();
  private final long startedMs = System.currentTimeMillis();
  private final StopSignal stop;
  private final Consumer<Address> onHttp;
  private final ConfigReader.Read read;
  private final String configFile;
  private final Readiness readiness = new Readiness();
  private final Health health = new Health();
  private final Metrics metrics = new Metrics();
  private final Canary streamCanary = new Canary();
  private final Canary watchCanary = new Canary();
  private final BootId boot = BootId.current();
  private final StandardError stderr = StandardError.install();
  private final CountDownLatch started = new CountDownLatch(1);
  private final ServiceNotice notice =
      ServiceNotice.of(System.getenv(), ownPid(), readiness, health);

  private HostLock lock;
  private AuditReceiver receiver;
  private KernelSide kernel;
  private Spool spool;
  private Origins origins;
  private Intake intake;
  private NetworkLoop network;
  private RunningSinks sinks;
  private final List<Listener> listeners = new ArrayList<>();
  private ControlServer controlServer;
  private StatusView view;
  private Rounds rounds;
  private Rounds vitals;
  private ChainKeeper chain; // null: the heartbeat tells no hash
  private ChainTeller chainTeller;
  private Backfill backfill; // null: nothing of before the start is looked for
  private Thread backfillThread;
  private Thread intakeThread;
  private boolean inputEnded;

  private Agent(
      ConfigReader.Read read, boolean service, StopSignal stop, Consumer<Address> onHttp) {
    this.read = read;
    this.config = read.config();
    this.configFile = read.file() == null ? "defaults" : read.file().toString();
    this.service = service;
    this.stop = stop;
    this.onHttp = onHttp;
  }

  /// Runs the daemon until a signal, the end of its input, or a part that cannot go on.
  ///
  /// @return the exit status
  static int run(ConfigReader.Read read) throws Exception {
    return run(read, address -> {});
  }

  /// Does the same, and tells where metrics and health answer.
  static int run(ConfigReader.Read read, Consumer<Address> onHttp) throws Exception {
    // Before anything is touched, on disk or in the kernel.
    SpoolFormat.check(read.config().spool().dir());
    StopSignal stop = StopSignal.listen(CLOSE_MILLIS);
    int status = ExitStatus.REFUSED;
    boolean service = isService(System.getenv("SYSTEMD_EXEC_PID"), ownPid());
    try (Agent agent = new Agent(read, service, stop, onHttp)) {
      Thread.setDefaultUncaughtExceptionHandler(agent::onUncaught);
      agent.start();
      stop.await();
      agent.deliver();
      status = ExitStatus.DONE;
    } finally {
      stop.closed(status);
    }
    return status;
  }

  /// Whether systemd started this very process. Its other variables reach the children of a service
  /// too: a shell of a CI runner is none.
  ///
  /// @param execPid what systemd (248 or newer) says whom it started; null: nothing
  static boolean isService(String execPid, long pid) {
    return Long.toString(pid).equals(execPid);
  }

  /// A thread that dies takes the process with it: whoever looks after it starts it again, and
  /// nothing goes on half alive.
  private void onUncaught(Thread thread, Throwable thrown) {
    boolean forPeople = thrown instanceof KernelException || thrown instanceof SpoolException;
    LOG.error(
        "thread {} ended: {}",
        thread.getName(),
        forPeople ? thrown.getMessage() : thrown.toString());
    LOG.debug("thread {} ended", thread.getName(), thrown);
    stop.fail();
  }

  /// Starts everything. What it throws names what, where and what to do.
  private void start() throws IOException {
    // First, and in every mode: auditd sends it to its plugins, and it would end the JVM.
    ReloadSignal.listen(this::reload);
    lock = HostLock.take(config.lockFile());
    receiver = Inputs.receiver(config.input());
    kernel = KernelSide.open(config, receiver);
    openPipeline();
    listen();
    view =
        new StatusView(
            new Parts(
                config,
                configFile,
                receiver,
                intake,
                spool,
                sinks,
                chainTeller,
                backfill,
                kernel,
                origins,
                readiness,
                health,
                listeners));
    controlServer = ControlServer.start(config.controlSocket(), view);
    Heartbeat controlBeat = health.heartbeat("control", Health.STUCK_NS);
    controlServer.onTurn(controlBeat::beat, controlBeat::rest);
    view.bind(metrics);
    metrics.counter(
        "coreaudit_log_left_out_lines",
        "Lines of the agent's log that standard error did not take.",
        stderr::leftOut);
    intake.ownEvents().offer(startEvent());
    intake.lastWord(OwnEvent.of(EventKind.STOP).with("version", Version.text()).build());
    Priorities.order();
    Rehearsal.warm(origins.host(), origins.accounts());
    origins.awaitContainers();
    startThreads();
    lookAround();
    LOG.info("{}", startLine());
    started.countDown();
    notice.started(System.nanoTime());
  }

  private void listen() {
    if (config.http().listen() != null) {
      // On a loop of its own: who asks for metrics must not hold up the sinks.
      listeners.add(
          new Listener(
              "http",
              () -> HttpServer.start(config.http().listen(), metrics, health, readiness),
              onHttp));
    }
    if (config.metrics().listen() != null) {
      listeners.add(
          new Listener(
              "metrics https",
              () -> HttpServer.start(config.metrics(), metrics, health, readiness),
              address -> {}));
    }
    listeners.forEach(Listener::open);
  }

  private void openPipeline() throws IOException {
    network = new NetworkLoop();
    spool = Spool.open(Sinks.spool(config.spool(), receiver == null));
    spool.onTurn(
        health.diskHeartbeat("spool keeper", Health.STUCK_NS)::beat,
        health.diskHeartbeat("spool cursors", Health.STUCK_NS)::beat);
    origins = new Origins(config);
    origins.start(health);
    intake =
        new Intake(
            Inputs.open(config.input(), receiver),
            (int) TimeUnit.NANOSECONDS.toMicros(config.input().gatherNs()),
            RecordRing.allocate(Inputs.ringBytes(receiver)),
            Inputs.mode(config.input()),
            spool,
            origins.collector(),
            boot,
            this::onOverrun,
            streamCanary,
            watchCanary);
    intake.shed(config.spool().shed());
    backfill = Backfills.open(config, intake, spool, boot, origins, startedMs);
    sinks =
        new RunningSinks(
            new RunningSinks.Surroundings(
                spool, network, config.stateDir(), boot, metrics, health, readiness, stop::fail));
    sinks.open(config.sinks());
    if (config.heartbeat().chain() && config.heartbeat().intervalNs() > 0) {
      chain =
          new ChainKeeper(
              spool.reader(ChainKeeper.CURSOR),
              config.spool().dir().resolve(ChainKeeper.FILE),
              text -> LOG.warn("{}: {}", config.spool().dir().resolve(ChainKeeper.FILE), text));
      Heartbeat beat = health.diskHeartbeat("chain", Health.STUCK_NS);
      chain.onTurn(beat::beat, beat::rest);
      chainTeller =
          new ChainTeller(
              chain,
              config.heartbeat().keyFile(),
              new UUID(boot.high(), boot.low()),
              text -> LOG.warn("{}", text));
    }
    // Every sink has its cursor now: what all of them have may go.
    spool.releaseAcknowledged();
    if (kernel != null) {
      kernel.wire(
          intake,
          streamCanary,
          watchCanary,
          metrics.times(
              "coreaudit_secrets_attach_seconds",
              "From a secret's mount being seen to the kernel's answer that it is attached.",
              ATTACH_BOUNDS),
          this::onHearing,
          origins::refreshNames);
      kernel.watches().devices(origins.devices());
    }
  }

  private void startThreads() {
    Heartbeat intakeBeat = health.heartbeat("intake", Health.STUCK_NS);
    intake.onTurn(intakeBeat::beat, intakeBeat::rest);
    if (kernel != null) {
      kernel.takeSlot();
    }
    intakeThread = start(INTAKE, () -> intake.run(stop::inputEnded));
    if (backfill != null) {
      backfillThread = start(Backfill.THREAD, backfill::run);
    }
    if (kernel != null) {
      kernel.startWatches(intake, readiness, health);
    }
    sinks.start();
    if (chain != null) {
      chain.start();
    }
    if (kernel == null) {
      readiness.clear("start");
    } else {
      kernel.startConductor(health);
    }
  }

  /// Takes what is to be watched and the sinks from the configuration as it stands now, whole or
  /// not at all. All else stays until the next start. Who asks during the start waits for its end.
  private synchronized void reload() {
    try {
      started.await();
      ConfigReader.Read fresh = read.again();
      NamedFiles.check(fresh);
      Set<String> prepared = sinks.prepare(fresh.config().sinks());
      try {
        if (kernel != null) {
          kernel.watches().reload(fresh.config());
        }
      } catch (IOException | RuntimeException e) {
        sinks.abandon(prepared);
        throw e;
      }
      LOG.info(
          "{}the sinks were read anew from {}: {}",
          kernel == null ? "" : "what is to be watched and ",
          configFile,
          sinks.want(fresh.config().sinks()));
    } catch (ConfigException e) {
      e.problems().forEach(problem -> LOG.warn("nothing changes: {}", problem));
    } catch (IOException | RuntimeException e) {
      LOG.warn("nothing changes: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// What is looked at now and then: how the spool stands, the figures of the status, and, when no
  /// conductor does it, the names of accounts and host.
  private void lookAround() {
    SpoolState spoolState = new SpoolState(readiness, stop::fail);
    Heartbeat beat = health.diskHeartbeat("rounds", Health.STUCK_NS);
    rounds = new Rounds("rounds");
    rounds.every(LOOK, "sign of life", () -> beat.beat(System.nanoTime()));
    rounds.every(LOOK, "spool", () -> spoolState.look(spool.state()));
    rounds.every(LOOK, "shedding", () -> spoolState.lookAtShedding(intake.sheds()));
    rounds.every(LOOK, "status", this::lookAtStatus);
    rounds.every(LOOK, "sinks", sinks::look);
    if (config.heartbeat().intervalNs() > 0) {
      rounds.every(
          Duration.ofNanos(config.heartbeat().intervalNs()),
          "heartbeat event",
          () -> intake.ownEvents().offer(view.pulse()));
    }
    if (kernel == null) {
      rounds.every(NAMES_LOOK, "names", origins::refreshNames);
    }
    listeners.forEach(listener -> rounds.every(NAMES_LOOK, listener.name(), listener::open));
    // On a thread that asks no disk: the watchdog must not end an agent because a disk hangs.
    vitals = new Rounds("signs of life");
    vitals.every(LOOK, "service", this::showLife);
  }

  private void showLife() {
    readiness.set("disk", String.join("; ", health.waiting()));
    notice.look(System.nanoTime());
  }

  private void lookAtStatus() {
    if (kernel != null) {
      kernel.tellMounts(readiness);
    }
    view.look(System.nanoTime());
  }

  private static Thread start(String name, Runnable role) {
    Thread thread = new Thread(role, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void onOverrun() {
    if (kernel != null) {
      kernel.requestSync();
    }
  }

  /// After the end of an input: lets the sinks have what it gave.
  private void deliver() throws InterruptedException {
    inputEnded = stop.onlyInputEnded();
    if (inputEnded) {
      Delivery.await(sinks::forwarders, DELIVERY_PATIENCE, stop);
    }
  }

  private void onHearing(Hearing hearing, String reason) {
    // Before the first word of being ready; and then for threads that came later.
    Priorities.order();
    readiness.clear("start");
    if (hearing == Hearing.DEAF) {
      readiness.hold("canary", "deaf: " + reason);
    } else {
      readiness.clear("canary");
    }
    notice.look(System.nanoTime());
  }

  /// Stops in the order of the events: no more records, then what is there goes to the sinks, while
  /// the kernel is put back, then the spool is closed. Takes five seconds at most, whatever hangs.
  ///
  /// A thread that did not end still looks at memory that closing would take away, or holds the
  /// lock of the audit socket; what it may touch is left to the end of the process.
  @Override
  public void close() {
    boolean rulesGo = !config.rules().keepAtStop(service);
    readiness.hold("stop", "stopping");
    notice.stopping();
    Closing closing = new Closing(CLOSE_BUDGET);
    if (backfill != null) {
      backfill.stop();
    }
    boolean kernelFree = kernel == null || kernel.stopRoles(closing);
    closing.step("last heartbeat", this::tellUnsent);
    boolean intakeEnded = stopIntake(closing);
    List<Forwarder> forwarders = sinks == null ? List.of() : sinks.stopping();
    for (Forwarder forwarder : forwarders) {
      closing.step("sink " + forwarder.name(), () -> forwarder.stop(closing.atMost(SINKS_DRAIN)));
    }
    // Of this the sinks wait together, so that time is left for the spool.
    Closing ends = new Closing(closing.atMost(SINKS_END));
    if (kernel != null && kernelFree) {
      kernelFree = closing.within(KERNEL_END, "rules and settings", () -> kernel.restore(rulesGo));
    }
    kernelFree &= kernel == null || kernel.stopWatches(closing);
    boolean allEnded = endBackfill(closing);
    for (Forwarder forwarder : forwarders) {
      allEnded &= awaitEnd(ends, forwarder);
    }
    allEnded &= endChain(closing);
    boolean all = Delivery.tellLeftBehind(forwarders);
    if (!all && inputEnded && config.input().mode() == InputMode.FILE) {
      stop.fail();
    }
    closeSpool(closing, intakeEnded, allEnded);
    closing.close("rounds", rounds);
    closing.close("signs of life", vitals);
    closing.close("control socket", controlServer);
    for (Listener listener : listeners) {
      closing.within(ROLE_END, listener.name(), listener::close);
    }
    if (network != null) {
      closing.within(ROLE_END, "network", network::close);
    }
    if (kernel != null && kernelFree) {
      kernel.closeControl(closing);
    }
    closing.close("lock", lock);
    closing.close("service", notice);
  }

  /// Which numbers a sink was not sent since the last heartbeat no later one would tell.
  private void tellUnsent() {
    if (started.getCount() == 0
        && config.heartbeat().intervalNs() > 0
        && sinks.forwarders().stream().anyMatch(Forwarder::hasUnsent)) {
      intake.ownEvents().offer(view.pulse());
    }
  }

  private boolean stopIntake(Closing closing) {
    if (intakeThread == null) {
      return true;
    }
    boolean[] ended = {false};
    closing.step(
        "intake",
        () -> {
          intake.stop();
          ended[0] = intakeThread.join(closing.atMost(INTAKE_END));
        });
    if (!ended[0]) {
      LOG.warn("the intake thread did not end within {} ms", INTAKE_END.toMillis());
    }
    return ended[0];
  }

  private boolean awaitEnd(Closing closing, Forwarder forwarder) {
    boolean[] ended = {false};
    closing.step(
        "sink " + forwarder.name(), () -> ended[0] = forwarder.awaitEnd(closing.atMost(SINKS_END)));
    if (!ended[0]) {
      LOG.warn("sink {} did not end: its receiver takes nothing", forwarder.name());
    }
    return ended[0];
  }

  private boolean endBackfill(Closing closing) {
    boolean[] ended = {backfillThread == null};
    if (backfillThread != null) {
      closing.step("backfill", () -> ended[0] = backfillThread.join(closing.atMost(ROLE_END)));
    }
    return ended[0];
  }

  private boolean endChain(Closing closing) {
    boolean[] ended = {chain == null};
    if (chain != null) {
      closing.step("chain", () -> ended[0] = chain.stop(closing.atMost(ROLE_END)));
    }
    return ended[0];
  }

  private void closeSpool(Closing closing, boolean intakeEnded, boolean sinksEnded) {
    if (spool != null) {
      boolean whole = intakeEnded && sinksEnded;
      closing.within(CLOSE_BUDGET, "spool", whole ? spool::close : spool::syncCursors);
    }
    if (intakeEnded) {
      closing.close("intake", intake);
      closing.close("origin", origins);
    }
  }

  private static int ownPid() {
    return (int) ProcessHandle.current().pid();
  }

  private String startLine() {
    StringBuilder line = new StringBuilder("started: input ").append(intake.describe());
    line.append(kernel == null ? "" : kernel.describe());
    line.append("; spool ").append(config.spool().dir());
    line.append("; sinks ");
    if (config.sinks().isEmpty()) {
      line.append("none");
    }
    for (int i = 0; i < config.sinks().size(); i++) {
      line.append(i == 0 ? "" : ", ").append(Sinks.describe(config.sinks().get(i)));
    }
    listeners.forEach(listener -> line.append("; ").append(listener.describe()));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNs);
    return line.append("; in ").append(millis).append(" ms").toString();
  }

  private OwnEvent startEvent() {
    return OwnEvent.of(EventKind.START)
        .with("version", Version.text())
        .with("input", intake.describe())
        .with("kernel", System.getProperty("os.version"))
        .with("sinks", config.sinks().size())
        .build();
  }
}
