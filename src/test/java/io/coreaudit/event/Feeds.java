package io.coreaudit.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.LogFeed.Event;
import java.util.ArrayList;
import java.util.List;

/// The feeds of a test, held to their books at its end.
final class Feeds implements AutoCloseable {
  private final List<LogFeed> feeds = new ArrayList<>();

  LogFeed open(AssemblerMode mode) {
    return open(mode, 1 << 22);
  }

  LogFeed open(AssemblerMode mode, long ringBytes) {
    LogFeed feed = new LogFeed(mode, ringBytes);
    feeds.add(feed);
    return feed;
  }

  /// The books balance, and nothing is left in the ring but what is open.
  @Override
  public void close() {
    for (LogFeed feed : feeds) {
      assertThat(feed.count(AssemblerCounter.RECORDS_IN))
          .isEqualTo(
              feed.count(AssemblerCounter.RECORDS_OUT)
                  + feed.count(AssemblerCounter.EOE_EATEN)
                  + feed.count(AssemblerCounter.RECORDS_NO_STAMP)
                  + feed.count(AssemblerCounter.RECORDS_TOO_LONG)
                  + feed.count(AssemblerCounter.RECORDS_OPEN));
      assertThat((long) feed.ring.liveRecords())
          .isEqualTo(feed.count(AssemblerCounter.RECORDS_OPEN));
      assertThat(feed.count(AssemblerCounter.EVENTS_OUT)).isEqualTo(feed.events.size());
      feed.assembler.flush();
      assertThat(feed.ring.liveRecords()).isZero();
      assertThat(feed.assembler.openEvents()).isZero();
      feed.close();
    }
  }

  static String record(String type, String stamp, String fields) {
    return "type=" + type + " msg=audit(" + stamp + "): " + fields;
  }

  static String[] opened(String stamp) {
    return new String[] {
      record("SYSCALL", stamp, "arch=c000003e syscall=257 success=yes exit=3 items=1 pid=1"),
      record("CWD", stamp, "cwd=\"/\""),
      record("PATH", stamp, "item=0 name=\"/x\""),
      record("PROCTITLE", stamp, "proctitle=\"x\""),
      record("EOE", stamp, "")
    };
  }

  static Event only(LogFeed feed) {
    assertThat(feed.events).hasSize(1);
    return feed.events.getFirst();
  }
}
