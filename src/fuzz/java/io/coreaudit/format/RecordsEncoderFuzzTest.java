package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.interpret.AccountNames;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;

/// Any records in a frame give one JSON object on one line, whose strings are the records' bytes.
final class RecordsEncoderFuzzTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_RECORDS = 12;

  private final Arena arena = Arena.ofAuto();
  private final Frames frames = new Frames(arena);
  private final RecordsEncoder encoder = new RecordsEncoder(new AccountNames(), new AccountNames());
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
    assertThat(encoded(encoder, out, frames.finish()).get("records")).hasSize(records);
  }

  /// The one line of a frame, read back.
  static JsonNode encoded(RecordsEncoder encoder, ByteOutput out, FrameFlyweight frame)
      throws IOException {
    out.clear();
    encoder.encode(frame, out);
    byte[] line = Arrays.copyOf(out.array(), out.length());
    for (int i = 0; i < line.length - 1; i++) {
      assertThat(line[i]).isBetween((byte) 0x20, (byte) 0x7e);
    }
    assertThat(line[line.length - 1]).isEqualTo((byte) '\n');
    return JSON.readTree(line);
  }
}
