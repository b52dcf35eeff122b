package io.coreaudit.mount;

import static io.coreaudit.kernel.LinuxConstants.POLLIN;

import io.coreaudit.kernel.EventFd;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.Poll;
import java.util.concurrent.TimeUnit;

/// Waits on mountinfo, then reads all of it. See [MountMethod#MOUNTINFO].
///
/// A mount is seen at once as long as reading has taken less than half of the time by and large:
/// with 1500 mounts there, a reading takes 6 ms, and fifty single mounts a second are all seen at
/// once. In a storm it rests after each reading for the time that took, 50 ms at most.
final class MountinfoSource implements MountSource {
  private static final long LONGEST_REST_NS = TimeUnit.MILLISECONDS.toNanos(50);

  /// For each reading this many times its time must pass; what has passed before counts, up to so
  /// much.
  private static final int TIME_PER_COST = 2;

  private static final long CREDIT_NS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final int READS = 3;

  private final Telling telling;
  private final MountinfoFile mountinfo = new MountinfoFile();
  private final MountinfoTable table;
  private final Poll poll = new Poll(2);
  private final Poll look = new Poll(1);
  private final boolean mayTear = mayTear(System.getProperty("os.version"));
  private boolean wanted;
  private long restUntilNs = System.nanoTime() - CREDIT_NS;

  MountinfoSource(Telling telling, EventFd wake) {
    this.telling = telling;
    table = new MountinfoTable(telling, new TmpfsIds());
    poll.add(mountinfo.fd(), MountinfoFile.EVENTS);
    poll.add(wake.fd(), POLLIN);
    look.add(mountinfo.fd(), MountinfoFile.EVENTS);
  }

  /// Whether a mountinfo that changes while it is read can lack lines of mounts that are there: so
  /// before 5.8.
  static boolean mayTear(String kernelVersion) {
    String[] numbers = kernelVersion.split("[^0-9]+", 3);
    int major = Integer.parseInt(numbers[0]);
    return major < 5 || major == 5 && Integer.parseInt(numbers[1]) < 8;
  }

  @Override
  public void start() {
    readAndTell();
  }

  @Override
  public int doWork() {
    int timeout = wanted ? FullLook.millisUntil(restUntilNs, System.nanoTime()) : -1;
    telling.sleeps();
    KernelException.checked("poll", poll.await(timeout));
    telling.wakes();
    if (poll.revents(0) != 0) {
      wanted = true;
      poll.change(0, -1, 0);
    }
    long beganNs = System.nanoTime();
    if (!wanted || beganNs - restUntilNs < 0) {
      return 0;
    }
    wanted = false;
    int told = readAndTell();
    poll.change(0, mountinfo.fd(), MountinfoFile.EVENTS);
    rest(beganNs, System.nanoTime());
    return told;
  }

  /// Sets when it may read again, after a reading.
  private void rest(long beganNs, long endNs) {
    long creditNs = Math.min(CREDIT_NS, beganNs - restUntilNs);
    long owedNs = TIME_PER_COST * (endNs - beganNs) - creditNs;
    restUntilNs = Math.min(beganNs + owedNs, endNs + LONGEST_REST_NS);
  }

  private int readAndTell() {
    for (int reads = 1; ; reads++) {
      telling.counters().increment(MountCounter.FULL_READS);
      table.next().read(mountinfo.fd());
      int gone = table.compare();
      // What seems to have gone may only have been skipped because the table changed meanwhile.
      if (!mayTear || gone == 0 || reads == READS || look.await(0) <= 0) {
        return table.tell();
      }
    }
  }

  @Override
  public void close() {
    poll.close();
    look.close();
    table.close();
    mountinfo.close();
  }
}
