package io.coreaudit.watch;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.mount.HostNamespace;
import io.coreaudit.mount.Mount;
import io.coreaudit.mount.MountCounter;
import io.coreaudit.mount.MountFollower;
import io.coreaudit.mount.MountListener;
import io.coreaudit.mount.MountMethod;
import io.coreaudit.mount.NamespaceThread;
import io.coreaudit.mount.SecretMounts;
import io.coreaudit.mount.SecretVolume;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.telemetry.Counters;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps every mounted secret attached to the anchor, from the moment it is mounted.
///
/// The mount table of the host's namespace is followed on a thread of its own, `mounts`, and that
/// thread attaches what it sees at once: a hand-over would cost a wake-up. What was attached and is
/// lost (somebody's `auditctl -t`, the anchor's rules loaded again) is attached anew on the thread
/// that asks for it, or where the namespace is another, on one that is in it.
///
/// In mode `rule` nothing is attached: the warden is told what is mounted, and keeps rules for it.
public final class SecretKeeper implements MountListener, AutoCloseable {
  /// The name of the thread that follows the mounts and attaches their secrets.
  public static final String THREAD = "mounts";

  private static final Logger LOG = LoggerFactory.getLogger(SecretKeeper.class);
  private static final String PODS = "/pods/";
  private static final int WARMING_MOUNTS = 4;
  private static final int MOST_REFUSED_AGAIN = 16;
  private static final int LOOKS_FOR_NAMESPACE = 5;
  private static final String NOT_YET = "the mounts are not all looked at yet";

  private final AuditKernel kernel;
  private final SecretSettings settings;
  private final SecretMounts match;
  private final String wantedNamespace;
  private final LongConsumer onAttached;
  private final Counters<MountCounter> mountCounters = MountFollower.newCounters();
  private final Counters<SecretCounter> counters = new Counters<>("secrets", SecretCounter.class);
  private final SecretTags tags = new SecretTags();
  // Of a follower before: what this one has not told yet, or has gone.
  private final Queue<SecretVolume> told = new ConcurrentLinkedQueue<>();
  private final MountsBelow below;
  private final Premise following;
  private final SecretNews news;
  private final AnchorCanary canary;
  private Warden warden;
  private HostNamespace namespace;
  private NamespaceThread hands;
  private MountFollower follower;
  private Thread thread;
  private CountDownLatch caughtUp = new CountDownLatch(1);
  private boolean closed;
  private volatile LongConsumer beat = nowNs -> {};
  private volatile Runnable rest = () -> {};
  private volatile VolumeListener volumes = (volume, mounted, before) -> {};
  private volatile boolean listed;
  private volatile SecretTags.Common anchorState =
      new SecretTags.Common("the anchor has no rules yet", Instant.now());
  private int looks = 1;

  SecretKeeper(
      AuditKernel kernel,
      SecretSettings settings,
      String wantedNamespace,
      Consumer<OwnEvent> tell,
      LongConsumer onAttached) {
    this.kernel = kernel;
    this.settings = settings;
    this.match = new SecretMounts(settings.match());
    this.wantedNamespace = wantedNamespace;
    this.onAttached = onAttached;
    this.canary = new AnchorCanary(settings.anchor());
    this.below = new MountsBelow(kernel, tell);
    this.following =
        new Premise(
            "every secret that is mounted", SecretSettings.KEY, Watch.Cause.NOT_FOLLOWED, tell);
    following.expect(NOT_YET);
    this.news = new SecretNews(tell, System::nanoTime);
  }

  /// Creates one that follows nothing yet.
  ///
  /// @param control a socket of its own: who changes rules must not hold it up
  /// @param wantedNamespace whose mount namespace: a process, the path of a namespace file, or
  ///   empty to look for it
  /// @param onAttached told the nanoseconds from a mount's being seen to the kernel's answer
  public static SecretKeeper of(
      AuditControl control,
      SecretSettings settings,
      String wantedNamespace,
      Consumer<OwnEvent> tell,
      LongConsumer onAttached) {
    return new SecretKeeper(AuditKernel.of(control), settings, wantedNamespace, tell, onAttached);
  }

  /// Sets who is told that the thread that follows mounts works, and that it sleeps.
  public void onTurn(LongConsumer works, Runnable sleeps) {
    beat = works;
    rest = sleeps;
  }

