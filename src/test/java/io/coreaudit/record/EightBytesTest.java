package io.coreaudit.record;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EightBytesTest {
  @Property
  void shouldReadDecimals(@ForAll @LongRange(min = 0, max = 999_999_999_999_999_999L) long number) {
    assertThat(decimal(Long.toString(number))).isEqualTo(number);
  }

  @Property
  void shouldReadWhatTheJdkReads(
      @ForAll @StringLength(min = 1, max = 18) @Chars({'0', '9', '/', ':', '7', ' ', '\u00b7'})
          String text) {
    boolean digits = text.chars().allMatch(c -> c >= '0' && c <= '9');
    assertThat(decimal(text)).isEqualTo(digits ? Long.parseLong(text) : -1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-1",
        "+1",
        "1x",
        "x",
        "1234567x",
        "12345678x",
        "x23456789",
        "1234567890123456789"
      })
  void shouldRefuseWhatIsNoDecimal(String text) {
    assertThat(decimal(text)).isEqualTo(-1);
  }

  @Property
  void shouldLoadNoMoreThanAsked(
      @ForAll @StringLength(max = 12) @Chars({'a', 'b', '\u00ff'}) String text) {
    try (Text memory = Text.of(text + "zzzzzzzz")) {
      assertThat(EightBytes.load(memory.address(), text.length()))
          .isEqualTo(RecordFlyweight.word(text));
    }
  }

  @Property
  void shouldMarkExactlyTheEqualBytes(
      @ForAll @StringLength(8) @Chars({' ', '!', '\u00a0', '\0', 'x'}) String text) {
    long bits = EightBytes.bits(RecordFlyweight.word(text), EightBytes.BLANKS);
    for (int i = 0; i < 8; i++) {
      assertThat((bits >>> i & 1) == 1).isEqualTo(text.charAt(i) == ' ');
    }
    assertThat(bits >>> 8).isZero();
  }

  private static long decimal(String text) {
    try (Text memory = Text.of(text + '7')) {
      return EightBytes.decimal(memory.address(), text.length(), -1);
    }
  }
}
