package io.coreaudit.agent;

/// What a counter grew by in a second, over the last minute: a ring of samples, one every five
/// seconds. Any thread.
final class RateWindow {
  static final int SAMPLE_SECONDS = 5;

  private static final int SAMPLES = 60 / SAMPLE_SECONDS;

  private final long[] timesNs = new long[SAMPLES];
  private final long[] values = new long[SAMPLES];
  private int next;
  private int count;

  /// Notes the counter's value; to be called every `SAMPLE_SECONDS`.
  synchronized void sample(long nowNs, long value) {
    timesNs[next] = nowNs;
    values[next] = value;
    next = (next + 1) % SAMPLES;
    count = Math.min(count + 1, SAMPLES);
  }

  /// The mean since the oldest sample, which is a minute ago, or less after a start.
  synchronized double perSecond(long nowNs, long value) {
    if (count == 0) {
      return 0;
    }
    int oldest = count < SAMPLES ? 0 : next;
    double seconds = (nowNs - timesNs[oldest]) / 1e9;
    return seconds <= 0 ? 0 : (value - values[oldest]) / seconds;
  }
}
