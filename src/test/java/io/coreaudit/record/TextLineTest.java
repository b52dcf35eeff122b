package io.coreaudit.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.record.TextLine.Outcome;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextLineTest {
  private static String split(String text) {
    try (Text memory = Text.of(text)) {
      TextLine line = new TextLine();
      Outcome outcome = line.split(memory.address(), memory.length());
      if (outcome != Outcome.RECORD) {
        return outcome.toString();
      }
      String prefix = Text.read(line.prefixAddress(), line.prefixLength());
      String rest = Text.read(line.textAddress(), line.textLength());
      assertThat(prefix + rest).isEqualTo(text);
      return line.type() + "|" + prefix + "|" + rest;
    }
  }

  @Test
  void shouldSplitALine() {
    assertThat(split("type=SYSCALL msg=audit(100.001:1): arch=c000003e"))
        .isEqualTo("1300|type=SYSCALL msg=|audit(100.001:1): arch=c000003e");
    assertThat(split("node=n1.example type=EOE msg=audit(100.001:1): "))
        .isEqualTo("1320|node=n1.example type=EOE msg=|audit(100.001:1): ");
    assertThat(split("type=UNKNOWN[1420] msg=audit(100.001:1): a=b\u001dA=\"c\""))
        .isEqualTo("1420|type=UNKNOWN[1420] msg=|audit(100.001:1): a=b\u001dA=\"c\"");
    assertThat(split("type=NOT_A_TYPE msg=audit(100.001:1): uid=0"))
        .startsWith("-1|type=NOT_A_TYPE msg=|");
    assertThat(split("something msg=audit(100.001:1): uid=0"))
        .startsWith("-1|something msg=|audit");
  }

  @Test
  void shouldKeepACarriageReturnAsData() {
    assertThat(split("type=CWD msg=audit(100.001:1): cwd=\"/\"\r")).endsWith("cwd=\"/\"\r");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|BLANK",
        "'   '|BLANK",
        "# a comment (with a parenthesis) in it|NO_STAMP",
        "type=SYSCALL|NO_STAMP",
        "type=SYSCALL |NO_STAMP",
        "type=SYSCALL msg=audit(1.1:1): a=b|NO_STAMP",
        "type=SYSCALL msg=audit(100.1001:1): a=b|NO_STAMP",
        "type=SYSCALL a=b msg=audit(100.001:1): a=b|NO_STAMP",
        "node=n1 msg=audit(100.001:1): a=b|NO_STAMP",
        "type=SYSCALL node=n1 msg=audit(100.001:1): a=b|NO_STAMP",
        "node= type=SYSCALL msg=audit(100.001:1): a=b|NO_STAMP",
        "audit(100.001:1): type=SYSCALL|NO_STAMP",
        "foo msg=audit(100.001:1): bar|NO_FIELD",
        "type=AVC|NO_STAMP"
      })
  void shouldNameTheReasonOfWhatIsNoRecord(String line, String reason) {
    assertThat(split(line)).isEqualTo(reason);
  }

  @Test
  void shouldLookForTheStampInTheFirstBytesOnly() {
    assertThat(split("type=" + "A".repeat(70) + " msg=audit(100.001:1): a=b"))
        .isEqualTo("NO_STAMP");
    assertThat(split("node=" + "n".repeat(255) + " type=EOE msg=audit(100.001:1): "))
        .startsWith("1320|");
    assertThat(split("node=" + "n".repeat(340) + " type=EOE msg=audit(100.001:1): "))
        .isEqualTo("NO_STAMP");
  }

  @Property(tries = 2000)
  void shouldTakeAnyBytes(@ForAll byte[] bytes) {
    String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(split(text)).isNotNull();
    assertThat(split("type=SYSCALL msg=audit(100.001:1): " + text)).startsWith("1300|");
  }
}
