package io.coreaudit.mount;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.FullRun;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Many mounts and umounts at random, among many that stay: none is missed.
///
/// 10,000 with `-Dcoreaudit.full=watch`, 1,500 otherwise. Each mount stays for a third of a second
/// at least, longer than the method that rests between its readings rests; ids, device numbers and
/// mount points are used again all the time.
final class MountChurnIT {
  private static final boolean FULL = FullRun.of("watch");
  private static final int OPERATIONS = FULL ? 10_000 : 1_500;
  private static final int PLACES = 400;
  private static final int STAY = FULL ? 1_000 : 100;
  private static final long SHORTEST_NS = TimeUnit.MILLISECONDS.toNanos(330);

  private record Live(String place, String source, long sinceNs) {}

  @ParameterizedTest
  @EnumSource(MountMethod.class)
  void shouldMissNone(MountMethod method) throws Exception {
    try (ScratchMounts scratch = new ScratchMounts()) {
      for (String place : scratch.directories("stay", STAY)) {
        scratch.tmpfs(place, "stay", "size=4k");
      }
      List<String> places = scratch.directories("m", PLACES);
      try (Follower follower = new Follower(method, scratch::below)) {
        follower.take();
        Map<String, String> expected = churn(scratch, places);
        Follower.await(() -> follower.toldCount() >= 2 * expected.size(), "all events");
        check(follower.take(), expected);
        Thread.sleep(1200); // the look at the whole table finds nothing more
        assertThat(follower.take()).isEmpty();
        assertThat(follower.count(MountCounter.MOVED)).isZero();
        assertThat(follower.count(MountCounter.REMOUNTED)).isZero();
      }
    }
  }

  /// Each source was mounted once and unmounted once, at its place, in that order.
  private static void check(List<String> told, Map<String, String> expected) {
    Map<String, String> places = new HashMap<>(expected);
    Set<String> live = new HashSet<>();
    for (String event : told) {
      String[] words = event.split(" ");
      assertThat(words[1]).as(event).isEqualTo(expected.get(words[3]));
      if (words[0].equals("mount")) {
        assertThat(live.add(words[3])).as(event).isTrue();
        assertThat(places.remove(words[3])).as(event).isNotNull();
      } else {
        assertThat(live.remove(words[3])).as(event).isTrue();
      }
    }
    assertThat(places).as("never told").isEmpty();
    assertThat(live).as("umount never told").isEmpty();
  }

  /// Where each source was mounted; all are unmounted again.
  private static Map<String, String> churn(ScratchMounts scratch, List<String> places)
      throws InterruptedException {
    Random random = new Random(11);
    Map<String, String> expected = new HashMap<>();
    Deque<Live> live = new ArrayDeque<>();
    Deque<String> free = new ArrayDeque<>(places);
    for (int i = 0; i < OPERATIONS; i++) {
      boolean oldEnough =
          !live.isEmpty() && System.nanoTime() - live.peek().sinceNs() > SHORTEST_NS;
      if (!free.isEmpty() && (!oldEnough || random.nextInt(3) > 0)) {
        String place = free.poll();
        String source = "src" + i;
        scratch.tmpfs(place, source, "size=4k");
        expected.put(source, place);
        live.add(new Live(place, source, System.nanoTime()));
      } else {
        free.push(umountOldest(scratch, live)); // the next one comes to the same place
      }
      if (random.nextInt(8) == 0) {
        Thread.sleep(random.nextInt(4));
      }
    }
    while (!live.isEmpty()) {
      umountOldest(scratch, live);
    }
    return expected;
  }

  private static String umountOldest(ScratchMounts scratch, Deque<Live> live)
      throws InterruptedException {
    Live oldest = live.poll();
    long leftNs = SHORTEST_NS - (System.nanoTime() - oldest.sinceNs());
    if (leftNs > 0) {
      TimeUnit.NANOSECONDS.sleep(leftNs);
    }
    scratch.umount(oldest.place());
    return oldest.place();
  }
}
