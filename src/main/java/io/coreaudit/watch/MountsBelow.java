package io.coreaudit.watch;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.mount.Mount;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Keeps every file system that is mounted below a watched directory watched with it: a rule on a
/// directory covers what was mounted there when the rule was loaded, and no more.
///
/// Each is attached to the directory when it is seen, and all are to a directory that is watched
/// from then on: a mount may come between the rules and the word that they are there. To attach
/// what is attached already does no harm.
///
/// What the kernel refuses is asked for again, and is an uncovered watch until it is attached; told
/// only when it is refused a second time, for it may have been busy. Where the kernel finds nothing
/// at the mount's place, it went just now, or another mount hides it: that is asked for again too,
/// and uncovers nothing.
///
/// One thread tells of mounts, another of directories. Each notes first what is new to it and looks
/// then at what the other noted, so that one of them sees both.
final class MountsBelow {
  /// A kernel that refuses on is not asked for each of a thousand.
  private static final int MOST_REFUSED_AGAIN = 16;

  private static final String NOTHING_THERE = "";

  /// Refused where it is attached already, too: on a host that was locked after its rules were
  /// loaded.
  private static final String UNKNOWN = ", so it may not be watched";

  private final AuditKernel kernel;
  private final Premise covered;
  private final Map<Long, Mount> mounts = new ConcurrentHashMap<>();

  /// What is not attached, and why.
  private final Map<Bond, String> refused = new ConcurrentHashMap<>();

  private volatile List<String> directories = List.of();

  /// Why none of them is attached for now; empty when they are.
  private volatile String detached = "";

  /// A mount, by its number, that is to be attached to a directory.
  private record Bond(long mount, String directory) implements Comparable<Bond> {
    @Override
    public int compareTo(Bond other) {
      int order = Long.compare(mount, other.mount);
      return order == 0 ? directory.compareTo(other.directory) : order;
    }
  }

  /// @param tell takes the events that say whether all is attached
  MountsBelow(AuditKernel kernel, Consumer<OwnEvent> tell) {
    this.kernel = kernel;
    this.covered =
        new Premise("what is mounted below watched directories", "", Watch.Cause.REFUSED, tell);
  }

  /// A mount is there, or somewhere else now.
  ///
  /// @return whether nothing was refused; else `attachRefused` should follow soon
  boolean mounted(Mount mount) {
    long number = SecretTags.key(mount);
    forget(number);
    mounts.put(number, mount);
    boolean all = attach(mount, directories);
    look(false);
    return all;
  }

  /// A mount went.
  ///
  /// @return whether nothing was refused; else `attachRefused` should follow soon
  boolean gone(Mount mount) {
    long number = SecretTags.key(mount);
    mounts.remove(number);
    forget(number);
    boolean all = true;
    for (Mount other : mounts.values()) {
      if (isAtOrBelow(other.mountPoint(), mount.mountPoint())) {
        // Its path led to the one that went, which was attached in its place.
        all &= attach(other, directories);
      }
    }
    look(false);
    return all;
  }

  /// Somebody detached all of them; they are attached again when it is time.
  ///
  /// @param why empty when they are
  void detached(String why) {
    if (!why.equals(detached)) {
      detached = why;
      look(true);
    }
  }

  private void forget(long mount) {
    if (!refused.isEmpty()) {
      refused.keySet().removeIf(bond -> bond.mount() == mount);
    }
  }

  void clear() {
    mounts.clear();
    refused.clear();
    look(false);
  }

  /// Sets which directories are watched.
  ///
  /// @return those that were not: `attach` must follow for them
  List<String> watched(List<String> now) {
    List<String> before = directories;
    directories = now;
    if (now.equals(before)) {
      return List.of();
    }
    refused.keySet().removeIf(bond -> !now.contains(bond.directory()));
    look(false);
    return now.stream().filter(directory -> !before.contains(directory)).toList();
  }

