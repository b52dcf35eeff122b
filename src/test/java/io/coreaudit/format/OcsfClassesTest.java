package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Of which class and activity an event is, and whether it is an alert. `-Dgolden.rewrite=true`
/// writes the document's tables anew.
final class OcsfClassesTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("basedir", ".")).resolve("docs/ocsf.md");
  private static final String TABLE_BEGINS = "<!-- made of the tables by OcsfClassesTest -->\n";

  private final OcsfScene scene = new OcsfScene();

  /// Each type of record is of the class that the document says.
  @Test
  void shouldHaveAClassForEachTypeOfRecord() throws IOException {
    StringBuilder table = new StringBuilder("| Record | Class | Activity |\n|---|---|---|\n");
    for (String row : rows()) {
      String[] columns = row.split(" \\| ");
      JsonNode event =
          scene.encoded("type=" + columns[0] + OcsfScene.STAMP + columns[columns.length - 1]);
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
    try (InputStream table = OcsfClassesTest.class.getResourceAsStream("record-types.txt")) {
      return new String(table.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(row -> !row.startsWith("#"))
          .toList();
    }
  }

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
            + OcsfScene.STAMP
            + "arch=c000003e syscall="
            + number
            + " success=yes exit=0 "
            + arguments
            + OcsfScene.WHO;
    JsonNode event =
        other.equals("-")
            ? scene.encoded(call)
            : scene.encoded(call, "type=" + other.replaceFirst(" ", OcsfScene.STAMP));
    assertThat(event.get("type_uid").asLong()).isEqualTo(type);
    assertThat(event.get("status_id").asInt()).isEqualTo(1);
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
    JsonNode event = scene.encoded("type=" + type + OcsfScene.STAMP + text);
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
    JsonNode event =
        scene.encoded("type=CONFIG_CHANGE" + OcsfScene.STAMP + "op=set " + setting + " res=1");
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
        scene.encoded(
            "type="
                + record
                + OcsfScene.STAMP
                + "pid=9 uid=0 auid=1000 msg='"
                + text
                + " res=success'");
    assertThat(event.get("type_uid").asLong()).isEqualTo(type);
    if (event.get("class_uid").asInt() == 3006) {
      assertThat(event.at("/group/name").asText()).isEqualTo("wheel");
    }
  }

  @ParameterizedTest
  @CsvSource({"-111, 400105", "-110, 400104", "-115, 400101"})
  void shouldTellHowAConnectionFailed(int exit, long type) {
    JsonNode event =
        scene.encoded(
            "type=SYSCALL"
                + OcsfScene.STAMP
                + "arch=c000003e syscall=42 success=no exit="
                + exit
                + " a0=3"
                + OcsfScene.WHO,
            "type=SOCKADDR" + OcsfScene.STAMP + "saddr=020000357F0000010000000000000000");
    assertThat(event.get("type_uid").asLong()).isEqualTo(type);
  }

  @ParameterizedTest
  @CsvSource({
    "summary, of=\"secret_accesses\" events=9 foreign=1, true 5 3",
    "summary, of=\"secret_accesses\" events=9 foreign=0, false 1 ",
    "gap, reason=\"container_rate\" events=9 foreign=2, true 5 3",
    "heartbeat, in=5 foreign=2, false 1 "
  })
  void shouldAlertOnASumOfAccessesToOtherPodsSecrets(String kind, String text, String expected) {
    JsonNode event = scene.encoded("#! own " + kind + " audit(1795321989.984:0): " + text);
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
}
