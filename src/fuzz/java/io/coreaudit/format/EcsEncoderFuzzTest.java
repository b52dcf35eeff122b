package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.lang.foreign.Arena;

/// Any records and tags in a frame give one JSON object on one line, lines of auditd's form, and
/// one line of CEF and LEEF.
final class EcsEncoderFuzzTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  private static final int MAX_RECORDS = 12;
  private static final int MAX_TAGS = 6;

  private final Arena arena = Arena.ofAuto();
  private final Frames frames = new Frames(arena);
  private final EcsEncoder ecs = new EcsEncoder(true);
  private final RawEncoder raw = new RawEncoder();
  private final EventEncoder redacted = new RedactingEncoder(new EcsEncoder(true));
  private final FlatEncoder cef = FlatEncoder.cef("1");
  private final FlatEncoder leef = FlatEncoder.leef("1");
  private final Encoded encoded = new Encoded();

  @FuzzTest(maxDuration = "60s")
  void shouldEncodeAnything(FuzzedDataProvider data) throws IOException {
    frames.begin();
    int records = 0;
    int most = data.consumeInt(1, MAX_RECORDS);
    while (data.remainingBytes() > 0 && records < most) {
      int type = data.consumeBoolean() ? data.consumeInt(1300, 1340) : data.consumeInt(-1, 3000);
      byte[] prefix = data.consumeBoolean() ? data.consumeBytes(24) : new byte[0];
      byte[] text = data.consumeBytes(data.consumeInt(0, 600));
      frames.add(type, prefix, text);
      records++;
    }
    for (int tags = 0; tags < MAX_TAGS && data.remainingBytes() > 0; tags++) {
      frames.tag(data.consumeInt(1, 14), data.consumeBytes(data.consumeInt(0, 120)));
    }
    FrameFlyweight frame = frames.finish();
    byte[] line = encoded.bytes(ecs, frame);
    assertThat(JSON.readTree(line).get("event").get("kind").asText()).isEqualTo("event");
    assertThat(newlines(line)).isOne();
    assertThat(newlines(encoded.bytes(raw, frame))).isEqualTo(records);
    assertThat(JSON.readTree(encoded.bytes(redacted, frame)).has("event")).isTrue();
    assertThat(FlatLine.fields(true, encoded.bytes(cef, frame))).containsKey("rt");
    assertThat(FlatLine.fields(false, encoded.bytes(leef, frame))).containsKey("devTime");
  }

  private static int newlines(byte[] bytes) {
    int count = 0;
    for (byte b : bytes) {
      if (b == '\n') {
        count++;
      }
    }
    return count;
  }
}
