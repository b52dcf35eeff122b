package io.coreaudit.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CanaryTest {
  private final Canary canary = new Canary(4711);

  @Test
  void shouldHearItsWordFromItsOwnThread() {
    String word = canary.expect();
    assertThat(recognises("audit(1.000:2): arch=c000003e ppid=1 pid=4711 comm=\"" + word + "\""))
        .isTrue();
    assertThat(canary.waitFor(0)).isTrue();
    assertThat(canary.awaited()).isFalse();
  }

  @Test
  void shouldHearItsWordFromAChild() {
    String word = canary.expect();
    assertThat(recognises("audit(1.000:2): ppid=4711 pid=99 comm=\"" + word + "\"")).isTrue();
  }

  @Test
  void shouldHearItsWordInAUserMessage() {
    String word = canary.expect();
    assertThat(said("audit(1.000:2): pid=4711 uid=0 msg='op=canary word=" + word + "'")).isTrue();
  }

  @Test
  void shouldNotTakeSomebodyElseForItselfWhoKnowsTheWord() {
    String word = canary.expect();
    assertThat(recognises("audit(1.000:2): ppid=1 pid=99 comm=\"" + word + "\"")).isFalse();
    assertThat(said("audit(1.000:2): pid=99 uid=0 msg='x pid=4711 word=" + word + "'")).isFalse();
    assertThat(said("audit(1.000:2): pid=99 uid=0 msg='x ppid=4711 word=" + word + "'")).isFalse();
    assertThat(said("audit(1.000:2): uid=0 msg=' pid=4711 word=" + word + "'")).isFalse();
    assertThat(recognises("audit(1.000:2): pid=47110 comm=\"" + word + "\"")).isFalse();
    assertThat(canary.end()).isFalse();
  }

  @Test
  void shouldNotTakeAnotherWord() {
    canary.expect();
    assertThat(recognises("audit(1.000:2): pid=4711 comm=\"ca-000000000000\"")).isFalse();
    assertThat(recognises("short")).isFalse();
    assertThat(recognises("")).isFalse();
  }

  @Test
  void shouldGiveUpAWordThatNobodyWaitsForAnyMore() {
    long beforeNs = System.nanoTime();
    String word = canary.expect();
    canary.expire(beforeNs + TimeUnit.SECONDS.toNanos(9));
    assertThat(canary.awaited()).isTrue();
    canary.expire(System.nanoTime() + TimeUnit.SECONDS.toNanos(11));
    assertThat(canary.awaited()).isFalse();
    canary.expect();
    assertThat(said("audit(1.000:2): pid=4711 uid=0 msg='word=" + word + "'")).isFalse();
    assertThat(canary.waitFor(0)).isFalse();
    assertThat(canary.awaited()).isTrue();
  }

  @Test
  @Timeout(20)
  void shouldWakeWhoWaits() throws Exception {
    String word = canary.expect();
    AtomicBoolean heard = new AtomicBoolean();
    Thread waiter = new Thread(() -> heard.set(canary.waitFor(TimeUnit.MINUTES.toNanos(1))));
    waiter.start();
    while (waiter.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertThat(said("audit(1.000:2): pid=4711 uid=0 msg='word=" + word + "'")).isTrue();
    waiter.join();
    assertThat(heard).isTrue();
  }

  private boolean recognises(String record) {
    return recognises(RecordType.SYSCALL, record);
  }

  private boolean said(String record) {
    return recognises(RecordType.TRUSTED_APP, record);
  }

  private boolean recognises(int type, String record) {
    byte[] bytes = record.getBytes(StandardCharsets.US_ASCII);
    try (Pages pages = Pages.allocate(bytes.length + 64)) {
      Memory.copy(bytes, 0, pages.address(), bytes.length);
      return canary.recognises(type, pages.address(), bytes.length);
    }
  }
}
