package io.coreaudit.mount;

import static io.coreaudit.kernel.Errno.ENOENT;
import static io.coreaudit.kernel.Errno.EPERM;

import io.coreaudit.kernel.KernelException;
import java.util.Arrays;

/// The mounts that are known, by unique id, and what has become of them since.
///
/// Unique ids only grow, but a mount gets its own when it is made, not when it is attached: one
/// with a lower id can come after one with a higher. So the whole list of ids is compared with what
/// is known: asking only for those above the last one known would miss some.
final class StatTable implements AutoCloseable {
  private static final int FIRST = 256;

  private final Statmount kernel = new Statmount();
  private final Telling telling;
  private long[] ids = new long[FIRST];
  private long[] prints = new long[FIRST];
  private Mount[] mounts = new Mount[FIRST];
  private int size;
  private long lookedUpTo;

  StatTable(Telling telling) {
    this.telling = telling;
  }

  /// Sees whether the kernel has the two calls.
  ///
  /// @throws KernelException when it has not
  void probe() {
    int count = KernelException.checked("listmount", kernel.list());
    if (count > 0) {
      int answer = kernel.look(kernel.id(0));
      if (answer != -ENOENT) {
        KernelException.checked("statmount", answer);
      }
    }
  }

  /// Compares what is there with what is known: tells what has gone, then what is new.
  int tellDifference() {
    int count = KernelException.checked("listmount", kernel.list());
    int told = forgetAllBut(count);
    int known = 0;
    for (int i = 0; i < count; i++) {
      long id = kernel.id(i);
      while (known < size && ids[known] < id) {
        known++;
      }
      if (known == size || ids[known] != id) {
        told += look(id);
      }
    }
    return told;
  }

  private int forgetAllBut(int count) {
    int listed = 0;
    int kept = 0;
    Mount[] gone = null;
    int goneCount = 0;
    for (int i = 0; i < size; i++) {
      while (listed < count && kernel.id(listed) < ids[i]) {
        listed++;
      }
      if (listed < count && kernel.id(listed) == ids[i]) {
        ids[kept] = ids[i];
        prints[kept] = prints[i];
        mounts[kept++] = mounts[i];
      } else {
        gone = gone == null ? new Mount[size - i] : gone;
        gone[goneCount++] = mounts[i];
      }
    }
    Arrays.fill(mounts, kept, size, null);
    size = kept;
    for (int i = 0; i < goneCount; i++) {
      telling.unmounted(gone[i]);
    }
    return goneCount;
  }

  /// Looks at every mount again: what has moved, what has other options, besides what came and
  /// went.
  int tellAll() {
    int told = beginFullLook();
    while (!fullLookEnded()) {
      told += continueFullLook(size);
    }
    return told;
  }

  /// Begins to look at every mount again, in parts: what came and went is told now.
  int beginFullLook() {
    telling.counters().increment(MountCounter.FULL_READS);
    lookedUpTo = 0;
    return tellDifference();
  }

  /// Looks at some more.
  int continueFullLook(int most) {
    int told = 0;
    for (int looks = 0; looks < most && !fullLookEnded(); looks++) {
      int at = Arrays.binarySearch(ids, 0, size, lookedUpTo);
      lookedUpTo = ids[at < 0 ? -at - 1 : at + 1];
      told += look(lookedUpTo);
    }
    return told;
  }

  boolean fullLookEnded() {
    return size == 0 || ids[size - 1] <= lookedUpTo;
  }

  /// Looks at one mount, known or not, and tells what is new about it.
  ///
  /// @return how much was told
  int look(long id) {
    int at = Arrays.binarySearch(ids, 0, size, id);
    int answer = kernel.look(id);
    if (answer == -ENOENT || answer == -EPERM || answer == 0 && !kernel.reachable()) {
      if (at < 0) {
        telling.counters().increment(MountCounter.VANISHED);
        return 0;
      }
      return forget(id);
    }
    KernelException.checked("statmount", answer);
    long print = kernel.print();
    if (at < 0) {
      Mount mount = kernel.mount();
      insert(-at - 1, id, print, mount);
      telling.mounted(mount);
      return 1;
    }
    if (print == prints[at]) {
      return 0;
    }
    Mount before = mounts[at];
    Mount now = kernel.mount();
    prints[at] = print;
    mounts[at] = now;
    return telling.changed(before, now);
  }

  /// Looks at a mount that was moved, and at those that went with it.
  int lookAtMoved(long id) {
    int at = Arrays.binarySearch(ids, 0, size, id);
    if (at < 0) {
      return look(id);
    }
    String below = mounts[at].mountPoint() + "/";
    int told = look(id);
    for (int i = 0; i < size; i++) {
      if (mounts[i].mountPoint().startsWith(below)) {
        long other = ids[i];
        told += look(other);
        i -= i < size && ids[i] == other ? 0 : 1;
      }
    }
    return told;
  }

  /// Tells that a mount has gone, if it is known.
  int forget(long id) {
    int at = Arrays.binarySearch(ids, 0, size, id);
    if (at < 0) {
      return 0;
    }
    Mount gone = mounts[at];
    int behind = --size - at;
    System.arraycopy(ids, at + 1, ids, at, behind);
    System.arraycopy(prints, at + 1, prints, at, behind);
    System.arraycopy(mounts, at + 1, mounts, at, behind);
    mounts[size] = null;
    telling.unmounted(gone);
    return 1;
  }

  private void insert(int at, long id, long print, Mount mount) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, 2 * size);
      prints = Arrays.copyOf(prints, 2 * size);
      mounts = Arrays.copyOf(mounts, 2 * size);
    }
    int behind = size++ - at;
    System.arraycopy(ids, at, ids, at + 1, behind);
    System.arraycopy(prints, at, prints, at + 1, behind);
    System.arraycopy(mounts, at, mounts, at + 1, behind);
    ids[at] = id;
    prints[at] = print;
    mounts[at] = mount;
  }

  @Override
  public void close() {
    kernel.close();
  }
}
