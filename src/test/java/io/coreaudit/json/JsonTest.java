package io.coreaudit.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.origin.CrioTree;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
  @Test
  void shouldReadWhatIsWritten() {
    Json tree =
        Json.parse(
            " {\"a\":{\"b\":[1,-2.5e3,true,null,\"x\\n\\u00e9\\\"\\\\\\/\"],\"c\":{}},\"d\":[] } ");
    assertThat(tree.at("a", "b").elements())
        .extracting(Json::text)
        .containsExactly("1", "-2.5e3", "true", null, "x\n\u00e9\"\\/");
    assertThat(tree.members().keySet()).containsExactly("a", "d");
    assertThat(tree.at("a", "c").isObject()).isTrue();
    assertThat(tree.at("a", "c").members()).isEmpty();
    assertThat(tree.at("d").isArray()).isTrue();
    assertThat(tree.at("d").elements()).isEmpty();
    assertThat(tree.at("a", "x", "y")).isSameAs(Json.NONE);
    assertThat(tree.at("d", "x")).isSameAs(Json.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "12, 12",
        "\"12\", 12",
        "-2.5e1, -25",
        "123456789012345678, 123456789012345678",
        "1e999999999, 9223372036854775807",
        "\"-1x\", 5",
        "true, 5",
        "null, 5",
        "[1], 5"
      })
  void shouldTakeTextOfDigitsForANumber(String json, long number) {
    assertThat(Json.parse(json).number(5)).isEqualTo(number);
  }

  @Test
  void shouldTellTruthFromTheWord() {
    assertThat(Json.parse("true").isTrue()).isTrue();
    assertThat(Json.parse("false").isFalse()).isTrue();
    assertThat(Json.parse("\"true\"").isTrue()).isFalse();
    assertThat(Json.parse("\"false\"").isFalse()).isFalse();
    assertThat(Json.parse("0.25").decimal()).isEqualTo(0.25);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{a:1}",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "\"a",
        "\"\\x\"",
        "\"\\u00g0\"",
        "\"\\u00",
        "\"\n\"",
        "tru",
        "nul",
        "01",
        "1.",
        "1e",
        "-",
        "+1",
        "NaN",
        "1 1",
        "{\"a\" 1}",
        "{}{}",
        "{} x",
        "<html>",
        "// no\n1",
        "{\"a\":1,\"a\":1}"
      })
  void shouldRefuseWhatIsCutOrIsNoJson(String text) {
    assertThatThrownBy(() -> Json.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("no JSON at character [0-9]+");
    assertThatThrownBy(() -> Json.parse(text.getBytes(StandardCharsets.UTF_8), 100))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldReadOverWhatNobodyWants() {
    Json tree =
        Json.parse(
            "{\"a\":{\"x\":[{\"y\":\"}\\\"]\"},-1,null],\"b\":\"c\"},\"d\":{\"b\":[]},\"e\":[]}",
            (level, name) -> name.equals("b") || level == 1 && name.equals("a"));
    assertThat(tree.members()).containsOnlyKeys("a");
    assertThat(tree.at("a").members()).containsOnlyKeys("b");
    assertThat(tree.at("a", "b").text()).isEqualTo("c");
    for (String text :
        List.of("{\"a\":[1,]}", "{\"a\":{\"b\"}}", "{\"a\":01}", "{\"a\":\"\n\"}", "{\"a\":[}")) {
      assertThatThrownBy(() -> Json.parse(text, (level, name) -> false))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void shouldRefuseEndlessDepth() {
    assertThat(Json.parse("[".repeat(63) + "]".repeat(63)).isArray()).isTrue();
    for (String text : List.of("[".repeat(64) + "]".repeat(64), "[".repeat(100_000))) {
      assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Json.parse("{\"a\":".repeat(64), (level, name) -> false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldRefuseTooMuch() {
    byte[] json = ("[" + "{},".repeat(98) + "{}]").getBytes(StandardCharsets.US_ASCII);
    assertThat(Json.parse(json, 100).elements()).hasSize(99);
    assertThatThrownBy(() -> Json.parse(json, 99))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("too many values");
    assertThatThrownBy(() -> Json.parse("[" + "[],".repeat(1 << 18) + "1]"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.parse("1" + " ".repeat(16 << 20)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("more than 16777216 characters");
  }

  @Test
  void shouldReadWhatIsNoUtf8AsItsReplacement() {
    byte[] json = "{\"a\":\"x\"}".getBytes(StandardCharsets.US_ASCII);
    json[6] = (byte) 0xff;
    assertThat(Json.parse(json, 9).at("a").text()).isEqualTo("\ufffd");
  }

  @Test
  void shouldRefuseEveryBeginningOfAFile() {
    byte[] whole = CrioTree.config("a", "b", Map.of("app", "web")).getBytes(StandardCharsets.UTF_8);
    assertThat(Json.parse(whole, (level, name) -> true).isObject()).isTrue();
    for (int length = 0; length < whole.length - 1; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Json.parse(cut, (level, name) -> level < 2))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
