package io.coreaudit.watch;

import static io.coreaudit.kernel.LinuxConstants.POLLIN;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.intake.ConfigChanges;
import io.coreaudit.kernel.EventFd;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.Poll;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.netlink.AuditStatus;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The role that keeps the kernel's rules as they should be: the one writer of rules. Its thread
/// waits for what the stream tells of changed rules and settings, for names that come to stand for
/// something else, for the dates at which what somebody removed comes back, and for what other
/// threads ask of it.
///
/// It takes a tenth of a second to let a change end (somebody's reload of hundreds of rules is many
/// changes), half a second at most, and looks then.
///
/// Before `start`, and on its own thread, what is asked is done at once.
public final class Warden implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Warden.class);
  private static final int WAKE = 0;
  private static final int PATHS = 1;
  private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LOOK_AT_LATEST_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long AGAIN_NS = TimeUnit.SECONDS.toNanos(10);

  private final WatchKeeper keeper;
  private final AuditSwitch onOff;
  private final ConfigChanges stream;
  private final Home home;
  private final PathWatch paths;
  private final Consumer<OwnEvent> tell;
  private final Master master;
  private WatchSettings wanted;
  private List<Claim> secretClaims = List.of();

  /// Null when no secrets are watched.
  private Reattaching attached;

  private final EventFd wake = new EventFd();
  private final Poll poll = new Poll(2);
  private final ConcurrentLinkedQueue<FutureTask<?>> asked = new ConcurrentLinkedQueue<>();
  private final long ownPid = ProcessHandle.current().pid();
  private final ForeignChanges foreign = new ForeignChanges(ownPid);
  private LongConsumer beat = nowNs -> {};
  private Runnable rest = () -> {};
  private Thread thread;
  private boolean lookWanted;
  private boolean lookAtAll;
  private long firstSignNs;
  private long lastSignNs;
  private long againNs;
  private boolean again;
  private String trouble = "";

  /// The paths over which nothing should be mounted unnoticed. Others read it.
  private volatile Set<String> hangingOn = Set.of();

  private volatile boolean mountedOver;
  private volatile boolean stop;

  /// Wires the role up.
  ///
  /// @param stream what the intake thread notes of changes
  /// @param home where packs and state lie
  Warden(
      WatchKeeper keeper,
      AuditSwitch onOff,
      ConfigChanges stream,
      Master master,
      WatchSettings wanted,
      Consumer<OwnEvent> tell,
      Home home) {
    this.home = home;
    this.paths = new PathWatch(home);
    this.master = master;
    this.wanted = wanted;
    this.tell = tell;
    this.keeper = keeper;
    this.onOff = onOff;
    this.stream = stream;
    poll.add(wake.fd(), POLLIN);
    poll.add(paths.fd(), POLLIN);
  }

  /// Wires the role up for the kernel that this process runs on.
  ///
  /// @param wanted what is to be watched
  /// @param stateFile where it stands which rules are ours
  /// @param keepEnabled whether audit is switched on again when somebody switched it off
  /// @param tell takes the events that say what became of a watch
  public static Warden of(
      AuditControl control,
      WatchSettings wanted,
      Path stateFile,
      KernelSettings settings,
      boolean keepEnabled,
      ConfigChanges stream,
      Consumer<OwnEvent> tell) {
    AuditKernel kernel = AuditKernel.of(control);
    Home home = new Home();
    return new Warden(
        new WatchKeeper(kernel, List.of(), stateFile, tell, System::nanoTime, home),
        new AuditSwitch(kernel, settings, keepEnabled, tell),
        stream,
        Master.of(stateFile, home),
        wanted,
        tell,
        home);
  }

  /// Names who keeps the secrets attached. Before `start`.
  public void secrets(SecretKeeper keeperOfSecrets) {
    attached = new Reattaching(keeperOfSecrets, keeper, tell);
    keeperOfSecrets.warden(this);
  }

  /// Sets who is told that a turn runs, and that the thread waits. Before `start`.
  public void onTurn(LongConsumer turnBegins, Runnable turnEnds) {
    beat = turnBegins;
    rest = turnEnds;
  }

  /// Starts the thread.
  ///
  /// @param namespace in which paths mean what they mean to the host
  public void start(HostNamespace namespace) {
    stream.listener(wake::signal);
    keeper.in(namespace);
    if (!namespace.isOwn()) {
      home.stay();
    }
    thread = namespace.thread("warden", this::run, HostNamespaces.NEEDED_BY_RULES);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!stop) {
      rest.run();
      poll.await(timeoutMillis());
      beat.accept(System.nanoTime());
      if (poll.readable(WAKE)) {
        wake.drain();
      }
      turn();
    }
    // Who waits for an answer must not wait for ever.
    for (FutureTask<?> task = asked.poll(); task != null; task = asked.poll()) {
      task.cancel(false);
    }
  }

  private void turn() {
    for (FutureTask<?> task = asked.poll(); task != null; task = asked.poll()) {
      task.run();
    }
    if (mountedOver) {
      // Cleared before the look: what comes while it looks is looked at again.
      mountedOver = false;
      lookAtOnce();
    }
    if (poll.readable(PATHS) && paths.drain()) {
      lookAtAll = true;
      sign();
    }
    takeChanges();
    long nowNs = System.nanoTime();
    if (attached != null) {
      attempt(() -> attached.tryRefused(nowNs));
    }
    boolean settled = nowNs - lastSignNs >= QUIET_NS || nowNs - firstSignNs >= LOOK_AT_LATEST_NS;
    if (again ? nowNs - againNs >= 0 : lookWanted && settled || due(nowNs)) {
      attempt(this::look);
    }
  }

  private boolean due(long nowNs) {
    return keeper.waits() && nowNs - keeper.dueNs() >= 0
        || onOff.waits() && nowNs - onOff.dueNs() >= 0
        || attached != null && attached.isDue(nowNs);
  }

  private int timeoutMillis() {
    long ns = again ? againNs - System.nanoTime() : untilSignOrDateNs(System.nanoTime());
    return ns == Long.MAX_VALUE ? -1 : (int) Math.max(0, TimeUnit.NANOSECONDS.toMillis(ns) + 1);
  }

  private long untilSignOrDateNs(long nowNs) {
    long ns = Long.MAX_VALUE;
    if (lookWanted) {
      ns = Math.min(lastSignNs + QUIET_NS - nowNs, firstSignNs + LOOK_AT_LATEST_NS - nowNs);
    }
    if (keeper.waits()) {
      ns = Math.min(ns, keeper.dueNs() - nowNs);
    }
    if (onOff.waits()) {
      ns = Math.min(ns, onOff.dueNs() - nowNs);
    }
    return attached == null ? ns : Math.min(ns, attached.untilNs(nowNs));
  }

  /// Has something noted on the thread, and waits for nothing.
  private void post(Runnable note) {
    asked.add(new FutureTask<>(note, null));
    wake.signal();
  }

  /// Sets the claims of the secrets that have rules of their own. Any thread.
  void secrets(List<Claim> claims) {
    post(
        () -> {
          secretClaims = claims;
          lookAtOnce();
        });
  }

  /// Something was mounted, unmounted or moved somewhere: it may be over a watched path. Any
  /// thread. Thousands of them cost one look: there is nothing to queue.
  void mountedOver(String place) {
    if (!mountedOver && concerns(place)) {
      mountedOver = true;
      wake.signal();
    }
  }

  private boolean concerns(String place) {
    for (String path : hangingOn) {
      if (path.equals(place) || place.equals("/") || path.startsWith(place + "/")) {
        return true;
      }
    }
    return false;
  }

  /// The kernel refused to attach something: it is asked again in a second, and at each sweep. Any
  /// thread.
  void attachRefused() {
    if (attached.refused()) {
      wake.signal();
    }
  }

  private void lookAtOnce() {
    lookAtAll = true;
    lookWanted = true;
    lastSignNs = System.nanoTime();
    firstSignNs = lastSignNs - LOOK_AT_LATEST_NS;
  }

  private void sign() {
    long nowNs = System.nanoTime();
    if (!lookWanted) {
      firstSignNs = nowNs;
    }
    lookWanted = true;
    lastSignNs = nowNs;
  }

  /// Takes what the stream told.
  private void takeChanges() {
    for (String text = stream.poll(); text != null; text = stream.poll()) {
      if (foreign.take(text)) {
        sign();
      }
    }
    if (stream.takeMissed()) {
      lookAtAll = true;
      sign();
    }
  }

  private void attempt(Runnable duty) {
    try {
      duty.run();
    } catch (RuntimeException e) {
      String text = text(e);
      if (!text.equals(trouble)) {
        LOG.warn("{}", text);
      }
      LOG.debug("the warden goes on after", e);
      trouble = text;
      again = true;
      againNs = System.nanoTime() + AGAIN_NS;
    }
  }

  static String text(RuntimeException e) {
    boolean expected = e instanceof KernelException || e instanceof UncheckedIOException;
    return expected ? e.getMessage() : e.toString();
  }

  /// Looks at what foreign changes, names and dates call for. Only our own changes: nothing to do.
  private void look() {
    boolean rules = lookAtAll || again || due(System.nanoTime());
    lookWanted = false;
    lookAtAll = false;
    again = false;
    List<ConfigChange> changes = foreign.list();
    long nowNs = System.nanoTime();
    ConfigChange switched = null;
    ConfigChange trim = null;
    for (ConfigChange change : changes) {
      switched = change.switches() ? change : switched;
      trim = change.trims() ? change : trim;
      rules |= !change.switches() && !change.trims();
    }
    if (switched != null || onOff.waits()) {
      ConfigChange by = switched;
      home.run(() -> onOff.look(by, nowNs));
    }
    if (rules) {
      check(changes);
    }
    if (attached != null && (trim != null || attached.isAway())) {
      attached.look(trim, nowNs);
    }
    // Not before: when the kernel refuses to list its rules, who changed them is still to be told.
    foreign.done();
    trouble = "";
  }

  /// Whoever asks for a look: who it was is told by the one that finds it.
  private void checkNow() {
    takeChanges();
    check(foreign.list());
    // Whoever takes the same rule again is another.
    foreign.rulesDone();
  }

  private void check(List<ConfigChange> by) {
    WatchSettings fresh = home.call(wanted::fresh);
    if (fresh != wanted) {
      wanted = fresh.resolvedAfter(wanted);
    }
    keeper.claimAndTell(claims());
    if (attached != null) {
      keeper.attachedAt(attached.secrets().places());
    }
    followPaths();
    keeper.check(by);
    settle();
  }

  private List<Claim> claims() {
    return wanted.claims(secretClaims, master::remember);
  }

  /// Follows the names that the claims and rules hang on.
  ///
  /// @return whether they are others, or lead elsewhere, than when this was last done
  private boolean followPaths() {
    List<Path> places = keeper.places();
    boolean elsewhere = paths.follow(places, wanted.packs().files());
    keeper.namesFollowed(paths.trouble());
    Set<String> names = new LinkedHashSet<>(keeper.standing());
    places.forEach(place -> names.add(place.toString()));
    names.addAll(paths.ways());
    boolean others = !names.equals(hangingOn);
    hangingOn = names;
    return elsewhere || others;
  }

  private void settle() {
    if (followPaths()) {
      // Something changed while it was looked at.
      lookAtAll = true;
      sign();
    }
    if (attached != null) {
      attached.rulesChecked();
    }
  }

  /// Starts a thread of this process of whose system calls the kernel keeps no record, if it can be
  /// had. The warden serves nobody else meanwhile.
  void startUnrecorded(Thread begins) {
    call(() -> UnrecordedStart.of(keeper, ownPid).start(begins));
    if (begins.getState() == Thread.State.NEW) {
      // The warden ended before it was asked.
      begins.start();
    }
  }

  /// Has a task done on the thread, and waits for its end.
  ///
  /// @throws RuntimeException what the task threw
  public void call(Runnable task) {
    if (thread == null || Thread.currentThread() == thread) {
      task.run();
      return;
    }
    FutureTask<Void> future = new FutureTask<>(task, null);
    asked.add(future);
    wake.signal();
    if (stop) {
      future.cancel(false);
    }
    try {
      future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (CancellationException e) {
      LOG.debug("the warden ended before it was asked", e);
    }
  }

  /// Loads what is missing at the start.
  public void begin() {
    call(
        () -> {
          wanted = wanted.resolved();
          keeper.claim(claims());
          followPaths();
          keeper.begin();
          settle();
        });
  }

  /// Looks at all rules, and at whether audit is on.
  ///
  /// @param status as it was just asked for
  void sweep(AuditStatus status) {
    call(
        () -> {
          home.run(() -> onOff.look(status, null, System.nanoTime()));
          checkNow();
          if (attached != null) {
            attached.secrets().lookAfter();
            if (keeper.hearsChanges()) {
              attached.secrets().attachRefused();
            } else {
              // Nobody would say that they were detached.
              attached.secrets().attachAll();
            }
          }
        });
  }

  /// Sets what is to be watched from now on.
  ///
  /// @throws IllegalArgumentException when some of it takes a restart: nothing changes then
  public void want(WatchSettings settings) {
    call(
        () -> {
          List<String> later = wanted.needRestart(settings);
          if (!later.isEmpty()) {
            throw new IllegalArgumentException(
                String.join(", ", later) + ": restart the agent, or take it back and ask again");
          }
          wanted = settings.resolved();
          // What goes by that was asked for; what goes without is told.
          keeper.claim(claims());
          checkNow();
        });
  }

  /// Looks at all rules.
  void check() {
    call(this::checkNow);
  }

  /// Loads the rules of a canary's watch anew.
  void reload(Path canary) {
    call(
        () -> {
          if (canary.equals(secretsCanary())) {
            attached.silent(System.nanoTime());
          } else {
            keeper.reload(canary);
          }
        });
  }

  /// The canary that stands for all secrets; null when none are watched.
  Path secretsCanary() {
    return attached == null ? null : attached.canary();
  }

  /// Sets who listens when all secrets were attached again.
  void onAttachedAgain(Runnable listener) {
    if (attached != null) {
      attached.onAttachedAgain(listener);
    }
  }

  /// Opens a canary, in a fresh thread of a given name: it sees files as this thread does.
  void open(Path canary, Opener opener, String name) {
    call(
        () -> {
          Path opened = canary.equals(secretsCanary()) ? attached.secrets().canary() : canary;
          new Thread(() -> open(opened, opener), name).start();
        });
  }

  private static void open(Path canary, Opener opener) {
    try {
      opener.open(canary);
    } catch (KernelException e) {
      LOG.debug("canary cannot open {}", canary, e);
    }
  }

  /// Brings back at once whatever is away, contested or not.
  public void apply() {
    call(
        () -> {
          keeper.forgive();
          onOff.forgive();
          if (attached != null) {
            attached.forgive();
          }
          checkNow();
          if (attached != null) {
            attached.apply();
          }
        });
  }

  /// Takes away every rule of ours; none is loaded after it.
  public void removeAll() {
    call(keeper::removeAll);
  }

  /// What is kept. Its answers that are for any thread, are.
  public WatchKeeper keeper() {
    return keeper;
  }

  /// Asks the thread to end.
  public void stop() {
    stop = true;
    wake.signal();
  }

  /// Waits for its end; whether it ended.
  public boolean awaitEnd(Duration within) throws InterruptedException {
    return thread == null || thread.join(within);
  }

  @Override
  public void close() {
    home.close();
    paths.close();
    poll.close();
    wake.close();
  }
}
