package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whatever bytes a field holds, the event is one line of valid UTF-8 and JSON, and the bytes can
/// be had from it again: from the place of the field, and from the raw record.
final class ExactBytesTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  private static final int TEST = 1120;

  private final EcsEncoder encoder = new EcsEncoder(true);
  private final ByteOutput out = new ByteOutput(1024);

  /// type | text, `@` where the value stands in hexadecimal, `$` where it stands as it is | its
  /// place, with the index in a list
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SYSCALL | arch=c000003e syscall=39 comm=@ exe="x" | process.name
          SYSCALL | arch=c000003e syscall=39 comm="x" exe=@ | process.executable
          SYSCALL | arch=c000003e syscall=39 key=@ | tags 0
          SYSCALL | arch=c000003e syscall=39 subj=$ | coreaudit.label.subject
          SYSCALL | arch=c000003e syscall=39 subj=a:$:c | coreaudit.selinux.subject.role
          SYSCALL | arch=c000003e syscall=39 subj=a:b:c:s0:c1,$ | coreaudit.selinux.subject.categories 1
          PATH | item=0 name=@ nametype=NORMAL | file.path
          CWD | cwd=@ | process.working_directory
          EXECVE | argc=2 a0="x" a1=@ | process.args 1
          PROCTITLE | proctitle=7800@ | process.args 1
          TTY | tty pid=1 data=@ | coreaudit.data.data
          USER_CMD | pid=1 msg='cwd="/" cmd=@ res=success' | process.command_line
          USER_AUTH | pid=1 msg='op=x acct=@ res=success' | user.name
          USER_AUTH | pid=1 msg='op=$ res=success' | coreaudit.data.op
          USER_AUTH | pid=1 msg='op=x hostname=$ res=success' | source.domain
          SERVICE_START | pid=1 msg='unit=$ comm="x" res=success' | service.name
          ADD_GROUP | pid=1 msg='op=x grp=@ res=success' | group.name
          VIRT_RESOURCE | pid=1 msg='virt=kvm vm=@ res=success' | coreaudit.data.vm
          TEST | pid=1 msg='zz=$ res=success' | coreaudit.other 0
          TEST | pid=1 msg='$=1 res=success' | coreaudit.other 0
          AVC | avc:  denied  { $ open } for  pid=1 tclass=file | coreaudit.data.seperms 0
          OBJ_PID | opid=1 ocomm=@ | coreaudit.data.ocomm
          """)
  void shouldGiveBackEachByte(String type, String text, String place) throws IOException {
    for (int b = 0; b < 256; b++) {
      byte[][] values = {{(byte) b}, {'x', (byte) b, 'y'}, {(byte) 0xc3, (byte) b}};
      for (byte[] value : values) {
        boolean plain = text.contains("$");
        if (canStand(value, plain, place)) {
          assertHad(type, text, place, value);
        }
      }
    }
  }

  /// What would be another field, another element or no text at all.
  private static boolean canStand(byte[] value, boolean plain, String place) {
    for (byte b : value) {
      boolean separates = " =:,'\"(){}/\u001d\n".indexOf(b & 0xff) >= 0 || b == 0;
      if (plain && separates
          || place.startsWith("tags") && b == 1
          || place.startsWith("coreaudit.selinux") && b == '-'
          || place.startsWith("process.args") && b == 0) {
        return false;
      }
    }
    return !plain || value.length > 1 || value[0] != '?';
  }

  private void assertHad(String type, String text, String place, byte[] value) throws IOException {
    String as = new String(value, StandardCharsets.ISO_8859_1);
    String hex = HexFormat.of().withUpperCase().formatHex(value);
    boolean absolute = place.equals("file.path");
    String record =
        "type="
            + type
            + " msg=audit(1.002:3): "
            + (text.contains("$")
                ? text.replace("$", as)
                : text.replace("@", absolute ? "2F" + hex : hex));
    JsonNode event = encoded(record);
    String[] where = place.split(" ");
    byte[] had =
        where.length == 1
            ? ExactBytes.of(event, place)
            : ExactBytes.of(event, where[0], Integer.parseInt(where[1]));
    byte[] wanted = absolute ? ("/" + as).getBytes(StandardCharsets.ISO_8859_1) : value;
    if (place.startsWith("coreaudit.other")) {
      String other = text.contains("$=1") ? as + "=1" : "zz=" + as;
      wanted = other.getBytes(StandardCharsets.ISO_8859_1);
    }
    if (!(absolute && (as.equals(".") || as.equals("/")))) {
      assertThat(had).as("%s of %s", place, hex).isEqualTo(wanted);
    }
  }

  /// All fields that are known, with any bytes behind their name, in any type of record.
  @Property(tries = 3000)
  void shouldGiveBackAnyBytesOfAnyField(
      @ForAll("types") int type,
      @ForAll("names") List<String> names,
      @ForAll("values") byte[] value)
      throws IOException {
    StringBuilder text = new StringBuilder("audit(1.002:3): ");
    String hex = HexFormat.of().withUpperCase().formatHex(value);
    String plain = new String(value, StandardCharsets.ISO_8859_1);
    for (int i = 0; i < names.size(); i++) {
      text.append(names.get(i)).append('=').append((i & 1) == 0 ? plain : hex).append(' ');
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    try (Arena arena = Arena.ofConfined()) {
      FrameFlyweight frame = new Frames(arena).one(type, new byte[0], bytes);
      ExactBytes.check(encoded(frame), frame);
    }
  }

  @Provide("types")
  Arbitrary<Integer> types() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(1100, 1140),
        Arbitraries.integers().between(1300, 1340),
        Arbitraries.of(1107, 1400, 1401, 1326, 1805, 2404, 2500, TEST));
  }

  @Provide("names")
  Arbitrary<List<String>> names() {
    return Arbitraries.of(Field.names()).list().ofMinSize(1).ofMaxSize(12);
  }

  @Provide("values")
  Arbitrary<byte[]> values() {
    return Arbitraries.bytes().array(byte[].class).ofMaxSize(24);
  }

  @Test
  void shouldNotExplainWhatItDoesNotSay() throws IOException {
    JsonNode event = encoded("type=CWD msg=audit(1.002:3): cwd=EFBFBD");
    assertThat(event.at("/coreaudit/bytes").isMissingNode()).isTrue();
    assertThat(ExactBytes.of(event, "process.working_directory"))
        .isEqualTo("\ufffd".getBytes(StandardCharsets.UTF_8));
  }

  private JsonNode encoded(String record) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      FrameFlyweight frame = new Frames(arena).audit(List.of(record));
      JsonNode event = encoded(frame);
      ExactBytes.check(event, frame);
      return event;
    }
  }

  private JsonNode encoded(FrameFlyweight frame) throws IOException {
    out.clear();
    encoder.encode(frame, out);
    byte[] line = Arrays.copyOf(out.array(), out.length());
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
    assertThat(text.indexOf('\n')).isEqualTo(text.length() - 1);
    JsonNode event = JSON.readTree(text);
    assertThat(Schema.faults(event)).isEmpty();
    return event;
  }
}
