package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.HostEnvironment;
import io.coreaudit.rule.RuleCompiler;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Records of kernel 6.18, as it sent them.
final class ConfigChangeTest {
  private static final String CALL =
      "audit(1795380006.301:16298460): arch=c000003e syscall=44 success=yes exit=1068 a0=4"
          + " a1=7ffe3f573fa0 a2=42c a3=0 items=0 ppid=10946 pid=10969 auid=1000 uid=0 gid=0 euid=0"
          + " suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=3 comm=\"auditctl\""
          + " exe=\"/usr/sbin/auditctl\" subj=unconfined key=(null)";

  private static final AuditRuleData W = rule("-a always,exit -F dir=/w -F perm=r -k kck");

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
    assertThat(change.took(W)).isTrue();
    assertThat(change.took(rule("-a always,exit -F dir=/w -F perm=r -k other"))).isFalse();
    assertThat(change.took(rule("-a always,io_uring -S openat -F dir=/w -k kck")))
        .as("another list")
        .isFalse();
    assertThat(change.brought(W)).isFalse();
    assertThat(ConfigChange.of(text.replace("res=1", "res=0")).took(W)).as("refused").isFalse();
    assertThat(ConfigChange.of(text.replace("remove", "add")).brought(W)).isTrue();
    assertThat(change.stamp()).isEqualTo("audit(1795380006.301:16298460)");
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
    assertThat(change.took(rule("-a always,exit -F dir=/tmp/kc/w -F perm=r -k kck"))).isTrue();
    assertThat(change.took(rule("-a always,exit -F dir=/tmp/kc/x -F perm=r -k kck"))).isFalse();
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
    assertThat(off.took(W)).isFalse();
  }

  @Test
  void shouldReadAKeyThatStandsInHex() {
    ConfigChange change =
        ConfigChange.of("audit(1.000:2): auid=0 ses=1 op=remove_rule key=6B636B list=4 res=1");
    assertThat(change.took(W)).isTrue();
  }

  @Test
  void shouldKnowARuleWithoutAKey() {
    ConfigChange change =
        ConfigChange.of("audit(1.000:2): auid=0 ses=1 op=remove_rule key=(null) list=4 res=1");
    assertThat(change.took(rule("-a always,exit -F dir=/w -F perm=r"))).isTrue();
    assertThat(change.took(W)).isFalse();
  }

  @Test
  void shouldGiveTheCallToAllChangesOfItsEventAndToNoOther() {
    ForeignChanges changes = new ForeignChanges(77);
    String[] events = {"audit(1.000:1)", "audit(1795380006.301:16298460)"};
    for (String stamp : events) {
      changes.take(stamp + ": op=remove_rule dir=\"/w\" key=\"kck\" list=4 res=1");
      changes.take(stamp + ": op=remove_rule dir=\"/w\" key=\"kck\" list=7 res=1");
    }
    changes.take("audit(2.000:3): auid=0 ses=1 op=add_rule key=\"x\" list=4 res=1");
    changes.take(CALL);
    changes.take("audit(9.000:9): arch=c000003e syscall=44 ppid=1 pid=8 exe=\"/lost\"");
    assertThat(changes.list())
        .extracting(change -> change.call().get("exe"))
        .containsExactly(null, null, "/usr/sbin/auditctl", "/usr/sbin/auditctl", null);
    changes.take("audit(3.000:4): op=remove_rule key=\"kck\" list=4 res=1");
    changes.take("audit(3.000:4): arch=c000003e syscall=44 ppid=1 pid=77 exe=\"/own\"");
    assertThat(changes.list()).as("not acted on yet, and without our own").hasSize(5);
    changes.done();
    assertThat(changes.list()).isEmpty();
  }

  @Test
  void shouldTakeWhatTheKernelRefusedForNoChange() {
    ForeignChanges changes = new ForeignChanges(77);
    String refused = "audit(1.000:1): auid=0 ses=1 op=add_rule key=\"x\" list=4 res=0";
    assertThat(changes.take(refused)).isFalse();
    assertThat(changes.take("audit(1.000:1): arch=c000003e syscall=44 ppid=1 pid=8 exe=\"/x\""))
        .as("the call of it")
        .isFalse();
    assertThat(changes.list()).isEmpty();
    assertThat(changes.take(refused.replace("res=0", "res=1"))).isTrue();
    assertThat(changes.take("audit(1.000:1): arch=c000003e syscall=44 ppid=1 pid=8 exe=\"/x\""))
        .isTrue();
    assertThat(changes.list()).hasSize(1);
  }

  @Test
  void shouldForgetWhatBecameOfRulesAndNothingElse() {
    ForeignChanges changes = new ForeignChanges(77);
    changes.take("audit(1.000:1): auid=0 ses=1 op=remove_rule key=\"x\" list=4 res=1");
    changes.take("audit(1.000:2): pid=8 uid=0 auid=0 ses=1 op=trim res=1");
    changes.take("audit(1.000:3): op=set audit_enabled=0 old=1 auid=0 ses=1 res=1");
    changes.rulesDone();
    assertThat(changes.list()).extracting(ConfigChange::op).containsExactly("trim", "set");
  }

  @Test
  void shouldFindRoomForOthersAmongManyOfOurOwn() {
    ForeignChanges changes = new ForeignChanges(77);
    for (int i = 0; i < 3000; i++) {
      changes.take("audit(3.000:" + i + "): op=add_rule key=\"kck\" list=4 res=1");
      changes.take("audit(3.000:" + i + "): arch=c000003e syscall=44 ppid=1 pid=77 exe=\"/own\"");
    }
    changes.take("audit(4.000:1): auid=0 ses=1 op=remove_rule key=\"kck\" list=4 res=1");
    assertThat(changes.list()).hasSize(1);
  }

  private static AuditRuleData rule(String text) {
    return new RuleCompiler(HostEnvironment.here()).compile("t", text).rules().getFirst().data();
  }
}
