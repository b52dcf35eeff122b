package io.coreaudit.watch;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.netlink.AuditControl;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.WatchRule;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a rule in the kernel for each watched path, and touches no rule of anybody else.
///
/// Ours are the exact wire forms that this agent loaded; they stand in a file before they are
/// loaded, so that a later start knows them again. An equal rule that was there before is used and
/// left where it is.
///
/// The kernel binds a rule to the inodes that are there when it is loaded. So each check compares
/// what stands at a path with what stood there then, and loads the rule again when that changed.
///
/// Any thread; one at a time. After `removeAll` nothing is loaded any more.
public final class WatchKeeper {
  /// The key of every rule for `watch.paths`.
  public static final String KEY = "coreaudit_watch";

  private static final Logger LOG = LoggerFactory.getLogger(WatchKeeper.class);

  private final AuditKernel kernel;
  private final List<Path> paths;
  private final RulesState state;
  private final Consumer<OwnEvent> tell;
  private final Set<AuditRuleData> loaded;

  /// What each path's rule was loaded on.
  private final Map<Path, Sight> bound = new LinkedHashMap<>();

  /// What the last check saw at each path.
  private final Map<Path, Sight> seen = new LinkedHashMap<>();

  private final Map<Path, Watch> byPath = new LinkedHashMap<>();
  private boolean ioUringKnown = true;
  private boolean ended;
  private volatile List<Watch> watches = List.of();

  /// Creates a keeper; nothing is loaded before `begin`.
  ///
  /// @param stateFile where the wire forms that we loaded are kept
  /// @param tell takes the events that say what became of a watch
  public WatchKeeper(
      AuditControl control, List<Path> paths, Path stateFile, Consumer<OwnEvent> tell) {
    this(AuditKernel.of(control), paths, stateFile, tell);
  }

  WatchKeeper(AuditKernel kernel, List<Path> paths, Path stateFile, Consumer<OwnEvent> tell) {
    this.kernel = kernel;
    this.paths = List.copyOf(paths);
    this.state = new RulesState(stateFile);
    this.tell = tell;
    this.loaded = state.read();
  }

  /// Loads what is missing, and takes away what we loaded once and nobody wants now.
  public synchronized void begin() {
    Set<AuditRuleData> wanted = new LinkedHashSet<>();
    for (Path path : paths) {
      Sight sight = Sight.of(path, KEY);
      if (sight.watchable()) {
        wanted.add(sight.rule().data());
        wanted.add(sight.rule().ioUring());
      }
    }
    for (AuditRuleData rule : List.copyOf(loaded)) {
      if (!wanted.contains(rule)) {
        forget(rule);
      }
    }
    if (!paths.isEmpty() || !loaded.isEmpty()) {
      // Also when nothing changed: a start fails here when the file cannot be written.
      state.write(loaded);
    }
    check();
  }

  /// Looks what the kernel holds, loads again what went or stands on something else now, and tells
  /// what changed.
  public synchronized void check() {
    if (ended) {
      return;
    }
    Set<AuditRuleData> held = Set.copyOf(kernel.rules());
    for (Path path : paths) {
      Watch before = byPath.get(path);
      Watch now = look(path, held, before);
      if (before == null
          || before.covered() != now.covered()
          || !before.reason().equals(now.reason())) {
        byPath.put(path, now);
        tell.accept(
            OwnEvent.of(EventKind.WATCH)
                .with("state", now.covered() ? "covered" : "uncovered")
                .with("path", now.path())
                .with("key", now.key())
                .with("detail", now.covered() ? realPath(path) : now.reason())
                .build());
      }
    }
    watches = List.copyOf(byPath.values());
  }

  /// Checks when an uncovered path is not what it was at the last check: it came, or came to be
  /// something else. Asks the kernel nothing otherwise.
  public synchronized void checkUncovered() {
    for (Watch watch : watches) {
      Path path = Path.of(watch.path());
      if (!watch.covered() && !Sight.of(path, KEY).equals(seen.get(path))) {
        check();
        return;
      }
    }
  }

  /// Takes a path's rules away and loads them again, as far as they are ours.
  public synchronized void reload(Path path) {
    Sight sight = bound.get(path);
    if (ended || sight == null) {
      return;
    }
    for (AuditRuleData rule : List.of(sight.rule().data(), sight.rule().ioUring())) {
      if (loaded.contains(rule)) {
        delete(rule);
      }
    }
    add(sight.rule().data());
    addIoUring(sight.rule());
  }

  private Watch look(Path path, Set<AuditRuleData> held, Watch before) {
    Sight now = Sight.of(path, KEY);
    seen.put(path, now);
    if (!now.watchable()) {
      return uncovered(path, now.reason());
    }
    try {
      hold(path, now, held, before != null && before.covered());
      bound.put(path, now);
      return covered(path, before);
    } catch (KernelException | UncheckedIOException e) {
      return uncovered(path, e.getMessage());
    }
  }

