package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Each `X.log` of test-fixtures/format gives `X.log.ocsf` of test-fixtures/ocsf, and every event
/// keeps to the schema. `-Dgolden.rewrite=true` writes the golden files and the document's tables
/// anew.
final class OcsfEncoderTest {
  private static final Path GOLDENS = EcsGoldenTest.FIXTURES.resolveSibling("ocsf");
  private static final Path DOCUMENT =
      Path.of(System.getProperty("basedir", ".")).resolve("docs/ocsf.md");
  private static final String TABLE_BEGINS = "<!-- made of the tables by OcsfEncoderTest -->\n";
  private static final String STAMP = " msg=audit(1795321989.984:3022): ";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private final OcsfEncoder encoder = new OcsfEncoder("0.1.0", true);
  private final ByteOutput out = new ByteOutput(64);

  private static List<Path> logs() throws IOException {
    return EcsGoldenTest.logs();
  }

  private static List<Path> fixtures() throws IOException {
    return EcsOfFixturesTest.logs();
  }

  private JsonNode encoded(FrameFlyweight frame) {
    return parsed(line(frame));
  }

  private String line(FrameFlyweight frame) {
    out.clear();
    encoder.encode(frame, out);
    return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
  }

  private static JsonNode parsed(String line) {
    assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
    try {
      JsonNode event = JSON.readTree(line);
      assertThat(OcsfSchema.faults(event)).as(line).isEmpty();
      return event;
    } catch (IOException invalid) {
      throw new UncheckedIOException(line, invalid);
    }
  }

  private JsonNode encoded(String... records) {
    List<JsonNode> events = new ArrayList<>();
    each(String.join("\n", records), frame -> events.add(encoded(frame)));
    assertThat(events).hasSize(1);
    return events.getFirst();
  }

  private static void each(String text, Consumer<FrameFlyweight> consumer) {
    try (Arena arena = Arena.ofConfined()) {
      new Frames(arena).each(text, consumer);
    }
  }

  @ParameterizedTest
  @MethodSource("logs")
  void shouldGiveTheGoldenEvents(Path log) throws IOException {
    StringBuilder events = new StringBuilder();
    each(
        Files.readString(log, StandardCharsets.ISO_8859_1),
        frame -> {
          String line = line(frame);
          parsed(line);
          events.append(line);
        });
    Path golden = GOLDENS.resolve(log.getFileName() + ".ocsf");
    if (Boolean.getBoolean("golden.rewrite")) {
      Files.createDirectories(GOLDENS);
      Files.writeString(golden, events);
    }
    assertThat(events.toString()).isEqualTo(Files.readString(golden));
  }

