package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordTypes;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What each type of record becomes: a row of `record-types.txt` each, and no type without one.
final class RecordActionsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// `event.type` by `event.category`, as ECS 8.17 allows it (expected_event_types).
  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("authentication", Set.of("start", "end", "info")),
          Map.entry("configuration", Set.of("access", "change", "creation", "deletion", "info")),
          Map.entry("driver", Set.of("change", "end", "info", "start")),
          Map.entry("file", Set.of("access", "change", "creation", "deletion", "info")),
          Map.entry("host", Set.of("access", "change", "end", "info", "start")),
          Map.entry(
              "iam", Set.of("admin", "change", "creation", "deletion", "group", "info", "user")),
          Map.entry("intrusion_detection", Set.of("allowed", "denied", "info")),
          Map.entry(
              "network",
              Set.of("access", "allowed", "connection", "denied", "end", "info", "start")),
          Map.entry(
              "package", Set.of("access", "change", "deletion", "info", "installation", "start")),
          Map.entry("process", Set.of("access", "change", "end", "info", "start")),
          Map.entry("session", Set.of("start", "end", "info")));

  private final EcsEncoder encoder = new EcsEncoder(false);
  private final ByteOutput out = new ByteOutput(1024);

  static List<String> rows() throws IOException {
    try (InputStream in = RecordActionsTest.class.getResourceAsStream("record-types.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void shouldTellEachTypeOfRecord(String row) throws IOException {
    String[] columns = row.split(" \\| ", 7);
    JsonNode whole = encoded(columns[0], columns[6]);
    JsonNode event = whole.get("event");
    assertThat(words(event.get("category"))).isEqualTo(columns[1]);
    assertThat(words(event.get("type"))).isEqualTo(columns[2]);
    assertThat(event.get("action").asText()).isEqualTo(columns[3]);
    assertThat(event.get("outcome").asText()).isEqualTo(columns[4]);
    if (!columns[5].equals("-")) {
      for (String says : columns[5].split(", ")) {
        String[] member = says.split("=", 2);
        assertThat(whole.at("/" + member[0].replace('.', '/')).asText())
            .as(member[0])
            .isEqualTo(member[1]);
      }
    }
    if (columns[6].contains("res=success")) {
      String failed = columns[6].replace("res=success", "res=failed");
      assertThat(encoded(columns[0], failed).at("/event/outcome").asText()).isEqualTo("failure");
    }
  }

  @Test
  void shouldHaveARowForEachType() throws IOException {
    List<String> known = new ArrayList<>();
    for (int type = 1000; type < 3000; type++) {
      String name = RecordTypes.knownName(type);
      if (name != null) {
        known.add(name);
      }
    }
    assertThat(rows().stream().map(row -> row.substring(0, row.indexOf(' '))))
        .containsExactlyElementsOf(known);
  }

  @Test
  void shouldOnlySayWhatEcsAllows() {
    (RecordActions.TABLE + RecordActions.VARIANTS + SyscallActions.TABLE)
        .lines()
        .forEach(
            line -> {
              String[] columns = line.split(" \\| ");
              List<String> categories = Arrays.asList(columns[1].split(" "));
              assertThat(ALLOWED.keySet()).as(line).containsAll(categories);
              for (String type : columns[2].split(" ")) {
                assertThat(categories)
                    .as(line)
                    .anyMatch(category -> ALLOWED.get(category).contains(type));
              }
            });
  }

  @Test
  void shouldTellIntegrity() throws IOException {
    String hash = "file=\"/usr/bin/x y\" hash=\"sha256:00\" ppid=1 pid=2 uid=0 exe=\"/x\"";
    JsonNode event = encoded("INTEGRITY_RULE", hash);
    assertThat(event.at("/event/action").asText()).isEqualTo("measured-file");
    assertThat(event.at("/file/path").asText()).isEqualTo("/usr/bin/x y");
    event = encoded("INTEGRITY_RULE", "action=measure func=BPRM_CHECK res=1");
    assertThat(event.at("/event/action").asText()).isEqualTo("changed-integrity-policy");
    event = encoded("INTEGRITY_PCR", "op=invalid_pcr cause=ToMToU name=\"/etc/x\" res=1");
    assertThat(event.at("/event/action").asText()).isEqualTo("violated-integrity");
    assertThat(event.at("/file/path").asText()).isEqualTo("/etc/x");
  }

  @Test
  void shouldTellWhoTakesAnotherGroup() throws IOException {
    String newgrp =
        "pid=9 uid=1001 auid=1000 ses=3 msg='op=changing new-group=\"wheel\" new-gid=10 id=1000"
            + " exe=\"/usr/bin/newgrp\" res=failed'";
    for (String type : List.of("CHGRP_ID", "GRP_AUTH")) {
      JsonNode event = encoded(type, newgrp);
      assertThat(event.at("/user/id").asText()).isEqualTo("1000");
      assertThat(event.at("/group/id").asText()).isEqualTo("10");
      assertThat(event.at("/group/name").asText()).isEqualTo("wheel");
      assertThat(event.at("/coreaudit/other").isMissingNode()).isTrue();
    }
    assertThat(encoded("CHGRP_ID", newgrp).at("/event/action").asText())
        .isEqualTo("changed-group-id");
  }

  @Test
  void shouldNameTheAccountThatFaillockLocks() throws IOException {
    for (String field : List.of("suid=1000", "uid=1000")) {
      String text =
          "pid=9 uid=0 auid=4294967295 msg='op=pam_faillock " + field + " addr=? res=success'";
      assertThat(encoded("ANOM_LOGIN_FAILURES", text).at("/user/id").asText()).isEqualTo("1000");
      for (String type :
          List.of("RESP_ACCT_LOCK", "RESP_ACCT_LOCK_TIMED", "RESP_ACCT_UNLOCK_TIMED")) {
        JsonNode event = encoded(type, text);
        assertThat(event.at("/user/target/id").asText()).isEqualTo("1000");
        assertThat(event.at("/user/id").asText()).isEqualTo("0");
      }
    }
  }

  @Test
  void shouldTellDecisionsOfSmack() throws IOException {
    String decision =
        "lsm=SMACK fn=smack_inode_permission action=denied subject=\"Web\" object=\"Metrics\""
            + " requested=r pid=5140 comm=\"nginx\" name=\"state.db\" dev=\"dm-0\" ino=1180213";
    JsonNode event = encoded("AVC", decision);
    assertThat(event.at("/event/action").asText()).isEqualTo("violated-smack-policy");
    assertThat(event.at("/event/type/0").asText()).isEqualTo("denied");
    assertThat(event.at("/event/outcome").asText()).isEqualTo("failure");
    assertThat(event.at("/coreaudit/label/source").asText()).isEqualTo("Web");
    assertThat(event.at("/coreaudit/label/target").asText()).isEqualTo("Metrics");
    assertThat(event.at("/coreaudit/data/requested").asText()).isEqualTo("r");
    event = encoded("AVC", decision.replace("denied", "granted"));
    assertThat(event.at("/event/type/0").asText()).isEqualTo("allowed");
    assertThat(event.at("/event/outcome").asText()).isEqualTo("success");
  }

  @Test
  void shouldTellWhoLeavesTheAuditStream() throws IOException {
    String listener =
        "pid=1 uid=0 auid=4294967295 tty=(none) ses=4294967295 comm=\"systemd\""
            + " exe=\"/usr/lib/systemd/systemd\" nl-mcgrp=1 op=";
    JsonNode event = encoded("EVENT_LISTENER", listener + "disconnect res=1").get("event");
    assertThat(event.get("action").asText()).isEqualTo("left-audit-stream");
    assertThat(words(event.get("type"))).isEqualTo("info");
    assertThat(encoded("EVENT_LISTENER", listener + "connect res=1").at("/event/action").asText())
        .isEqualTo("joined-audit-stream");
  }

  @Test
  void shouldTellTheClientOfTheAuditDaemon() throws IOException {
    JsonNode source =
        encoded("DAEMON_ACCEPT", "op=accept addr=::ffff:192.0.2.9 port=60 res=success")
            .get("source");
    assertThat(source.get("ip").asText()).isEqualTo("::ffff:192.0.2.9");
    assertThat(source.get("port").asInt()).isEqualTo(60);
  }

  @Test
  void shouldNotReadBehindANameThatEnds() {
    try (Arena arena = Arena.ofConfined()) {
      byte[] text = "audit(1.001:1): op=x name=\"".getBytes(StandardCharsets.US_ASCII);
      FrameFlyweight frame = new Frames(arena).one(1800, new byte[0], text);
      frame.rewindRecords();
      frame.nextRecord();
      Memory.putByte(frame.recordText() + frame.recordTextLength(), (byte) '/');
      EventView event = new EventView();
      event.read(frame);
      assertThat(EcsFile.decodeNamed(event, new Value())).isFalse();
    }
  }

  @Test
  void shouldLetOutATypeThatNobodyKnows() throws IOException {
    JsonNode event = encoded("UNKNOWN[1999]", "pid=7 op=new res=0");
    assertThat(event.at("/event/action").asText()).isEqualTo("unknown[1999]");
    assertThat(event.at("/event/outcome").asText()).isEqualTo("failure");
    assertThat(event.at("/process/pid").asInt()).isEqualTo(7);
    assertThat(event.at("/event/category").isMissingNode()).isTrue();
  }

  @Test
  void shouldTellWhatAnOperationMakes() throws IOException {
    assertThat(type("CONFIG_CHANGE", "op=add_rule key=\"k\" list=4 res=1")).isEqualTo("creation");
    assertThat(type("CONFIG_CHANGE", "op=\"add rule\" list=4 res=1")).isEqualTo("creation");
    assertThat(type("CONFIG_CHANGE", "op=remove_rule list=4 res=1")).isEqualTo("deletion");
    assertThat(type("SOFTWARE_UPDATE", "pid=1 msg='op=install sw=\"x\" res=success'"))
        .isEqualTo("installation");
    assertThat(type("SOFTWARE_UPDATE", "pid=1 msg='op=remove sw=\"x\" res=success'"))
        .isEqualTo("deletion");
    assertThat(type("FANOTIFY", "resp=1 fan_type=0 fan_info=0")).isEqualTo("allowed");
    assertThat(type("SECCOMP", "pid=1 code=0x7ffc0000")).isEqualTo("allowed");
    // Linux writes AppArmor's records with SELinux's number.
    assertThat(type("AVC", "apparmor=\"ALLOWED\" operation=\"open\"")).isEqualTo("allowed");
    assertThat(encoded("AVC", "apparmor=\"STATUS\" operation=\"profile_load\"").get("event"))
        .isEqualTo(
            JSON.readTree(
                """
                {"id":"-:1795321989.001:1","kind":"event","category":["configuration"],
                 "type":["change"],"action":"changed-apparmor","outcome":"unknown",
                 "module":"coreaudit","dataset":"coreaudit.audit"}
                """));
  }

  @Test
  void shouldKnowTheCallsOfEachArchitecture() throws IOException {
    assertThat(action("arch=c0000015 syscall=286")).isEqualTo("opened-file");
    assertThat(action("arch=80000016 syscall=288")).isEqualTo("opened-file");
    assertThat(action("arch=40000028 syscall=322")).isEqualTo("opened-file");
    assertThat(action("arch=c00000f3 syscall=56")).isEqualTo("opened-file");
    assertThat(action("arch=c00000b7 syscall=56")).isEqualTo("opened-file");
    assertThat(action("arch=40000003 syscall=102 a0=3")).isEqualTo("connected-to");
    assertThat(action("arch=80000016 syscall=102 a0=12")).isEqualTo("accepted-connection");
    assertThat(action("arch=40000003 syscall=102 a0=63")).isEqualTo("used-socket");
    assertThat(action("arch=40000003 syscall=117 a0=17")).isEqualTo("shmget");
    assertThat(action("arch=40000003 syscall=117 a0=10001")).isEqualTo("semop");
    assertThat(action("arch=80000016 syscall=117 a0=e")).isEqualTo("msgctl");
    assertThat(action("arch=40000003 syscall=117 a0=63")).isEqualTo("ipc");
    assertThat(action("arch=c000003e syscall=39")).isEqualTo("getpid");
  }

  private String action(String call) throws IOException {
    return encoded("SYSCALL", call + " success=yes").at("/event/action").asText();
  }

  private String type(String type, String record) throws IOException {
    return words(encoded(type, record).at("/event/type"));
  }

  private static String words(JsonNode list) {
    return String.join(
        " ", StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList());
  }

  private JsonNode encoded(String type, String record) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      out.clear();
      String line = "type=" + type + " msg=audit(1795321989.001:1): " + record;
      encoder.encode(new Frames(arena).audit(List.of(line)), out);
      return JSON.readTree(out.array(), 0, out.length());
    }
  }
}
