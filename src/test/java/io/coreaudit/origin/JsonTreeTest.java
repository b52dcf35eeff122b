package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTreeTest {
  @Test
  void shouldReadWhatIsWritten() {
    Object tree =
        JsonTree.parse(
            " {\"a\":{\"b\":[1,-2.5e3,true,null,\"x\\n\\u00e9\\\"\\\\\\/\"],\"c\":{}},\"d\":[] } ");
    assertThat(JsonTree.at(tree, "a", "b"))
        .isEqualTo(Arrays.asList("1", "-2.5e3", "true", null, "x\n\u00e9\"\\/"));
    assertThat(JsonTree.at(tree, "a", "c")).isEqualTo(Map.of());
    assertThat(JsonTree.at(tree, "d")).isEqualTo(List.of());
    assertThat(JsonTree.at(tree, "a", "x", "y")).isNull();
    assertThat(JsonTree.at(tree, "d", "x")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}",
        "[1", "[1,]", "[,1]", "[1 2]", "\"a", "\"\\x\"", "\"\\u00g0\"", "\"\\u00", "\"\n\"", "tru",
        "01", "1.", "+1", "1 1", "{\"a\" 1}", "{}{}"
      })
  void shouldRefuseWhatIsCutOrIsNoJson(String text) {
    assertThatThrownBy(() -> JsonTree.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldReadOverWhatNobodyWants() {
    Object tree =
        JsonTree.parse(
            "{\"a\":{\"x\":[{\"y\":\"}\\\"]\"},-1,null],\"b\":\"c\"},\"d\":{\"b\":[]},\"e\":[]}"
                .getBytes(StandardCharsets.UTF_8),
            (level, name) -> name.equals("b") || level == 1 && name.equals("a"));
    assertThat(tree).isEqualTo(Map.of("a", Map.of("b", "c")));
    for (String text : List.of("{\"a\":[1,]}", "{\"a\":{\"b\"}}", "{\"a\":01}", "{\"a\":\"\n\"}")) {
      assertThatThrownBy(
              () -> JsonTree.parse(text.getBytes(StandardCharsets.UTF_8), (level, name) -> false))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void shouldRefuseEndlessDepth() {
    assertThatThrownBy(() -> JsonTree.parse("[".repeat(100_000)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldRefuseEveryBeginningOfAFile() {
    byte[] whole = CrioTree.config("a", "b", Map.of("app", "web")).getBytes(StandardCharsets.UTF_8);
    assertThat(JsonTree.parse(whole, (level, name) -> true)).isInstanceOf(Map.class);
    for (int length = 0; length < whole.length - 1; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> JsonTree.parse(cut, (level, name) -> level < 2))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
