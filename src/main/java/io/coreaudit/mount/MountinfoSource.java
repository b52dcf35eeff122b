package io.coreaudit.mount;

import static io.coreaudit.kernel.LinuxConstants.POLLIN;

import io.coreaudit.kernel.EventFd;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.Poll;
import java.util.concurrent.TimeUnit;

/// Waits on mountinfo, then reads all of it. See [MountMethod#MOUNTINFO].
///
/// After each reading it rests for twice the time that took, 50 ms at most: a single mount is seen
/// at once, a storm gets a third of the time.
final class MountinfoSource implements MountSource {
  private static final long LONGEST_REST_NS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int REST_PER_COST = 2;
  private static final int READS = 3;

  private final Telling telling;
  private final MountinfoFile mountinfo = new MountinfoFile();
  private final MountinfoTable table;
  private final Poll poll = new Poll(2);
  private final Poll look = new Poll(1);
  private final boolean mayTear = mayTear(System.getProperty("os.version"));
  private boolean wanted;
  private long restUntilNs = System.nanoTime();

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
    KernelException.checked("poll", poll.await(timeout));
    telling.counters().increment(MountCounter.WAKES);
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
    long endNs = System.nanoTime();
    restUntilNs = endNs + Math.min(LONGEST_REST_NS, REST_PER_COST * (endNs - beganNs));
    return told;
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
