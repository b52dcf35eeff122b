package io.coreaudit.origin;

import static io.coreaudit.kernel.LinuxConstants.IN_CREATE;
import static io.coreaudit.kernel.LinuxConstants.IN_DELETE;
import static io.coreaudit.kernel.LinuxConstants.IN_DELETE_SELF;
import static io.coreaudit.kernel.LinuxConstants.IN_IGNORED;
import static io.coreaudit.kernel.LinuxConstants.IN_MOVED_FROM;
import static io.coreaudit.kernel.LinuxConstants.IN_MOVED_TO;
import static io.coreaudit.kernel.LinuxConstants.IN_MOVE_SELF;
import static io.coreaudit.kernel.LinuxConstants.IN_Q_OVERFLOW;
import static io.coreaudit.kernel.LinuxConstants.POLLIN;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.EventFd;
import io.coreaudit.kernel.Inotify;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.Poll;
import io.coreaudit.telemetry.Counters;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The role that reads what CRI-O, Podman and Docker write down of each container, beside the
/// intake thread, and publishes it as `ContainerNames`.
///
/// ```text
/// <storage>/overlay-containers/<id>/userdata/config.json
///                              │            └─ written before the container starts, some time after
///                              └─ inotify: a container comes or goes
/// <storage>/overlay-containers/containers.json                    Podman: what it is called
/// <storage>/containers/<id>/config.v2.json                        Docker; inotify as above
/// ```
///
/// Of several storages of CRI-O and Podman the first is watched, for they write in both.
///
/// A new container's file is looked for at once and then less and less often until it is there and
/// whole: it is not written in one step. An id that an event names and nobody knows is looked for
/// too; where a directory is not there yet, that is when it is looked for again, so a host without
/// containers costs nothing. What was removed is kept for a while, for events that come late.
public final class ContainerFiles implements AutoCloseable {
  /// Most containers and sandboxes that are kept. OpenShift allows 500 pods on a node.
  public static final int MOST_CONTAINERS = 8192;

  private static final Logger LOG = LoggerFactory.getLogger(ContainerFiles.class);
  private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");
  private static final String CONTAINERS = "overlay-containers";
  private static final String CONFIG = "userdata/config.json";
  private static final String DOCKERS = "containers";
  private static final int MOST_BYTES = 4 << 20;
  private static final long KEPT_NS = TimeUnit.SECONDS.toNanos(15);
  private static final long FIRST_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LAST_AGAIN_NS = TimeUnit.SECONDS.toNanos(4);
  private static final long BRIEF_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long GIVEN_UP_NS = TimeUnit.MINUTES.toNanos(10);
  private static final long PUBLISH_NS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int WAKE = 0;
  private static final int EVENTS = 1;

  private final List<Path> directories;
  private final List<Path> dockers;
  private final List<Path> watched; // the first of those, and all of these
  private final int[] watches;
  private final List<String> labels;
  private final long keptNs;
  private final Counters<ContainerCounter> counters =
      new Counters<>("containers", ContainerCounter.class);
  private final EventFd wake = new EventFd();
  private final MissedContainers missed = new MissedContainers(wake::signal);
  private final Map<String, ContainerFacts> known = new HashMap<>();
  private final Map<String, byte[]> tags = new HashMap<>();
  private final Map<String, Wanted> wanted = new HashMap<>();
  private final Map<String, Long> removedNs = new HashMap<>();
  private final CountDownLatch listed = new CountDownLatch(1);
  private LongConsumer beat = nowNs -> {};
  private Runnable rest = () -> {};
  private Inotify inotify;
  private boolean unwatchable; // one that is there
  private boolean lookAnew;
  private boolean changed;
  private long publishedNs = System.nanoTime() - PUBLISH_NS;
  private boolean toldFull;
  private boolean toldUnwatched;
  private Thread thread;
  private volatile ContainerNames names = ContainerNames.NONE;
  private volatile boolean stop;

  /// A container whose file is looked for.
  private static final class Wanted {
    final long sinceNs;
    final boolean brief; // it was there before, or an event named it: its file is written already
    long nextNs;
    long waitNs = FIRST_AGAIN_NS;

    Wanted(long nowNs, boolean brief) {
      sinceNs = nowNs;
      nextNs = nowNs;
      this.brief = brief;
    }
  }

  /// Creates a role that reads nothing yet.
  ///
  /// @param storages where containers are kept, as the host's files are seen from here: first where
  ///   they come and go (`/run/containers/storage`), then where else to look
  /// @param labels which of a pod's labels are wanted
  public ContainerFiles(List<Path> storages, List<String> labels) {
    this(storages, labels, KEPT_NS);
  }

  ContainerFiles(List<Path> storages, List<String> labels, long keptNs) {
    directories = storages.stream().map(storage -> storage.resolve(CONTAINERS)).toList();
    dockers = storages.stream().map(storage -> storage.resolve(DOCKERS)).toList();
    watched = Stream.concat(directories.stream().limit(1), dockers.stream()).toList();
    watches = new int[watched.size()];
    Arrays.fill(watches, -1);
    this.labels = List.copyOf(labels);
    this.keptNs = keptNs;
  }

