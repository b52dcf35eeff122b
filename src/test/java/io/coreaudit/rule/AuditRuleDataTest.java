package io.coreaudit.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.coreaudit.kernel.AuditConstants;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/// Rules of struct audit_rule_data, good and bad.
final class AuditRuleDataTest {
  private static final WatchRule WATCH = WatchRule.directory("/srv/é", "k");

  @Test
  void shouldTakeRulesForEqualThatTheKernelTakesForEqual() {
    AuditRuleData rule = WATCH.data();
    byte[] inFront = rule.wire();
    inFront[0] |= AuditConstants.AUDIT_FILTER_PREPEND;
    byte[] withRubbishBehind = Arrays.copyOf(rule.wire(), rule.wire().length + 7);
    withRubbishBehind[withRubbishBehind.length - 1] = 9;
    ByteBuffer.wrap(withRubbishBehind)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(AuditConstants.OFFSETOF_AUDIT_RULE_DATA_VALUES + 60 * 4, 4711);
    assertThat(AuditRuleData.parse(inFront)).isEqualTo(rule).hasSameHashCodeAs(rule);
    assertThat(AuditRuleData.parse(inFront).toString()).startsWith("-A ");
    assertThat(AuditRuleData.parse(withRubbishBehind)).isEqualTo(rule).hasSameHashCodeAs(rule);
  }

  @Test
  void shouldTellRulesApart() {
    assertThat(WATCH.data())
        .isNotEqualTo(WATCH.ioUring())
        .isNotEqualTo(WatchRule.directory("/srv/é", "l").data())
        .isNotEqualTo(WatchRule.file("/srv/é", "k").data())
        .isNotEqualTo(WatchRule.directory("/srv/e", "k").data());
  }

  @Test
  void shouldSpeakOfPathsAndKeys() {
    assertThat(WATCH.data().textOf(AuditConstants.AUDIT_DIR)).isEqualTo("/srv/é");
    assertThat(WATCH.data().textOf(AuditConstants.AUDIT_FILTERKEY)).isEqualTo("k");
    assertThat(WATCH.data().textOf(AuditConstants.AUDIT_EXE)).isEmpty();
    assertThat(WATCH.ioUring())
        .hasToString(
            "-a always,io_uring -S openat,openat2,renameat,unlinkat,mkdirat,symlinkat,linkat,"
                + "fsetxattr,setxattr,fgetxattr,getxattr -F dir=/srv/é -F key=k");
    assertThat(WATCH.ioUring().flags()).isEqualTo(7);
    assertThat(WATCH.ioUring().action()).isEqualTo(2);
  }

  @Test
  void shouldRefuseWhatIsNotARule() {
    byte[] wire = WATCH.data().wire();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AuditRuleData.parse(new byte[1039]))
        .withMessage("length=1039 is below a rule's 1040");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AuditRuleData.parse(Arrays.copyOf(wire, wire.length - 1)))
        .withMessageContaining("buflen=8");
    assertRefused(wire, AuditConstants.OFFSETOF_AUDIT_RULE_DATA_FIELD_COUNT, 65, "field_count=65");
    assertRefused(wire, AuditConstants.OFFSETOF_AUDIT_RULE_DATA_FIELD_COUNT, -1, "field_count=-1");
    assertRefused(wire, AuditConstants.OFFSETOF_AUDIT_RULE_DATA_VALUES, 9, "length=9");
    assertRefused(wire, AuditConstants.OFFSETOF_AUDIT_RULE_DATA_VALUES, -1, "length=-1");
  }

  private static void assertRefused(byte[] wire, int offset, int value, String why) {
    byte[] broken = wire.clone();
    ByteBuffer.wrap(broken).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AuditRuleData.parse(broken))
        .withMessageContaining(why);
  }

  @Test
  void shouldRefuseWatchesThatTheKernelWouldRefuse() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WatchRule.directory("srv", "k"))
        .withMessage("path=srv is not absolute");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WatchRule.directory("/" + "x".repeat(4095), "k"))
        .withMessageContaining("4096");
    assertThatIllegalArgumentException().isThrownBy(() -> WatchRule.file("/", "k"));
    assertThatIllegalArgumentException().isThrownBy(() -> WatchRule.file("/a", ""));
    assertThatIllegalArgumentException().isThrownBy(() -> WatchRule.file("/a", "k".repeat(257)));
    assertThatIllegalArgumentException().isThrownBy(() -> WatchRule.file("/a\nb", "k"));
    assertThatIllegalArgumentException().isThrownBy(() -> WatchRule.file("/a", "k\0011"));
    assertThat(WatchRule.directory("///", "k").path()).isEqualTo("/");
    assertThat(WatchRule.directory("/a//", "k")).isEqualTo(WatchRule.directory("/a", "k"));
  }

  @Property
  void shouldReadAnyBytesOrRefuseThem(@ForAll @Size(min = 0, max = 300) byte[] bytes) {
    byte[] wire = Arrays.copyOf(WATCH.data().wire(), 1200);
    for (int i = 0; i < bytes.length; i++) {
      // Over the fields that steer: the counts, some fields and values, the length, the texts.
      wire[(i * 37 + (bytes[0] & 0xFF)) % wire.length] = bytes[i];
    }
    try {
      AuditRuleData rule = AuditRuleData.parse(wire);
      assertThat(AuditRuleData.parse(rule.wire())).isEqualTo(rule);
      assertThat(rule.toString()).startsWith("-");
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).contains("=");
    }
  }
}
