package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Any records in a frame give one JSON object on one line, and lines of auditd's form.
final class EcsEncoderFuzzTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  private static final int MAX_RECORDS = 12;
  private static final int TRUSTED_APPLICATION = 1121;
  private static final byte[] KERNEL =
      "audit(1795321989.001:1): pid=900 uid=7 auid=1000 ses=3 subj=sender_t msg='"
          .getBytes(StandardCharsets.US_ASCII);

  private final Arena arena = Arena.ofAuto();
  private final Frames frames = new Frames(arena);
  private final EcsEncoder ecs = new EcsEncoder(true);
  private final RawEncoder raw = new RawEncoder();
  private final ByteOutput out = new ByteOutput(1024);

  @FuzzTest(maxDuration = "60s")
  void shouldEncodeAnything(FuzzedDataProvider data) throws IOException {
    frames.begin();
    int records = 0;
    while (data.remainingBytes() > 0 && records < MAX_RECORDS) {
      int type = data.consumeBoolean() ? data.consumeInt(1300, 1340) : data.consumeInt(-1, 3000);
      byte[] prefix = data.consumeBoolean() ? data.consumeBytes(24) : new byte[0];
      byte[] text = data.consumeBytes(data.consumeInt(0, 600));
      frames.add(type, prefix, text);
      records++;
    }
    FrameFlyweight frame = frames.finish();
    out.clear();
    ecs.encode(frame, out);
    byte[] line = Arrays.copyOf(out.array(), out.length());
    assertThat(JSON.readTree(line).get("event").get("kind").asText()).isEqualTo("event");
    assertThat(newlines(line)).isOne();
    out.clear();
    raw.encode(frame, out);
    assertThat(newlines(Arrays.copyOf(out.array(), out.length()))).isEqualTo(records);
  }

  /// Nothing that a program writes into its message changes who it is, or tags its event.
  @FuzzTest(maxDuration = "60s")
  void shouldKeepTheKernelsWord(byte[] message) throws IOException {
    byte[] text = Arrays.copyOf(KERNEL, KERNEL.length + message.length);
    System.arraycopy(message, 0, text, KERNEL.length, message.length);
    out.clear();
    ecs.encode(frames.one(TRUSTED_APPLICATION, new byte[0], text), out);
    JsonNode event = JSON.readTree(Arrays.copyOf(out.array(), out.length()));
    assertThat(event.has("tags")).isFalse();
    assertThat(event.get("process").get("pid").asInt()).isEqualTo(900);
    assertThat(event.get("process").has("name")).isFalse();
    assertThat(event.get("process").has("parent")).isFalse();
    assertThat(event.get("user").toString())
        .isEqualTo("{\"id\":\"7\",\"audit\":{\"id\":\"1000\"}}");
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
