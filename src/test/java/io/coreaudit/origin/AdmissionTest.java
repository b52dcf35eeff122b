package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.OwnEvent;
import io.coreaudit.memory.Memory;
import io.coreaudit.table.KernelNames;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What of a container's events is told in full, and that all else is told as a number.
final class AdmissionTest extends AdmissionScene {
  @Test
  void shouldTellARepeatedReadOnceAMinute() {
    assertThat(read(100_000)).isEqualTo(Admission.FULL);
    assertThat(read(100_001)).isEqualTo(Admission.REPEATED);
    assertThat(event(100_002, OPENAT, "/bin/dog", "inode=5 dev=00:27")).isEqualTo(Admission.FULL);
    assertThat(event(100_003, OPENAT, "/bin/cat", "inode=6 dev=00:27")).isEqualTo(Admission.FULL);
    inside(2);
    assertThat(read(100_004)).as("another container of the pod").isEqualTo(Admission.FULL);
    inside(1);
    assertThat(read(159_999)).isEqualTo(Admission.REPEATED);
    assertThat(admission.owedEvents()).isEqualTo(2);
    assertThat(tell(160_000, false)).as("too early").isEmpty();
    assertThat(read(160_000)).isEqualTo(Admission.FULL);
    assertThat(read(160_001)).isEqualTo(Admission.REPEATED);
    CrioTree.Made sandbox = CrioTree.Made.sandbox(CrioTree.id(9), POD, "web", "shop", Map.of());
    names = namesOf(sandbox);
    assertThat(tell(160_002, false))
        .containsExactly(
            "summary of=\"secret_reads\" events=3 executable=\"/bin/cat\" path=\"/run/token\""
                + " volume=\"token\" first=\"2023-11-14T22:15:00.001Z\""
                + " last=\"2023-11-14T22:16:00.001Z\" namespace=\"shop\" pod=\"web\" pod_uid=\""
                + POD
                + "\" container_id=\""
                + CrioTree.id(1)
                + '"');
    assertThat(told.getFirst().tags().stream().map(OwnEvent.Tag::number).toList())
        .containsExactly(OriginTag.CONTAINER, OriginTag.POD);
    assertThat(admission.owedEvents()).isZero();
    assertThat(tell(999_999, true)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "failed, arch=c000003e syscall=257 success=no exit=-13 a2=80000",
    "written, arch=c000003e syscall=257 success=yes exit=3 a2=80001",
    "read and written, arch=c000003e syscall=257 success=yes exit=3 a2=2",
    "made, arch=c000003e syscall=257 success=yes exit=3 a2=40",
    "cut, arch=c000003e syscall=257 success=yes exit=3 a2=200",
    "open for writing, arch=c000003e syscall=2 success=yes exit=3 a1=1 a2=0",
    "without flags, arch=c000003e syscall=257 success=yes exit=3",
    "openat2 without its record, arch=c000003e syscall=437 success=yes exit=3 a2=0",
    "no open, arch=c000003e syscall=89 success=yes exit=3 a2=0",
    "of another architecture, arch=c00000b7 syscall=257 success=yes exit=3 a2=0"
  })
  void shouldTellAllElseInFull(String what, String call) {
    for (int i = 0; i < 3; i++) {
      assertThat(event(100_000, call, "/bin/cat", "inode=5 dev=00:27"))
          .as(what)
          .isEqualTo(Admission.FULL);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "open, arch=c000003e syscall=2 success=yes exit=3 a1=80000 a2=1",
    "openat of arm64, arch=c00000b7 syscall=56 success=yes exit=3 a1=1 a2=20000",
    "open of i386, arch=40000003 syscall=5 success=yes exit=3 a1=8000 a2=1"
  })
  void shouldKnowAReadOfEachArchitecture(String what, String call) {
    assertThat(event(100_000, call, "/bin/cat", "inode=5 dev=00:27")).isEqualTo(Admission.FULL);
    keepPrefix = true;
    assertThat(event(100_000, call, "/bin/cat", "inode=5 dev=00:27"))
        .as(what)
        .isEqualTo(Admission.REPEATED);
  }

