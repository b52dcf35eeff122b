package io.coreaudit.decode;

import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Cuts what is read of logs into lines: `while (read(input)) while (next()) ...`, and `rest` at
/// the end of an input. A line that is too long is left out and counted.
public final class LogLines implements AutoCloseable {
  /// A line longer than this is left out.
  public static final int LONGEST = 1 << 20;

  private static final int READ_BYTES = 256 << 10;
  private static final int BUFFER_BYTES = LONGEST + READ_BYTES;
  private static final long LINE_FEEDS = EightBytes.ONES * '\n';

  private final Pages buffer = Pages.unwritten(BUFFER_BYTES);
  private final ByteBuffer view = Memory.view(buffer.address(), BUFFER_BYTES);
  private final long base = buffer.address();
  private int start;
  private int searched; // what is before has no line feed
  private int filled;
  private boolean skipping;
  private long address;
  private int length;
  private long tooLong;

  /// Creates an empty buffer.
  public LogLines() {}

  /// Reads on, after `next` said that there is no line; false: the input ends here.
  public boolean read(LogInput input) throws IOException {
    if (start > 0) {
      Memory.copy(base + start, base, filled - start);
      filled -= start;
      start = 0;
    }
    if (filled > LONGEST) {
      skip();
    }
    searched = filled;
    view.limit(Math.min(filled + READ_BYTES, BUFFER_BYTES)).position(filled);
    int read = input.read(view);
    filled += Math.max(0, read);
    return read >= 0;
  }

  /// Moves to the next line; false: more has to be read.
  public boolean next() {
    long end = base + filled;
    while (true) {
      long at = EightBytes.find(base + searched, end, LINE_FEEDS);
      if (at == end) {
        searched = filled;
        return false;
      }
      take((int) (at - base));
      start = (int) (at - base) + 1;
      searched = start;
      if (isWanted()) {
        return true;
      }
    }
  }

  /// Takes what is left at the end of an input as a line; false: nothing is.
  public boolean rest() {
    take(filled);
    boolean wanted = length > 0 && isWanted();
    forget();
    return wanted;
  }

  /// Leaves out what is there of a line whose end cannot be read.
  void forget() {
    start = 0;
    searched = 0;
    filled = 0;
    skipping = false;
  }

  private void take(int end) {
    address = base + start;
    length = end - start;
  }

  private boolean isWanted() {
    if (skipping) {
      skipping = false;
      return false;
    }
    if (length > LONGEST) {
      tooLong++;
      return false;
    }
    return true;
  }

  private void skip() {
    if (!skipping) {
      skipping = true;
      tooLong++;
    }
    filled = 0;
  }

  /// Where the line begins, until `read`.
  public long address() {
    return address;
  }

  /// Length of the line, without its line feed.
  public int length() {
    return length;
  }

  /// Lines that were left out.
  public long tooLong() {
    return tooLong;
  }

  @Override
  public void close() {
    buffer.close();
  }
}
