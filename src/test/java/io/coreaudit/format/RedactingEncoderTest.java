package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.interpret.AccountNames;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
          sh|-c|app --password=a\\ b c; sh|-c|app --password=**** c
          sh|-c|app --password a\\ b c; sh|-c|app --password **** c
          sh|-c|app password="a\\"b c" d; sh|-c|app password="******" d
          sh|-c|app password=a\\,b c; sh|-c|app password=**** c
          sh|-c|'app' "--token" 'x y' z; sh|-c|'app' "--token" ***** z
          sh|-c|OPTIONS="--token x" app; sh|-c|OPTIONS="--token *" app
          app|-c|--token|x; app|-c|--token|*
          curl|-u|password=a:b; curl|-u|password=***
          mysql|--pass=x; mysql|--pass=*
          rar|a|-hpx|f; rar|a|-hp*|f
          git|clone|https://bob:s3cret@h/x; git|clone|https://bob:******@h/x
          psql|postgresql://a:b@c@h:5/d?x=y:z@w; psql|postgresql://a:***@h:5/d?x=y:z@w
          curl|http://h:80/a@b|http://bob@h; curl|http://h:80/a@b|http://bob@h
          sh|-c|git clone https://a:b@h && ls; sh|-c|git clone https://a:*@h && ls
          curl|-d|{"user":"a","password":"b c"}; curl|-d|{"user":"a","password":"***"}
          curl|-d|{"db_password" : "b\\"c", "x":1}; curl|-d|{"db_password" : "****", "x":1}
          curl|-d|{"token":123,"secret":{"a":"b"},"password":null}; curl|-d|{"token":***,"secret":{"a":"b"},"password":null}
          sh|-c|curl -d "{\\"password\\":\\"b c\\"}" h; sh|-c|curl -d "{\\"password\\":\\"***\\"}" h
          python3|-c|f({'token': 'b'}); python3|-c|f({'token': '*'})
          curl|-d|{"secretName":"a","tokens":["b"],"password":; curl|-d|{"secretName":"a","tokens":["b"],"password":
          curl|-H|Authorization: Bearer a.b c; curl|-H|Authorization: Bearer *****
          curl|-H|authorization:Basic x; curl|-H|authorization:Basic *
          curl|-HAuthorization: x; curl|-HAuthorization: *
          curl|-H|Proxy-Authorization: x y; curl|-H|Proxy-Authorization: ***
          sh|-c|curl -H 'Authorization: Bearer abc' h; sh|-c|curl -H 'Authorization: Bearer ***' h
          app|--authorization=x|preauthorization: y; app|--authorization=x|preauthorization: y
          app|10:30|a:b@c|[::1]:80|"name": "x"; app|10:30|a:b@c|[::1]:80|"name": "x"
          wget|--header=Authorization: Splunk 12-ab|h; wget|--header=Authorization: ************|h
          sh|-c|curl -H 'Authorization: Splunk 12-ab' h; sh|-c|curl -H 'Authorization: ************' h
          sh|-c|curl -H 'Authorization: Digest username="bob", response="x"' h; sh|-c|curl -H 'Authorization: Digest ****************************' h
          sh|-c|curl "--header=Proxy-Authorization: a b" h; sh|-c|curl "--header=Proxy-Authorization: ***" h
          sh|-c|curl -H Authorization: Splunk 12-ab https://h/; sh|-c|curl -H Authorization: ************ https://h/
          sh|-c|curl -H Authorization: AWS4 Credential=a, Signature=b -v; sh|-c|curl -H Authorization: ****************************** -v
          sh|-c|curl -H Authorization: Bearer abc h; sh|-c|curl -H Authorization: Bearer *** h
          python3|-c|get(u, headers={"Authorization": "Bearer abc"}); python3|-c|get(u, headers={"Authorization": "**********"})
          curl|-d|{"headers":{"Authorization":"Bearer abc"}}; curl|-d|{"headers":{"Authorization":"**********"}}
          curl|-H|X-Vault-Token: hvs.abc|h; curl|-H|X-Vault-Token: *******|h
          curl|-H|PRIVATE-TOKEN: glpat-a|-HX-Api-Key:b c|h; curl|-H|PRIVATE-TOKEN: *******|-HX-Api-Key:***|h
          curl|--header=X-Auth-Token: a|h; curl|--header=X-Auth-Token: *|h
          sh|-c|curl -H "X-Auth-Token: a b" -H 'apikey: c' -H token:d h; sh|-c|curl -H "X-Auth-Token: ***" -H 'apikey: *' -H token:* h
          sh|-c|echo the token: x and my-token: y; sh|-c|echo the token: x and my-token: y
          podman|run|-v|db-secret:/run/x|my-auth-token:latest; podman|run|-v|db-secret:/run/x|my-auth-token:latest
          git|commit|-m|secret: a new one; git|commit|-m|secret: a new one
          sh|-c|PGPASSWORD='it'\\''s3cret' psql; sh|-c|PGPASSWORD='************* psql
          sh|-c|PASSWORD="ab"cdef app; sh|-c|PASSWORD="******* app
          sh|-c|PASSWORD=ab"c d"ef app; sh|-c|PASSWORD=********* app
          sh|-c|PASSWORD="ab" app "c d"; sh|-c|PASSWORD="**" app "c d"
          sh|-c|curl -d "a=1&token=abc" "b" -d x"token=abc"; sh|-c|curl -d "a=1&token=***" "b" -d x"token=***"
          sh|-c|f(token="ab","cd"); sh|-c|f(token="**","cd")
          sh|-c|mysql -phunter\\ 2 db; sh|-c|mysql -p********* db
          docker|run|-d|--name|mongo|-p|27017:27017|mongo; docker|run|-d|--name|mongo|-p|27017:27017|mongo
          podman|run|--name|mysql|-p3306:3306|mysql; podman|run|--name|mysql|-p3306:3306|mysql
          sshpass|-e|ssh|-p|2222|h; sshpass|-e|ssh|-p|2222|h
          sshpass|-f|pw|ssh|-p|22|h; sshpass|-f|pw|ssh|-p|22|h
          sudo|sshpass|-v|-px|ssh|-p|22|h; sudo|sshpass|-v|-p*|ssh|-p|22|h
          docker|build|--secret|id=npm,src=.npmrc|.; docker|build|--secret|id=npm,src=.npmrc|.
          app|--secret|x; app|--secret|*
          openssl|rsa|-passin|pass:ab|-passout|pass:c; openssl|rsa|-passin|pass:**|-passout|pass:*
          app|bypass:x|pass: 3 tests; app|bypass:x|pass: 3 tests
          env|DB_PASS=x|app; env|DB_PASS=*|app
          app|--db-pass|x|--pwd|y|pwd=z|--Pwd=v; app|--db-pass|*|--pwd|*|pwd=*|--Pwd=*
          sh|-c|DB_PASS=x app --pwd y z; sh|-c|DB_PASS=* app --pwd * z
          sqlcmd|server=h,uid=sa,pwd=x,app=y; sqlcmd|server=h,uid=sa,pwd=*,app=y
          curl|-d|{"pass":"x","compass":"n"}; curl|-d|{"pass":"*","compass":"n"}
          env|PWD=/root|OLDPWD=/|app|--bypass|on|--compass=n; env|PWD=/root|OLDPWD=/|app|--bypass|on|--compass=n
          python3|-c|{"PWD": "/root"}; python3|-c|{"PWD": "/root"}
          curl|-H|token: x y|--header|apikey:z|h; curl|-H|token: ***|--header|apikey:*|h
          app|-H|accept: token|-d|token: x; app|-H|accept: token|-d|token: x
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
  void shouldMaskAnAddressThatATitleHasThePartOf() throws IOException {
    assertCut("https://bob:s3cretS3cret", "https://bob:************");
    assertCut("https://registry.example:8443", "https://registry.example:8443");
    assertCut("https://[2001:db8::beef", "https://[2001:db8::beef");
    assertCut("https://bob:s3cret/", "https://bob:s3cret/");
    JsonNode whole = encoded(encoder, title(List.of("git", "https://bob:x")));
    assertThat(texts(whole.at("/process/args"))).containsExactly("git", "https://bob:x");
  }

  private void assertCut(String last, String expected) throws IOException {
    String first = "g".repeat(127 - last.length());
    JsonNode event = encoded(encoder, title(List.of(first, last)));
    assertThat(texts(event.at("/process/args"))).containsExactly(first, expected);
  }

  @Test
  void shouldMaskWhatWasTypedInEnrichedLines() throws IOException {
    String names = "\u001dUID=\"root\" AUID=\"root\"";
    for (String type : List.of("TTY", "USER_TTY")) {
      String head = "type=" + type + " " + STAMP + "pid=1 uid=0 auid=0 comm=\"bash\" data=";
      String typed = head + hex("app --token abc\r") + names;
      String masked = head + hex("app --token ***\r") + names;
      assertThat(line(typed)).isEqualTo(masked);
      assertThat(line(head + "\"--token=abc\"" + names))
          .isEqualTo(head + "\"--token=***\"" + names);
    }
    String head = "type=USER_AVC " + STAMP + "pid=1 msg='avc:  denied  { x } for cmdline=\"a ";
    String rest = "\" function=\"f\" scontext=a:b:c tclass=d exe=\"/e\"'";
    String words = "'\u001dUID=\"x\" --token ";
    assertThat(line(head + words + "abc" + rest + names))
        .isEqualTo(head + words + "***" + rest + names);
    assertThat(line(head + words + "abc" + rest)).isEqualTo(head + words + "***" + rest);
  }

  private String line(String record) throws IOException {
    return encodedLines(record).at("/coreaudit/raw/0").asText();
  }

  private JsonNode encodedLines(String record) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Frames frames = new Frames(arena);
      frames.each("#! lines", _ -> {});
      out.clear();
      encoder.encode(frames.audit(List.of(record)), out);
      return JSON.readTree(out.array(), 0, out.length());
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
                + "pid=1 msg='avc:  denied  { x } for cmdline=\"app --token=abc\" scontext=a"
                + " tclass=y'");
    assertThat(event.at("/coreaudit/data/cmdline").asText()).isEqualTo("app --token=***");
  }

  @Test
  void shouldEndAProgramWithItsCommand() throws IOException {
    assertArgument("redis-cli ping; tar -a x", "redis-cli ping; tar -a x");
    assertArgument("mongo x; ssh -p 22 h", "mongo x; ssh -p 22 h");
    assertArgument("mongo -p x; ssh -p 22 h", "mongo -p ** ssh -p 22 h");
    assertArgument("mongo x\nssh -p 22 h", "mongo x\nssh -p 22 h");
    assertArgument("curl -H Authorization: a b; ls", "curl -H Authorization: **** ls");
    assertArgument("curl -H Authorization: a\nls", "curl -H Authorization: *\nls");
    assertArgument("mongo x \\\n-p y", "mongo x \\\n-p *");
    assertArgument("mysql -e 'select 1;' -ps", "mysql -e 'select 1;' -p*");
    // Of arguments with blanks between nobody tells which `;` a shell took.
    JsonNode event =
        encoded(
            encoder,
            "type=USER_CMD " + STAMP + "pid=1 msg='cmd=" + hex("mysql -e select 1; -pabc") + "'");
    assertThat(event.at("/process/command_line").asText()).isEqualTo("mysql -e select 1; -p***");
    // Of a shell's script everybody does.
    event =
        encoded(
            encoder,
            "type=USER_CMD "
                + STAMP
                + "pid=1 msg='cmd="
                + hex("/bin/bash -x -lc docker login -p b r && docker run -p 80:80 i")
                + "'");
    assertThat(event.at("/process/command_line").asText())
        .isEqualTo("/bin/bash -x -lc docker login -p * r && docker run -p 80:80 i");
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
    for (EventEncoder format :
        List.of(
            new EcsEncoder(true),
            new RecordsEncoder(new AccountNames(), new AccountNames()),
            FlatEncoder.cef("1"),
            FlatEncoder.leef("1"),
            new OcsfEncoder("1", true))) {
      try (Arena arena = Arena.ofConfined()) {
        String arguments = "argc=2 a0=\"x\" a1=" + hex("--token=a b c");
        FrameFlyweight frame = new Frames(arena).audit(List.of("type=EXECVE " + STAMP + arguments));
        new RedactingEncoder(format).encode(frame, raw);
        assertThat(new String(raw.array(), 0, raw.length(), StandardCharsets.US_ASCII))
            .contains("*****")
            .doesNotContain("a b c", hex("a b c"));
        raw.clear();
      }
    }
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
    List<String> arguments =
        List.of("mysql", "-psecret", "--token=x", "a b c", "https://a:b@c", "{\"token\":\"x\"}");
    String log = Files.readString(EcsGoldenTest.FIXTURES.resolve("processes.log"));
    Allocations.assertNone(execve(arguments, true) + "\n" + title(arguments) + "\n" + log, encoder);
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