  @Test
  void shouldReadTheFlagsOfOpenat2WhereTheyStand() {
    String[] flags = {"02000000", "02000000", "02000001", "x", "0"};
    List<Integer> verdicts = new ArrayList<>();
    for (String each : flags) {
      String stamp = "msg=audit(1700000100.000:%d): ".formatted(++serial);
      append(
          "type=SYSCALL "
              + stamp
              + "arch=c000003e syscall=437 success=yes exit=3 a2=7ffc items=1 ppid=1 pid=2 uid=0"
              + " comm=\"cat\" exe=\"/bin/cat\" key=\""
              + KEY
              + '"');
      append("type=OPENAT2 " + stamp + "oflag=" + each + " mode=00 resolve=0x0");
      append(
          "type=PATH "
              + stamp
              + "item=0 name=\"/t\" inode=5 dev=00:27 mode=0100644 ouid=0 ogid=0 rdev=00:00");
      assembler.flush();
      verdicts.add(admitted);
    }
    assertThat(verdicts)
        .containsExactly(
            Admission.FULL, Admission.REPEATED, Admission.FULL, Admission.FULL, Admission.REPEATED);
  }

  @Test
  void shouldTellInFullWhatIsNotCertainlyThat() {
    assertThat(read(100_000)).isEqualTo(Admission.FULL);
    String[] keys = {"", " key=(null)", " key=\"another\"", " key=6F70656E01"};
    for (String key : keys) {
      assertThat(event(100_001, OPENAT, "/bin/cat", key, "inode=5 dev=00:27"))
          .as("key %s", key)
          .isEqualTo(Admission.FULL);
    }
    String ours = " key=\"" + KEY + '"';
    assertThat(event(100_001, OPENAT, "/bin/cat", ours, "inode=5 dev=00:27", "inode=5 dev=00:27"))
        .as("two paths")
        .isEqualTo(Admission.FULL);
    assertThat(event(100_001, OPENAT, "/bin/cat", ours)).as("none").isEqualTo(Admission.FULL);
    for (int i = 0; i < 2; i++) {
      assertThat(event(100_001, OPENAT, "/bin/cat", "inode=7 dev=00:28"))
          .as("another pod's")
          .isEqualTo(Admission.FULL);
      assertThat(event(100_001, OPENAT, "/" + "x".repeat(300), "inode=5 dev=00:27"))
          .as("a long name")
          .isEqualTo(Admission.FULL);
    }
    Membership.clear(belongs);
    Membership.kind(belongs, Membership.HOST);
    assertThat(read(100_001)).as("of the host").isEqualTo(Admission.FULL);
    limit(0, "");
    inside(1);
    read(100_002);
    assertThat(read(100_002)).as("asked for all").isEqualTo(Admission.FULL);
  }

  @Test
  void shouldKnowTheNumbersOfTheCallsThatOpen() {
    assertThat(ReadCall.CALLS.length).isEqualTo(19);
    for (long[] call : ReadCall.CALLS) {
      String name =
          new String(KernelNames.syscalls((int) call[0]).name(call[1]), StandardCharsets.US_ASCII);
      assertThat(name).isEqualTo(List.of("", "open", "openat", "openat2").get((int) call[2]));
    }
  }

  @Test
  void shouldBoundTheEventsOfAContainerAndNobodyElses() {
    limit(10, KEY);
    String other = "inode=5 dev=fd:00";
    int full = 0;
    for (int i = 0; i < 50; i++) {
      full += event(100_000, OPENAT, "/bin/cat", other) == Admission.FULL ? 1 : 0;
    }
    assertThat(full).isEqualTo(10);
    assertThat(event(100_100, OPENAT, "/bin/cat", other)).isEqualTo(Admission.FULL);
    assertThat(event(100_100, OPENAT, "/bin/cat", other)).isEqualTo(Admission.OVER_RATE);
    for (int i = 0; i < 10; i++) {
      assertThat(event(100_100, OPENAT, "/bin/cat", "inode=7 dev=00:28"))
          .as("of another pod's secret")
          .isEqualTo(Admission.FULL);
    }
    inside(2);
    assertThat(event(100_100, OPENAT, "/bin/cat", other)).isEqualTo(Admission.FULL);
    Membership.clear(belongs);
    for (int i = 0; i < 50; i++) {
      assertThat(event(100_100, OPENAT, "/bin/cat", other))
          .as("nobody knows whose")
          .isEqualTo(Admission.FULL);
    }
    inside(1);
    assertThat(event(103_000, OPENAT, "/bin/cat", other)).isEqualTo(Admission.FULL);
    assertThat(admission.owedEvents()).isEqualTo(41);
  }