  @Test
  void shouldHaveAnInputForEachGolden() throws IOException {
    Set<String> expected = new HashSet<>();
    for (Path log : logs()) {
      expected.add(log.getFileName() + ".ocsf");
    }
    try (Stream<Path> files = Files.list(GOLDENS)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void shouldKeepToTheSchemaAndHoldTheRecords(Path log) throws IOException {
    String lines = EcsOfFixturesTest.records(log);
    StringBuilder raw = new StringBuilder();
    each(
        "#! lines\n" + lines,
        frame -> raw.append(encoded(frame).get("raw_data").asText()).append('\n'));
    String expected =
        new String(lines.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8) + '\n';
    assertThat(raw.toString().replaceAll("\ufffd+", "\ufffd"))
        .isEqualTo(expected.replaceAll("\ufffd+", "\ufffd"));
  }

  /// Each type of record is of the class that the document says.
  @Test
  void shouldHaveAClassForEachTypeOfRecord() throws IOException {
    StringBuilder table = new StringBuilder("| Record | Class | Activity |\n|---|---|---|\n");
    for (String row : rows()) {
      String[] columns = row.split(" \\| ");
      JsonNode event = encoded("type=" + columns[0] + STAMP + columns[columns.length - 1]);
      assertThat(event.at("/metadata/event_code").asText()).isEqualTo(columns[3]);
      assertThat(event.at("/unmapped/type").asText()).isEqualTo(columns[0]);
      table
          .append("| ")
          .append(columns[0])
          .append(" | ")
          .append(event.get("class_uid"))
          .append(" | ")
          .append(event.get("activity_id"))
          .append(' ')
          .append(event.get("activity_name").asText())
          .append(" |\n");
    }
    StringBuilder actions =
        new StringBuilder("| Class | Activity | `event.action` |\n|---|---|---|\n");
    for (String line : OcsfActivities.TABLE.lines().toList()) {
      String[] columns = line.split(" \\| ");
      OcsfClass type = OcsfClass.valueOf(columns[0]);
      actions
          .append("| ")
          .append(type.uid)
          .append(' ')
          .append(type.caption)
          .append(" | ")
          .append(columns[1])
          .append(" | ")
          .append(columns[2].replace(" ", ", "))
          .append(" |\n");
    }
    String document = Files.readString(DOCUMENT);
    String written =
        document.substring(0, document.indexOf(TABLE_BEGINS) + TABLE_BEGINS.length())
            + "\n## Actions\n"
            + actions
            + "\n## Records that tell an event alone\n"
            + "Of one example each; what it says may make it another (`activity_id` above).\n\n"
            + table;
    if (Boolean.getBoolean("golden.rewrite")) {
      Files.writeString(DOCUMENT, written);
    }
    assertThat(written).isEqualTo(Files.readString(DOCUMENT));
  }

  /// No action of the table is one that nobody has.
  @Test
  void shouldNameOnlyActionsThatThereAre() {
    Set<String> known = new HashSet<>(List.of("gap", "heartbeat", "summary", "watch"));
    known.addAll(List.of("drift", "start", "stop"));
    String tables = RecordActions.TABLE + RecordActions.VARIANTS + SyscallActions.TABLE;
    tables.lines().forEach(line -> known.add(line.split(" \\| ")[0]));
    OcsfActivities.TABLE
        .lines()
        .forEach(line -> assertThat(known).contains(line.split(" \\| ")[2].split(" ")));
  }

  private static List<String> rows() throws IOException {
    try (InputStream table = OcsfEncoderTest.class.getResourceAsStream("record-types.txt")) {
      return new String(table.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(row -> !row.startsWith("#"))
          .toList();
    }
  }

  private static final String WHO =
      " ppid=1 pid=2 auid=1000 uid=0 gid=0 euid=0 ses=3 comm=\"x\" exe=\"/usr/bin/x\" ";

  /// call | its arguments and result | PATH or other record, `-` none | class and activity
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          257 | a1=0 a2=0     | PATH item=0 name="/etc/x" mode=0100644 nametype=NORMAL | 100114
          257 | a1=0 a2=1     | PATH item=0 name="/etc/x" mode=0100644 nametype=NORMAL | 100103
          257 | a1=0 a2=41    | PATH item=0 name="/etc/x" mode=0100644 nametype=CREATE | 100101
          257 | a1=0 a2=0     | - | 100304
          87  | a0=0          | PATH item=0 name="/etc/x" nametype=DELETE | 100104
          90  | a0=0          | PATH item=0 name="/etc/x" nametype=NORMAL | 100107
          91  | a0=3          | PATH item=0 name=(null) inode=55 mode=0104755 nametype=NORMAL | 100107
          91  | a0=3          | PATH item=0 name=(null) nametype=NORMAL | 100304
          59  | a0=0          | EXECVE argc=1 a0="x" | 100701
          57  | a0=0          | - | 100799
          60  | a0=0          | - | 100702
          62  | a0=9 a1=9     | OBJ_PID opid=9 oauid=0 ouid=0 oses=1 ocomm="victim" | 100799
          101 | a0=10         | OBJ_PID opid=9 ocomm="victim" | 100703
          62  | a0=9 a1=9     | - | 100304
          101 | a0=10         | - | 100304
          310 | a0=9          | - | 100304
          311 | a0=9          | - | 100304
          311 | a0=9          | OBJ_PID opid=9 ocomm="victim" | 100704
          105 | a0=0          | - | 100705
          117 | a0=0          | - | 100705
          106 | a0=0          | - | 100799
          116 | a0=0          | - | 100799
          9   | a0=0          | MMAP fd=3 flags=0x2 | 100409
          10  | a0=0          | - | 100402
          42  | a0=3          | SOCKADDR saddr=020000357F0000010000000000000000 | 400101
          42  | a0=3          | SOCKADDR saddr=01002F782F7900 | 100304
          50  | a0=3          | - | 100304
          313 | a0=3          | KERN_MODULE name="evil" | 100201
          176 | a0=3          | KERN_MODULE name="evil" | 100202
          176 | a0=3          | - | 100304
          165 | a0=3          | PATH item=0 name="/mnt" nametype=NORMAL | 100304
          321 | a0=5          | BPF prog-id=1 op=LOAD | 100304
          39  | a0=5          | - | 100304
          """)
  void shouldClassACall(String number, String arguments, String other, long type) {
    String call =
        "type=SYSCALL"
            + STAMP
            + "arch=c000003e syscall="
            + number
            + " success=yes exit=0 "
            + arguments
            + WHO;
    JsonNode event =
        other.equals("-") ? encoded(call) : encoded(call, "type=" + other.replaceFirst(" ", STAMP));
    assertThat(event.get("type_uid").asLong()).isEqualTo(type);
    assertThat(event.get("status_id").asInt()).isEqualTo(1);
  }

  @Test
  void shouldTellTheTargetOfASignal() {
    JsonNode event =
        encoded(
            "type=SYSCALL" + STAMP + "arch=c000003e syscall=62 success=yes exit=0 a0=9" + WHO,
            "type=OBJ_PID" + STAMP + "opid=9 oauid=0 ouid=0 oses=1 ocomm=\"victim\"");
    assertThat(event.at("/process/pid").asInt()).isEqualTo(9);
    assertThat(event.at("/process/name").asText()).isEqualTo("victim");
    assertThat(event.at("/actor/process/pid").asInt()).isEqualTo(2);
  }

  @Test
  void shouldTellWhatWasLaunchedAndByWhom() {
    JsonNode event =
        encoded(
            "type=SYSCALL" + STAMP + "arch=c000003e syscall=59 success=yes exit=0 a0=0" + WHO,
            "type=EXECVE" + STAMP + "argc=3 a0=\"x\" a1=6120622063 a2=\"-v\"",
            "type=CWD" + STAMP + "cwd=\"/root\"");
    assertThat(event.at("/process/pid").asInt()).isEqualTo(2);
    assertThat(event.at("/process/cmd_line").asText()).isEqualTo("x a b c -v");
    assertThat(event.at("/process/file/path").asText()).isEqualTo("/usr/bin/x");
    assertThat(event.at("/process/file/name").asText()).isEqualTo("x");
    assertThat(event.at("/process/working_directory").asText()).isEqualTo("/root");
    assertThat(event.at("/process/auid").asInt()).isEqualTo(1000);
    assertThat(event.at("/actor/process/pid").asInt()).isEqualTo(1);
    assertThat(event.at("/actor/user/uid").asText()).isEqualTo("0");
    assertThat(event.at("/actor/session/uid").asText()).isEqualTo("3");
  }

  @Test
  void shouldTellAFileKnownByItsInodeAlone() {
    JsonNode event =
        encoded(
            "#! secret 1 99999999-2222-3333-4444-555555555555 token",
            "type=SYSCALL" + STAMP + "arch=c000003e syscall=91 success=yes exit=0 a0=3" + WHO,
            "type=PATH"
                + STAMP
                + "item=0 name=(null) inode=55 dev=fd:00 mode=0104755 ouid=1 ogid=2"
                + " nametype=NORMAL");
    assertThat(event.get("type_uid").asLong()).isEqualTo(100107);
    assertThat(event.get("severity").asText()).isEqualTo("Critical");
    assertThat(event.get("file").toString())
        .isEqualTo(
            "{\"name\":\"-\",\"type_id\":1,\"uid\":\"55\",\"volume\":\"fd:00\","
                + "\"owner\":{\"uid\":\"1\"}}");
    assertThat(event.at("/unmapped/file/mode").asText()).isEqualTo("4755");
    assertThat(event.at("/unmapped/file/group/uid").asText()).isEqualTo("2");
  }

  @Test
  void shouldTellBothNamesOfARenamedFile() {
    JsonNode event =
        encoded(
            "type=SYSCALL" + STAMP + "arch=c000003e syscall=82 success=yes exit=0 a0=1" + WHO,
            "type=CWD" + STAMP + "cwd=\"/etc\"",
            "type=PATH" + STAMP + "item=0 name=\"/etc/\" nametype=PARENT",
            "type=PATH" + STAMP + "item=1 name=\"/tmp/\" nametype=PARENT",
            "type=PATH" + STAMP + "item=2 name=\"shadow\" inode=9 mode=0100600 nametype=DELETE",
            "type=PATH" + STAMP + "item=3 name=\"/tmp/x\" inode=8 mode=0100644 nametype=DELETE",
            "type=PATH" + STAMP + "item=4 name=\"/tmp/x\" inode=9 mode=0100600 nametype=CREATE");
    assertThat(event.get("type_uid").asLong()).isEqualTo(100105);
    assertThat(event.at("/file/path").asText()).isEqualTo("/etc/shadow");
    assertThat(event.at("/file/uid").asText()).isEqualTo("9");
    assertThat(event.at("/file_result/path").asText()).isEqualTo("/tmp/x");
    assertThat(event.at("/file_result/type_id").asInt()).isEqualTo(1);
  }

  /// Who tried it, and what was to run, are two.
  @Test
  void shouldTellTheProgramThatCouldNotBeLaunched() {
    JsonNode event =
        encoded(
            "type=SYSCALL" + STAMP + "arch=c000003e syscall=59 success=no exit=-13 a0=0" + WHO,
            "type=CWD" + STAMP + "cwd=\"/root\"",
            "type=PATH" + STAMP + "item=0 name=\"/usr/bin/evil\" inode=5 nametype=NORMAL",
            "type=PROCTITLE" + STAMP + "proctitle=\"bash\"");
    assertThat(event.get("type_uid").asLong()).isEqualTo(100701);
    assertThat(event.get("status").asText()).isEqualTo("Failure");
    assertThat(event.at("/process/pid").asInt()).isEqualTo(2);
    assertThat(event.at("/process/file/path").asText()).isEqualTo("/usr/bin/evil");
    assertThat(event.at("/process/working_directory").asText()).isEqualTo("/root");
    assertThat(event.at("/process").has("cmd_line")).isFalse();
    assertThat(event.at("/actor/process/pid").asInt()).isEqualTo(2);
    assertThat(event.at("/actor/process/file/path").asText()).isEqualTo("/usr/bin/x");
    assertThat(event.at("/actor/process/cmd_line").asText()).isEqualTo("bash");
    assertThat(event.at("/actor/process/parent_process/pid").asInt()).isEqualTo(1);
  }

  @Test
  void shouldTellWhatSudoRuns() {
    JsonNode event =
        encoded(
            "type=USER_CMD"
                + STAMP
                + "pid=9 uid=1000 auid=1000 ses=4 msg='cwd=\"/home\" cmd=6C73202D6C"
                + " exe=\"/usr/bin/sudo\" res=success'");
    assertThat(event.get("type_uid").asLong()).isEqualTo(100701);
    assertThat(event.get("process").toString())
        .isEqualTo("{\"pid\":9,\"cmd_line\":\"ls -l\",\"working_directory\":\"/home\"}");
    assertThat(event.at("/actor/process/pid").asInt()).isEqualTo(9);
    assertThat(event.at("/actor/process/file/path").asText()).isEqualTo("/usr/bin/sudo");
    assertThat(event.at("/actor/process").has("cmd_line")).isFalse();
  }

  /// record | what it says | number of the user, `-` nobody known
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          LOGIN            | pid=9 uid=0 old-auid=4294967295 auid=1000 ses=5 res=1 | 1000
          LOGIN            | pid=9 uid=0 old-auid=1000 auid=4294967295 ses=5 res=1 | -
          USER_ROLE_CHANGE | pid=9 uid=0 auid=1000 ses=5 msg='default-context=a res=success' | 1000
          USER_START       | pid=9 uid=0 auid=1000 ses=5 msg='op=x res=success' | 1000
          USER_AUTH        | pid=9 uid=0 auid=4294967295 ses=5 msg='op=x res=failed' | -
          USER_AUTH        | pid=9 uid=0 auid=1000 ses=5 msg='op=x id=7 res=failed' | 7
          USER_CHAUTHTOK   | pid=9 uid=0 auid=1000 ses=5 msg='op=x res=failed' | -
          """)
  void shouldTellWhoseAccountItIs(String type, String text, String user) {
    JsonNode told = encoded("type=" + type + STAMP + text).get("user");
    assertThat(told.path("uid").asText("-")).isEqualTo(user);
    assertThat(told.path("name").asText("")).isEqualTo(user.equals("-") ? "-" : "");
  }

  /// record | what it says | action_id, alert, severity_id, status_detail
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          AVC              | avc:  denied  { read } for  pid=1 permissive=0 | 2 true 4 Failure
          AVC              | avc:  denied  { read } for  pid=1 permissive=1 | 1 false 1 Success
          AVC              | avc:  granted  { setenforce } for  pid=1 | 1 false 1 Success
          SECCOMP          | pid=1 sig=31 code=0x80000000 | 2 true 4 Failure
          SECCOMP          | pid=1 sig=0 code=0x7ffc0000 | 1 false 1 Success
          FANOTIFY         | resp=1 | 1 false 1 Success
          FANOTIFY         | resp=2 | 2 true 4 Failure
          DAC_CHECK        | pid=1 uid=0 msg='op=x res=success' | 1 false 1 Success
          MAC_CHECK        | pid=1 uid=0 msg='op=x res=failed' | 2 true 4 Failure
          INTEGRITY_DATA   | pid=1 op=appraise_data name="/x" res=0 | 3 true 4 Failure
          RESP_ACCT_LOCK   | pid=1 uid=0 msg='acct="x" res=failed' | 3 true 4 Failure
          ANOM_PROMISCUOUS | dev=veth0 prom=256 old_prom=0 auid=4294967295 | 3 true 4 -
          ANOM_PROMISCUOUS | dev=veth0 prom=0 old_prom=256 auid=4294967295 | 3 false 1 -
          """)
  void shouldAlertOnlyOnWhatWasNotAllowed(String type, String text, String expected) {
    JsonNode event = encoded("type=" + type + STAMP + text);
    assertThat(event.get("class_uid").asInt()).isEqualTo(2004);
    String told =
        event.get("action_id")
            + " "
            + event.path("is_alert").asBoolean()
            + " "
            + event.get("severity_id")
            + " "
            + event.path("status_detail").asText("-");
    assertThat(told).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "audit_enabled=0 old=1, 100810",
    "audit_enabled=1 old=0, 100809",
    "audit_enabled=2 old=1, 100809",
    "audit_backlog_limit=8192 old=64, 100899"
  })
  void shouldTellThatAuditIsSwitchedOff(String setting, long type) {
    JsonNode event = encoded("type=CONFIG_CHANGE" + STAMP + "op=set " + setting + " res=1");
    assertThat(event.get("type_uid").asLong()).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource({
    "GRP_MGMT, op=add-user-to-group grp=\"wheel\" acct=\"alice\", 300603",
    "USER_MGMT, op=add-user-to-group grp=\"wheel\" acct=\"alice\", 300603",
    "GRP_MGMT, op=delete-user-from-group grp=\"wheel\" acct=\"alice\", 300604",
    "GRP_MGMT, op=modify-group grp=\"wheel\" acct=\"wheel\", 300699",
    "USER_MGMT, op=add-user-id acct=\"alice\", 300199"
  })
  void shouldTellWhoJoinsAndLeavesAGroup(String record, String text, long type) {
    JsonNode event =
        encoded("type=" + record + STAMP + "pid=9 uid=0 auid=1000 msg='" + text + " res=success'");
    assertThat(event.get("type_uid").asLong()).isEqualTo(type);
    if (event.get("class_uid").asInt() == 3006) {
      assertThat(event.at("/group/name").asText()).isEqualTo("wheel");
    }
  }

  @ParameterizedTest
  @CsvSource({"-111, 400105", "-110, 400104", "-115, 400101"})
  void shouldTellHowAConnectionFailed(int exit, long type) {
    JsonNode event =
        encoded(
            "type=SYSCALL"
                + STAMP
                + "arch=c000003e syscall=42 success=no exit="
                + exit
                + " a0=3"
                + WHO,
            "type=SOCKADDR" + STAMP + "saddr=020000357F0000010000000000000000");
    assertThat(event.get("type_uid").asLong()).isEqualTo(type);
  }

  /// Whoever may send records could put the end of a line into one, and a record of the kernel's
  /// behind it.
  @Test
  void shouldKeepEachRecordOnALineOfItsOwn() {
    String text =
        "audit(1.002:3): pid=1 uid=0 msg='a\ntype=SYSCALL msg=audit(1.002:3): uid=0\r\0exe=x'";
    try (Arena arena = Arena.ofConfined()) {
      JsonNode event =
          encoded(
              new Frames(arena).one(1005, new byte[0], text.getBytes(StandardCharsets.ISO_8859_1)));
      assertThat(event.get("raw_data").asText())
          .isEqualTo("type=USER msg=" + text.replaceAll("[\n\r\0]", " "));
    }
  }

  /// Of a log that is decoded nobody knows when it was received.
  @Test
  void shouldTellNoReceiptThatNobodyNoted() {
    byte[] text = "audit(1.002:3): pid=1".getBytes(StandardCharsets.ISO_8859_1);
    try (Arena arena = Arena.ofConfined()) {
      JsonNode event = encoded(new Frames(arena).one(1005, new byte[0], text));
      assertThat(event.get("metadata").has("logged_time")).isFalse();
    }
    JsonNode received = encoded("type=CWD" + STAMP + "cwd=\"/root\"");
    assertThat(received.at("/metadata/logged_time").asLong()).isEqualTo(1_795_321_990_000L);
  }

  @ParameterizedTest
  @CsvSource({
    "summary, of=\"secret_accesses\" events=9 foreign=1, true 5 3",
    "summary, of=\"secret_accesses\" events=9 foreign=0, false 1 ",
    "gap, reason=\"container_rate\" events=9 foreign=2, true 5 3",
    "heartbeat, in=5 foreign=2, false 1 "
  })
  void shouldAlertOnASumOfAccessesToOtherPodsSecrets(String kind, String text, String expected) {
    JsonNode event = encoded("#! own " + kind + " audit(1795321989.984:0): " + text);
    String told =
        event.path("is_alert").asBoolean()
            + " "
            + event.get("severity_id")
            + " "
            + event.path("action_id").asText("");
    assertThat(told.strip()).isEqualTo(expected.strip());
    assertThat(event.at("/metadata/profiles").toString().contains("security_control"))
        .isEqualTo(told.startsWith("true"));
  }

  @Test
  void shouldAlertOnAnotherPodsSecret() {
    JsonNode event =
        encoded(
            "#! container 1 0123456789abcdef 11111111-2222-3333-4444-555555555555",
            "#! pod 1=payments|2=app-5d6c|3=app|4=registry/app:1|5=registry/app@sha256:ab",
            "#! secret 1 99999999-2222-3333-4444-555555555555 token",
            "type=SYSCALL"
                + STAMP
                + "arch=c000003e syscall=257 success=yes exit=3 a2=0 key=\"openshift_secret\""
                + WHO,
            "type=PATH"
                + STAMP
                + "item=0 name=\"/run/token\" mode=0100644 dev=00:27 inode=2"
                + " nametype=NORMAL");
    assertThat(event.get("type_uid").asLong()).isEqualTo(100114);
    assertThat(event.get("severity").asText()).isEqualTo("Critical");
    assertThat(event.get("is_alert").asBoolean()).isTrue();
    assertThat(event.get("disposition_id").asInt()).isEqualTo(15);
    assertThat(event.at("/unmapped/secret/volume").asText()).isEqualTo("token");
    assertThat(event.at("/unmapped/secret/foreign").asBoolean()).isTrue();
    JsonNode container = event.at("/actor/process/container");
    assertThat(container.get("pod_uuid").asText())
        .isEqualTo("11111111-2222-3333-4444-555555555555");
    assertThat(container.at("/tags/0/value").asText()).isEqualTo("payments");
    assertThat(container.at("/image/uid").asText()).isEqualTo("registry/app@sha256:ab");
    assertThat(event.at("/metadata/labels/0").asText()).isEqualTo("openshift_secret");
    assertThat(event.at("/metadata/profiles").toString())
        .isEqualTo("[\"host\",\"container\",\"security_control\",\"linux/linux_users\"]");
  }

  @Test
  void shouldCarryNoRecordsWhereTheyAreNotWanted() throws IOException {
    OcsfEncoder without = new OcsfEncoder("1", false);
    each(
        "type=CWD" + STAMP + "cwd=\"/root\"",
        frame -> {
          out.clear();
          without.encode(frame, out);
          String line = new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
          assertThat(parsed(line).has("raw_data")).isFalse();
        });
  }

  /// Any bytes as any record: one event that keeps to the schema.
  @Property(tries = 2000)
  void shouldKeepToTheSchemaWhateverARecordHolds(
      @ForAll("types") int type, @ForAll("texts") byte[] text) {
    byte[] stamp = "audit(1.002:3): ".getBytes(StandardCharsets.US_ASCII);
    byte[] record = java.util.Arrays.copyOf(stamp, stamp.length + text.length);
    System.arraycopy(text, 0, record, stamp.length, text.length);
    try (Arena arena = Arena.ofConfined()) {
      JsonNode event = encoded(new Frames(arena).one(type, new byte[0], record));
      assertThat(event.get("raw_data").asText()).isNotEmpty().doesNotContain("\n", "\r", "\0");
    }
  }

  @Provide("types")
  Arbitrary<Integer> types() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(1100, 1140),
        Arbitraries.integers().between(1300, 1340),
        Arbitraries.integers().between(1000, 3000));
  }

  @Provide("texts")
  Arbitrary<byte[]> texts() {
    Arbitrary<String> words =
        Arbitraries.oneOf(
            Arbitraries.of(Field.names()).flatMap(name -> value().map(value -> name + "=" + value)),
            value());
    return words
        .list()
        .ofMaxSize(15)
        .map(list -> String.join(" ", list).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Arbitrary<String> value() {
    return Arbitraries.oneOf(
        Arbitraries.of("0", "1", "4294967295", "yes", "\"/a\"", "?", "(null)", "2F61FF", "/x/"),
        Arbitraries.of("127.0.0.1", "c000003e", "msg='", "'", "\"\"", "=", ""),
        Arbitraries.strings().withCharRange('\u0001', '\u00ff').ofMaxLength(12));
  }

  @Test
  void shouldAllocateNothing() throws IOException {
    for (Path log : logs()) {
      Allocations.assertNone(Files.readString(log, StandardCharsets.ISO_8859_1), encoder);
    }
  }
}