  private void hold(Path path, Sight now, Set<AuditRuleData> held, boolean coveredBefore) {
    WatchRule rule = now.rule();
    Sight old = bound.get(path);
    if (old != null && !old.equals(now)) {
      replace(path, old, now, held);
      tellDrift("path_replaced", path);
      return;
    }
    if (held.contains(rule.data())) {
      if (old == null && loaded.contains(rule.data())) {
        reloadAtStart(path, now);
      } else if (!held.contains(rule.ioUring())) {
        addIoUring(rule);
      }
      return;
    }
    if (coveredBefore) {
      tellDrift("rule_gone", path);
    }
    add(rule.data());
    addIoUring(rule);
  }

  /// An earlier start loaded the rule; what on is not known. When it cannot be taken away (audit is
  /// locked), it stays and the canary has the word.
  private void reloadAtStart(Path path, Sight now) {
    bound.put(path, now);
    try {
      reload(path);
    } catch (KernelException e) {
      if (!kernel.rules().contains(now.rule().data())) {
        throw e;
      }
      LOG.warn("the rule of an earlier start on {} stays as it is: {}", path, e.getMessage());
    }
  }

  private void replace(Path path, Sight old, Sight now, Set<AuditRuleData> held) {
    boolean sameName = old.rule().equals(now.rule());
    boolean ours = loaded.contains(old.rule().data());
    if (sameName && !ours && held.contains(old.rule().data())) {
      throw new KernelException(
          "rule on " + path,
          Errno.EEXIST,
          "an equal rule, which is not ours, stands on what was at this path before: load it again,"
              + " or delete it");
    }
    boolean shared =
        bound.entrySet().stream()
            .anyMatch(e -> !e.getKey().equals(path) && e.getValue().rule().equals(old.rule()));
    for (AuditRuleData rule : List.of(old.rule().data(), old.rule().ioUring())) {
      if (sameName && loaded.contains(rule)) {
        delete(rule);
      } else if (!sameName && !shared && forget(rule)) {
        state.write(loaded);
      }
    }
    add(now.rule().data());
    addIoUring(now.rule());
  }

  private void tellDrift(String what, Path path) {
    tell.accept(
        OwnEvent.of(EventKind.DRIFT)
            .with("what", what)
            .with("path", path.toString())
            .with("key", KEY)
            .with("detail", what.equals("path_replaced") ? realPath(path) : null)
            .build());
  }

  /// "rule on /real/path" when that is not the path as the user wrote it; null when it is.
  private String realPath(Path path) {
    Sight sight = seen.get(path);
    String real = sight.watchable() ? sight.rule().path() : path.toString();
    return real.equals(path.toString()) ? null : "rule on " + real;
  }

  /// Accesses through io_uring pass the exit list by; a list of their own sees them. Kernels before
  /// 5.16 have no such list, and nothing that would need it.
  private void addIoUring(WatchRule rule) {
    if (!ioUringKnown) {
      return;
    }
    try {
      add(rule.ioUring());
    } catch (KernelException e) {
      if (e.errno() == Errno.EINVAL) {
        ioUringKnown = false;
      } else {
        throw e;
      }
    }
  }

  /// Writes down that the rule is ours, then loads it: one that is written down and not loaded does
  /// no harm, the other way round nobody would take it away.
  private void add(AuditRuleData rule) {
    boolean fresh = !loaded.contains(rule);
    if (fresh) {
      loaded.add(rule);
      try {
        state.write(loaded);
      } catch (UncheckedIOException e) {
        loaded.remove(rule);
        throw e;
      }
    }
    try {
      kernel.addRule(rule);
    } catch (KernelException e) {
      // Not known to be refused: it may be loaded yet.
      if (fresh && e.errno() != Errno.ETIMEDOUT) {
        loaded.remove(rule);
        state.write(loaded);
      }
      // Somebody's equal rule does the work as well; it is theirs and stays.
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
  }

  private void delete(AuditRuleData rule) {
    try {
      kernel.deleteRule(rule);
    } catch (KernelException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /// Deletes a rule of ours and no longer counts it as ours; not yet in the file. False: it was not
  /// ours, or it is still there.
  private boolean forget(AuditRuleData rule) {
    if (!loaded.contains(rule)) {
      return false;
    }
    try {
      delete(rule);
    } catch (KernelException e) {
      LOG.warn("a rule of ours stays: {}", e.getMessage());
      return false;
    }
    return loaded.remove(rule);
  }

  /// Takes away every rule that we loaded; none is loaded after it.
  public synchronized void removeAll() {
    ended = true;
    boolean changed = false;
    for (AuditRuleData rule : List.copyOf(loaded)) {
      changed |= forget(rule);
    }
    if (changed) {
      state.write(loaded);
    }
  }

  /// How each watch stands. Any thread.
  public List<Watch> watches() {
    return watches;
  }

  /// The paths that are covered, in the order of the configuration. Any thread.
  public List<Path> covered() {
    List<Path> covered = new ArrayList<>();
    for (Watch watch : watches) {
      if (watch.covered()) {
        covered.add(Path.of(watch.path()));
      }
    }
    return covered;
  }

  /// How many paths are not covered. Any thread.
  public long uncovered() {
    return watches.stream().filter(watch -> !watch.covered()).count();
  }

  private static Watch covered(Path path, Watch before) {
    Instant since = before != null && before.covered() ? before.since() : Instant.now();
    return new Watch(path.toString(), KEY, true, since, "");
  }

  private static Watch uncovered(Path path, String reason) {
    return new Watch(path.toString(), KEY, false, Instant.now(), reason);
  }
}
