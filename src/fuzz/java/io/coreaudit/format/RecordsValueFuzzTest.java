package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import io.coreaudit.interpret.AccountNames;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

/// Whatever a value is, its bytes can be had again from the records that `decode` prints.
final class RecordsValueFuzzTest {
  private final Arena arena = Arena.ofAuto();
  private final Frames frames = new Frames(arena);
  private final RecordsEncoder encoder = new RecordsEncoder(new AccountNames(), new AccountNames());
  private final ByteOutput out = new ByteOutput(1024);

  @FuzzTest(maxDuration = "20s")
  void shouldGiveBackTheBytesOfAValue(byte[] bytes) throws IOException {
    String value = new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[ \\x1d]", "");
    byte[] text = ("audit(1.002:3): zz=<" + value + ">").getBytes(StandardCharsets.ISO_8859_1);
    JsonNode field =
        RecordsEncoderFuzzTest.encoded(encoder, out, frames.one(1300, new byte[0], text))
            .at("/records/0/fields/1");
    assertThat(field.get("raw").asText()).isEqualTo("<" + value + ">");
    assertThat(field.get("interp").asText()).isEqualTo("<" + value + ">");
  }
}
