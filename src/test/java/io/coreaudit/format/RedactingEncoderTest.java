package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.StreamSupport;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RedactingEncoderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final String STAMP = "msg=audit(1795321989.001:1): ";

  private final EventEncoder encoder = new RedactingEncoder(new EcsEncoder(true));
  private final EventEncoder plain = new EcsEncoder(true);
  private final ByteOutput out = new ByteOutput(1024);

  /// Arguments are separated by `|`; the secrets by what they become.
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '^',
      textBlock =
          """
          app|--password=s3cret; app|--password=******
          app|-password=s3cret; app|-password=******
          app|password=s3cret; app|password=******
          app|PASSWORD=s3cret; app|PASSWORD=******
          app|--Password|s3cret|x; app|--Password|******|x
          app|--token=a=b&c d; app|--token=*******
          app|--db-passwd|x; app|--db-passwd|*
          app|--client_secret=x; app|--client_secret=*
          app|clientSecret=x; app|clientSecret=*
          app|--api-key=x|--apikey=y|--api_key|z|API_KEY=w; app|--api-key=*|--apikey=*|--api_key|*|API_KEY=*
          env|AWS_SECRET_ACCESS_KEY=abc|app; env|AWS_SECRET_ACCESS_KEY=***|app
          oc|create|secret|generic|db|--from-literal=password=x&y; oc|create|secret|generic|db|--from-literal=password=***
          curl|https://h/?a=1&token=abc&b=2#f; curl|https://h/?a=1&token=***&b=2#f
          mount|-o|username=u,password=p,vers=3; mount|-o|username=u,password=*,vers=3
          app|--password|--user|x; app|--password|--user|x
          app|--password|-x; app|--password|**
          app|--password; app|--password
          app|--password=; app|--password=
          app|--password|; app|--password|
          app|--no-password|x; app|--no-password|x
          app|--password-file=/x|--token-file|/y; app|--password-file=/x|--token-file|/y
          app|secret|x|token|y; app|secret|x|token|y
          app|--tokenizer=x; app|--tokenizer=x
          mysql|-uroot|-ps3cret|db; mysql|-uroot|-p******|db
          /usr/bin/mysqldump|-ps3 cret; /usr/bin/mysqldump|-p*******
          mysql|-p|db; mysql|-p|db
          sudo|mysql|-ps3cret; sudo|mysql|-p******
          sshpass|-p|s3cret|ssh|-p|22|h; sshpass|-p|******|ssh|-p|22|h
          ssh|-p|22|h; ssh|-p|22|h
          redis-cli|-a|x|--pass|y|get|k; redis-cli|-a|*|--pass|*|get|k
          ldapsearch|-x|-w|x|-D|cn; ldapsearch|-x|-w|*|-D|cn
          curl|-u|bob:s3cret|https://h; curl|-u|bob:******|https://h
          curl|--user=bob:s3cret|-ubob; curl|--user=bob:******|-ubob
          podman|run|-p|80:80|i; podman|run|-p|80:80|i
          podman|login|-u|bob|-p|x|h; podman|login|-u|bob|-p|*|h
          sh|-c|TOKEN=abc curl -u bob:x https://h?token=y; sh|-c|TOKEN=*** curl -u bob:* https://h?token=*
          sh|-c|mysql --password='a b' -e x; sh|-c|mysql --password='***' -e x
          sh|-c|mysql -p'a b' db; sh|-c|mysql -p***** db
          sh|-c|app --password abc --user x; sh|-c|app --password *** --user x
          bash|-c|su -c 'mysql -pabc db'; bash|-c|su -c 'mysql -p*** db'
          bash|-c|don't --token abc; bash|-c|don't --token ***
          echo|use --token x|y; echo|use --token *|y
          mysql|-u|docker|-phunter2; mysql|-u|docker|-p*******
          useradd|-m|mysql|-p|$6$hash; useradd|-m|mysql|-p|*******
          zip|-r|b.zip|/var/lib/mysql|-P|hunter2; zip|-r|b.zip|/var/lib/mysql|-P|*******
          ldapsearch|-h|az|-w|hunter2; ldapsearch|-h|az|-w|*******
          curl|-sku|admin:hunter2|https://h; curl|-sku|admin:*******|https://h
          curl|-ksuadmin:hunter2|h; curl|-ksuadmin:*******|h
          curl|-ofileu|https://h; curl|-ofileu|https://h
          ldapsearch|-xw|hunter2; ldapsearch|-xw|*******
          ldapsearch|-LLLxw|hunter2; ldapsearch|-LLLxw|*******
          ldapsearch|-xwhunter2; ldapsearch|-xw*******
          unzip|-oqP|x|f; unzip|-oqP|*|f
          mysql|-e|select 1 && 2|-ps; mysql|-e|select 1 && 2|-p*
          sh|-c|useradd -u 1000 app && mkdir -p /app && chown app /app; sh|-c|useradd -u 1000 app && mkdir -p /app && chown app /app
          sh|-c|docker login -u a -p b r && docker run -p 8080:80 i; sh|-c|docker login -u a -p * r && docker run -p 8080:80 i
          sh|-c|mongo x & ssh -p 22 h; sh|-c|mongo x & ssh -p 22 h
          sh|-c|mysql -e 'a && b' -ps; sh|-c|mysql -e 'a && b' -p*
          """)
  void shouldMaskWhatFollowsASecretsName(String given, String expected) throws IOException {
    List<String> arguments = Arrays.asList(given.split("\\|", -1));
    List<String> masked = Arrays.asList(expected.split("\\|", -1));
    for (boolean hex : new boolean[] {false, true}) {
      if (hex || arguments.stream().noneMatch(each -> each.contains(" "))) {
        JsonNode event = encoded(encoder, execve(arguments, hex), title(arguments));
        assertThat(texts(event.at("/process/args"))).isEqualTo(masked);
        assertThat(event.at("/coreaudit/raw/0").asText())
            .isEqualTo("type=EXECVE " + execve(masked, hex).substring(12));
        assertThat(event.at("/coreaudit/raw/1").asText())
            .isEqualTo("type=PROCTITLE " + title(masked).substring(15));
        assertThat(event.at("/coreaudit/redacted").asBoolean()).isEqualTo(!given.equals(expected));
        JsonNode ofTitle = encoded(encoder, title(arguments));
        if (!given.endsWith("|")) {
          assertThat(texts(ofTitle.at("/process/args"))).isEqualTo(masked);
        }
      }
    }
  }

  @Test
  void shouldMaskAnArgumentInPieces() throws IOException {
    JsonNode event =
        encoded(
            encoder,
            "type=EXECVE " + STAMP + "argc=3 a0=\"x\" a1_len=24 a1[0]=" + hex("--pass"),
            "type=EXECVE " + STAMP + "a1[1]=" + hex("word=a b"),
            "type=EXECVE " + STAMP + "a1[2]=" + hex("c") + " a2=" + hex("d"));
    assertThat(texts(event.at("/process/args"))).containsExactly("x", "--password=****", "d");
    assertThat(event.at("/coreaudit/raw/1").asText()).endsWith("a1[1]=" + hex("word=***"));
    assertThat(event.at("/coreaudit/raw/2").asText()).endsWith("a1[2]=2A a2=" + hex("d"));
  }

  @Test
  void shouldMaskCommandsThatProgramsTell() throws IOException {
    String sudo = "type=USER_CMD " + STAMP + "pid=1 uid=1000 msg='cwd=\"/\" cmd=";
    JsonNode event =
        encoded(encoder, sudo + hex("mysql -pabc -e x") + " exe=\"/usr/bin/sudo\" res=success'");
    assertThat(event.at("/process/command_line").asText()).isEqualTo("mysql -p*** -e x");
    assertThat(event.at("/coreaudit/raw/0").asText()).contains(hex("mysql -p*** -e x"));
    assertThat(event.at("/coreaudit/redacted").asBoolean()).isTrue();
    event = encoded(encoder, sudo + hex("PASSWORD=x app y") + " res=success'");
    assertThat(event.at("/process/command_line").asText()).isEqualTo("PASSWORD=* app y");
    event = encoded(encoder, "type=TTY " + STAMP + "tty pid=1 data=" + hex("app --token abc\r"));
    assertThat(event.at("/coreaudit/data/data").asText()).startsWith("app --token ***");
    event =
        encoded(
            encoder,
            "type=USER_AVC "
                + STAMP
                + "pid=1 msg='avc:  denied  { x } for cmdline=\"app --token=abc\" tclass=y'");
    assertThat(event.at("/coreaudit/data/cmdline").asText()).isEqualTo("app --token=***");
  }

  @Test
  void shouldEndAProgramWithItsCommand() throws IOException {
    assertArgument("redis-cli ping; tar -a x", "redis-cli ping; tar -a x");
    assertArgument("mongo x; ssh -p 22 h", "mongo x; ssh -p 22 h");
    assertArgument("mongo -p x; ssh -p 22 h", "mongo -p ** ssh -p 22 h");
    assertArgument("mongo x\nssh -p 22 h", "mongo x\nssh -p 22 h");
    assertArgument("mongo x \\\n-p y", "mongo x \\\n-p *");
    assertArgument("mysql -e 'select 1;' -ps", "mysql -e 'select 1;' -p*");
    // Of arguments with blanks between nobody tells which `;` a shell took.
    JsonNode event =
        encoded(
            encoder,
            "type=USER_CMD " + STAMP + "pid=1 msg='cmd=" + hex("mysql -e select 1; -pabc") + "'");
    assertThat(event.at("/process/command_line").asText()).isEqualTo("mysql -e select 1; -p***");
    event =
        encoded(encoder, "type=TTY " + STAMP + "tty pid=1 data=" + hex("mongo x\rssh -p 22 h\r"));
    assertThat(event.at("/coreaudit/data/data").asText()).contains("-p 22");
  }

  private void assertArgument(String script, String masked) throws IOException {
    JsonNode event = encoded(encoder, execve(List.of("sh", "-c", script), true));
    assertThat(texts(event.at("/process/args"))).containsExactly("sh", "-c", masked);
  }

  @Test
  void shouldMaskBehindQuotesOfACommandLine() throws IOException {
    String head = "type=USER_AVC " + STAMP + "pid=1 msg='avc:  denied  { x } for uid=0 cmdline=\"";
    String quoted = "curl -d {\"a\":1} --token abc";
    String forged = "x\" scontext=y --token abc";
    String context = "\" scontext=a tcontext=b tclass=c'";
    String function = "\" function=\"f\" scontext=a'";
    for (String rest :
        List.of(
            quoted + context,
            quoted + function,
            quoted + "\"'",
            forged + context,
            forged + function)) {
      String raw = encoded(encoder, head + rest).at("/coreaudit/raw/0").asText();
      assertThat(raw).isEqualTo((head + rest).replace("abc", "***"));
    }
  }

  @Test
  void shouldHoldALongCommandOnceAndNoLonger() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    EventEncoder redacting = new RedactingEncoder(new RawEncoder());
    ByteOutput raw = new ByteOutput(8 << 20);
    String brief = "type=EXECVE " + STAMP + "argc=2 a0=\"x\" a1=\"--token=abc\"";
    StringBuilder record = new StringBuilder(brief);
    int length = 2 << 20;
    for (int i = 2; record.length() < length; i++) {
      record.append(" a").append(i).append("=\"").append("y".repeat(1000)).append('"');
    }
    try (Arena arena = Arena.ofConfined()) {
      FrameFlyweight large = new Frames(arena).audit(List.of(record.toString()));
      FrameFlyweight small = new Frames(arena).audit(List.of(brief));
      redacting.encode(small, raw);
      raw.clear();
      long before = threads.getCurrentThreadAllocatedBytes();
      redacting.encode(large, raw);
      // The text, grown by doubling.
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(5L * length);
      raw.clear();
      before = threads.getCurrentThreadAllocatedBytes();
      redacting.encode(small, raw);
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1000);
    }
  }

  @Test
  void shouldMaskForEveryFormat() throws IOException {
    ByteOutput raw = new ByteOutput(16);
    String record = "type=EXECVE " + STAMP + "argc=2 a0=\"x\" a1=\"--token=abc\"";
    try (Arena arena = Arena.ofConfined()) {
      FrameFlyweight frame = new Frames(arena).audit(List.of(record));
      new RedactingEncoder(new RawEncoder()).encode(frame, raw);
      assertThat(new String(raw.array(), 0, raw.length(), StandardCharsets.US_ASCII))
          .isEqualTo(record.replace("abc", "***") + "\n");
      // The frame itself, as it is in the spool, says what the kernel said.
      raw.clear();
      new RawEncoder().encode(frame, raw);
      assertThat(new String(raw.array(), 0, raw.length(), StandardCharsets.US_ASCII))
          .isEqualTo(record + "\n");
    }
  }

  @Property(tries = 1000)
  void shouldChangeNothingButSecrets(@ForAll("arguments") List<String> arguments)
      throws IOException {
    JsonNode masked = encoded(encoder, execve(arguments, true), title(arguments));
    JsonNode given = encoded(plain, execve(arguments, true), title(arguments));
    List<String> before = texts(given.at("/process/args"));
    List<String> after = texts(masked.at("/process/args"));
    assertThat(after).hasSameSizeAs(before);
    boolean changed = false;
    for (int i = 0; i < before.size(); i++) {
      assertThat(after.get(i)).hasSameSizeAs(before.get(i));
      for (int at = 0; at < before.get(i).length(); at++) {
        boolean same = after.get(i).charAt(at) == before.get(i).charAt(at);
        assertThat(same || after.get(i).charAt(at) == '*').isTrue();
        changed |= !same;
      }
    }
    assertThat(masked.at("/coreaudit/redacted").asBoolean() || !changed).isTrue();
    for (String argument : after) {
      assertThat(argument).doesNotContain("--password=s");
    }
  }

  @Provide("arguments")
  Arbitrary<List<String>> arguments() {
    return Arbitraries.of(
            "--password=s",
            "--token",
            "s3cret",
            "mysql",
            "-ps",
            "-p",
            "sh",
            "-c",
            "a 'b --token \"c d' e=\"",
            "token=",
            "'",
            "x y -u a:b",
            "curl",
            "-ua:b",
            "--",
            "-",
            "=",
            "login",
            "oc",
            "sshpass",
            " ",
            "password==")
        .list()
        .ofMinSize(1)
        .ofMaxSize(12);
  }

  @Test
  void shouldAllocateNothing() throws IOException {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    List<String> arguments = List.of("mysql", "-psecret", "--token=x", "a b c");
    Path log = EcsGoldenTest.FIXTURES.resolve("processes.log");
    try (Arena arena = Arena.ofConfined()) {
      new Frames(arena)
          .each(
              execve(arguments, true) + "\n" + title(arguments) + "\n" + Files.readString(log),
              frame -> {
                repeat(frame, 2000);
                long before = threads.getCurrentThreadAllocatedBytes();
                repeat(frame, 1000);
                long allocated = threads.getCurrentThreadAllocatedBytes() - before;
                assertThat(allocated / 1000.0).isLessThan(1);
              });
    }
  }

  private void repeat(FrameFlyweight frame, int times) {
    for (int i = 0; i < times; i++) {
      out.clear();
      encoder.encode(frame, out);
    }
  }

  private static String execve(List<String> arguments, boolean hex) {
    StringBuilder record = new StringBuilder("type=EXECVE " + STAMP + "argc=" + arguments.size());
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      boolean encoded = hex && !argument.isEmpty();
      record.append(" a").append(i).append('=');
      record.append(encoded ? hex(argument) : '"' + argument + '"');
    }
    return record.toString();
  }

  private static String title(List<String> arguments) {
    return "type=PROCTITLE " + STAMP + "proctitle=" + hex(String.join("\0", arguments));
  }

  private static String hex(String text) {
    return HEX.formatHex(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static List<String> texts(JsonNode list) {
    return new ArrayList<>(
        StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList());
  }

  private JsonNode encoded(EventEncoder with, String... records) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      out.clear();
      with.encode(new Frames(arena).audit(List.of(records)), out);
      JsonNode event = JSON.readTree(out.array(), 0, out.length());
      assertThat(Schema.faults(event)).isEmpty();
      return event;
    }
  }
}
