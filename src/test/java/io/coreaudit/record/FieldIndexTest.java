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

class FieldIndexTest {
  private static final String STAMP = "audit(1795321989.984:3022): ";

  private final FieldIndex index = new FieldIndex();

  @Test
  void shouldKeepQuotedBlanksAndCutWhatBelongsToTheMessage() {
    assertThat(
            fields(
                STAMP + "pid=7 msg='op=PAM:x acct=\"a b=c d\" (hostname=?, addr=(none) res=ok)'",
                true))
        .containsExactly(
            "pid=7", "op=PAM:x", "acct=\"a b=c d\"", "hostname=?", "addr=(none)", "res=ok");
  }

  @Test
  void shouldTellWhereTheSendersWordsBegin() {
    assertThat(claims(STAMP + "pid=7 uid=0 msg='op=x key=y'")).isEqualTo(2);
    assertThat(claims(STAMP + "pid=7 uid=0 msg='avc:  denied  { x } for pid=1'")).isEqualTo(2);
    assertThat(claims(STAMP + "pid=7 msg='op=x' key=forged msg='uid=0'"))
        .as("a quote in the message does not end it")
        .isEqualTo(1);
    assertThat(claims(STAMP + "pid=7 op=x error_msg='success'")).isGreaterThan(3);
    assertThat(claims(STAMP + "comm=\"msg='x=1\" pid=7")).isGreaterThan(3);
  }

  @Test
  void shouldLookAtTheKernelsOwnPartOnly() {
    String text = STAMP + "pid=7 uid=0\u001dUID=\"root\" AUID=\"x\"";
    assertThat(fields(text, false)).containsExactly("pid=7", "uid=0");
    assertThat(index.isEnriched()).isTrue();
    assertThat(fields(text, true))
        .containsExactly("pid=7", "uid=0\u001dUID=\"root\"", "AUID=\"x\"");
    assertThat(index.isEnriched()).isFalse();
  }

  @Test
  void shouldEndAMessageAtAuditdsSeparatorOnly() {
    String words = STAMP + "pid=7 msg='op=\u001dUID=\"x\" a='\u001dUID=\"y\" b=1'";
    assertThat(fields(words, false)).contains("op=\u001dUID=\"x\"", "b=1");
    assertThat(index.isEnriched()).isFalse();
    assertThat(fields(words + "\u001dAUID=\"root\"", false))
        .contains("b=1")
        .doesNotContain("AUID=\"root\"");
    assertThat(index.isEnriched()).isTrue();
    assertThat(fields(words + " ", false)).contains("b=1");
    assertThat(index.isEnriched()).isFalse();
    assertThat(fields(STAMP + "pid=7 msg='op=x\u001dUID=\"y\"", false)).contains("pid=7");
    assertThat(index.isEnriched()).as("cut").isFalse();
  }

  @Test
  void shouldEndAQuoteWhereOthersThanADecisionSaySo() {
    String rest = " exe=\"/usr/bin/x\" hostname=? addr=192.0.2.7 terminal=? res=failed'";
    assertThat(fields(STAMP + "pid=9 uid=0 msg='op=run cmdline=\"ls -l\"" + rest, true))
        .contains("cmdline=\"ls -l\"", "exe=\"/usr/bin/x\"", "addr=192.0.2.7", "res=failed");
    String decision = STAMP + "pid=9 uid=0 msg='avc:  denied  { x } for cmdline=\"a\" exe=\"/b\"";
    assertThat(fields(decision + rest, true))
        .as("without contexts")
        .contains("cmdline=\"a\" exe=\"/b\"", "exe=\"/usr/bin/x\"", "res=failed");
  }

