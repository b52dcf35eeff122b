package io.coreaudit.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which records reach whoever keeps rules.
final class ConfigChangesTest {
  private static final String TRIM =
      "audit(1795321989.984:7): auid=0 ses=3 subj=unconfined op=trim res=1";
  private static final String ATTACHED =
      "audit(1795321989.984:8): pid=7 uid=0 auid=4294967295 ses=4294967295 subj=unconfined"
          + " op=make_equiv old=\"/run/coreaudit/secrets\" new=\"/pods/1/token\" res=1";
  private static final String LOOKS_LIKE_IT =
      "audit(1795321989.984:9): auid=0 ses=3 op=remove_rule dir=\"/op=make_equiv\" list=4 res=1";

  private final ConfigChanges changes = new ConfigChanges();
  private Pages pages;
  private int woken;

  @BeforeEach
  void listen() {
    pages = Pages.allocate(4096);
    changes.listener(() -> woken++);
  }

  @AfterEach
  void free() {
    pages.close();
  }

  private void note(int type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    Memory.copy(bytes, 0, pages.address(), bytes.length);
    if (changes.wants(type)) {
      changes.note(type, pages.address(), bytes.length);
    }
  }

  @Test
  void shouldHandOnAChangeWithTheCallOfItsEvent() {
    String call = "audit(1795321989.984:7): arch=c000003e syscall=44 pid=12 exe=\"/sbin/auditctl\"";
    note(RecordType.CONFIG_CHANGE, TRIM);
    note(RecordType.SYSCALL, "audit(1795321989.984:6): arch=c000003e syscall=44 pid=11");
    note(RecordType.SYSCALL, call);
    assertThat(changes.poll()).isEqualTo(TRIM);
    assertThat(changes.poll()).isEqualTo(call);
    assertThat(changes.poll()).isNull();
    assertThat(woken).isEqualTo(2);
  }

  @Test
  void shouldLeaveOutThatSomethingWasAttached() {
    note(RecordType.CONFIG_CHANGE, ATTACHED);
    note(RecordType.SYSCALL, "audit(1795321989.984:8): arch=c000003e syscall=44 pid=7");
    assertThat(changes.poll()).isNull();
    assertThat(woken).isZero();
    note(RecordType.CONFIG_CHANGE, LOOKS_LIKE_IT);
    assertThat(changes.poll()).isEqualTo(LOOKS_LIKE_IT);
  }

  @Test
  void shouldTellThatSomeWereLeftOutForWantOfRoom() {
    for (int i = 0; i < 600; i++) {
      note(RecordType.CONFIG_CHANGE, TRIM);
    }
    assertThat(changes.takeMissed()).isTrue();
    assertThat(changes.takeMissed()).isFalse();
  }
}
