package io.coreaudit.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// One test leaves a mess, the next finds none.
@KernelAudit
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class KernelAuditExtensionIT {
  private static final int PID_THAT_CANNOT_BE = 1 << 29;
  private static RawAudit audit;
  private static RawAudit.Snapshot found;

  @BeforeAll
  static void look() {
    audit = new RawAudit();
    found = audit.snapshot();
  }

  @AfterAll
  static void close() {
    audit.close();
  }

  @Test
  @Order(1)
  void shouldLetATestChangeAnything() {
    audit.set(
        AuditConstants.AUDIT_STATUS_ENABLED,
        AuditConstants.OFFSETOF_AUDIT_STATUS_ENABLED,
        found.enabled(),
        1 - found.enabled());
    audit.set(
        AuditConstants.AUDIT_STATUS_BACKLOG_LIMIT,
        AuditConstants.OFFSETOF_AUDIT_STATUS_BACKLOG_LIMIT,
        found.backlogLimit(),
        found.backlogLimit() + 1000);
    audit.set(
        AuditConstants.AUDIT_STATUS_BACKLOG_WAIT_TIME,
        AuditConstants.OFFSETOF_AUDIT_STATUS_BACKLOG_WAIT_TIME,
        found.backlogWaitTime(),
        found.backlogWaitTime() / 2);
    audit.set(
        AuditConstants.AUDIT_STATUS_RATE_LIMIT,
        AuditConstants.OFFSETOF_AUDIT_STATUS_RATE_LIMIT,
        found.rateLimit(),
        found.rateLimit() + 100_000);
    audit.set(
        AuditConstants.AUDIT_STATUS_FAILURE,
        AuditConstants.OFFSETOF_AUDIT_STATUS_FAILURE,
        found.failure(),
        1 - found.failure());
    audit.add(ruleThatNeverMatches());
    assertThat(audit.snapshot().rules()).hasSize(found.rules().size() + 1);
    assertThat(audit.snapshot().enabled()).isNotEqualTo(found.enabled());
  }

  @Test
  @Order(2)
  void shouldPutBackWhatTheTestBeforeChanged() {
    assertThat(audit.snapshot()).isEqualTo(found);
  }

  private static ByteBuffer ruleThatNeverMatches() {
    return ByteBuffer.allocate(AuditConstants.SIZEOF_AUDIT_RULE_DATA)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(AuditConstants.OFFSETOF_AUDIT_RULE_DATA_FLAGS, AuditConstants.AUDIT_FILTER_EXIT)
        .putInt(AuditConstants.OFFSETOF_AUDIT_RULE_DATA_ACTION, AuditConstants.AUDIT_NEVER)
        .putInt(AuditConstants.OFFSETOF_AUDIT_RULE_DATA_FIELD_COUNT, 1)
        .putInt(AuditConstants.OFFSETOF_AUDIT_RULE_DATA_MASK, 1)
        .putInt(AuditConstants.OFFSETOF_AUDIT_RULE_DATA_FIELDS, AuditConstants.AUDIT_PID)
        .putInt(AuditConstants.OFFSETOF_AUDIT_RULE_DATA_VALUES, PID_THAT_CANNOT_BE)
        .putInt(AuditConstants.OFFSETOF_AUDIT_RULE_DATA_FIELDFLAGS, AuditConstants.AUDIT_EQUAL);
  }
}