  /// Who is told which volumes are mounted, on the thread that follows the mounts.
  @FunctionalInterface
  public interface VolumeListener {
    /// A volume came or went.
    ///
    /// @param mounted whether it is mounted now
    /// @param before whether it was there before anybody looked
    void on(SecretVolume volume, boolean mounted, boolean before);
  }

  /// Sets who is told of volumes. Before `start`.
  public void onVolume(VolumeListener listener) {
    volumes = listener;
  }

  void warden(Warden role) {
    warden = role;
  }

  /// Begins to follow the mounts; what is there already is attached when this returns, or the time
  /// is over.
  public synchronized void start(Duration patience) throws InterruptedException {
    follow();
    if (!caughtUp.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      String text = NOT_YET + ", after " + patience.toMillis() + " ms";
      LOG.warn("{}", text);
      following.set(text);
      if (listed) {
        // Just now.
        following.set("");
      }
    }
    if (!settings.eachItsRule()) {
      // The first mounts of a cold JVM would be attached ten times slower than all others.
      for (int i = 0; i < WARMING_MOUNTS; i++) {
        attachCanary();
      }
    }
    if (settings.eachItsRule() && warden != null) {
      warden.check();
    }
    if (settings.eachItsRule() && tags.size() > 0) {
      LOG.warn(
          "watch.secrets.mode: rule has {} secrets with three rules each: every system call of"
              + " this host goes through two of them, up to 11 ns a rule and call; mode anchor"
              + " costs the same for any number",
          tags.size());
    }
  }

  private void follow() {
    namespace = HostNamespaces.reachable(wantedNamespace);
    hands = namespace.isOwn() ? null : new NamespaceThread(namespace, "tags", needed());
    follower = new MountFollower(MountMethod.BEST_FIRST, this, mountCounters);
    MountFollower current = follower;
    caughtUp = new CountDownLatch(1);
    thread = namespace.thread(THREAD, () -> run(current), needed());
    thread.setDaemon(true);
    if (warden == null || settings.eachItsRule()) {
      thread.start();
    } else {
      warden.startUnrecorded(thread);
    }
  }

  private static Class<?>[] needed() {
    return new Class<?>[] {
      SecretKeeper.class,
      SecretTags.class,
      SecretTags.Tag.class,
      SecretTags.Common.class,
      MountsBelow.class,
      AnchorCanary.class,
      Watch.class,
      Premise.class,
      SecretNews.class,
      OwnEvent.class,
      OwnEvent.Fields.class,
      SecretVolume.class,
      SecretMounts.class,
      AuditControl.class,
      AuditKernel.class
    };
  }

  private void run(MountFollower current) {
    try {
      current.run();
    } catch (RuntimeException e) {
      String text = "mounts are not followed: " + Warden.text(e);
      LOG.error("{}", text);
      LOG.debug("the mounts are followed again from the next sweep on", e);
      following.set(text);
    } finally {
      // Whether it runs is looked at by the warden.
      rest.run();
      caughtUp.countDown();
    }
  }

  /// Looks whether the mounts are followed, and in the right namespace: the kubelet may have come
  /// up in another.
  synchronized void lookAfter() {
    news.sumUp();
    if (closed || thread == null) {
      return;
    }
    // To look for the kubelet means to look at every process: not each minute.
    boolean right = true;
    if (looks++ % LOOKS_FOR_NAMESPACE == 0) {
      right = isRightNamespace();
    }
    if (!right || !thread.isAlive()) {
      stopFollowing(Duration.ofSeconds(2));
      told.addAll(tags.clear());
      below.clear();
      listed = false;
      if (following.holds()) {
        following.expect(NOT_YET);
      }
      follow();
      attachCanary();
    }
  }

  private boolean isRightNamespace() {
    try (HostNamespace now = HostNamespaces.reachable(wantedNamespace)) {
      // The same one may stand for another now, which cannot be reached.
      boolean right = now.same(namespace) && now.missed().isEmpty() == namespace.missed().isEmpty();
      if (!right) {
        LOG.warn("volumes are mounted in another namespace now: {}", now.describe());
      }
      return right;
    } catch (KernelException e) {
      LOG.debug("cannot look for the namespace", e);
      return true;
    }
  }

