package io.coreaudit.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordFlyweightTest {
  private static final char SEPARATOR = RecordFlyweight.ENRICHED_SEPARATOR;

  private static String stamp(String text) {
    try (Text memory = Text.of(text)) {
      RecordFlyweight record = new RecordFlyweight().wrap(memory.address(), memory.length());
      return record.parseStamp()
          ? record.stampSeconds()
              + "."
              + record.stampMillis()
              + ":"
              + Long.toUnsignedString(record.serial())
          : "none";
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "audit(1795321989.984:3022): arch=c000003e|1795321989.984:3022",
        "audit(1795321989.984:3022):|1795321989.984:3022",
        "audit(1795321989.984:3022)|1795321989.984:3022",
        "audit(1795321989.984:3022|1795321989.984:3022",
        "audit(100.5:1234567)|100.5:1234567",
        "audit(100.001:18446744073709551615): |100.1:18446744073709551615",
        "audit(0000000000000000000000100.001:1): |100.1:1",
        "audit(9223372036854775804.0:7): |9223372036854775804.0:7",
        "audit(1795321989:3022): |1795321989.0:3022",
        "audit(1795321989.984): |1795321989.984:0",
        "xyz(1795321989.984:3022): a=b|1795321989.984:3022",
        "audit(1.1:123456): |1.1:123456",
      })
  void shouldReadTheStamp(String text, String expected) {
    assertThat(stamp(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "audit(",
        "audit",
        "audit(): arch=1 aaaaaaaaaaa",
        "audit(.123:456789): a=b",
        "audit(100.1000:45678): a=b",
        "audit(100.001:18446744073709551616): ",
        "audit(100.001:99999999999999999999999): ",
        "audit(9223372036854775805.001:1): ",
        "audit(18446744073709551616.001:1): ",
        "audit(100.99999999999999999999:45678): a=b",
        "audit(100x.001:45678): a=b",
        "audit(100.001:45678x): a=b",
        "audit(-100.001:45678): a=b",
        "audit(100.001:): a=bbbbbbb",
        "audit(100.:45678): a=b",
        "audit(1.1:1): a=b", // a word shorter than libauparse takes
        "type=SYSCALL msg=audit(100.001:45678): a=b",
        "no parenthesis here at all",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa(100.001:45678):"
            + " a=b"
      })
  void shouldRefuseWhatIsNoStamp(String text) {
    assertThat(stamp(text)).isEqualTo("none");
  }

  @Test
  void shouldWalkTheFieldsOfASyscall() {
    assertThat(
            Text.fields(
                "audit(1795321989.984:3022): arch=c000003e syscall=257 success=yes exit=3"
                    + " a0=ffffff9c items=1 auid=4294967295 comm=\"cat\" exe=\"/usr/bin/cat\""
                    + " subj=system_u:system_r:t:s0-s0:c0.c1023 key=\"k\""))
        .containsExactly(
            "arch=c000003e",
            "syscall=257",
            "success=yes",
            "exit=3",
            "a0=ffffff9c",
            "items=1",
            "auid=4294967295",
            "comm=\"cat\"",
            "exe=\"/usr/bin/cat\"",
            "subj=system_u:system_r:t:s0-s0:c0.c1023",
            "key=\"k\"");
  }

  @Test
  void shouldSplitAtBlanksOnly() {
    assertThat(Text.fields("audit(100.001:1):  cwd=\"/a\"\tb=c   d=e "))
        .containsExactly("cwd=\"/a\"\tb=c", "d=e");
    assertThat(Text.fields("audit(100.001:1): comm=\"a b\" x=1"))
        .as("user space wrote a blank inside quotes")
        .containsExactly("comm=\"a", "x=1");
  }

  @Test
  void shouldPassOverWordsWithoutEqualSignAndFieldsWithoutValue() {
    assertThat(
            Text.fields(
                "audit(100.001:1): opt=a=b=c empty= bare (hostname=?, proctitle=x"
                    + " longlonglongname"))
        .containsExactly("opt=a=b=c", "hostname=?,", "proctitle=x");
  }

  @Test
  void shouldLookIntoTheMessageOfUserSpace() {
    assertThat(
            Text.fields(
                "audit(100.001:1): pid=1 uid=0 auid=1000 ses=1 msg='op=login acct=\"root\""
                    + " res=success'"))
        .containsExactly(
            "pid=1", "uid=0", "auid=1000", "ses=1", "op=login", "acct=\"root\"", "res=success'");
    assertThat(Text.fields("audit(100.001:1): a=1 msg='PAM: b=2 msg=abcd msg=bcd msg= c=3"))
        .containsExactly("a=1", "b=2", "msg=bcd", "c=3");
  }

  @Test
  void shouldKeepTheEnrichedPartApart() {
    String text = "audit(100.001:1): uid=0 key=(null)" + SEPARATOR + "ARCH=x86_64 UID=\"carol\"";
    assertThat(Text.fields(text)).containsExactly("uid=0", "key=(null)");
    assertThat(Text.fields(text, true)).containsExactly("ARCH=x86_64", "UID=\"carol\"");
    assertThat(Text.fields("audit(100.001:1): uid=0", true)).isEmpty();
    String address = "audit(100.001:1): saddr=02" + SEPARATOR + "SADDR={ saddr_fam=inet lport=99 }";
    assertThat(Text.fields(address, true)).containsExactly("SADDR={ saddr_fam=inet lport=99 }");
  }

  @Test
  void shouldWalkTheAgentsOwnTextWithoutStamp() {
    assertThat(Text.fields("reason=netlink_overrun events=12 path=\"/x\""))
        .containsExactly("reason=netlink_overrun", "events=12", "path=\"/x\"");
    assertThat(Text.fields("")).isEmpty();
    assertThat(Text.fields("a=1")).containsExactly("a=1");
  }

  @Test
  void shouldStopAtBareWordsWhenAsked() {
    try (Text text = Text.of("audit(100.001:1): avc:  denied  { read write } for  pid=3")) {
      RecordFlyweight record = new RecordFlyweight().wrap(text.address(), text.length());
      record.rewind();
      List<String> words = new ArrayList<>();
      while (record.nextWord()) {
        words.add(
            (record.named() ? "field " : "")
                + Text.read(record.valueAddress(), record.valueLength()));
      }
      assertThat(words)
          .containsExactly("avc:", "denied", "{", "read", "write", "}", "for", "field 3");
    }
  }

  @ParameterizedTest
  @CsvSource({"7,7,7", "0,0,0", "-1,-5,-5", "9999999999999999999,-5,-5", "x,-5,-5", "c0,-5,192"})
  void shouldReadNumbers(String value, long decimal, long hex) {
    try (Text text = Text.of("a=" + value)) {
      RecordFlyweight record = new RecordFlyweight().wrap(text.address(), text.length());
      record.rewind();
      assertThat(record.next()).isTrue();
      assertThat(record.decimalValue(-5)).isEqualTo(decimal);
      assertThat(record.hexValue(-5)).isEqualTo(hex);
    }
  }

  /// Eight bytes at a time give what the rules say, byte by byte, wherever the text begins and
  /// ends.
  @Property(tries = 2000)
  void shouldWalkAsTheRulesSay(@ForAll("texts") String text) {
    assertThat(Text.fields(text)).isEqualTo(byTheRules(text));
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> word =
        Arbitraries.strings()
            .withChars("ab=('!\"<>\u001c\u001e\u0020\u0021\u001f\u003c\u003e\u00a0\u00bd\u0000m")
            .ofMaxLength(20);
    Arbitrary<String> known =
        Arbitraries.of(
            "msg='op=a", "msg='b", "msg=a", "msg=b", "a=1", "12345678=x", "1234567=y", "(a=b");
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(3, word), net.jqwik.api.Tuple.of(1, known))
        .list()
        .ofMaxSize(12)
        .map(words -> String.join(" ", words));
  }

  private static List<String> byTheRules(String text) {
    List<String> fields = new ArrayList<>();
    for (String part : text.split(" ")) {
      String word = part;
      if (word.startsWith("msg=a")) {
        continue;
      }
      if (word.startsWith("msg='")) {
        word = word.substring(5);
      }
      int equal = word.indexOf('=');
      if (equal < 0 || equal == word.length() - 1) {
        continue;
      }
      String name = word.substring(0, equal);
      fields.add((name.startsWith("(") ? name.substring(1) : name) + word.substring(equal));
    }
    return fields;
  }
}
