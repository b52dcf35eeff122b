package io.coreaudit.format;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.OriginTag;
import java.io.IOException;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class EcsOwnTest {
  private static final int CAPACITY = 1 << 20;

  @Test
  void shouldShowNumbersAsNumbersAndTextsAsTheyWere() throws IOException {
    JsonNode event =
        encode(
            OwnEvent.of(EventKind.GAP)
                .with("reason", "netlink_overrun")
                .with("events", 12)
                .with("path", "/a b\"\\\n")
                .with("digits", "12")
                .build());
    assertThat(event.at("/event/kind").asText()).isEqualTo("metric");
    assertThat(event.at("/event/dataset").asText()).isEqualTo("coreaudit.gap");
    JsonNode gap = event.at("/coreaudit/gap");
    assertThat(gap.get("reason").asText()).isEqualTo("netlink_overrun");
    assertThat(gap.get("events").isIntegralNumber()).isTrue();
    assertThat(gap.get("events").asLong()).isEqualTo(12);
    assertThat(gap.get("path").asText()).isEqualTo("/a b\"\\\n");
    assertThat(gap.get("digits").isTextual()).isTrue();
  }

  @Test
  void shouldNameTheContainerThatItIsAbout() throws IOException {
    byte[] container = ("\u0001\u0040" + "ab".repeat(32) + "c0ffee").getBytes(US_ASCII);
    byte[] pod = "\u0001\u0004\u0000shop\u0002\u0003\u0000web".getBytes(US_ASCII);
    JsonNode event =
        encode(
            OwnEvent.of(EventKind.SUMMARY)
                .with("events", 7)
                .tag(OriginTag.CONTAINER, container)
                .tag(OriginTag.POD, pod)
                .build());
    assertThat(event.at("/event/kind").asText()).isEqualTo("metric");
    assertThat(event.at("/event/dataset").asText()).isEqualTo("coreaudit.summary");
    assertThat(event.at("/coreaudit/summary/events").asLong()).isEqualTo(7);
    assertThat(event.at("/container/id").asText()).isEqualTo("ab".repeat(32));
    assertThat(event.at("/orchestrator/namespace").asText()).isEqualTo("shop");
    assertThat(event.at("/orchestrator/resource/name").asText()).isEqualTo("web");
    assertThat(event.at("/kubernetes/pod/uid").asText()).isEqualTo("c0ffee");
  }

  @Property(tries = 300)
  void shouldGiveEveryTextBack(@ForAll String text) throws IOException {
    String valid = new String(text.getBytes("UTF-8"), "UTF-8");
    JsonNode event = encode(OwnEvent.of(EventKind.WATCH).with("detail", valid).build());
    assertThat(event.at("/coreaudit/watch/detail").asText()).isEqualTo(valid);
  }

  private static JsonNode encode(OwnEvent event) throws IOException {
    try (Pages pages = Pages.allocate(CAPACITY);
        Pages text = Pages.allocate(event.text().length + 1)) {
      Memory.copy(event.text(), 0, text.address(), event.text().length);
      FrameWriter writer = new FrameWriter(pages.address(), CAPACITY);
      writer.begin(event.kind(), 1_795_321_989L, 984, 0, 0, 0);
      writer.record(0, 0, 0, text.address(), event.text().length);
      for (OwnEvent.Tag tag : event.tags()) {
        writer.tag(tag.number(), tag.value(), 0, tag.value().length);
      }
      int length = writer.finish(0, 7, 1, 2);
      ByteOutput out = new ByteOutput(256);
      new EcsEncoder(true).encode(new FrameFlyweight().wrap(pages.address(), length), out);
      return new ObjectMapper().readTree(Arrays.copyOf(out.array(), out.length()));
    }
  }
}