  @Test
  void shouldNotCountARepeatedReadAgainstTheRate() {
    limit(10, KEY);
    read(100_000);
    for (int i = 0; i < 100; i++) {
      assertThat(read(100_000)).isEqualTo(Admission.REPEATED);
    }
    assertThat(event(100_000, OPENAT, "/bin/cat", "inode=1 dev=fd:00")).isEqualTo(Admission.FULL);
    for (int i = 0; i < 100; i++) {
      event(100_000, OPENAT, "/bin/cat", "inode=1 dev=fd:00");
    }
    String failed = OPENAT.replace("success=yes exit=3", "success=no exit=-13");
    String written = OPENAT.replace("a2=80000", "a2=80001");
    for (int i = 0; i < 3; i++) {
      assertThat(event(100_000, failed, "/bin/dog", "inode=5 dev=00:27")).isEqualTo(Admission.FULL);
      assertThat(event(100_000, written, "/bin/dog", "inode=5 dev=00:27"))
          .isEqualTo(Admission.FULL);
    }
    assertThat(event(100_000, OPENAT, "/bin/dog", "inode=5 dev=00:27"))
        .as("the first of another program")
        .isEqualTo(Admission.FULL);
    assertThat(event(100_000, OPENAT, "/bin/dog", "inode=5 dev=00:27"))
        .isEqualTo(Admission.REPEATED);
    for (int i = 0; i < 3; i++) {
      event(100_000, failed, "/bin/dog", "inode=5 dev=00:27");
    }
    assertThat(event(100_000, OPENAT, "/bin/fox", "inode=5 dev=00:27"))
        .as("the first of another program, beyond both bounds")
        .isEqualTo(Admission.FULL);
    assertThat(event(100_000, OPENAT, "/bin/fox", "inode=5 dev=00:27"))
        .isEqualTo(Admission.REPEATED);
  }

  @Test
  void shouldNeverCountWhatAUsersOwnContainerDoes() {
    limit(1, KEY);
    Membership.ofUser(belongs);
    for (int i = 0; i < 10; i++) {
      assertThat(event(100_000, OPENAT, "/bin/cat", "inode=1 dev=fd:00")).isEqualTo(Admission.FULL);
      assertThat(read(100_000)).isEqualTo(Admission.FULL);
    }
  }

  @Test
  void shouldTellAPathThatIsOneQuote() {
    String stamp = "msg=audit(1700000100.000:%d): ";
    for (int i = 0; i < 2; i++) {
      append(
          "type=SYSCALL "
              + stamp.formatted(++serial)
              + OPENAT
              + " items=1 ppid=1 pid=2 uid=0 comm=\"cat\" exe=\" key=\""
              + KEY
              + '"');
      append(
          "type=PATH "
              + stamp.formatted(serial)
              + "item=0 name=\" inode=5 dev=00:27 mode=0100644 ouid=0 ogid=0 rdev=00:00");
      assembler.flush();
    }
    assertThat(admitted).isEqualTo(Admission.REPEATED);
    assertThat(tell(0, true)).singleElement().asString().contains("events=1");
  }

  @Test
  void shouldTellWhatWasBeyondTheRateSoonAndThenOnceAMinute() {
    limit(10, "");
    names = namesOf(CrioTree.Made.sandbox(CrioTree.id(9), POD, "web", "shop", Map.of()));
    for (int i = 0; i < 15; i++) {
      event(100_000, OPENAT, "/bin/cat", "inode=5 dev=fd:00");
    }
    assertThat(tell(100_900, false)).isEmpty();
    assertThat(tell(101_000, false))
        .containsExactly(
            "gap reason=\"container_rate\" events=5 most_per_second=10"
                + " first=\"2023-11-14T22:15:00.000Z\" last=\"2023-11-14T22:15:00.000Z\""
                + " namespace=\"shop\" pod=\"web\" pod_uid=\""
                + POD
                + "\" container_id=\""
                + CrioTree.id(1)
                + '"');
    for (int i = 0; i < 15; i++) {
      event(102_000, OPENAT, "/bin/cat", "inode=5 dev=fd:00");
    }
    assertThat(tell(160_900, false)).isEmpty();
    admission.tell(event -> false, names, BASE_MS + 161_000, false);
    assertThat(admission.owedEvents()).as("the spool took nothing").isEqualTo(5);
    assertThat(tell(161_000, false)).hasSize(1);
    assertThat(admission.owedEvents()).isZero();
  }

