package io.coreaudit.forward;

import java.time.Duration;

/// Times of a sink under test, which comes back to its receiver within milliseconds. A test sets
/// those that it is about.
final class QuickTimings {
  private Duration handshake = Duration.ofSeconds(2);
  private Duration stall = Duration.ofSeconds(30);
  private Duration firstBackoff = Duration.ofMillis(10);
  private Duration longestBackoff = Duration.ofMillis(100);
  private Duration resendAge = Duration.ofMinutes(30);

  QuickTimings handshake(Duration most) {
    handshake = most;
    return this;
  }

  QuickTimings stall(Duration most) {
    stall = most;
    return this;
  }

  QuickTimings backoff(Duration first, Duration longest) {
    firstBackoff = first;
    longestBackoff = longest;
    return this;
  }

  QuickTimings resendAge(Duration age) {
    resendAge = age;
    return this;
  }

  SinkSettings.TcpTimings made() {
    return new SinkSettings.TcpTimings(
        Duration.ofSeconds(2),
        handshake,
        stall,
        firstBackoff,
        longestBackoff,
        resendAge,
        Duration.ofSeconds(1));
  }
}
