package io.coreaudit.netlink;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.LinuxConstants;
import io.coreaudit.kernel.Poll;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// Collects what a receiver hears, for tests on the real kernel.
final class Records implements AutoCloseable {
  private static final int HEADER = 16;

  private final AuditReceiver receiver;
  private final Poll poll = new Poll(1);
  private int overruns;

  /// One message.
  ///
  /// @param statedExcess how much the length in its header is above the datagram's
  record Heard(int type, int verdict, int statedExcess, String text) {
    boolean isOf(int wantedType, String part) {
      return type == wantedType && text.contains(part);
    }
  }

  Records(AuditReceiver receiver) {
    this.receiver = receiver;
    poll.add(receiver.fd(), LinuxConstants.POLLIN);
  }

  /// Takes what comes until one message is the wanted one, the last of the list, or 10 s have
  /// passed. What else came in the same call is dropped.
  List<Heard> until(Predicate<Heard> wanted) {
    List<Heard> heard = new ArrayList<>();
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (System.nanoTime() < deadlineNs) {
      List<Heard> batch = take();
      for (Heard one : batch) {
        heard.add(one);
        if (wanted.test(one)) {
          return heard;
        }
      }
      if (batch.isEmpty()) {
        poll.await(100);
      }
    }
    throw new AssertionError("not heard within 10 s; heard: " + heard);
  }

  /// Takes what one call gives.
  List<Heard> take() {
    List<Heard> heard = new ArrayList<>();
    int count = receiver.receive();
    if (count == -Errno.ENOBUFS) {
      overruns++;
    } else if (count < 0) {
      throw new AssertionError("receive: " + Errno.describe(-count));
    }
    for (int i = 0; i < count; i++) {
      byte[] text = new byte[receiver.textLength(i)];
      Memory.copy(receiver.textAddress(i), text, 0, text.length);
      heard.add(
          new Heard(
              receiver.type(i),
              receiver.verdict(i),
              Memory.intAt(receiver.textAddress(i) - HEADER) - HEADER - text.length,
              new String(text, StandardCharsets.ISO_8859_1)));
    }
    return heard;
  }

  /// How often the kernel said that the buffer ran over.
  int overruns() {
    return overruns;
  }

  @Override
  public void close() {
    poll.close();
    receiver.close();
  }
}
