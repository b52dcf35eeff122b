package io.coreaudit.interpret;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.record.RecordType;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// What holds for any value.
final class InterpretationPropertiesTest {
  private final Interpreter interpreter = new Interpreter(new AccountNames(), new AccountNames());

  @Property
  void shouldReadBackWhatTheKernelWrites(@ForAll @Size(max = 300) byte[] any) {
    byte[] text = string(any).replace("\0", "").getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Bytes.put(asTheKernelWritesIt(text), EscapedText::put)).isEqualTo(string(text));
  }

  @Property
  void shouldReadBackCommandLines(@ForAll @Size(min = 2, max = 300) byte[] text) {
    if (text[0] != 0) {
      String hex = HexFormat.of().withUpperCase().formatHex(text);
      assertThat(Bytes.put(hex, EscapedText::putCommandLine))
          .isEqualTo(string(text).replace('\0', ' '));
    }
  }

  @Property
  void shouldReadNumbersAsCDoes(@ForAll int number, @ForAll("bases") int base) {
    LeadingNumber read = new LeadingNumber();
    String digits = Integer.toUnsignedString(number, base);
    Bytes.at(
        digits + "z",
        (address, length) -> {
          assertThat(read.read(address, length, base)).isTrue();
          return 0;
        });
    assertThat(read.low()).isEqualTo(number);
  }

  @Provide
  Arbitrary<Integer> bases() {
    return Arbitraries.of(8, 10, 16);
  }

  @Property
  void shouldWriteNumbersAsJavaDoes(
      @ForAll long number, @ForAll @IntRange(min = 1, max = 22) int width) {
    Interpretation out = new Interpretation();
    out.putDecimal(number);
    assertThat(Bytes.string(out)).isEqualTo(Long.toString(number));
    out.clear();
    out.putBits(number, 3, width);
    String octal = Long.toOctalString(number);
    assertThat(Bytes.string(out))
        .isEqualTo("0".repeat(Math.max(0, width - octal.length())) + octal);
  }

  @Property(tries = 3000)
  void shouldTakeAnyRecord(@ForAll @Size(max = 200) byte[] bytes, @ForAll("types") int type) {
    String text =
        "audit(1.2:3): arch=c000003e syscall=" + (bytes.length * 3) + " a=" + string(bytes);
    Bytes.fields(type, "", text, interpreter);
    Bytes.fields(type, "type=X msg=", text, interpreter);
  }

  @Provide
  Arbitrary<Integer> types() {
    return Arbitraries.of(
        RecordType.SYSCALL,
        RecordType.AVC,
        RecordType.EXECVE,
        RecordType.SOCKADDR,
        RecordType.TRUSTED_APP,
        -1);
  }

  private static String asTheKernelWritesIt(byte[] text) {
    for (byte b : text) {
      if (b < 0x21 || b > 0x7e || b == '"') {
        return HexFormat.of().withUpperCase().formatHex(text);
      }
    }
    return '"' + string(text) + '"';
  }

  private static String string(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
