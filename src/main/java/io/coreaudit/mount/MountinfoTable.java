package io.coreaudit.mount;

import io.coreaudit.memory.Memory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The last text of a mountinfo file, and what a new one says has happened.
///
/// Lines that both texts have in common at their beginning and their end are passed over eight
/// bytes at a time; only those between are read. Nothing is allocated for a line that has not
/// changed.
///
/// The kernel lists mounts in the order in which they came, new ones at the end, and uses ids and
/// device numbers again as soon as they are free. So a line is taken for the old mount's only if it
/// stands in the old order. That leaves the last old line: a tmpfs that was unmounted and mounted
/// again between two looks can have the very same line there, or one that looks as if it were
/// moved. The file system's id tells (`FileSystemIds`): if the last tmpfs is still the old one, so
/// is everything before it; if not, the one before it is looked at too. Where there is no such id
/// (before 5.13), a tmpfs elsewhere is told as unmounted and mounted, and one in the very same
/// place, being last, cannot be told from the old.
///
/// A text is read piece by piece, and a mount that goes meanwhile can stand in it before the one
/// that was given its id: then the first of the two lines is taken out.
final class MountinfoTable implements AutoCloseable {
  /// A line of the same mount with other content.
  private record Change(Mount before, Mount now) {}

  private final Telling telling;
  private final FileSystemIds fileSystems;
  private final MountinfoLine line = new MountinfoLine();
  private final LineIndex index = new LineIndex();
  private final Set<Integer> ids = new HashSet<>();
  private final Map<Integer, Long> tmpfs = new HashMap<>();
  private final List<Mount> gone = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<Mount> come = new ArrayList<>();
  private MountinfoText last = new MountinfoText();
  private MountinfoText next = new MountinfoText();

  MountinfoTable(Telling telling, FileSystemIds fileSystems) {
    this.telling = telling;
    this.fileSystems = fileSystems;
  }

  /// Where the next text goes.
  MountinfoText next() {
    return next;
  }

  /// Compares the next text with the last one. Nothing is told, nothing changed by that.
  ///
  /// @return how many mounts have gone
  int compare() {
    int stale;
    do {
      compareLines();
      stale = stale();
      if (stale >= 0) {
        next.removeFirst(stale);
      }
    } while (stale >= 0);
    return gone.size();
  }

  /// The id of a line whose mount had gone when the line of another one with that id was read, or
  /// -1.
  private int stale() {
    if (come.isEmpty()) {
      return -1;
    }
    Set<Integer> free = new HashSet<>();
    gone.forEach(mount -> free.add(mount.id()));
    Set<Integer> taken = new HashSet<>();
    for (Mount mount : come) {
      boolean other = ids.contains(mount.id()) && !free.contains(mount.id());
      if (other || !taken.add(mount.id())) {
        return mount.id();
      }
    }
    return -1;
  }

  private void compareLines() {
    gone.clear();
    changes.clear();
    come.clear();
    long beginning = MountinfoText.commonLines(last, next);
    long ending = MountinfoText.commonLinesAtEnd(last, next, beginning);
    index.fill(last, last.begin() + beginning, last.end() - ending);
    int inOrder = -1;
    for (long at = next.begin() + beginning; at < next.end() - ending; ) {
      long end = next.lineEnd(at);
      int old = index.find(MountinfoLine.id(at, end));
      if (old > inOrder) {
        inOrder = old;
        index.markFound(old);
        compareLine(old, at, end);
      } else {
        addIfLine(come, at, end);
      }
      at = end + 1;
    }
    for (int old = 0; old < index.size(); old++) {
      if (!index.isFound(old)) {
        addIfLine(gone, index.start(old), index.end(old));
      }
    }
  }

  private void addIfLine(List<Mount> list, long start, long end) {
    Mount mount = line.read(start, end);
    if (mount != null) {
      list.add(mount);
    }
  }

  private void compareLine(int old, long start, long end) {
    long length = end - start;
    if (length == index.end(old) - index.start(old)
        && Memory.isSame(index.start(old), start, length)) {
      return;
    }
    Mount before = line.read(index.start(old), index.end(old));
    Mount now = line.read(start, end);
    if (before != null && now != null) {
      changes.add(new Change(before, now));
    }
  }

  /// Tells what the last comparison found, and takes the next text as the last.
  ///
  /// @return how much was told
  int tell() {
    lookAtLastOnes();
    int told = gone.size() + come.size();
    for (Mount mount : gone) {
      ids.remove(mount.id());
      tmpfs.remove(mount.id());
      telling.unmounted(mount);
    }
    for (Change change : changes) {
      told += tell(change);
    }
    for (Mount mount : come) {
      mounted(mount);
    }
    MountinfoText was = last;
    last = next;
    next = was;
    return told;
  }

  private int tell(Change change) {
    if (!replaced(change)) {
      return telling.changed(change.before(), change.now());
    }
    telling.unmounted(change.before());
    mounted(change.now());
    return 2;
  }

  private void mounted(Mount mount) {
    long id = fileSystems.at(mount);
    ids.add(mount.id());
    if (mount.fsType().equals("tmpfs")) {
      tmpfs.put(mount.id(), id);
    }
    telling.mounted(mount);
  }

  private boolean replaced(Change change) {
    Mount before = change.before();
    Mount now = change.now();
    if (!before.sameTree(now)) {
      return true;
    }
    if (!before.fsType().equals("tmpfs")) {
      return false;
    }
    boolean moved = !before.mountPoint().equals(now.mountPoint());
    long was = tmpfs.getOrDefault(now.id(), 0L);
    long is = fileSystems.at(now);
    return was == 0 || is == 0 ? moved : was != is;
  }

  /// Sees whether the last old lines are still those of the old mounts.
  private void lookAtLastOnes() {
    Set<Integer> other = new HashSet<>();
    gone.forEach(mount -> other.add(mount.id()));
    changes.forEach(change -> other.add(change.before().id()));
    for (long end = last.end(); end > last.begin(); ) {
      long start = last.lineBefore(end);
      int id = MountinfoLine.id(start, end - 1);
      Long was = tmpfs.get(id);
      if (was != null && !other.contains(id)) {
        Mount mount = line.read(start, end - 1);
        long is = fileSystems.at(mount);
        if (is != 0 && is == was) {
          return;
        }
        // Also one that was not to be seen when it was told: it may have been another.
        if (is != 0) {
          gone.add(mount);
          come.add(mount);
        }
      }
      end = start;
    }
  }

  @Override
  public void close() {
    last.close();
    next.close();
    fileSystems.close();
  }
}
