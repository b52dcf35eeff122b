package io.coreaudit.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.mount.Mount;
import io.coreaudit.mount.Places;
import io.coreaudit.rule.Architecture;
import io.coreaudit.rule.AuditRuleData;
import io.coreaudit.rule.HostEnvironment;
import io.coreaudit.rule.RuleCompiler;
import io.coreaudit.rule.WatchRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ShadowsTest {
  private static final AuditRuleData OURS = WatchRule.directory("/var/lib/etcd", "k").data();

  private static final Places NAMES = Places.of(List.of(), path -> path);

  private static Shadows shadows(List<AuditRuleData> held, Set<AuditRuleData> ours) {
    return new Shadows(held, ours, () -> NAMES);
  }

  private static AuditRuleData rule(String text) {
    return new RuleCompiler(new HostEnvironment(Path.of("/"), Architecture.X86_64))
        .compile("test", text)
        .rules()
        .getFirst()
        .data()
        .atEnd();
  }

  private static String over(String foreign, boolean before) {
    List<AuditRuleData> held = new ArrayList<>(List.of(OURS));
    held.add(before ? 0 : 1, rule(foreign));
    return shadows(held, Set.of(OURS)).over(OURS, false, List.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-a never,exit",
        "-a never,exit -F dir=/var/lib/etcd",
        "-a never,exit -F dir=/var/lib",
        "-a never,exit -F dir=/var/lib/etcd/member -F perm=r",
        "-a never,exit -F path=/var/lib/etcd/member",
        "-a never,exit -F arch=b64 -S openat",
        "-a never,exit -F arch=b32 -S open",
        "-a never,exit -F uid=0",
        "-a never,exit -F subj_type=crond_t",
        "-a never,task",
        "-a always,exclude -F msgtype=PATH",
        "-a never,exclude -F msgtype=SYSCALL",
        "-a always,exclude -F msgtype>=1300",
        "-a always,exclude -F uid=0",
      })
  void shouldSeeWhatTakesFromOurs(String foreign) {
    assertThat(over(foreign, true)).startsWith("shadowed by -");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-a never,exit -F dir=/var/lib/etc",
        "-a never,exit -F dir=/var/lib/etcd2",
        "-a never,exit -F path=/etc/passwd",
        "-a never,exit -F arch=b64 -S adjtimex -F auid=unset -F uid=38",
        "-a always,exit -F dir=/var/lib/etcd -F perm=wa -F key=theirs",
        "-a always,exclude -F msgtype=NETFILTER_CFG",
        "-a always,exclude -F msgtype=ANOM_PROMISCUOUS",
        "-a never,user",
        "-a never,filesystem -F fstype=tracefs",
        "-a always,task",
      })
  void shouldSeeNoHarmInOtherRules(String foreign) {
    assertThat(over(foreign, true)).isNull();
  }

  private static String hidesChanges(String text) {
    AuditRuleData rule = rule(text);
    assertThat(shadows(List.of(rule), Set.of(rule)).hidesChanges())
        .as("whosever it is")
        .isEqualTo(shadows(List.of(rule), Set.of()).hidesChanges());
    return shadows(List.of(rule), Set.of()).hidesChanges();
  }

  @Test
  void shouldSayWhatHidesChangesOfRules() {
    assertThat(hidesChanges("-a always,exclude -F msgtype=CONFIG_CHANGE"))
        .isEqualTo("-a always,exclude -F msgtype=CONFIG_CHANGE");
    assertThat(hidesChanges("-a never,exclude -F msgtype>=1300")).isNotNull();
    assertThat(hidesChanges("-a always,exclude -F uid=0")).isNotNull();
    assertThat(hidesChanges("-a always,exclude -F msgtype=SYSCALL")).isNull();
    assertThat(hidesChanges("-a never,exit -F uid=0")).isNull();
    assertThat(hidesChanges("-a never,task")).isNull();
  }

  @Test
  void shouldCountOnlyWhatStandsBefore() {
    assertThat(over("-a never,exit -F uid=0", false)).isNull();
    assertThat(over("-a never,task", false)).as("another list").isNotNull();
    List<AuditRuleData> held = List.of(OURS, rule("-a never,exit -F uid=0"));
    assertThat(shadows(held, Set.of(OURS)).over(OURS, true, List.of()))
        .as("appended meanwhile")
        .isEqualTo("shadowed by -a never,exit -S all -F uid=0");
  }

  @Test
  void shouldLookAtTheListOfIoUringByItself() {
    AuditRuleData ours = WatchRule.directory("/var/lib/etcd", "k").ioUring();
    assertThat(over("-a never,exit", ours)).isNull();
    assertThat(over("-a never,io_uring -S openat", ours)).isNotNull();
    assertThat(over("-a never,io_uring -S unlinkat", ours)).isNotNull();
    assertThat(over("-a never,io_uring -S read,write", ours)).isNull();
  }

  @Test
  void shouldCountForTheRuleForHandlesOnlyWhatIsAboutHandles() {
    AuditRuleData ours = WatchRule.directory("/var/lib/etcd", "k").withoutClass();
    assertThat(over("-a never,exit -F arch=b64 -S open_by_handle_at", ours)).isNotNull();
    assertThat(over("-a never,exit -F uid=0", ours)).isNotNull();
    assertThat(over("-a never,exit -F arch=b64 -S openat", ours)).isNull();
  }

  private static String over(String foreign, AuditRuleData ours) {
    return shadows(List.of(rule(foreign), ours), Set.of(ours)).over(ours, false, List.of());
  }

  @Test
  void shouldCountWhatIsAboutSomethingAttached() {
    List<AuditRuleData> held = List.of(rule("-a never,exit -F dir=/var/lib/kubelet/pods"), OURS);
    Shadows shadows = shadows(held, Set.of(OURS));
    assertThat(shadows.over(OURS, false, List.of("/var/lib/kubelet"))).isNotNull();
    assertThat(shadows.over(OURS, false, List.of("/var/lib/origin"))).isNull();
  }

  @Test
  void shouldNotCountOurOwn() {
    AuditRuleData never = rule("-a never,exit -F dir=/var/lib/etcd -F uid=0");
    assertThat(shadows(List.of(never, OURS), Set.of(never, OURS)).over(OURS, false, List.of()))
        .isNull();
  }

  @Test
  void shouldKnowAPathByItsOtherNames() {
    Mount alias =
        new Mount(0, 2, 1, 0, 0, "/var/lib/etcd", "/mnt/alias", "xfs", "x", "rw", "rw", "");
    Places places = Places.of(List.of(alias), path -> path.equals("/gone") ? null : path);
    assertThat(by(places, "-a never,exit -F dir=/mnt/alias/member")).isNotNull();
    assertThat(by(places, "-a never,exit -F dir=/mnt")).isNotNull();
    assertThat(by(places, "-a never,exit -F dir=/gone")).as("who knows where").isNotNull();
    assertThat(by(places, "-a never,exit -F dir=/srv")).isNull();
  }

  private static String by(Places places, String foreign) {
    List<AuditRuleData> held = List.of(rule(foreign), OURS);
    return new Shadows(held, Set.of(OURS), () -> places).over(OURS, false, List.of());
  }
}
