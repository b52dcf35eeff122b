package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.EventKind;
import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class GapFrameTest {
  private final EcsEncoder encoder = new EcsEncoder(false);

  private String id(FrameFlyweight frame) {
    ByteOutput out = new ByteOutput(1024);
    encoder.encode(frame, out);
    String json = new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
    int from = json.indexOf("\"id\":\"") + 6;
    return json.substring(from, json.indexOf('"', from));
  }

  @Test
  void shouldGiveEachGapAnIdOfItsOwnThatStays() {
    try (Arena arena = Arena.ofConfined();
        GapFrame gaps = new GapFrame("siem")) {
      FrameWriter writer = new FrameWriter(arena.allocate(4096).address(), 4096);
      writer.begin(EventKind.GAP, 1, 0, 0, 0, 0);
      FrameFlyweight missing = new FrameFlyweight();
      missing.wrap(writer.address(), writer.finish(0, 41, 1, 2));
      Set<String> ids = new HashSet<>();
      ids.add(id(missing));
      writer.begin(EventKind.AUDIT, 1, 0, 7, 0, 0);
      FrameFlyweight after = new FrameFlyweight();
      after.wrap(writer.address(), writer.finish(0, 42, 1, 2));
      ids.add(id(gaps.of("spool_overrun", 5, 37, 41, after)));
      ids.add(id(gaps.of("spool_corrupt", 1, 41, 41, after)));
      ids.add(id(gaps.of("encode_failed", 1, 41, 41, after)));
      assertThat(ids).hasSize(4);
      assertThat(ids).contains(id(gaps.of("spool_overrun", 5, 37, 41, after)));
      assertThat(ids).anyMatch(id -> id.endsWith(":gap:41.1"));
    }
  }
}
