package io.coreaudit.intake;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.netlink.AuditReceiver;
import java.util.concurrent.TimeUnit;

/// The kernel's own stream, by multicast or as the one unicast owner.
public final class NetlinkInput implements Input {
  /// One turn takes at most so many batches, so that time-outs are met under endless load.
  private static final int BATCHES_A_TURN = 256;

  private static final int MOST_GATHERED = 1024;

  /// One turn of a drain after an overrun takes at most so long: 64 MiB of records are copied in
  /// two fifths of it.
  private static final long DRAIN_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private final AuditReceiver receiver;
  private final String description;
  private final long drainNs;
  private long dropsTold;
  private boolean overran;

  /// Takes a receiver over; it is closed with this input.
  public NetlinkInput(AuditReceiver receiver, String description) {
    this(receiver, description, DRAIN_NS);
  }

  NetlinkInput(AuditReceiver receiver, String description, long drainNs) {
    this.receiver = receiver;
    this.description = description;
    this.drainNs = drainNs;
    this.dropsTold = Math.max(0, receiver.drops());
  }

  @Override
  public int fd() {
    return receiver.fd();
  }

  @Override
  public int drain(Intake intake) {
    int messages = 0;
    boolean sure = false;
    long startNs = System.nanoTime();
    for (int batch = 0; overran || batch < BATCHES_A_TURN; batch++) {
      int count = receiver.receive();
      if (count == -Errno.ENOBUFS) {
        overran = true;
        intake.overrun();
        continue;
      }
      if (count < 0) {
        throw new KernelException("recvmmsg", -count, "the audit socket cannot be read");
      }
      for (int i = 0; i < count; i++) {
        accept(intake, i);
      }
      messages += count;
      if (count == 0 || count < AuditReceiver.SLOTS && sure) {
        // The socket was empty: the kernel delivers again.
        if (overran) {
          overran = false;
          intake.drained(newDrops());
        }
        break;
      }
      // What ended a batch in its middle, the word of an overrun too, comes with the next call.
      sure = count < AuditReceiver.SLOTS;
      if (overran && !sure && System.nanoTime() - startNs >= drainNs) {
        intake.stillDraining(newDrops());
        break;
      }
    }
    return messages;
  }

  private void accept(Intake intake, int i) {
    intake.count(IntakeCounter.MESSAGES);
    switch (receiver.verdict(i)) {
      case AuditReceiver.TEXT ->
          intake.record(receiver.type(i), 0, 0, receiver.textAddress(i), receiver.textLength(i));
      case AuditReceiver.CONTROL -> intake.count(IntakeCounter.CONTROL);
      case AuditReceiver.TRUNCATED -> intake.count(IntakeCounter.TRUNCATED);
      case AuditReceiver.FOREIGN -> intake.count(IntakeCounter.FOREIGN);
      default -> intake.count(IntakeCounter.MALFORMED);
    }
  }

  /// Records dropped at this socket since this was last asked.
  private long newDrops() {
    long drops = receiver.drops();
    if (drops < 0) {
      return 0;
    }
    // The kernel counts in 32 bits.
    long fresh = drops - dropsTold & 0xffff_ffffL;
    dropsTold = drops;
    return fresh;
  }

  @Override
  public long unreadBytes() {
    return receiver.waitingBytes();
  }

  @Override
  public boolean leavesOutEnds() {
    return receiver.leavesOutEnds();
  }

  @Override
  public void takeEnds() {
    receiver.takeEnds();
  }

  @Override
  public boolean ended() {
    return false;
  }

  /// What the cache of a core still holds when it is read, and an eighth of the buffer at most: a
  /// message takes less than 1 KiB of either.
  @Override
  public int mostGathered() {
    int fits = (int) Math.min(MOST_GATHERED, receiver.receiveBufferBytes() / 8 / 1024);
    return Math.max(AuditReceiver.SLOTS, fits);
  }

  @Override
  public boolean patient() {
    return false;
  }

  @Override
  public String describe() {
    return receiver.leavesOutEnds() ? description : description + ", EOE received";
  }

  @Override
  public void close() {
    receiver.close();
  }
}
