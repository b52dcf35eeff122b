package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Records of kernel 6.18, as it sent them.
final class ConfigChangeTest {
  private static final String CALL =
      "audit(1795380006.301:16298460): arch=c000003e syscall=44 success=yes exit=1068 a0=4"
          + " a1=7ffe3f573fa0 a2=42c a3=0 items=0 ppid=10946 pid=10969 auid=1000 uid=0 gid=0 euid=0"
          + " suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=3 comm=\"auditctl\""
          + " exe=\"/usr/sbin/auditctl\" subj=unconfined key=(null)";

  private static String told(ConfigChange change) {
    return new String(
        change.tell(OwnEvent.of(EventKind.DRIFT)).build().text(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldTellWhoAskedForARemoval() {
    String text =
        "audit(1795380006.301:16298460): auid=1000 ses=3 subj=unconfined op=remove_rule"
            + " key=\"kck\" list=4 res=1";
    ConfigChange change = ConfigChange.of(text).with(CALL);
    assertThat(change.concerns("kck", "/w")).isTrue();
    assertThat(change.concerns("other", "/w")).isFalse();
    assertThat(change.isOf(10969)).isTrue();
    assertThat(change.who()).isEqualTo("/usr/sbin/auditctl (pid 10969, auid 1000)");
    assertThat(told(change))
        .isEqualTo(
            "by=\"process\" op=\"remove_rule\" auid=\"1000\" ses=\"3\" subj=\"unconfined\""
                + " pid=\"10969\" comm=\"auditctl\" exe=\"/usr/sbin/auditctl\"");
    assertThat(ConfigChange.isCall(text)).isFalse();
    assertThat(ConfigChange.isCall(CALL)).isTrue();
  }

  @Test
  void shouldCallItTheKernelsWhereNobodyAsked() {
    ConfigChange change =
        ConfigChange.of(
            "audit(1.000:2): op=remove_rule dir=\"/tmp/kc/w\" key=\"kck\" list=4 res=1");
    assertThat(change.concerns("kck", "/tmp/kc/w")).isTrue();
    assertThat(change.concerns("kck", "/tmp/kc/x")).isFalse();
    assertThat(told(change)).isEqualTo("by=\"kernel\" op=\"remove_rule\"");
    assertThat(change.who()).isEqualTo("the kernel");
  }

  @Test
  void shouldKnowATrimAndASwitch() {
    ConfigChange trim =
        ConfigChange.of("audit(1.000:2): pid=10971 uid=0 auid=4294967295 ses=1 op=trim res=1");
    assertThat(trim.trims()).isTrue();
    assertThat(trim.isOf(10971)).isTrue();
    ConfigChange off =
        ConfigChange.of("audit(1.000:2): op=set audit_enabled=0 old=1 auid=0 ses=1 res=1");
    assertThat(off.switches()).isTrue();
    assertThat(off.takesRule()).isFalse();
  }

  @Test
  void shouldReadAKeyThatStandsInHex() {
    ConfigChange change =
        ConfigChange.of("audit(1.000:2): auid=0 ses=1 op=remove_rule key=6120016B list=4 res=1");
    assertThat(change.concerns("a \u0001k", "")).isTrue();
  }
}