  private void stopFollowing(Duration patience) {
    try {
      follower.stop();
      if (!thread.join(patience)) {
        LOG.warn("the thread that follows mounts did not end within {} ms", patience.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (hands != null) {
      hands.close();
    }
    namespace.close();
  }

  @Override
  public void onSleep() {
    rest.run();
  }

  @Override
  public void onWake() {
    beat.accept(System.nanoTime());
  }

  @Override
  public void onMounted(Mount mount) {
    long seenNs = System.nanoTime();
    beat.accept(seenNs);
    SecretVolume volume = match.volume(mount);
    if (volume == null) {
      changedAt(mount);
    } else {
      secretMounted(volume, seenNs);
    }
    mountedBelow(mount);
  }

  private void mountedBelow(Mount mount) {
    if (!below.mounted(mount)) {
      askAgain();
    }
  }

  /// Has what was refused tried again in a moment.
  private void askAgain() {
    if (warden != null) {
      warden.attachRefused();
    }
  }

  private void secretMounted(SecretVolume volume, long seenNs) {
    counters.increment(SecretCounter.MOUNTED);
    tags.seen(volume);
    volumes.on(volume, true, !listed);
    if (settings.eachItsRule()) {
      tellWarden();
      return;
    }
    if (!attach(volume.mount(), false)) {
      askAgain();
    }
    onAttached.accept(System.nanoTime() - seenNs);
  }

  @Override
  public void onUnmounted(Mount mount) {
    boolean all = below.gone(mount);
    SecretVolume volume = tags.gone(mount);
    if (volume != null) {
      counters.increment(SecretCounter.UNMOUNTED);
      volumes.on(volume, false, false);
      if (settings.eachItsRule()) {
        tellWarden();
      }
    } else {
      changedAt(mount);
    }
    if (!attachHidden(mount.mountPoint()) || !all) {
      askAgain();
    }
  }

  /// Attaches the secrets that something hid: when they were attached, their path led to that.
  ///
  /// @return whether none was refused
  private boolean attachHidden(String place) {
    boolean all = true;
    if (!settings.eachItsRule()) {
      for (Mount mount : tags.below(place)) {
        all &= attach(mount, false);
      }
    }
    return all;
  }

  @Override
  public void onMoved(Mount before, Mount now) {
    changedAt(before);
    changedAt(now);
    SecretVolume volume = match.volume(now);
    if (volume != null && !tags.knows(now)) {
      onMounted(now);
    } else {
      tags.moved(now, volume);
      mountedBelow(now);
    }
  }

  @Override
  public void onCaughtUp() {
    listed = true;
    for (SecretVolume before = told.poll(); before != null; before = told.poll()) {
      if (!tags.knows(before.mount())) {
        volumes.on(before, false, false);
      }
    }
    following.set("");
    if (settings.eachItsRule()) {
      tellWarden();
    }
    if (warden != null) {
      // What was mounted before it was followed, perhaps again, is not told one by one.
      warden.mountedOver("/");
    }
    caughtUp.countDown();
  }

  private void tellWarden() {
    if (listed && warden != null) {
      List<Claim> claims = new ArrayList<>();
      for (Mount mount : tags.mounts()) {
        if (claims.size() < settings.mostRules()) {
          claims.add(new SecretClaim(mount, SecretSettings.KEY));
        }
      }
      warden.secrets(claims);
    }
  }

  /// A file system that is mounted over a watched path is what stands there now; when it goes, what
  /// it hid is. No name changes, and the kernel says nothing.
  private void changedAt(Mount mount) {
    // What was there before was looked at when the rules were loaded.
    if (listed && warden != null) {
      warden.mountedOver(mount.mountPoint());
    }
  }

  /// Attaches one secret, notes what came of it and tells what is news.
  ///
  /// @param anew whether what was attached may have been lost
  /// @return whether it is attached
  private boolean attach(Mount mount, boolean anew) {
    String refused = "";
    try {
      kernel.makeEquiv(anchor(), mount.mountPointBytes());
      counters.increment(SecretCounter.ATTACHED);
    } catch (KernelException e) {
      counters.increment(SecretCounter.REFUSED);
      refused = e.getMessage();
    }
    SecretTags.Tag before = tags.note(SecretTags.key(mount), refused, anew);
    if (before != null && !refused.isEmpty() && !refused.equals(before.reason())) {
      news.uncovered(mount, refused);
    } else if (before != null && refused.isEmpty() && before.refused()) {
      news.covered(mount, "attached at a further try");
    }
    return refused.isEmpty();
  }

  /// Tries again what the kernel refused: it may have been busy, or short of memory. Where it
  /// refuses on, it is not asked for each of a thousand.
  void attachRefused() {
    List<Mount> refused = tags.refused();
    if (refused.isEmpty() && !below.hasRefused()) {
      return;
    }
    // Not always the same few.
    Collections.shuffle(refused);
    within(
        () -> {
          attachUntilRefused(refused);
          below.attachRefused();
        });
  }

  private void attachUntilRefused(List<Mount> secrets) {
    int refused = 0;
    for (Mount mount : secrets) {
      refused += attach(mount, false) ? 0 : 1;
      if (refused == MOST_REFUSED_AGAIN) {
        return;
      }
    }
  }

  private String anchor() {
    return settings.anchor().toString();
  }

  /// Attaches all that is mounted again, and a fresh canary.
  ///
  /// @return how many secrets are not attached after it
  int attachAll() {
    if (settings.eachItsRule()) {
      within(below::attachAll);
      return 0;
    }
    counters.increment(SecretCounter.ATTACHED_ANEW);
    within(
        () -> {
          attachFreshCanary();
          tags.each(mount -> attach(mount, true));
          below.attachAll();
        });
    return tags.refused().size();
  }

  private void attachCanary() {
    within(this::attachFreshCanary);
  }

  private void attachFreshCanary() {
    canary.renew(path -> kernel.makeEquiv(anchor(), path.getBytes(StandardCharsets.UTF_8)));
  }

  /// Does something where paths mean what they mean to the host.
  private void within(Runnable task) {
    if (hands == null) {
      task.run();
    } else {
      hands.call(
          () -> {
            task.run();
            return null;
          });
    }
  }

  /// Sets what the rules of the anchor are worth.
  ///
  /// @param trouble why they do not watch; empty when they do
  /// @param detached why nothing that was attached is, for now; empty when it is
  /// @param covered the directories that other rules watch
  void rules(String trouble, String detached, List<String> covered) {
    anchorState = anchorState.now(trouble.isEmpty() ? detached : trouble);
    below.detached(detached);
    List<String> fresh = below.watched(covered);
    if (!fresh.isEmpty()) {
      within(
          () -> {
            if (!below.attach(fresh)) {
              askAgain();
            }
          });
    }
  }

  /// What to open to hear whether what is attached is heard.
  Path canary() {
    return canary.path();
  }

  /// Where secrets are mounted, and below which directories more will be: the kubelet's roots.
  List<String> places() {
    List<String> points = tags.mounts().stream().map(Mount::mountPoint).toList();
    return Stream.concat(
            points.stream()
                .filter(point -> point.contains(PODS))
                .map(point -> point.substring(0, point.lastIndexOf(PODS)))
                .distinct(),
            points.stream())
        .toList();
  }

  Path anchorPath() {
    return settings.anchor();
  }

  /// How each mounted secret stands; that not all are known, and that something is not attached to
  /// the directory above it, while that is so. In mode `rule`: of the secrets those only for which
  /// there is no room.
  public List<Watch> watches() {
    List<Watch> watches =
        settings.eachItsRule() ? tags.beyond(settings.mostRules()) : tags.watches(anchorState);
    Stream.of(following, below.covered())
        .map(Premise::watch)
        .filter(Objects::nonNull)
        .forEach(watches::add);
    return watches;
  }

  /// Why mounts are not followed, or not all known; empty when they are.
  public String trouble() {
    return following.trouble();
  }

  /// How the mounts are followed, and where.
  public String describe() {
    return follower == null
        ? "not yet"
        : follower.describe() + ", in the mount namespace " + namespace.describe();
  }

  /// What happens to mounts.
  public Counters<MountCounter> mountCounters() {
    return mountCounters;
  }

  /// What happens to secrets.
  public Counters<SecretCounter> counters() {
    return counters;
  }

  /// Stops following. What is attached stays attached as long as the anchor has rules.
  @Override
  public synchronized void close() {
    closed = true;
    if (thread != null) {
      stopFollowing(Duration.ofMillis(500));
      thread = null;
    }
    canary.close();
  }
}
