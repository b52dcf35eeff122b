package io.coreaudit.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class EventOrderTest {
  private record Waiting(long seconds, long serial, int place) {}

  @Test
  void shouldHoldBackWhatComesAfterAnEventThatIsNotComplete() {
    EventOrder order = new EventOrder();
    int first = order.start(100, 1, 1);
    int second = order.start(100, 1, 2);
    order.complete(second, 10, 5);
    assertThat(order.next()).isEqualTo(-1);
    assertThat(order.held()).isEqualTo(1);
    order.complete(first, 0, 10);
    assertThat(order.next()).isEqualTo(first);
    assertThat(order.next()).isEqualTo(second);
    assertThat(order.offset(second)).isEqualTo(10);
    assertThat(order.length(second)).isEqualTo(5);
    assertThat(order.next()).isEqualTo(-1);
  }

  @Test
  void shouldGiveTheLowestFreePlace() {
    EventOrder order = new EventOrder();
    int first = order.start(100, 0, 1);
    int second = order.start(200, 0, 1);
    order.complete(first, 0, 1);
    assertThat(order.next()).isEqualTo(first);
    assertThat(order.start(300, 0, 1)).isEqualTo(first);
    order.complete(first, 0, 1);
    assertThat(order.next()).isEqualTo(-1);
    order.setAside();
    assertThat(order.next()).isEqualTo(first);
    assertThat(order.next()).isEqualTo(-1);
    order.putBack();
    order.complete(second, 0, 1);
    assertThat(order.next()).isEqualTo(second);
    assertThat(order.size()).isZero();
  }

  @Property
  void shouldLeaveAsTheSlowWayHasIt(
      @ForAll @Size(max = 400) List<@IntRange(min = 0, max = 30) Integer> steps) {
    EventOrder order = new EventOrder();
    List<Waiting> open = new ArrayList<>();
    List<Waiting> complete = new ArrayList<>();
    Comparator<Waiting> before =
        Comparator.comparingLong(Waiting::seconds)
            .thenComparingLong(Waiting::serial)
            .thenComparingInt(Waiting::place);
    for (int step : steps) {
      if (step % 3 != 0 || open.isEmpty()) {
        int place = order.start(step / 6, 0, step % 5);
        open.add(new Waiting(step / 6, step % 5, place));
      } else {
        Waiting done = open.remove(step % open.size());
        order.complete(done.place, 0, 1);
        complete.add(done);
      }
      while (true) {
        Waiting first = complete.stream().min(before).orElse(null);
        Waiting building = open.stream().min(before).orElse(null);
        boolean leaves = first != null && (building == null || before.compare(first, building) < 0);
        int next = order.next();
        assertThat(next).isEqualTo(leaves ? first.place : -1);
        if (!leaves) {
          break;
        }
        complete.remove(first);
      }
      assertThat(order.held()).isEqualTo(complete.size());
      assertThat(order.size()).isEqualTo(open.size() + complete.size());
    }
  }
}
