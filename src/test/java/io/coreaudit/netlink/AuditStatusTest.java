package io.coreaudit.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/// struct audit_status as kernels of several ages send it.
final class AuditStatusTest {
  private static ByteBuffer status(int words) {
    ByteBuffer in = ByteBuffer.allocate(words * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < words; i++) {
      in.putInt(i * 4, 10 + i);
    }
    return in;
  }

  @Test
  void shouldReadAllFieldsOfATodaysKernel() {
    assertThat(AuditStatus.parse(status(11)))
        .isEqualTo(new AuditStatus(10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20));
  }

  @Test
  void shouldSayMinusOneForWhatAnOlderKernelDoesNotTell() {
    assertThat(AuditStatus.parse(status(10)))
        .isEqualTo(new AuditStatus(10, 11, 12, 13, 14, 15, 16, 17, 18, 19, -1));
    assertThat(AuditStatus.parse(status(8)))
        .isEqualTo(new AuditStatus(10, 11, 12, 13, 14, 15, 16, 17, -1, -1, -1));
    assertThat(AuditStatus.parse(status(0)).enabled()).isEqualTo(-1);
  }

  @Test
  void shouldLeaveOutWhatANewerKernelAdds() {
    assertThat(AuditStatus.parse(status(20))).isEqualTo(AuditStatus.parse(status(11)));
  }

  @Test
  void shouldReadCountersWithoutSign() {
    ByteBuffer in = status(11).putInt(24, -1).putInt(4, 2);
    assertThat(AuditStatus.parse(in).lost()).isEqualTo(0xFFFFFFFFL);
    assertThat(AuditStatus.parse(in).locked()).isTrue();
    assertThat(AuditStatus.parse(status(11)).locked()).isFalse();
  }
}