  /// Sets who is told that the thread works, and that it sleeps. Before `start`.
  public void onTurn(LongConsumer works, Runnable sleeps) {
    beat = works;
    rest = sleeps;
  }

  /// Begins to look.
  public void start() {
    thread = new Thread(this::run, "containers");
    thread.setDaemon(true);
    thread.start();
  }

  /// Waits until all that was there at the start is known, or the time is over.
  public void awaitListed(Duration patience) {
    try {
      if (!listed.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn(
            "the containers of {} are not all looked at after {} ms",
            directories,
            patience.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// What is known now. Any thread.
  ContainerNames names() {
    return names;
  }

  /// Where the intake thread asks for what it does not know.
  MissedContainers missed() {
    return missed;
  }

  /// What is counted.
  public Counters<ContainerCounter> counters() {
    return counters;
  }

  private void run() {
    try (Poll poll = new Poll(2)) {
      poll.add(wake.fd(), POLLIN);
      poll.add(-1, POLLIN);
      lookAtAll(System.nanoTime());
      doWork();
      listed.countDown();
      while (!stop) {
        rest.run();
        poll.change(EVENTS, inotify == null ? -1 : inotify.fd(), POLLIN);
        poll.await(timeoutMillis());
        beat.accept(System.nanoTime());
        if (poll.readable(WAKE)) {
          wake.drain();
        }
        doWork();
      }
    } finally {
      listed.countDown();
      if (inotify != null) {
        inotify.close();
      }
    }
  }

  private int timeoutMillis() {
    if (wanted.isEmpty() && removedNs.isEmpty() && !changed) {
      return -1;
    }
    long nowNs = System.nanoTime();
    long nextNs = changed ? publishedNs + PUBLISH_NS - nowNs : keptNs;
    for (Wanted each : wanted.values()) {
      nextNs = Math.min(nextNs, each.nextNs - nowNs);
    }
    for (long each : removedNs.values()) {
      nextNs = Math.min(nextNs, each + keptNs - nowNs);
    }
    return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nextNs));
  }

  /// One turn: takes what inotify and the intake thread have, reads what is due, publishes.
  private void doWork() {
    long nowNs = System.nanoTime();
    if (inotify != null) {
      inotify.drain((directory, mask, name) -> onEvent(directory, mask, name, nowNs));
    }
    takeMissed(nowNs);
    if (lookAnew) {
      lookAnew = false;
      lookAtAll(nowNs);
    }
    readWanted(nowNs);
    forgetRemoved(nowNs);
    // In a burst of containers not for each: a table of thousands is made anew.
    if (changed && nowNs - publishedNs >= PUBLISH_NS) {
      changed = false;
      publishedNs = nowNs;
      names = new ContainerNames(known.values(), labels, tags);
      counters.set(ContainerCounter.KNOWN, known.size());
    }
  }

  private void onEvent(int directory, int mask, String name, long nowNs) {
    if ((mask & IN_Q_OVERFLOW) != 0) {
      lookAnew = true;
    } else if ((mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0) {
      for (int i = 0; i < watches.length; i++) {
        watches[i] = watches[i] == directory ? -1 : watches[i];
      }
      lookAnew = true;
    } else if (ID.matcher(name).matches()) {
      if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
        removedNs.remove(name);
        wanted.put(name, new Wanted(nowNs, false));
      } else if ((mask & (IN_DELETE | IN_MOVED_FROM)) != 0) {
        wanted.remove(name);
        removedNs.putIfAbsent(name, nowNs);
      }
    }
  }

  private void takeMissed(long nowNs) {
    for (byte[] id = missed.take(); id != null; id = missed.take()) {
      counters.increment(ContainerCounter.MISSED);
      String name = new String(id, StandardCharsets.US_ASCII);
      boolean anew = watch();
      // What is not watched is not seen to go either.
      lookAnew |= anew || watches[0] < 0 || unwatchable;
      if (!known.containsKey(name)) {
        wanted.putIfAbsent(name, new Wanted(nowNs, true));
      }
    }
  }

  // Watches first and lists after, so that nothing is missed between.
  private void lookAtAll(long nowNs) {
    counters.increment(ContainerCounter.LOOKED_ANEW);
    watch();
    Set<String> there = new HashSet<>();
    for (Path directory : Stream.concat(directories.stream(), dockers.stream()).toList()) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        for (Path entry : entries) {
          String name = entry.getFileName().toString();
          if (ID.matcher(name).matches() && there.add(name) && !known.containsKey(name)) {
            wanted.putIfAbsent(name, new Wanted(nowNs, true));
          }
        }
      } catch (IOException | DirectoryIteratorException absent) {
        LOG.debug("no containers in {}", directory);
      }
    }
    for (String name : known.keySet()) {
      if (!there.contains(name)) {
        removedNs.putIfAbsent(name, nowNs);
      }
    }
  }

  // Whether one is watched that was not.
  private boolean watch() {
    boolean anew = false;
    unwatchable = false;
    for (int i = 0; i < watches.length; i++) {
      if (watches[i] < 0) {
        watches[i] = watch(watched.get(i));
        anew |= watches[i] >= 0;
      }
    }
    return anew;
  }