  /// Attaches all that is mounted below directories that are watched from now on.
  ///
  /// @return whether nothing was refused; else `attachRefused` should follow soon
  boolean attach(List<String> fresh) {
    boolean all = attachEach(fresh);
    look(false);
    return all;
  }

  /// Attaches all again: what was attached may be lost.
  void attachAll() {
    attachEach(directories);
    look(true);
  }

  private boolean attachEach(List<String> to) {
    boolean all = true;
    for (Mount mount : mounts.values()) {
      all &= attach(mount, to);
    }
    return all;
  }

  /// Whether the kernel refused something that is to be tried again.
  boolean hasRefused() {
    return !refused.isEmpty();
  }

  /// Tries again what the kernel refused, and tells what it still refuses.
  void attachRefused() {
    List<Bond> again = new ArrayList<>(refused.keySet());
    // Not always the same few.
    Collections.shuffle(again);
    int refusedAgain = 0;
    for (Bond bond : again) {
      Mount mount = mounts.get(bond.mount());
      if (mount == null || !directories.contains(bond.directory())) {
        refused.remove(bond);
      } else if (!attach(mount, bond) && ++refusedAgain == MOST_REFUSED_AGAIN) {
        break;
      }
    }
    look(true);
  }

  private boolean attach(Mount mount, List<String> to) {
    boolean all = true;
    for (String directory : to) {
      if (isBelow(mount.mountPoint(), directory)) {
        all &= attach(mount, new Bond(SecretTags.key(mount), directory));
      }
    }
    return all;
  }

  private boolean attach(Mount mount, Bond bond) {
    try {
      kernel.makeEquiv(bond.directory(), mount.mountPointBytes());
      refused.remove(bond);
      return true;
    } catch (KernelException e) {
      boolean nothing = e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR;
      refused.put(bond, nothing ? NOTHING_THERE : e.getMessage());
      if (!mounts.containsKey(bond.mount())) {
        // It went meanwhile.
        refused.remove(bond);
      }
      return false;
    }
  }

  /// Sets whether all is covered. Whoever comes here last knows of everything before.
  ///
  /// @param again whether what is refused now was refused before, or is lost: else that may pass
  private synchronized void look(boolean again) {
    if (refused.isEmpty() && detached.isEmpty() && covered.holds()) {
      return;
    }
    String trouble = trouble();
    if (again || trouble.isEmpty()) {
      covered.set(trouble);
    } else {
      covered.expect(trouble);
    }
  }

  private String trouble() {
    if (!detached.isEmpty() && hasMounts()) {
      return detached;
    }
    Bond first = null;
    int others = -1;
    for (Map.Entry<Bond, String> each : refused.entrySet()) {
      if (!each.getValue().equals(NOTHING_THERE)) {
        others++;
        // Of several always the same: another would be news.
        first = first == null || each.getKey().compareTo(first) < 0 ? each.getKey() : first;
      }
    }
    Mount mount = first == null ? null : mounts.get(first.mount());
    String why = first == null ? null : refused.get(first);
    if (mount == null || why == null) {
      return "";
    }
    String text = mount.mountPoint() + " below " + first.directory() + ": " + why + UNKNOWN;
    return others == 0 ? text : text + "; and " + others + " more";
  }

  private boolean hasMounts() {
    return mounts.values().stream()
        .anyMatch(
            mount -> directories.stream().anyMatch(each -> isBelow(mount.mountPoint(), each)));
  }

  /// That all is attached.
  Premise covered() {
    return covered;
  }

  /// Whether a place lies at another or below it.
  static boolean isAtOrBelow(String place, String other) {
    return place.equals(other) || isBelow(place, other);
  }

  private static boolean isBelow(String place, String directory) {
    int length = directory.length();
    return directory.equals("/")
        ? place.length() > 1
        : place.length() > length && place.charAt(length) == '/' && place.startsWith(directory);
  }
}
