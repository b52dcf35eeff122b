package io.coreaudit.agent.log;

import static io.coreaudit.kernel.LinuxConstants.POLLOUT;

import io.coreaudit.kernel.Poll;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// Standard error that does not wait for its reader: what a full pipe or a stopped terminal does
/// not take is left out and counted, and said as soon as something is taken again.
///
/// Every role of the agent logs now and then. Were a write to wait, one reader that stands still
/// (`2>&1 | less`, a container's log driver) would hold up all of them, and the stop.
///
/// A descriptor of which poll(2) says that it takes something takes 4 KiB at least, so that much is
/// written at a time. A regular file on a disk that hangs is beyond this: poll calls it ready.
public final class StandardError extends OutputStream {
  private static final int DESCRIPTOR = 2;
  private static final int PART_BYTES = 4096;

  /// A reader that is only slow is waited for, but not by every line again.
  private static final int PATIENCE_MILLIS = 20;

  private final FileOutputStream out = new FileOutputStream(FileDescriptor.err);
  private final Poll poll = new Poll(1);
  private boolean refused;
  private boolean torn;
  private long untold;
  private volatile long leftOut;

  private StandardError() {
    poll.add(DESCRIPTOR, POLLOUT);
  }

  /// Puts it in the place of `System.err`, for the rest of the process.
  public static StandardError install() {
    StandardError error = new StandardError();
    System.setErr(new PrintStream(error, true, System.err.charset()));
    return error;
  }

  /// Lines that were left out, whole or in part. Any thread.
  public long leftOut() {
    return leftOut;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    if (untold > 0 && takes()) {
      String note = (torn ? "\n" : "") + "coreaudit: " + untold + " lines are left out here\n";
      out.write(note.getBytes(StandardCharsets.US_ASCII));
      untold = 0;
      torn = false;
    }
    int end = offset + length;
    for (int at = offset; at < end; at += PART_BYTES) {
      int part = Math.min(PART_BYTES, end - at);
      if (!takes()) {
        torn |= at > offset;
        leaveOut(bytes, at, end);
        return;
      }
      out.write(bytes, at, part);
    }
  }

  private boolean takes() {
    refused = poll.await(refused ? 0 : PATIENCE_MILLIS) == 0;
    return !refused;
  }

  private void leaveOut(byte[] bytes, int start, int end) {
    int lines = 0;
    for (int i = start; i < end; i++) {
      lines += bytes[i] == '\n' ? 1 : 0;
    }
    untold += lines;
    leftOut += lines;
  }
}
