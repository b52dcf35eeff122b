package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.EventKind;
import io.coreaudit.record.RecordType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EventSelectionTest {
  private static final String EVENTS =
      """
      #! netlink
      type=SYSCALL msg=audit(1.001:1): arch=c000003e syscall=257 comm="cat" exe="/usr/bin/cat" key="openshift_etcd"
      type=PATH msg=audit(1.001:1): item=0 name="/var/lib/etcd/x"
      #! seq 2
      type=SYSCALL msg=audit(1.002:2): arch=c000003e syscall=59 comm="a" exe="/a" key=6964656E74697479016F70656E73686966745F65746364
      type=EXECVE msg=audit(1.002:2): argc=1 a0="a"
      #! seq 3
      type=SYSCALL msg=audit(1.003:3): arch=c000003e syscall=59 comm="key" exe="/key" key=(null)
      #! seq 4
      type=USER_LOGIN msg=audit(1.004:4): pid=1 uid=0 msg='op=login key="openshift_etcd" res=success'
      #! seq 5
      type=CONFIG_CHANGE msg=audit(1.005:5): op=remove_rule key="identity" list=4 res=1
      #! lines
      #! seq 6
      type=SYSCALL msg=audit(1.006:6): arch=c000003e syscall=257 key="time" ARCH=x86_64
      #! seq 7
      #! own gap audit(1.007:0): reason="ring_full" events=3
      #! seq 8
      #! own heartbeat audit(1.008:0): version="1"
      #! seq 9
      #! own watch audit(1.009:0): path="/etc"
      """;

  private static List<Long> given(EventSelection selection) {
    List<Long> given = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      new Frames(arena)
          .each(
              EVENTS,
              frame -> {
                if (selection.wants(frame)) {
                  given.add(frame.seq());
                }
              });
    }
    return given;
  }

  private static EventSelection.Names keys(String... keys) {
    return new EventSelection.Names(List.of(keys), List.of(), List.of());
  }

  private static EventSelection.Names types(Integer... types) {
    return new EventSelection.Names(List.of(), List.of(types), List.of());
  }

  private static EventSelection.Names kinds(EventKind... kinds) {
    return new EventSelection.Names(List.of(), List.of(), List.of(kinds));
  }

  private static List<Long> wanting(EventSelection.Names wanted) {
    return given(new EventSelection(wanted, EventSelection.Names.NONE));
  }

  private static List<Long> without(EventSelection.Names unwanted) {
    return given(new EventSelection(EventSelection.Names.NONE, unwanted));
  }

  @Test
  void shouldGiveAllWhenNothingIsNamed() {
    assertThat(given(EventSelection.all())).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
  }

  @Test
  void shouldKnowEachKeyOfARuleAndNoProgramsOwnWords() {
    assertThat(wanting(keys("openshift_etcd"))).containsExactly(1L, 2L, 7L, 8L, 9L);
    assertThat(wanting(keys("identity", "time"))).containsExactly(2L, 5L, 6L, 7L, 8L, 9L);
    assertThat(wanting(keys("openshift_etc"))).containsExactly(7L, 8L, 9L);
    assertThat(without(keys("openshift_etcd"))).containsExactly(3L, 4L, 5L, 6L, 7L, 8L, 9L);
    assertThat(without(keys("(null)"))).hasSize(9);
  }

  @Test
  void shouldKnowTheTypeOfEachRecord() {
    assertThat(wanting(types(RecordType.EXECVE, RecordType.USER_LOGIN)))
        .containsExactly(2L, 4L, 7L, 8L, 9L);
    assertThat(without(types(RecordType.PATH, RecordType.EXECVE)))
        .containsExactly(3L, 4L, 5L, 6L, 7L, 8L, 9L);
  }

  @Test
  void shouldLetGapAndHeartbeatGoUnlessTheyAreNamed() {
    assertThat(wanting(kinds(EventKind.AUDIT))).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    assertThat(wanting(kinds(EventKind.WATCH))).containsExactly(7L, 8L, 9L);
    assertThat(without(kinds(EventKind.HEARTBEAT, EventKind.GAP)))
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 9L);
    var selection = new EventSelection(kinds(EventKind.AUDIT), kinds(EventKind.GAP));
    assertThat(given(selection)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 8L);
    assertThat(selection.wants(EventKind.GAP)).isFalse();
  }

  @Test
  void shouldWantAllListsAndLeaveOutByAny() {
    assertThat(
            given(
                new EventSelection(
                    new EventSelection.Names(
                        List.of("openshift_etcd"),
                        List.of(RecordType.SYSCALL),
                        List.of(EventKind.AUDIT)),
                    new EventSelection.Names(
                        List.of("identity"), List.of(), List.of(EventKind.HEARTBEAT)))))
        .containsExactly(1L, 7L);
  }

  @Test
  void shouldAllocateNothing() {
    var selection =
        new EventSelection(keys("openshift_etcd", "time"), types(RecordType.USER_LOGIN));
    Allocations.assertNone(EVENTS, (frame, out) -> selection.wants(frame));
  }
}
