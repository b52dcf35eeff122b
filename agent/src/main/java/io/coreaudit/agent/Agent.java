package io.coreaudit.agent;

import io.coreaudit.agent.command.ExitStatus;
import io.coreaudit.agent.command.Version;
import io.coreaudit.agent.command.WatchWishes;
import io.coreaudit.agent.config.Address;
import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.config.ConfigException;
import io.coreaudit.agent.config.ConfigReader;
import io.coreaudit.agent.config.InputMode;
import io.coreaudit.agent.config.SinkConfig;
import io.coreaudit.agent.config.SinkType;
import io.coreaudit.agent.control.ControlServer;
import io.coreaudit.agent.control.HostLock;
import io.coreaudit.agent.http.Health;
import io.coreaudit.agent.http.Heartbeat;
import io.coreaudit.agent.http.HttpServer;
import io.coreaudit.agent.http.Metrics;
import io.coreaudit.agent.http.Readiness;
import io.coreaudit.agent.log.StandardError;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.forward.Forwarder;
import io.coreaudit.forward.NetworkLoop;
import io.coreaudit.intake.BootId;
import io.coreaudit.intake.Canary;
import io.coreaudit.intake.Intake;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.netlink.AuditReceiver;
import io.coreaudit.origin.AccountNames;
import io.coreaudit.origin.HostName;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.ring.RecordRing;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolException;
import io.coreaudit.watch.Conductor;
import io.coreaudit.watch.Hearing;
import io.coreaudit.watch.KernelSettings;
import io.coreaudit.watch.Opener;
import io.coreaudit.watch.Watch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The daemon: everything that runs, wired in the order an event meets it, and taken down in
/// reverse.
///
/// The socket is bound first, so that the kernel's records wait in its buffer while the rest
/// starts. The agent is ready when it has heard its own canary.
final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);
  private static final long STUCK_NS = TimeUnit.SECONDS.toNanos(30);

  /// After that the process ends as it is. What closes has a little less, so that it can say so.
  private static final long CLOSE_MILLIS = 5000;

  private static final Duration CLOSE_BUDGET = Duration.ofMillis(CLOSE_MILLIS - 300);

  private static final double[] ATTACH_BOUNDS = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1
  };
  private static final Duration ROLE_END = Duration.ofMillis(500);
  private static final Duration INTAKE_END = Duration.ofMillis(1500);
  private static final Duration KERNEL_END = Duration.ofMillis(1500);
  private static final Duration SINKS_END = Duration.ofSeconds(2);
  private static final Duration SINKS_DRAIN = Duration.ofMillis(1800);

  /// So long may all sinks stand still after the end of an input: twice the longest wait between
  /// two attempts to connect.
  private static final Duration DELIVERY_PATIENCE = Duration.ofSeconds(60);

  private static final Duration BEAT = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration NAMES_LOOK = Duration.ofSeconds(10);

  private final AgentConfig config;
  private final boolean service;
  private final long startedNs = System.nanoTime();
  private final StopSignal stop;
  private final Consumer<Address> onHttp;
  private final ConfigReader.Read read;
  private final String configFile;
  private final Readiness readiness = new Readiness();
  private final Health health = new Health();
  private final Metrics metrics = new Metrics();
  private final Canary streamCanary = new Canary();
  private final Canary watchCanary = new Canary();
  private final List<Forwarder> forwarders = new ArrayList<>();
  private final BootId boot = BootId.current();
  private final StandardError stderr = StandardError.install();
  private final AtomicInteger sinksEnded = new AtomicInteger();

  private HostLock lock;
  private AuditControl control;
  private AuditReceiver receiver;
  private KernelSettings settings;
  private Watches watches;
  private Spool spool;
  private AccountNames accounts;
  private HostName host;
  private OriginCollector origin;
  private Intake intake;
  private Conductor conductor;
  private UnicastGuard guard;
  private NetworkLoop network;
  private HttpServer http;
  private ControlServer controlServer;
  private Rounds rounds;
  private Thread intakeThread;
  private Thread conductorThread;
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
    lock = HostLock.take(config.lockFile());
    openKernel();
    openPipeline();
    if (config.http().listen() != null) {
      // On a loop of its own: who asks for metrics must not hold up the sinks.
      http = HttpServer.start(config.http().listen(), metrics, health, readiness);
    }
    if (http != null) {
      onHttp.accept(http.address());
    }
    StatusView view = new StatusView(this, configFile);
    controlServer = ControlServer.start(config.controlSocket(), view);
    Heartbeat controlBeat = health.heartbeat("control", STUCK_NS);
    controlServer.onTurn(controlBeat::beat, controlBeat::rest);
    view.bind(metrics);
    metrics.counter(
        "coreaudit_log_left_out_lines",
        "Lines of the agent's log that standard error did not take.",
        stderr::leftOut);
    intake.ownEvents().offer(startEvent());
    intake.lastWord(OwnEvent.of(EventKind.STOP).with("version", Version.text()).build());
    Priorities.order();
    Rehearsal.warm(host, accounts);
    startThreads();
    lookAround(view);
    if (watches != null) {
      ReloadSignal.listen(this::reload);
    }
    LOG.info("{}", startLine());
  }

  private void openKernel() throws IOException {
    InputMode mode = config.input().mode();
    boolean live = mode == InputMode.MULTICAST || mode == InputMode.UNICAST;
    receiver = Inputs.receiver(config.input());
    if (!live && !WatchWishes.any(config)) {
      return;
    }
    control = AuditControl.open();
    settings = new KernelSettings(control, config.runDir().resolve("settings.state"));
    if (!unicast()) {
      settings.endUnicast();
      settings.begin(config.audit().enable(), config.audit().backlogLimit());
    } else if (control.status().pid() != 0) {
      // Whose owner lives is refused here, before anything was made; one that was killed makes way.
      control.registerPid(receiver);
      control.unregisterPid();
    }
  }

  /// Only now, because from here on somebody must drain: processes of the host wait for the owner
  /// of the slot. It may be refused still, and then nothing was changed in the kernel.
  private void takeSlot() {
    control.registerPid(receiver);
    settings.beginUnicast();
    settings.begin(config.audit().enable(), config.audit().backlogLimit());
  }

  private boolean unicast() {
    return config.input().mode() == InputMode.UNICAST;
  }

  private void openPipeline() throws IOException {
    network = new NetworkLoop();
    if (config.sinks().stream().anyMatch(sink -> sink.type() == SinkType.TCP)) {
      network.onTurn(BEAT, health.heartbeat("network", STUCK_NS)::beat);
    }
    spool = Spool.open(Sinks.spool(config.spool(), receiver == null));
    spool.onTurn(
        health.heartbeat("spool keeper", STUCK_NS)::beat,
        health.heartbeat("spool cursors", STUCK_NS)::beat);
    accounts = new AccountNames(Path.of("/"));
    host = config.nodeName() == null ? HostName.ofKernel() : HostName.of(config.nodeName());
    // The processes of a file's events are gone, or another host's.
    origin =
        new OriginCollector(
            host, accounts, config.input().mode() == InputMode.FILE ? null : "/proc");
    intake =
        new Intake(
            Inputs.open(config.input(), receiver),
            (int) TimeUnit.NANOSECONDS.toMicros(config.input().gatherNs()),
            RecordRing.allocate(Inputs.ringBytes(receiver)),
            Inputs.mode(config.input()),
            spool,
            origin,
            boot,
            this::onOverrun,
            streamCanary,
            watchCanary);
    for (SinkConfig sink : config.sinks()) {
      forwarders.add(Sinks.forwarder(sink, forwarders.size(), spool, network, this::onSinkEnd));
    }
    // Every sink has its cursor now: what all of them have may go.
    spool.releaseAcknowledged();
    if (control != null) {
      watches =
          new Watches(
              config,
              control,
              settings,
              intake,
              metrics.times(
                  "coreaudit_secrets_attach_seconds",
                  "From a secret's mount being seen to the kernel's answer that it is attached.",
                  ATTACH_BOUNDS));
      conductor =
          new Conductor(
              control,
              watches.warden(),
              intake.ownEvents(),
              streamCanary,
              watchCanary,
              unicast() ? Opener.CHILD : Opener.THREAD,
              Duration.ofNanos(config.watch().canaryNs()),
              this::onHearing,
              this::refreshNames);
    }
  }

  private void startThreads() {
    Heartbeat intakeBeat = health.heartbeat("intake", STUCK_NS);
    intake.onTurn(intakeBeat::beat, intakeBeat::rest);
    if (unicast()) {
      takeSlot();
    }
    intakeThread = start("intake", () -> intake.run(stop::inputEnded));
    if (unicast()) {
      guard =
          new UnicastGuard(
              UnicastGuard.Slot.of(control, receiver),
              ownPid(),
              intake::turnStartedNs,
              intake.ownEvents()::offer,
              readiness);
      guard.onTurn(health.heartbeat("unicast guard", STUCK_NS)::beat);
      guard.start();
    }
    if (watches != null) {
      watches.start(health.heartbeat("warden", STUCK_NS));
    }
    for (Forwarder forwarder : forwarders) {
      if (!Sinks.mayBlock(config, forwarder.name())) {
        Heartbeat beat = health.heartbeat("forwarder " + forwarder.name(), STUCK_NS);
        forwarder.onTurn(beat::beat, beat::rest);
      }
      forwarder.start();
    }
    if (conductor == null) {
      readiness.clear("start");
      return;
    }
    Heartbeat conductorBeat = health.heartbeat("conductor", STUCK_NS);
    conductor.onTurn(conductorBeat::beat, conductorBeat::rest);
    conductorThread = start("conductor", conductor::run);
  }

  /// Takes what is to be watched from the configuration as it stands now, whole or not at all. All
  /// else stays until the next start.
  private void reload() {
    try {
      watches.reload(read.again().config());
      LOG.info("what is to be watched was read anew from {}", configFile);
    } catch (ConfigException e) {
      e.problems().forEach(problem -> LOG.warn("nothing changes: {}", problem));
    } catch (IOException | RuntimeException e) {
      LOG.warn("nothing changes: {}", e.getMessage());
    }
  }

  /// What is looked at now and then: how the spool stands, the figures of the status, and, when no
  /// conductor does it, the names of accounts and host.
  private void lookAround(StatusView view) {
    SpoolState spoolState = new SpoolState(readiness, stop::fail);
    Heartbeat beat = health.heartbeat("rounds", STUCK_NS);
    rounds = new Rounds();
    rounds.every(LOOK, "sign of life", () -> beat.beat(System.nanoTime()));
    rounds.every(LOOK, "spool", () -> spoolState.look(spool.state()));
    rounds.every(LOOK, "status", () -> view.look(System.nanoTime()));
    if (config.heartbeatNs() > 0) {
      rounds.every(
          Duration.ofNanos(config.heartbeatNs()),
          "heartbeat event",
          () -> intake.ownEvents().offer(view.pulse()));
    }
    if (conductor == null) {
      rounds.every(NAMES_LOOK, "names", this::refreshNames);
    }
  }

  private static Thread start(String name, Runnable role) {
    Thread thread = new Thread(role, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void onOverrun() {
    if (conductor != null) {
      conductor.requestSync();
    }
  }

  private void onSinkEnd(Forwarder forwarder) {
    String text = "sink " + forwarder.name() + " ended: " + forwarder.state().text();
    LOG.error("{}", text);
    readiness.hold("sink " + forwarder.name(), text);
    if (sinksEnded.incrementAndGet() == forwarders.size()) {
      stop.fail();
    }
  }

  /// After the end of an input: lets the sinks have what it gave.
  private void deliver() throws InterruptedException {
    inputEnded = stop.onlyInputEnded();
    if (inputEnded) {
      Delivery.await(forwarders, DELIVERY_PATIENCE, stop);
    }
  }

  /// Says what the sinks were not given. An input that can be read again is not done with then.
  private void tellLeftBehind() {
    for (Forwarder forwarder : forwarders) {
      long events = forwarder.lagEvents();
      if (events > 0) {
        LOG.warn(
            "sink {}: {} events stay in the spool (the receiver may have some of them); the next"
                + " start sends them",
            forwarder.name(),
            events);
        if (inputEnded && config.input().mode() == InputMode.FILE) {
          stop.fail();
        }
      }
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
  }

  private void refreshNames() {
    accounts.refreshIfChanged();
    host.refreshIfChanged();
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
    Closing closing = new Closing(CLOSE_BUDGET);
    boolean kernelFree = stopConductor(closing);
    boolean intakeEnded = stopIntake(closing);
    for (Forwarder forwarder : forwarders) {
      closing.step("sink " + forwarder.name(), () -> forwarder.stop(closing.atMost(SINKS_DRAIN)));
    }
    // Of this the sinks wait together, so that time is left for the spool.
    Closing sinks = new Closing(closing.atMost(SINKS_END));
    if (settings != null && kernelFree) {
      kernelFree = closing.within(KERNEL_END, "rules and settings", () -> restoreKernel(rulesGo));
    }
    kernelFree &= watches == null || watches.stop(closing);
    boolean allEnded = true;
    for (Forwarder forwarder : forwarders) {
      allEnded &= awaitEnd(sinks, forwarder);
    }
    tellLeftBehind();
    closeSpool(closing, intakeEnded, allEnded);
    closing.close("rounds", rounds);
    closing.close("control socket", controlServer);
    if (http != null) {
      closing.within(ROLE_END, "http", http::close);
    }
    if (network != null) {
      closing.within(ROLE_END, "network", network::close);
    }
    if (kernelFree) {
      closing.close("audit control", control);
    }
    closing.close("lock", lock);
  }

  /// Whether nobody talks to the kernel any more.
  private boolean stopConductor(Closing closing) {
    if (guard != null) {
      guard.stop();
    }
    if (conductorThread != null) {
      conductor.stop();
    }
    boolean[] ended = {true};
    if (guard != null) {
      closing.step("unicast guard", () -> ended[0] = guard.awaitEnd(closing.atMost(ROLE_END)));
    }
    if (conductorThread != null) {
      closing.step("conductor", () -> ended[0] &= conductorThread.join(closing.atMost(ROLE_END)));
    }
    if (!ended[0]) {
      LOG.warn("the kernel does not answer: rules and settings stay, the next start knows them");
    }
    return ended[0];
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

  private void restoreKernel(boolean rulesGo) {
    if (unicast() && control.status().pid() == ownPid()) {
      control.unregisterPid();
    }
    if (watches != null && rulesGo) {
      watches.warden().removeAll();
    }
    settings.restore(rulesGo);
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

  private void closeSpool(Closing closing, boolean intakeEnded, boolean sinksEnded) {
    if (spool != null) {
      boolean whole = intakeEnded && sinksEnded;
      closing.within(CLOSE_BUDGET, "spool", whole ? spool::close : spool::syncCursors);
    }
    if (intakeEnded) {
      closing.close("intake", intake);
      closing.close("origin", origin == null ? null : origin::close);
    }
  }

  private static int ownPid() {
    return (int) ProcessHandle.current().pid();
  }

  private String startLine() {
    StringBuilder line = new StringBuilder("started: input ").append(intake.describe());
    if (settings != null && !settings.changes().isEmpty()) {
      line.append("; audit ").append(String.join(", ", settings.changes()));
    }
    if (watches != null) {
      List<Watch> all =
          watches.all().stream().filter(watch -> watch.state() != Watch.State.ABSENT).toList();
      long covered = all.stream().filter(Watch::covered).count();
      line.append("; watches ").append(covered).append(" of ").append(all.size());
    }
    line.append("; spool ").append(config.spool().dir());
    line.append("; sinks ");
    if (config.sinks().isEmpty()) {
      line.append("none");
    }
    for (int i = 0; i < config.sinks().size(); i++) {
      line.append(i == 0 ? "" : ", ").append(Sinks.describe(config.sinks().get(i)));
    }
    if (http != null) {
      line.append("; http ").append(http.address());
    }
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

  AgentConfig config() {
    return config;
  }

  Intake intake() {
    return intake;
  }

  Spool spool() {
    return spool;
  }

  List<Forwarder> forwarders() {
    return forwarders;
  }

  /// Null when the agent has nothing to do with the kernel.
  Conductor conductor() {
    return conductor;
  }

  /// Null when the agent has nothing to do with the kernel.
  Watches watches() {
    return watches;
  }

  /// Null when the input is lines.
  AuditReceiver receiver() {
    return receiver;
  }

  OriginCollector origin() {
    return origin;
  }

  HostName host() {
    return host;
  }

  Readiness readiness() {
    return readiness;
  }

  Health health() {
    return health;
  }

  BootId boot() {
    return boot;
  }
}