  @Test
  void shouldOweWhatItDidNotTell() {
    limit(3, KEY);
    Random random = new Random(4);
    long full = 0;
    long sum = 0;
    long events = 40_000;
    for (int i = 0; i < events; i++) {
      inside(random.nextInt(6000));
      long stampMs = 100_000 + i / 4;
      String file = "inode=" + random.nextInt(5) + " dev=00:27";
      boolean own = random.nextInt(3) > 0;
      full +=
          event(stampMs, OPENAT, "/bin/" + random.nextInt(2), own ? file : "inode=1 dev=fd:00")
                  == Admission.FULL
              ? 1
              : 0;
      if (i % 1000 == 0) {
        tell(stampMs, false);
        sum += told.stream().mapToLong(AdmissionTest::events).sum();
      }
    }
    for (int i = 0; i < 2000; i++) {
      inside(i % 2);
      full += read(120_000) == Admission.FULL ? 1 : 0;
    }
    tell(0, true);
    sum += told.stream().mapToLong(AdmissionTest::events).sum();
    assertThat(full + sum).isEqualTo(events + 2000);
    assertThat(sum).isGreaterThan(2000);
    assertThat(counters.value(OriginCounter.RATES_EVICTED)).isPositive();
    assertThat(counters.value(OriginCounter.READS_EVICTED)).isPositive();
    assertThat(admission.owedEvents()).isZero();
  }

  @Test
  void shouldGoOnWhenTheClockIsSetBack() {
    limit(10, KEY);
    for (int i = 0; i < 20; i++) {
      event(500_000, OPENAT, "/bin/cat", "inode=1 dev=fd:00");
    }
    assertThat(event(100_000, OPENAT, "/bin/cat", "inode=1 dev=fd:00"))
        .isEqualTo(Admission.OVER_RATE);
    assertThat(event(101_000, OPENAT, "/bin/cat", "inode=1 dev=fd:00")).isEqualTo(Admission.FULL);
    assertThat(read(700_000)).isEqualTo(Admission.FULL);
    assertThat(read(102_000)).as("ten minutes before").isEqualTo(Admission.FULL);
    assertThat(tell(102_500, false)).hasSize(1);
  }

  @Test
  void shouldAllocateNothing() {
    limit(10, KEY);
    read(100_000);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long rounds = 20_000;
    counts(rounds);
    long before = threads.getCurrentThreadAllocatedBytes();
    counts(rounds);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated / (double) rounds).isLessThan(1);
    assertThat(admission.owedEvents()).isGreaterThan(rounds);
  }

  private void counts(long rounds) {
    byte[][] lines = new byte[4][];
    for (int i = 0; i < 4; i += 2) {
      String stamp = "msg=audit(1700000100.000:" + i + "): ";
      lines[i] =
          ("type=SYSCALL "
                  + stamp
                  + OPENAT
                  + " items=1 ppid=1 pid=2 uid=0 comm=\"cat\" exe=\"/bin/cat\" key=\""
                  + KEY
                  + '"')
              .getBytes(StandardCharsets.US_ASCII);
      lines[i + 1] =
          ("type=PATH "
                  + stamp
                  + "item=0 name=\"/run/token\" inode=5 dev="
                  + (i == 0 ? "00:27" : "fd:00")
                  + " mode=0100644 ouid=0 ogid=0 rdev=00:00")
              .getBytes(StandardCharsets.US_ASCII);
    }
    for (long round = 0; round < rounds; round++) {
      for (byte[] each : lines) {
        Memory.copy(each, 0, lineBlock, each.length);
        line.split(lineBlock, each.length);
        assembler.accept(line.type(), 0, 0, line.textAddress(), line.textLength(), 0);
      }
      assembler.flush();
    }
  }
}