  private int watch(Path directory) {
    try {
      if (inotify == null) {
        inotify = new Inotify();
      }
      int watch = inotify.add(directory.toString(), false);
      // Without that runtime there is none.
      if (watch < 0 && watch != -Errno.ENOENT) {
        throw new KernelException("inotify_add_watch", -watch, advice(-watch));
      }
      return watch;
    } catch (KernelException e) {
      unwatchable = true;
      if (!toldUnwatched) {
        toldUnwatched = true;
        LOG.warn(
            "{}: containers are looked for only when an event names them: {}",
            directory,
            e.getMessage());
      }
      return -1;
    }
  }

  private static String advice(int errno) {
    return switch (errno) {
      case Errno.ENOSPC -> "raise the limit fs.inotify.max_user_watches";
      case Errno.ENOTDIR -> "origin.storage must name the directory of a runtime's storage";
      default -> "it must be a directory that root may read";
    };
  }

  private void readWanted(long nowNs) {
    for (Iterator<Map.Entry<String, Wanted>> all = wanted.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Wanted> entry = all.next();
      Wanted each = entry.getValue();
      if (each.nextNs - nowNs > 0) {
        continue;
      }
      if (known.size() >= MOST_CONTAINERS && !known.containsKey(entry.getKey())) {
        counters.increment(ContainerCounter.LEFT_OUT);
        tellFull();
        all.remove();
      } else if (read(entry.getKey(), each, nowNs)) {
        all.remove();
      } else {
        each.nextNs = nowNs + each.waitNs;
        each.waitNs = Math.min(LAST_AGAIN_NS, each.waitNs * 2);
      }
    }
  }

  private void tellFull() {
    if (!toldFull) {
      toldFull = true;
      LOG.warn(
          "more than {} containers: names of further ones are left out until others are removed",
          MOST_CONTAINERS);
    }
  }

  /// Reads one container's file; whether there is nothing more to do for it.
  private boolean read(String id, Wanted each, long nowNs) {
    boolean absent = true;
    boolean last = nowNs - each.sinceNs > (each.brief ? BRIEF_NS : GIVEN_UP_NS);
    for (Path file : files(id)) {
      try {
        byte[] config = bytes(file);
        learn(
            file.endsWith(DockerFacts.FILE)
                ? DockerFacts.read(id, config, besides(file))
                : named(ContainerFacts.read(id, config, labels)));
        counters.increment(ContainerCounter.READ);
        return true;
      } catch (NoSuchFileException notYet) {
        continue;
      } catch (IOException | IllegalArgumentException unreadable) {
        absent = false;
        if (last) {
          LOG.warn("{} tells nothing of its container: {}", file, unreadable.getMessage());
        }
      }
    }
    if (last) {
      counters.increment(absent ? ContainerCounter.WITHOUT_FILE : ContainerCounter.UNREADABLE);
    }
    return last;
  }

  private static byte[] besides(Path file) throws IOException {
    try {
      return bytes(file.resolveSibling(DockerFacts.HOST_FILE));
    } catch (NoSuchFileException none) {
      return new byte[0];
    }
  }

  /// What is in a file; not what somebody linked there, nor in a pipe that nobody writes to.
  static byte[] bytes(Path file) throws IOException {
    if (Files.exists(file, NOFOLLOW_LINKS) && !Files.isRegularFile(file, NOFOLLOW_LINKS)) {
      throw new IOException("it is no regular file");
    }
    try (InputStream in = Files.newInputStream(file, NOFOLLOW_LINKS)) {
      return in.readNBytes(MOST_BYTES);
    }
  }

  private List<Path> files(String id) {
    List<Path> files = new ArrayList<>();
    directories.forEach(directory -> files.add(directory.resolve(id).resolve(CONFIG)));
    dockers.forEach(directory -> files.add(directory.resolve(id).resolve(DockerFacts.FILE)));
    return files;
  }

  private ContainerFacts named(ContainerFacts facts) {
    return facts.isNameless() ? PodmanNames.named(facts, directories) : facts;
  }

  private void learn(ContainerFacts facts) {
    known.put(facts.id(), facts);
    tags.remove(facts.id());
    if (facts.isSandbox()) {
      // The labels of its containers are its own.
      for (ContainerFacts each : known.values()) {
        if (each.sandboxId().equals(facts.id())) {
          tags.remove(each.id());
        }
      }
    }
    changed = true;
  }

  private void forgetRemoved(long nowNs) {
    for (Iterator<Map.Entry<String, Long>> all = removedNs.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, Long> entry = all.next();
      if (nowNs - entry.getValue() >= keptNs) {
        tags.remove(entry.getKey());
        if (known.remove(entry.getKey()) != null) {
          counters.increment(ContainerCounter.REMOVED);
          changed = true;
          toldFull = false;
        }
        all.remove();
      }
    }
  }

  /// Ends the thread.
  @Override
  public void close() {
    stop = true;
    wake.signal();
    boolean ended = thread == null;
    try {
      ended = ended || thread.join(Duration.ofMillis(500));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (ended) {
      wake.close();
    }
  }
}
