package io.coreaudit.mount;

import static io.coreaudit.kernel.LinuxConstants.POLLIN;
import static io.coreaudit.kernel.MountConstants.FAN_MNT_ATTACH;
import static io.coreaudit.kernel.MountConstants.FAN_MNT_DETACH;
import static io.coreaudit.kernel.MountConstants.FAN_Q_OVERFLOW;

import io.coreaudit.kernel.EventFd;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.Poll;
import java.util.concurrent.TimeUnit;

/// Reads the kernel's queue of mount events. See [MountMethod#FANOTIFY].
///
/// A remount has no event, but it makes mountinfo ready, as every mount does too. So mountinfo is
/// polled beside the queue: when it is ready and no event comes within 5 ms, something happened
/// that only a look at the whole table shows. When an event explains it, mountinfo is left alone
/// for a while, and the look at the table, for what may have happened in the same moment, has time.
final class FanotifySource implements MountSource {
  private static final int EVENTS = 0;
  private static final int TABLE = 1;
  private static final long EXPLAINED_WITHIN_NS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LEFT_ALONE_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Telling telling;
  private final MountinfoFile mountinfo;
  private final MountEvents events;
  private final StatTable table;
  private final Poll poll = new Poll(3);
  private final FullLook full = new FullLook();

  /// Mountinfo was ready and is not polled until `touchedUntilNs`.
  private boolean touched;

  private boolean explained;
  private long touchedUntilNs;

  FanotifySource(Telling telling, EventFd wake) {
    this(telling, wake, new MountEvents());
  }

  FanotifySource(Telling telling, EventFd wake, MountEvents events) {
    this.telling = telling;
    this.events = events;
    mountinfo = new MountinfoFile();
    table = new StatTable(telling);
    try {
      table.probe();
    } catch (KernelException e) {
      close();
      throw e;
    }
    poll.add(events.fd(), POLLIN);
    poll.add(mountinfo.fd(), MountinfoFile.EVENTS);
    poll.add(wake.fd(), POLLIN);
  }

  @Override
  public void start() {
    table.tellDifference();
  }

  @Override
  public int doWork() {
    telling.sleeps();
    KernelException.checked("poll", poll.await(timeoutMillis(System.nanoTime())));
    telling.wakes();
    int told = 0;
    boolean tableChanged = poll.revents(TABLE) != 0;
    if (poll.revents(EVENTS) != 0) {
      told = take();
      explain();
    }
    long nowNs = System.nanoTime();
    if (tableChanged) {
      touch(nowNs);
    }
    if (touched && nowNs - touchedUntilNs >= 0) {
      untouch(nowNs);
    }
    return told + full.work(table, nowNs);
  }

  private int timeoutMillis(long nowNs) {
    int forFull = full.timeoutMillis(nowNs);
    if (!touched) {
      return forFull;
    }
    int forTouched = FullLook.millisUntil(touchedUntilNs, nowNs);
    return forFull < 0 ? forTouched : Math.min(forFull, forTouched);
  }

  private int take() {
    int told = 0;
    while (events.next()) {
      int mask = events.mask();
      if ((mask & FAN_Q_OVERFLOW) != 0) {
        telling.counters().increment(MountCounter.OVERFLOWS);
        told += table.tellAll();
      } else if ((mask & FAN_MNT_ATTACH) == 0) {
        told += table.forget(events.mountId());
      } else if ((mask & FAN_MNT_DETACH) == 0) {
        told += table.look(events.mountId());
      } else {
        told += table.lookAtMoved(events.mountId());
      }
    }
    return told;
  }

  private void explain() {
    explained = true;
    if (touched) {
      touchedUntilNs = System.nanoTime() + LEFT_ALONE_NS;
    }
  }

  private void touch(long nowNs) {
    touched = true;
    touchedUntilNs = nowNs + (explained ? LEFT_ALONE_NS : EXPLAINED_WITHIN_NS);
    poll.change(TABLE, -1, 0);
  }

  private void untouch(long nowNs) {
    if (explained) {
      full.wantLater(nowNs);
    } else {
      full.wantNow(nowNs);
    }
    touched = false;
    explained = false;
    poll.change(TABLE, mountinfo.fd(), MountinfoFile.EVENTS);
  }

  @Override
  public void close() {
    poll.close();
    events.close();
    table.close();
    mountinfo.close();
  }
}
