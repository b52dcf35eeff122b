package io.coreaudit.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class OwnEventTest {
  @Test
  void shouldWriteNumbersAsDigitsAndTextsInQuotes() {
    OwnEvent event =
        OwnEvent.of(EventKind.GAP)
            .with("reason", "netlink_overrun")
            .with("events", 12)
            .with("path", "/a b\"\n")
            .with("absent", null)
            .build();
    assertThat(new String(event.text(), StandardCharsets.UTF_8))
        .isEqualTo("reason=\"netlink_overrun\" events=12 path=\"/a b\\x22\\x0A\"");
  }

  @Property(tries = 500)
  void shouldBeReadBackFieldByField(
      @ForAll String first, @ForAll long number, @ForAll String last) {
    byte[] text =
        OwnEvent.of(EventKind.WATCH)
            .with("first", first)
            .with("number", number)
            .with("last", last)
            .build()
            .text();
    try (Pages pages = Pages.allocate(text.length + 1)) {
      Memory.copy(text, 0, pages.address(), text.length);
      OwnEventWalk walk = new OwnEventWalk().wrap(pages.address(), text.length);
      assertThat(walk.next()).isTrue();
      assertThat(walk.quoted()).isTrue();
      assertThat(value(walk)).isEqualTo(bytes(first));
      assertThat(walk.next()).isTrue();
      assertThat(walk.quoted()).isFalse();
      assertThat(value(walk)).isEqualTo(Long.toString(number));
      assertThat(walk.next()).isTrue();
      assertThat(value(walk)).isEqualTo(bytes(last));
      assertThat(walk.next()).isFalse();
    }
  }

  @Test
  void shouldCountWhatTheQueueRefuses() {
    AtomicInteger woken = new AtomicInteger();
    OwnEvents events = new OwnEvents(1, woken::incrementAndGet);
    OwnEvent event = OwnEvent.of(EventKind.START).build();
    assertThat(events.offer(event)).isTrue();
    assertThat(events.offer(event)).isFalse();
    assertThat(woken).hasValue(2);
    assertThat(events.takeRefused()).isEqualTo(1);
    assertThat(events.takeRefused()).isZero();
    assertThat(events.peek()).isSameAs(event);
    assertThat(events.peek()).as("it stays").isSameAs(event);
    events.remove();
    assertThat(events.peek()).isNull();
  }

  private static String value(OwnEventWalk walk) {
    byte[] bytes = new byte[walk.valueLength()];
    Memory.copy(walk.valueAddress(), bytes, 0, bytes.length);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\\' && i + 3 < bytes.length && bytes[i + 1] == 'x') {
        text.append(
            (char) Integer.parseInt(new String(bytes, i + 2, 2, StandardCharsets.US_ASCII), 16));
        i += 3;
      } else {
        text.append((char) (bytes[i] & 0xff));
      }
    }
    return text.toString();
  }

  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
