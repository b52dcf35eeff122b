package io.coreaudit.netlink;

import static io.coreaudit.kernel.AuditConstants.AUDIT_FIRST_USER_MSG;
import static io.coreaudit.kernel.AuditConstants.AUDIT_LOGIN;
import static io.coreaudit.kernel.AuditConstants.AUDIT_REPLACE;
import static io.coreaudit.kernel.AuditConstants.AUDIT_USER;
import static io.coreaudit.kernel.LinuxConstants.AF_UNIX;
import static io.coreaudit.kernel.LinuxConstants.SOCK_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.SOCK_DGRAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

/// Any bytes as a message: it is what its header and its length make of it, and the next one is not
/// touched by it.
class AuditReceiverPropertiesTest {
  private static final int HEADER = 16;
  private static final int LONGEST = 12_000;
  private static final int SENTINEL = 1300;

  private Pages pages;
  private int feeder;
  private AuditReceiver receiver;

  @BeforeProperty
  void open() {
    pages = Pages.allocate(64 * 1024);
    assertThat(LibC.socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pages.address())).isZero();
    feeder = Memory.intAt(pages.address());
    receiver = AuditReceiver.over(Memory.intAt(pages.address() + 4));
  }

  @AfterProperty
  void close() {
    receiver.close();
    LibC.close(feeder);
    pages.close();
  }

  /// @param stated how much the length in the header is above the message's
  @Property(tries = 2000)
  void shouldSortAnyMessage(
      @ForAll long seed,
      @ForAll @IntRange(max = LONGEST) int length,
      @ForAll @IntRange(min = -24, max = 8) int stated,
      @ForAll @IntRange(max = 3000) int type) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    Memory.copy(bytes, 0, pages.address(), length);
    if (length >= HEADER) {
      Memory.putInt(pages.address(), length + stated);
      Memory.putShort(pages.address() + 4, (short) type);
    }
    send(length);
    Memory.fill(pages.address(), HEADER, (byte) 0);
    Memory.putInt(pages.address(), HEADER);
    Memory.putShort(pages.address() + 4, (short) SENTINEL);
    send(HEADER);

    assertThat(receiver.receive()).isEqualTo(2);
    assertThat(receiver.verdict(0)).isEqualTo(expected(length, stated, type));
    assertThat(receiver.verdict(1)).isEqualTo(AuditReceiver.TEXT);
    assertThat(receiver.textLength(1)).isZero();
    if (receiver.verdict(0) == AuditReceiver.TEXT) {
      byte[] text = new byte[receiver.textLength(0)];
      assertThat(text.length).isBetween(length - HEADER - 3, length - HEADER);
      Memory.copy(receiver.textAddress(0), text, 0, text.length);
      for (int i = 0; i < text.length; i++) {
        assertThat(text[i]).isEqualTo(bytes[HEADER + i]);
      }
    }
  }

  private void send(int length) {
    assertThat(LibC.sendto(feeder, pages.address(), length, 0, 0, 0)).isEqualTo(length);
  }

  /// The kernel counts the header or does not; up to three bytes behind a message are its padding.
  private static int expected(int length, int stated, int type) {
    if (length > AuditReceiver.SLOT_BYTES) {
      return AuditReceiver.TRUNCATED;
    }
    boolean padded = stated > -4 && stated <= 0 && length + stated >= HEADER;
    if (length < HEADER || !(stated == -HEADER || padded)) {
      return AuditReceiver.MALFORMED;
    }
    boolean text =
        type >= AUDIT_FIRST_USER_MSG
            ? type != AUDIT_REPLACE
            : type == AUDIT_USER || type == AUDIT_LOGIN;
    return text ? AuditReceiver.TEXT : AuditReceiver.CONTROL;
  }
}
