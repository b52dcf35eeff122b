package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.decode.EventFilter;
import io.coreaudit.decode.LogDecoder;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.interpret.AccountNames;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Any bytes as a log, the whole way: lines, assembler, frames, interpretation, every format, with
/// secrets masked and without. Begins with the logs of the fixtures.
///
/// Held to: nothing throws, each event is valid in each format, the exact bytes of its records can
/// be had from the JSON, and nothing behind a frame is looked at.
final class DecodedLogFuzzTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  private static final Path FIXTURES = EcsGoldenTest.FIXTURES.resolveSibling("events");
  private static final int LONGEST_SEED = 3 << 10;
  private static final int LONGEST = 8 << 10; // more of the same takes long and finds no more

  private final EventEncoder ecs = new EcsEncoder(true);
  private final EventEncoder raw = new RawEncoder();
  private final EventEncoder records = new RecordsEncoder(new AccountNames(), new AccountNames());
  private final EventEncoder maskedEcs = new RedactingEncoder(new EcsEncoder(true));
  private final EventEncoder maskedRaw = new RedactingEncoder(new RawEncoder());
  private final EventEncoder maskedRecords =
      new RedactingEncoder(new RecordsEncoder(new AccountNames(), new AccountNames()));
  private final EventEncoder cef = FlatEncoder.cef("1");
  private final EventEncoder leef = FlatEncoder.leef("1");
  private final EventEncoder ocsf = new OcsfEncoder("1", true);
  private final EventEncoder maskedOcsf = new RedactingEncoder(new OcsfEncoder("1", true));
  private final Encoded encoded = new Encoded();
  private final Path log;

  DecodedLogFuzzTest() throws IOException {
    log = Files.createTempFile("coreaudit-fuzz", ".log");
    log.toFile().deleteOnExit();
  }

  static List<byte[]> logs() throws IOException {
    try (Stream<Path> corner = Files.list(FIXTURES.resolve("corner"));
        Stream<Path> format = Files.list(EcsGoldenTest.FIXTURES)) {
      return Stream.concat(corner, format)
          .filter(file -> file.toString().endsWith(".log"))
          .sorted()
          .map(DecodedLogFuzzTest::bytes)
          .map(bytes -> Arrays.copyOf(bytes, Math.min(bytes.length, LONGEST_SEED)))
          .toList();
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @MethodSource("logs")
  @FuzzTest(maxDuration = "60s")
  void shouldTakeAnyLog(byte[] bytes) throws IOException {
    if (bytes.length > LONGEST) {
      return;
    }
    if (bytes.length > 1 && bytes[0] == 0x1f) {
      bytes[0]++; // a damaged gzip file is an error that is told
    }
    Files.write(log, bytes);
    try (LogDecoder decoder =
        new LogDecoder(EventFilter.all(), this::check, null, OutputStream.nullOutputStream())) {
      decoder.decode(log, _ -> {});
      LogDecoder.Result result = decoder.finish();
      assertThat(result.written()).isEqualTo(result.events());
    }
  }

  private void check(FrameFlyweight frame, ByteOutput out) {
    try {
      JsonNode event = JSON.readTree(encoded(ecs, frame));
      assertThat(Schema.faults(event)).isEmpty();
      ExactBytes.check(event, frame);
      byte[] plain = encoded(raw, frame);
      assertThat(newlines(plain)).isEqualTo(frame.recordCount());
      assertThat(JSON.readTree(encoded(records, frame)).get("records"))
          .hasSize(frame.recordCount());
      assertThat(Schema.faults(JSON.readTree(encoded(maskedEcs, frame)))).isEmpty();
      assertThat(encoded(maskedRaw, frame)).hasSameSizeAs(plain);
      assertThat(JSON.readTree(encoded(maskedRecords, frame)).has("records")).isTrue();
      FlatLine.fields(true, encoded(cef, frame));
      FlatLine.fields(false, encoded(leef, frame));
      assertThat(OcsfSchema.faults(JSON.readTree(encoded(ocsf, frame)))).isEmpty();
      assertThat(OcsfSchema.faults(JSON.readTree(encoded(maskedOcsf, frame)))).isEmpty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] encoded(EventEncoder encoder, FrameFlyweight frame) {
    return encoded.bytes(encoder, frame);
  }

  private static long newlines(byte[] bytes) {
    int count = 0;
    for (byte b : bytes) {
      count += b == '\n' ? 1 : 0;
    }
    return count;
  }
}
