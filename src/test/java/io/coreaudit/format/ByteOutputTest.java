package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class ByteOutputTest {
  private final ByteOutput out = new ByteOutput(1);

  @Property
  void shouldWriteAnyNumber(@ForAll long value) {
    out.clear();
    out.putDecimal(value);
    assertThat(text()).isEqualTo(Long.toString(value));
  }

  @Test
  void shouldWriteTheEdgesOfNumbers() {
    for (long value : new long[] {0, 9, 10, -1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      out.clear();
      out.putDecimal(value);
      assertThat(text()).isEqualTo(Long.toString(value));
    }
    out.clear();
    out.putDigits(7, 3);
    out.put('.');
    out.putDigits(1234, 3);
    out.put('.');
    out.putHex(0xabcdefL, 4);
    assertThat(text()).isEqualTo("007.234.cdef");
  }

  @Test
  void shouldGrowAndCutBack() {
    out.put("hello".getBytes(StandardCharsets.US_ASCII), 1, 3);
    int kept = out.length();
    out.put(new byte[100]);
    out.truncate(kept);
    assertThat(text()).isEqualTo("ell");
  }

  private String text() {
    return new String(out.array(), 0, out.length(), StandardCharsets.US_ASCII);
  }
}
