package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RawEncoderTest {
  private final RawEncoder encoder = new RawEncoder();
  private final ByteOutput out = new ByteOutput(1);

  static List<Path> logs() throws IOException {
    return EcsGoldenTest.logs();
  }

  @ParameterizedTest
  @MethodSource("logs")
  void shouldGiveTheLinesBack(Path log) throws IOException {
    String text = Files.readString(log, StandardCharsets.ISO_8859_1);
    try (Arena arena = Arena.ofConfined()) {
      new Frames(arena).each(text, frame -> encoder.encode(frame, out));
    }
    String records =
        text.lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line + "\n")
            .collect(Collectors.joining());
    assertThat(written().replaceAll("type=COREAUDIT_.*\n", "")).isEqualTo(records);
  }

  @Test
  void shouldWriteEventsOfTheAgent() {
    try (Arena arena = Arena.ofConfined()) {
      encoder.encode(
          new Frames(arena).own("gap audit(1795321989.007:0): reason=netlink_overrun events=12"),
          out);
    }
    assertThat(written())
        .isEqualTo(
            "type=COREAUDIT_GAP msg=audit(1795321989.007:0): reason=netlink_overrun events=12\n");
  }

  @Test
  void shouldKeepALineWholeAndNameTypesThatHaveNoName() {
    try (Arena arena = Arena.ofConfined()) {
      FrameFlyweight frame =
          new Frames(arena)
              .one(
                  1799,
                  new byte[0],
                  "audit(1.002:3): a=\nb\rc\0d".getBytes(StandardCharsets.US_ASCII));
      encoder.encode(frame, out);
    }
    assertThat(written()).isEqualTo("type=UNKNOWN[1799] msg=audit(1.002:3): a= b c d\n");
  }

  private String written() {
    return new String(out.array(), 0, out.length(), StandardCharsets.ISO_8859_1);
  }
}
