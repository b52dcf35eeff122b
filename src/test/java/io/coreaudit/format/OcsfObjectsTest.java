package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an event says of whom: processes, files, users, containers.
final class OcsfObjectsTest {
  private final OcsfScene scene = new OcsfScene();

  @Test
  void shouldTellTheTargetOfASignal() {
    JsonNode event =
        scene.encoded(
            "type=SYSCALL"
                + OcsfScene.STAMP
                + "arch=c000003e syscall=62 success=yes exit=0 a0=9"
                + OcsfScene.WHO,
            "type=OBJ_PID" + OcsfScene.STAMP + "opid=9 oauid=0 ouid=0 oses=1 ocomm=\"victim\"");
    assertThat(event.at("/process/pid").asInt()).isEqualTo(9);
    assertThat(event.at("/process/name").asText()).isEqualTo("victim");
    assertThat(event.at("/actor/process/pid").asInt()).isEqualTo(2);
  }

  @Test
  void shouldTellWhatWasLaunchedAndByWhom() {
    JsonNode event =
        scene.encoded(
            "type=SYSCALL"
                + OcsfScene.STAMP
                + "arch=c000003e syscall=59 success=yes exit=0 a0=0"
                + OcsfScene.WHO,
            "type=EXECVE" + OcsfScene.STAMP + "argc=3 a0=\"x\" a1=6120622063 a2=\"-v\"",
            "type=CWD" + OcsfScene.STAMP + "cwd=\"/root\"");
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
        scene.encoded(
            "#! secret 1 99999999-2222-3333-4444-555555555555 token",
            "type=SYSCALL"
                + OcsfScene.STAMP
                + "arch=c000003e syscall=91 success=yes exit=0 a0=3"
                + OcsfScene.WHO,
            "type=PATH"
                + OcsfScene.STAMP
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
        scene.encoded(
            "type=SYSCALL"
                + OcsfScene.STAMP
                + "arch=c000003e syscall=82 success=yes exit=0 a0=1"
                + OcsfScene.WHO,
            "type=CWD" + OcsfScene.STAMP + "cwd=\"/etc\"",
            "type=PATH" + OcsfScene.STAMP + "item=0 name=\"/etc/\" nametype=PARENT",
            "type=PATH" + OcsfScene.STAMP + "item=1 name=\"/tmp/\" nametype=PARENT",
            "type=PATH"
                + OcsfScene.STAMP
                + "item=2 name=\"shadow\" inode=9 mode=0100600 nametype=DELETE",
            "type=PATH"
                + OcsfScene.STAMP
                + "item=3 name=\"/tmp/x\" inode=8 mode=0100644 nametype=DELETE",
            "type=PATH"
                + OcsfScene.STAMP
                + "item=4 name=\"/tmp/x\" inode=9 mode=0100600 nametype=CREATE");
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
        scene.encoded(
            "type=SYSCALL"
                + OcsfScene.STAMP
                + "arch=c000003e syscall=59 success=no exit=-13 a0=0"
                + OcsfScene.WHO,
            "type=CWD" + OcsfScene.STAMP + "cwd=\"/root\"",
            "type=PATH" + OcsfScene.STAMP + "item=0 name=\"/usr/bin/evil\" inode=5 nametype=NORMAL",
            "type=PROCTITLE" + OcsfScene.STAMP + "proctitle=\"bash\"");
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
        scene.encoded(
            "type=USER_CMD"
                + OcsfScene.STAMP
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
    JsonNode told = scene.encoded("type=" + type + OcsfScene.STAMP + text).get("user");
    assertThat(told.path("uid").asText("-")).isEqualTo(user);
    assertThat(told.path("name").asText("")).isEqualTo(user.equals("-") ? "-" : "");
  }

  @Test
  void shouldAlertOnAnotherPodsSecret() {
    JsonNode event =
        scene.encoded(
            "#! container 1 0123456789abcdef 11111111-2222-3333-4444-555555555555",
            "#! pod 1=payments|2=app-5d6c|3=app|4=registry/app:1|5=registry/app@sha256:ab",
            "#! secret 1 99999999-2222-3333-4444-555555555555 token",
            "type=SYSCALL"
                + OcsfScene.STAMP
                + "arch=c000003e syscall=257 success=yes exit=3 a2=0 key=\"openshift_secret\""
                + OcsfScene.WHO,
            "type=PATH"
                + OcsfScene.STAMP
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
}
