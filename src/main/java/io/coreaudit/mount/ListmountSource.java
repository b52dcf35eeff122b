package io.coreaudit.mount;

import static io.coreaudit.kernel.LinuxConstants.POLLIN;

import io.coreaudit.kernel.EventFd;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.Poll;

/// Waits on mountinfo, then lists the ids. See [MountMethod#LISTMOUNT].
final class ListmountSource implements MountSource {
  private final Telling telling;
  private final MountinfoFile mountinfo = new MountinfoFile();
  private final StatTable table;
  private final Poll poll = new Poll(2);
  private final FullLook full = new FullLook();

  ListmountSource(Telling telling, EventFd wake) {
    this.telling = telling;
    table = new StatTable(telling);
    try {
      table.probe();
    } catch (KernelException e) {
      close();
      throw e;
    }
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
    KernelException.checked("poll", poll.await(full.timeoutMillis(System.nanoTime())));
    telling.wakes();
    int told = 0;
    if (poll.revents(0) != 0) {
      told = table.tellDifference();
      if (told == 0) {
        full.wantNow(System.nanoTime());
      } else {
        full.wantLater(System.nanoTime());
      }
    }
    return told + full.work(table, System.nanoTime());
  }

  @Override
  public void close() {
    poll.close();
    table.close();
    mountinfo.close();
  }
}
