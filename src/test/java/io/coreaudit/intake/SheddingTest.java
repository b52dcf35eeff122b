package io.coreaudit.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.origin.MadeContainer;
import io.coreaudit.record.RecordType;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SheddingTest {
  private static final ShedSettings SETTINGS =
      new ShedSettings(90, List.of("etcd", "identity"), List.of(RecordType.ADD_USER));
  private static final int COUNTING = 80;
  private static final int ALL = 100;

  private boolean othersSecret;
  private long container;
  private boolean leftOut;
  private final Shedding shedding = new Shedding(SETTINGS, of -> null);
  private final EventFeed feed =
      new EventFeed(event -> leftOut = shedding.leavesOut(event, othersSecret, container));

  @AfterEach
  void close() {
    feed.close();
    shedding.close();
  }

  private boolean leavesOut(String key, String program) {
    feed.call(key, program, 10);
    return leftOut;
  }

  private boolean leavesOutRecord(int type, String fields) {
    feed.record(type, fields);
    return leftOut;
  }

  @Test
  void shouldNeverLeaveOutTheLast() {
    shedding.fill(ALL);
    assertThat(leavesOut("\"noise\"", "/bin/a")).isTrue();
    assertThat(leavesOut("(null)", "/bin/a")).isTrue();
    assertThat(leavesOut("\"etcd\"", "/bin/a")).isFalse();
    assertThat(leavesOut("\"etcd2\"", "/bin/a")).isTrue();
    // noise and identity, of one rule
    assertThat(leavesOut("6E6F697365016964656E74697479", "/bin/a")).isFalse();
    assertThat(leavesOut("6E6F69736501696465", "/bin/a")).isTrue();
    assertThat(leavesOutRecord(RecordType.ADD_USER, "pid=1 msg='op=add-user'")).isFalse();
    assertThat(leavesOutRecord(RecordType.USER_LOGIN, "pid=1 key=\"etcd\"")).isTrue();
    othersSecret = true;
    assertThat(leavesOut("\"noise\"", "/bin/a")).isFalse();
  }

  @Test
  void shouldLeaveOutNothingWhileItOnlyCounts() {
    shedding.fill(COUNTING);
    for (int i = 0; i < 1_000; i++) {
      assertThat(leavesOut("\"noise\"", "/bin/a")).isFalse();
    }
    assertThat(shedding.owedEvents()).isZero();
  }

  /// Whatever the stream is made of: who is left out makes more of it than who is not, and it is
  /// the share that the level asks for.
  @Property(tries = 60)
  void shouldLeaveOutTheMostFrequentFirst(
      @ForAll @Size(min = 2, max = 12) List<@IntRange(min = 1, max = 200) Integer> weights,
      @ForAll @IntRange(min = 2, max = 5) int level,
      @ForAll long seed) {
    List<Integer> stream = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      stream.addAll(Collections.nCopies(weights.get(i), i));
    }
    Collections.shuffle(stream, new Random(seed));
    Shedding tried = new Shedding(SETTINGS, of -> null); // the test's own is that of all tries
    boolean[] out = {false};
    try (EventFeed events = new EventFeed(event -> out[0] = tried.leavesOut(event, false, 0))) {
      tried.fill(COUNTING);
      stream.forEach(one -> events.call("\"k" + one + '"', "/bin/p", 10));
      tried.fill(new Pressure(SETTINGS.atPercent()).threshold(level));
      int total = stream.size();
      for (int i = 0; i < weights.size(); i++) {
        events.call("\"k" + i + '"', "/bin/p", 10);
        shouldBeByShare(out[0], weights.get(i), total, weights.size() + 1, level);
      }
    } finally {
      tried.close();
    }
  }

  /// @param slack each that is asked for counts, too
  private static void shouldBeByShare(
      boolean isLeftOut, int weight, int total, int slack, int level) {
    int shift = 2 * (level - 1);
    if (level == Pressure.MOST) {
      assertThat(isLeftOut).isTrue();
    } else if (total + slack < Shedding.LEAST_COUNTED) {
      assertThat(isLeftOut).isFalse();
    } else if (total >= Shedding.LEAST_COUNTED && weight << shift >= total + slack) {
      assertThat(isLeftOut).as("%d of %d at %d", weight, total, level).isTrue();
    } else if (weight + slack << shift < total) {
      assertThat(isLeftOut).as("%d of %d at %d", weight, total, level).isFalse();
    }
  }

  @Test
  void shouldTellEachClassOnceAMinute() {
    shedding.fill(ALL);
    for (int i = 0; i < 500; i++) {
      leavesOut("\"noise\"", "/bin/a");
      leavesOut("\"noise\"", "/bin/b");
    }
    leavesOutRecord(RecordType.USER_LOGIN, "pid=1");
    List<String> told = new ArrayList<>();
    long nowMs = 1_700_000_010_000L;
    shedding.tell(event -> tell(told, event), nowMs, false);
    assertThat(told)
        .containsExactlyInAnyOrder(
            "reason=\"shed\" events=500 key=\"noise\" program=\"/bin/a\" type=\"SYSCALL\""
                + " first=\"2023-11-14T22:13:20.000Z\" last=\"2023-11-14T22:13:20.998Z\"",
            "reason=\"shed\" events=500 key=\"noise\" program=\"/bin/b\" type=\"SYSCALL\""
                + " first=\"2023-11-14T22:13:20.001Z\" last=\"2023-11-14T22:13:20.999Z\"",
            "reason=\"shed\" events=1 type=\"USER_LOGIN\" first=\"2023-11-14T22:13:21.000Z\""
                + " last=\"2023-11-14T22:13:21.000Z\"");
    assertThat(shedding.owedEvents()).isZero();
    leavesOut("\"noise\"", "/bin/a");
    shedding.fill(0); // what was left out is told all the same
    told.clear();
    shedding.tell(event -> tell(told, event), nowMs + 59_000, false);
    assertThat(told).isEmpty();
    shedding.tell(event -> tell(told, event), nowMs + 60_000, false);
    assertThat(told).singleElement().asString().contains(" events=1 key=\"noise\"");
  }

  private static boolean tell(List<String> told, OwnEvent event) {
    return told.add(new String(event.text(), StandardCharsets.UTF_8));
  }

  /// A flood of classes that come once cannot push out who is frequent, nor grow the table.
  @Test
  void shouldKnowTheFrequentAmongAFloodOfOthers() {
    shedding.fill(COUNTING);
    for (int i = 0; i < 20_000; i++) {
      leavesOut("\"noise\"", "/bin/a");
      leavesOut("\"noise\"", "/tmp/" + i);
    }
    shedding.fill(SETTINGS.atPercent());
    assertThat(leavesOut("\"noise\"", "/bin/a")).isTrue();
    assertThat(leavesOut("\"noise\"", "/tmp/1")).isFalse();
    shedding.fill(ALL);
    long counted = 0;
    for (int i = 0; i < 2_000; i++) {
      counted += leavesOut("\"noise\"", "/tmp/" + i) ? 1 : 0;
    }
    assertThat(counted).isEqualTo(2_000);
    List<String> told = new ArrayList<>();
    shedding.tell(event -> tell(told, event), 0, true);
    assertThat(told).hasSizeLessThanOrEqualTo(ClassCounts.CLASSES + 1);
    assertThat(told.stream().mapToLong(SheddingTest::events).sum()).isEqualTo(2_001);
    assertThat(told.getFirst()).contains(" classes=");
  }

  /// Of a flood of classes that come once nothing stays in the table when counts are halved; the
  /// rare one beside it has not become frequent by that.
  @Test
  void shouldKeepTheRareBesideAFloodOfOthersWhenCountsAreHalved() {
    shedding.fill(COUNTING);
    for (int i = 0; i < 8_000; i++) {
      leavesOut("\"noise\"", "/tmp/" + i);
      if (i % 40 == 0) {
        leavesOut("\"rare\"", "/bin/a");
      }
    }
    shedding.tick(20_000_000_000L);
    shedding.fill(SETTINGS.atPercent());
    assertThat(leavesOut("\"rare\"", "/bin/a")).isFalse();
  }

  static long events(String gap) {
    return Long.parseLong(gap.replaceFirst(".* events=([0-9]+).*", "$1"));
  }

  @Test
  void shouldForgetWhatWasFrequent() {
    shedding.fill(COUNTING);
    for (int i = 0; i < 1_000; i++) {
      leavesOut("\"noise\"", "/bin/a");
    }
    for (int i = 1; i < 12; i++) {
      shedding.tick(i * 20_000_000_000L);
    }
    shedding.fill(SETTINGS.atPercent());
    assertThat(leavesOut("\"noise\"", "/bin/a")).as("too few are known").isFalse();
  }

  /// One container's flood is left out for it alone, by its name.
  @Test
  void shouldLeaveOutWhatOneContainerIsFrequentWith() {
    try (var flood = new MadeContainer('a');
        var quiet = new MadeContainer('b')) {
      shedding.fill(COUNTING);
      for (int i = 0; i < 2_000; i++) {
        container = i % 100 == 0 ? quiet.address() : flood.address();
        leavesOut("\"exec\"", "/bin/curl");
      }
      shedding.fill(new Pressure(SETTINGS.atPercent()).threshold(4));
      container = flood.address();
      assertThat(leavesOut("\"exec\"", "/bin/curl")).isTrue();
      container = quiet.address();
      assertThat(leavesOut("\"exec\"", "/bin/curl")).as("another's, of the same kind").isFalse();
      container = 0;
      assertThat(leavesOut("\"exec\"", "/bin/curl")).as("the host's").isFalse();
    }
    List<String> told = new ArrayList<>();
    shedding.tell(event -> tell(told, event), 0, true);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst())
        .contains("program=\"/bin/curl\"", "container_id=\"" + "a".repeat(64) + '"');
  }

  /// What hundreds of containers do a little each is frequent all the same.
  @Test
  void shouldLeaveOutWhatAllContainersTogetherAreFrequentWith() {
    List<MadeContainer> pods = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      pods.add(new MadeContainer("%016x".formatted((i + 1) * 0x9e3779b97f4a7c15L).repeat(4)));
    }
    shedding.fill(COUNTING);
    for (int i = 0; i < 4_000; i++) {
      container = i % 8 == 0 ? 0 : pods.get(i % 200).address();
      leavesOut("\"exec\"", i % 8 == 0 ? "/bin/rare" + i % 64 : "/bin/probe");
    }
    shedding.fill(SETTINGS.atPercent());
    container = pods.get(3).address();
    assertThat(leavesOut("\"exec\"", "/bin/probe")).isTrue();
    assertThat(leavesOut("\"exec\"", "/bin/other")).isFalse();
    container = 0;
    assertThat(leavesOut("\"exec\"", "/bin/probe")).as("the host's").isFalse();
    List<String> told = new ArrayList<>();
    shedding.tell(event -> tell(told, event), 0, true);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst()).contains("/bin/probe").doesNotContain("container_id");
    pods.forEach(MadeContainer::close);
  }

  @Test
  void shouldHashOtherwiseInEachProcess() {
    EventClass[] classes = {new EventClass(), new EventClass()};
    long[][] hashes = new long[2][2];
    try (EventFeed events =
        new EventFeed(
            event -> {
              for (int i = 0; i < 4; i++) {
                classes[i / 2].read(event, 0);
                hashes[i / 2][i % 2] = classes[i / 2].hash();
              }
            })) {
      events.call("\"noise\"", "/bin/a", 10);
    }
    assertThat(hashes[0][0]).isEqualTo(hashes[0][1]).isNotEqualTo(hashes[1][0]);
    for (EventClass each : classes) {
      each.close();
    }
  }

  @Test
  void shouldAllocateNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    shedding.fill(ALL);
    long[] allocated = {0};
    try (EventFeed measured =
        new EventFeed(
            event -> {
              for (int i = 0; i < 3_000; i++) {
                shedding.leavesOut(event, false, 0);
              }
              long before = threads.getCurrentThreadAllocatedBytes();
              for (int i = 0; i < 1_000; i++) {
                shedding.leavesOut(event, false, 0);
              }
              allocated[0] = threads.getCurrentThreadAllocatedBytes() - before;
            })) {
      measured.call("6E6F697365016964656E", "/bin/a", 100);
    }
    assertThat(allocated[0]).isLessThan(1_000);
  }
}
