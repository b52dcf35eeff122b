package io.coreaudit.spool;

/// How much of what it reads a sink is sent, by its filter: of the newest hundred thousand events
/// or so. One that has a filter and has read next to nothing is taken for one that is sent nothing.
///
/// One thread counts; any thread may ask.
final class SentShare {
  private static final int MOST = 1 << 17;
  private static final int LOOKS_EACH = 256;

  private int read;
  private int leftOut;
  private volatile int percent = 100;

  /// Begins anew.
  void begin(boolean hasFilter) {
    read = 0;
    leftOut = 0;
    percent = hasFilter ? 0 : 100;
  }

  /// An event was read.
  void read() {
    read++;
    if (read % LOOKS_EACH == 0) {
      percent = (int) ((read - leftOut) * 100L / read);
      if (read == MOST) {
        read /= 2;
        leftOut /= 2;
      }
    }
  }

  /// It is left out.
  void leftOut() {
    leftOut++;
  }

  int percent() {
    return percent;
  }
}
