package io.coreaudit.intake;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.netlink.AuditReceiver;

/// The kernel's own stream, by multicast or as the one unicast owner.
public final class NetlinkInput implements Input {
  /// One turn takes at most so many batches, so that time-outs are met under endless load.
  private static final int BATCHES_A_TURN = 256;

  private final AuditReceiver receiver;
  private final String description;
  private long dropsTold;

  /// Takes a receiver over; it is closed with this input.
  public NetlinkInput(AuditReceiver receiver, String description) {
    this.receiver = receiver;
    this.description = description;
    this.dropsTold = Math.max(0, receiver.drops());
  }

  @Override
  public int fd() {
    return receiver.fd();
  }

  @Override
  public int drain(Intake intake) {
    int messages = 0;
    boolean overrun = false;
    for (int batch = 0; overrun || batch < BATCHES_A_TURN; batch++) {
      int count = receiver.receive();
      if (count == 0) {
        break;
      }
      if (count == -Errno.ENOBUFS) {
        overrun = true;
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
      if (count < AuditReceiver.SLOTS && !overrun) {
        break;
      }
    }
    if (overrun) {
      intake.drained(newDrops());
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

  /// Records dropped at this socket since this was last asked. Allocates: after an overrun only.
  private long newDrops() {
    long drops = receiver.drops();
    if (drops < dropsTold) {
      return 0;
    }
    long fresh = drops - dropsTold;
    dropsTold = drops;
    return fresh;
  }

  @Override
  public boolean ended() {
    return false;
  }

  @Override
  public boolean patient() {
    return false;
  }

  @Override
  public String describe() {
    return description;
  }

  @Override
  public void close() {
    receiver.close();
  }
}