  @Test
  void shouldFindMoreFieldsThanEverBefore() {
    StringBuilder text = new StringBuilder(STAMP);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      text.append("n").append(i).append("=v").append(i).append(' ');
      expected.add("n" + i + "=v" + i);
    }
    assertThat(fields(text.toString(), true)).isEqualTo(expected);
  }

  /// The same fields as a walk, but for quotes and what is cut off at the end of values.
  @Property(tries = 5000)
  void shouldFindWhatAWalkFinds(@ForAll("texts") String text) {
    assertThat(fields(text, false)).isEqualTo(walked(text));
  }

  /// What is remembered from record to record must never show.
  @Property(tries = 2000)
  void shouldFindTheSameInAnyOrderOfRecords(@ForAll("records") List<String> records) {
    FieldIndex toName = new FieldIndex("seven77");
    for (String record : records) {
      assertThat(fields(new FieldIndex(), record)).isEqualTo(fields(index, record));
      assertThat(fields(new FieldIndex("seven77"), record)).isEqualTo(fields(toName, record));
      assertThat(fields(toName, record))
          .isEqualTo(until("seven77=", fields(new FieldIndex(), record)));
    }
  }

  private static List<String> until(String name, List<String> fields) {
    int last = 0;
    while (last < fields.size() && !fields.get(last).startsWith(name)) {
      last++;
    }
    return fields.subList(0, Math.min(last + 1, fields.size()));
  }

  @Provide("records")
  Arbitrary<List<String>> records() {
    Arbitrary<String> names =
        Arbitraries.of("pid=", "exactly8=", "seven77=", "longer-name=", "a=", "msg=", "(b=");
    Arbitrary<String> values =
        Arbitraries.of(
            "1",
            "22",
            "\"x\"",
            "\"",
            "\"a b\"",
            "'op=x",
            "(none)",
            "x,",
            ",",
            "",
            "long-value-of-it");
    Arbitrary<List<String>> shape = names.list().ofMinSize(1).ofMaxSize(4);
    return shape.flatMap(
        same ->
            values
                .list()
                .ofSize(same.size())
                .map(
                    chosen -> {
                      StringBuilder text = new StringBuilder(STAMP.strip());
                      for (int i = 0; i < same.size(); i++) {
                        text.append(' ').append(same.get(i)).append(chosen.get(i));
                      }
                      return text.toString();
                    })
                .list()
                .ofMinSize(2)
                .ofMaxSize(6));
  }

  @Test
  void shouldKnowTheShapeOfTheRecordBefore() {
    String text = STAMP + "pid=7 nametype=NORMAL cap=\"x\" key=(null) k=1";
    fields(text, true);
    assertThat(index.isSameShape()).isFalse();
    String next = text.replace("7", "12345").replace("x", "yy/zz");
    assertThat(fields(next, true)).isEqualTo(walked(next));
    assertThat(index.isSameShape()).isTrue();
    fields(text + " more=1", true);
    assertThat(index.isSameShape()).isFalse();
    fields(text, true);
    fields(text + "\u001dUID=\"root\"", false);
    assertThat(index.isSameShape()).as("a line").isTrue();
    assertThat(index.isEnriched()).isTrue();
  }

  private static List<String> walked(String text) {
    try (Text memory = Text.of(text)) {
      RecordFlyweight record = new RecordFlyweight().wrap(memory.address(), memory.length());
      record.rewind();
      long end = memory.address() + ownLength(text);
      List<String> fields = new ArrayList<>();
      long quotedEnd = 0;
      while (record.next()) {
        if (record.nameAddress() < quotedEnd) {
          continue;
        }
        String name = Text.read(record.nameAddress(), record.nameLength());
        String value = Text.read(record.valueAddress(), record.valueLength());
        if (value.startsWith("\"")) {
          if (value.length() == 1 || !value.endsWith("\"")) {
            String rest = Text.read(record.valueAddress(), (int) (end - record.valueAddress()));
            int close = rest.indexOf('"', 1);
            value = close < 0 ? value : rest.substring(0, close + 1);
          }
          quotedEnd = record.valueAddress() + value.length();
        } else {
          for (String last : new String[] {":", ",", "'", ")"}) {
            if (value.endsWith(last) && !(last.equals(")") && value.startsWith("("))) {
              value = value.substring(0, value.length() - 1);
            }
          }
          if (value.isEmpty()) {
            continue;
          }
        }
        fields.add(name + "=" + value);
      }
      return fields;
    }
  }

  private static int ownLength(String text) {
    int first = text.indexOf('\u001d');
    if (first < 0 || !text.substring(0, first).contains(" msg='")) {
      return first < 0 ? text.length() : first;
    }
    int last = text.lastIndexOf('\u001d');
    boolean enriched = text.charAt(last - 1) == '\'' && !text.stripTrailing().endsWith("'");
    return enriched ? last : text.length();
  }

  @Provide("texts")
  Arbitrary<String> texts() {
    Arbitrary<String> words =
        Arbitraries.oneOf(
            Arbitraries.of(
                STAMP.strip(),
                "pid=7",
                "longer-name=x",
                "exactly8=y",
                "seven77=z",
                "x=",
                "=x",
                "=",
                "bare",
                "msg='op=login",
                "msg='PAM:",
                "msg='long-name-inside=1",
                "msg=audit(1.2:3):",
                "msg=x",
                "msg=",
                "(x=1)",
                "(hostname=?,",
                "a=\"b",
                "c\"",
                "\"",
                "d=\"\"",
                "e=\"",
                "r=x:,')",
                "y=(none)",
                ",",
                "\u001d",
                "z=:,')",
                ""),
            Arbitraries.strings().withChars(" =\"'(),:ax\u001d\u00ff!<").ofMaxLength(12));
    return words.list().ofMaxSize(25).map(list -> String.join(" ", list));
  }

  private int claims(String text) {
    fields(text, true);
    return index.claims();
  }

  private List<String> fields(String text, boolean fromKernel) {
    return fields(index, text, fromKernel);
  }

  private static List<String> fields(FieldIndex of, String text) {
    return fields(of, text, true);
  }

  private static List<String> fields(FieldIndex of, String text, boolean fromKernel) {
    try (Text memory = Text.of(text)) {
      of.read(memory.address(), memory.length(), fromKernel);
      List<String> fields = new ArrayList<>();
      for (int i = 0; i < of.count(); i++) {
        String name = Text.read(of.nameAddress(i), of.nameLength(i));
        assertThat(of.nameWord(i)).isEqualTo(RecordFlyweight.word(name));
        fields.add(name + "=" + Text.read(of.valueAddress(i), of.valueLength(i)));
      }
      return fields;
    }
  }
}
