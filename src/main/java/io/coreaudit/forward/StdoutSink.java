package io.coreaudit.forward;

import static io.coreaudit.kernel.LinuxConstants.POLLERR;
import static io.coreaudit.kernel.LinuxConstants.POLLHUP;
import static io.coreaudit.kernel.LinuxConstants.POLLNVAL;
import static io.coreaudit.kernel.LinuxConstants.POLLOUT;

import io.coreaudit.forward.SinkState.Phase;
import io.coreaudit.kernel.Poll;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// Standard output. At most once past write(2): written counts as received.
///
/// A write waits as long as the reader of the pipe or terminal wants (`^S`, a slow pipe): only this
/// forwarder waits with it. A reader that went away (EPIPE) ends the sink for good, and the agent
/// with it when no other sink is left. A full disk behind a redirection is tried again; the write
/// goes on where it stopped, so no line is torn.
final class StdoutSink extends Sink {
  private static final int DESCRIPTOR = 1;
  private static final int SLICE_BYTES = 64 << 10;
  private static final long RETRY_NS = 500_000_000;

  private final FileChannel channel;
  private int writtenOfBatch;
  private long retryNs;
  private boolean waiting;
  private boolean ended;

  /// Writes to descriptor 1.
  StdoutSink() {
    this(new FileOutputStream(FileDescriptor.out).getChannel());
  }

  /// Writes to a channel that stands for it.
  StdoutSink(FileChannel channel) {
    super(new SinkHistory("nothing written yet"), new Poison());
    this.channel = channel;
    history.opened();
  }

  @Override
  Readiness poll() {
    if (ended) {
      return Readiness.ENDED;
    }
    return waiting && System.nanoTime() - retryNs < 0 ? Readiness.BUSY : Readiness.READY;
  }

  @Override
  long dueNs() {
    return ended ? 0 : retryNs - System.nanoTime();
  }

  @Override
  boolean offer(Batch batch) {
    ByteBuffer bytes = ByteBuffer.wrap(batch.array(), 0, batch.lengthBytes());
    try {
      while (writtenOfBatch < batch.lengthBytes()) {
        // in slices: the JDK keeps a copy outside the heap as large as the largest write
        bytes.limit(Math.min(writtenOfBatch + SLICE_BYTES, batch.lengthBytes()));
        bytes.position(writtenOfBatch);
        writtenOfBatch += channel.write(bytes);
      }
    } catch (IOException e) {
      failed("standard output: " + e.getMessage());
      return false;
    }
    waiting = false;
    history.to(Phase.DELIVERING, "writing to standard output");
    writtenOfBatch = 0;
    acknowledged.add(batch);
    return true;
  }

  private void failed(String why) {
    waiting = mayPass();
    ended = !waiting;
    retryNs = System.nanoTime() + RETRY_NS;
    if (waiting) {
      history.failed(why);
    } else {
      history.failedForGood(why);
    }
  }

  /// Whether a write that failed may succeed later: while somebody is there to read. The JDK tells
  /// errno by its text only, in the language of the host, so the descriptor is asked.
  private static boolean mayPass() {
    try (Poll poll = new Poll(1)) {
      int at = poll.add(DESCRIPTOR, POLLOUT);
      poll.await(0);
      return (poll.revents(at) & (POLLERR | POLLHUP | POLLNVAL)) == 0;
    }
  }

  @Override
  void finish(long timeoutNs) {
    // nothing is held back
  }

  @Override
  public void close() {
    if (!ended) {
      history.stopped("stopped");
    }
  }
}
