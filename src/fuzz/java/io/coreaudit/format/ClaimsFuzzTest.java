package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Nothing that a program writes into its message changes who it is, or tags its event.
final class ClaimsFuzzTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  private static final int TRUSTED_APPLICATION = 1121;
  private static final byte[] KERNEL =
      "audit(1795321989.001:1): pid=900 uid=7 auid=1000 ses=3 subj=sender_t msg='"
          .getBytes(StandardCharsets.US_ASCII);

  private final Arena arena = Arena.ofAuto();
  private final Frames frames = new Frames(arena);
  private final EcsEncoder ecs = new EcsEncoder(true);
  private final ByteOutput out = new ByteOutput(1024);

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
}
