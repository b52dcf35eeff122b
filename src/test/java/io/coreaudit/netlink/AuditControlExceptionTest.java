package io.coreaudit.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.coreaudit.kernel.Errno;
import org.junit.jupiter.api.Test;

/// What a refusal advises, by where the process stands. Those that this machine can bring about are
/// tested on the real kernel.
final class AuditControlExceptionTest {
  private static final Surroundings HOST = new Surroundings(true, true, true, true, true);

  private static String remedy(Request request, int errno, Surroundings here, boolean locked) {
    return AuditControlException.of(request, "", errno, here, locked).remedy();
  }

  @Test
  void shouldNameRequestDetailErrnoAndRemedy() {
    AuditControlException refused =
        AuditControlException.of(Request.DELETE_RULE, "-a task,never", -Errno.ENOENT, HOST, false);
    assertThat(refused)
        .hasMessage(
            "AUDIT_DEL_RULE -a task,never: ENOENT (2), No such file or directory: no such rule is"
                + " loaded");
    assertThat(refused.errno()).isEqualTo(Errno.ENOENT);
    assertThat(refused.call()).isEqualTo("AUDIT_DEL_RULE -a task,never");
  }

  @Test
  void shouldSayThatAuditIsLocked() {
    assertThat(remedy(Request.ADD_RULE, Errno.EPERM, HOST, true)).contains("locked (enabled=2)");
    assertThat(remedy(Request.ADD_RULE, Errno.EPERM, HOST, false)).isEmpty();
  }

  @Test
  void shouldBlameTheNamespaceBeforeTheCapabilityAndThatBeforeTheLock() {
    Surroundings container = new Surroundings(false, true, true, true, false);
    Surroundings bare = new Surroundings(false, true, true, true, true);
    assertThat(remedy(Request.SET, Errno.EPERM, container, true)).contains("hostPID");
    assertThat(remedy(Request.SET, Errno.EPERM, bare, true)).contains("CAP_AUDIT_CONTROL");
  }

  @Test
  void shouldSayThatTheKernelHasNoAudit() {
    assertThat(remedy(Request.OPEN, Errno.EPROTONOSUPPORT, HOST, false))
        .contains("CONFIG_AUDIT")
        .contains("audit=0");
  }

  @Test
  void shouldSayThatAnUnansweredRequestMayHaveBeenDone() {
    assertThat(remedy(Request.ADD_RULE, Errno.ETIMEDOUT, HOST, false))
        .contains("within 5 s")
        .contains("not known");
  }

  @Test
  void shouldRefuseWhatOnlyARebootUndoes() {
    try (AuditControl control = AuditControl.open()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> control.enable(2))
          .withMessageContaining("enabled=2");
    }
  }
}
