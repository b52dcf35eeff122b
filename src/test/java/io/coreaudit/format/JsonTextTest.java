package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.memory.Memory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonTextTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private int replaced;

  @Test
  void shouldKeepPlainTextAndEscapeTheRest() throws IOException {
    assertThat(written("/usr/bin/cat".getBytes(StandardCharsets.UTF_8))).isEqualTo("/usr/bin/cat");
    assertThat(written("a\"b\\c\nd\u0000\u001fe\u007f".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("a\\\"b\\\\c\\u000ad\\u0000\\u001fe\u007f");
    assertThat(written("gr\u00fc\u00dfe \u20ac \ud83d\ude00".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("gr\u00fc\u00dfe \u20ac \ud83d\ude00");
    assertThat(replaced).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "ff, 1",
    "80, 1",
    "c080, 2",
    "c1bf, 2",
    "e08080, 3",
    "e0a0, 1",
    "eda080, 3",
    "edbfbf, 3",
    "f0808080, 4",
    "f09f98, 1",
    "f4908080, 4",
    "f5, 1",
    "e282, 1",
    "e28261, 1",
    "c3, 1",
    "c3a9c3, 1",
    "f09f61, 1",
    "efbfbd, 0",
    "f48fbfbf, 0",
    "ed9fbf, 0",
    "ee8080, 0",
    "c280, 0"
  })
  void shouldReplaceWhatIsNotUtf8(String hex, int pieces) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(hex);
    String text = written(bytes);
    assertThat(replaced).isEqualTo(pieces);
    assertThat(text.chars().filter(c -> c == 0xfffd).count())
        .isEqualTo(hex.equals("efbfbd") ? 1 : pieces);
    assertThat(collapsed(text)).isEqualTo(collapsed(new String(bytes, StandardCharsets.UTF_8)));
  }

  @Property(tries = 3000)
  void shouldReadBackAsTheSameText(@ForAll("mostlyText") byte[] bytes) throws IOException {
    String json = written(bytes);
    String expected = new String(bytes, StandardCharsets.UTF_8);
    assertThat(collapsed(JSON.readValue('"' + json + '"', String.class)))
        .isEqualTo(collapsed(expected));
    assertThat(json.chars()).allMatch(c -> c >= 0x20);
    if (replaced == 0) {
      assertThat(expected.getBytes(StandardCharsets.UTF_8)).isEqualTo(bytes);
    }
  }

  @Property(tries = 200)
  void shouldAllowAnyLength(@ForAll("long") byte[] bytes) throws IOException {
    assertThat(collapsed(JSON.readValue('"' + written(bytes) + '"', String.class)))
        .isEqualTo(collapsed(new String(bytes, StandardCharsets.UTF_8)));
  }

  @Provide("mostlyText")
  Arbitrary<byte[]> mostlyText() {
    Arbitrary<byte[]> pieces =
        Arbitraries.oneOf(
            Arbitraries.strings().ascii().ofMaxLength(20).map(JsonTextTest::utf8),
            Arbitraries.strings().ofMaxLength(5).map(JsonTextTest::utf8),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(4),
            Arbitraries.of("\"", "\\", "\n", "\u0000").map(JsonTextTest::utf8));
    return pieces.list().ofMaxSize(12).map(JsonTextTest::joined);
  }

  @Provide("long")
  Arbitrary<byte[]> longs() {
    return mostlyText()
        .filter(piece -> piece.length > 0)
        .flatMap(
            piece ->
                Arbitraries.integers().between(4000, 9000).map(length -> repeated(piece, length)));
  }

  private String written(byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocate(Math.max(1, bytes.length)).address();
      Memory.copy(bytes, 0, address, bytes.length);
      ByteOutput out = new ByteOutput(1);
      replaced = JsonText.append(out, address, bytes.length);
      return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
    }
  }

  /// Decoders differ in how many U+FFFD a broken piece gives (the JDK's makes one of a surrogate).
  private static String collapsed(String text) {
    return text.replaceAll("\ufffd+", "\ufffd");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] repeated(byte[] piece, int length) {
    byte[] all = new byte[length];
    for (int i = 0; i < length; i++) {
      all[i] = piece[i % piece.length];
    }
    return all;
  }

  private static byte[] joined(java.util.List<byte[]> pieces) {
    ByteOutput all = new ByteOutput(16);
    pieces.forEach(all::put);
    return java.util.Arrays.copyOf(all.array(), all.length());
  }
}
