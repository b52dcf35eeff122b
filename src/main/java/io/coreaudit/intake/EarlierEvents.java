package io.coreaudit.intake;

import io.coreaudit.frame.FrameDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The way of events that were found in a log afterwards to the thread that writes the spool, and
/// what that thread knows of where they end.
///
/// One thread offers whole frames, which lack their number only; the intake thread takes them
/// behind the events of now, as far as the spool takes any. `end` is the last word.
public final class EarlierEvents {
  /// How many may wait.
  public static final int CAPACITY = 1024;

  private final ArrayBlockingQueue<byte[]> frames = new ArrayBlockingQueue<>(CAPACITY);
  private final long settledBefore;
  private final Runnable wake;
  private volatile long firstLive;
  private volatile String trouble;
  private volatile boolean ended;

  /// Creates an empty way.
  ///
  /// @param settledBefore the serial up to which nothing is missing
  /// @param wake ends the intake thread's wait
  public EarlierEvents(long settledBefore, Runnable wake) {
    this.settledBefore = settledBefore;
    this.wake = wake;
  }

  /// The serial up to which all events are in the spool, or were left out on purpose; 0: none.
  public long settledBefore() {
    return settledBefore;
  }

  /// The serial of the first event that came live; 0: none yet.
  public long firstLive() {
    return firstLive;
  }

  /// Hands a frame over, and waits so long for room; false: there is none.
  public boolean offer(byte[] frame, long ns) throws InterruptedException {
    if (frames.offer(frame)) {
      return true;
    }
    wake.run();
    return frames.offer(frame, ns, TimeUnit.NANOSECONDS);
  }

  /// Has what waits taken now.
  public void wake() {
    wake.run();
  }

  /// Says that no more come.
  ///
  /// @param why not all that there should be; null: all are there
  public void end(String why) {
    trouble = why;
    ended = true;
    wake.run();
  }

  /// Notes which serial came first live. Intake thread.
  public void heard(long serial) {
    if (firstLive != serial) {
      firstLive = serial;
    }
  }

  /// The frame in front, or null; it stays. Intake thread.
  public byte[] peek() {
    return frames.peek();
  }

  /// The serial of an event that is the only one of its stamp, or the first; 0: it is a further
  /// one.
  static long firstOfSerial(byte[] frame) {
    ByteBuffer header = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    return header.getShort(FrameDescriptor.REPEAT) == 0
        ? header.getLong(FrameDescriptor.SERIAL)
        : 0;
  }

  /// Takes the frame in front away. Intake thread.
  public void remove() {
    frames.remove();
  }

  /// Whether the intake thread has something to do here.
  boolean pending() {
    return ended || !frames.isEmpty();
  }

  /// Whether all came. Intake thread.
  public boolean isOver() {
    return ended && frames.isEmpty();
  }

  /// Why not all that there should be; null: nothing was in the way.
  public String trouble() {
    return trouble;
  }
}
