package io.coreaudit.netlink;

import static io.coreaudit.kernel.LinuxConstants.AF_UNIX;
import static io.coreaudit.kernel.LinuxConstants.SOCK_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.SOCK_DGRAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the receiver makes of datagrams, good and bad, fed through an AF_UNIX socketpair.
final class AuditReceiverTest {
  private static final int HEADER = 16;
  private static final String RECORD = "audit(1795321989.984:3022): arch=c000003e syscall=257";

  private final Pages pages = Pages.allocate(64 * 1024);
  private int feeder;
  private AuditReceiver receiver;

  @BeforeEach
  void open() {
    assertThat(LibC.socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pages.address())).isZero();
    feeder = Memory.intAt(pages.address());
    receiver = AuditReceiver.over(Memory.intAt(pages.address() + 4));
  }

  @AfterEach
  void close() {
    receiver.close();
    LibC.close(feeder);
    pages.close();
  }

  /// Feeds one message: a header that states a length, then the text.
  private void feed(int type, int statedLength, byte[] text) {
    long at = pages.address();
    Memory.fill(at, HEADER, (byte) 0);
    Memory.putInt(at, statedLength);
    Memory.putShort(at + 4, (short) type);
    Memory.copy(text, 0, at + HEADER, text.length);
    feedRaw(HEADER + text.length);
  }

  private void feedRaw(int length) {
    assertThat(LibC.sendto(feeder, pages.address(), length, 0, 0, 0)).isEqualTo(length);
  }

  private String text(int i) {
    byte[] bytes = new byte[receiver.textLength(i)];
    Memory.copy(receiver.textAddress(i), bytes, 0, bytes.length);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void shouldTakeRecordsWithEitherWayOfCountingTheLength() {
    feed(1300, HEADER + RECORD.length(), ascii(RECORD));
    feed(1302, RECORD.length(), ascii(RECORD));
    feed(1305, HEADER + 5, ascii("12345\0\0\0"));
    feed(1320, HEADER, ascii(""));
    assertThat(receiver.receive()).isEqualTo(4);
    for (int i = 0; i < 4; i++) {
      assertThat(receiver.verdict(i)).isEqualTo(AuditReceiver.TEXT);
    }
    assertThat(text(0)).isEqualTo(RECORD);
    assertThat(text(1)).isEqualTo(RECORD);
    assertThat(text(2)).isEqualTo("12345");
    assertThat(text(3)).isEmpty();
    assertThat(receiver.type(1)).isEqualTo(1302);
    assertThat(receiver.receive()).isZero();
  }

  @Test
  void shouldTakeNoEndsWhileTheyAreLeftOut() {
    assertThat(receiver.leavesOutEnds()).isFalse();
    assertThat(EndFilter.attach(receiver.fd())).isZero();
    for (int type : new int[] {1300, 1320, 1327, 0x2805, 0x2800, 0x0520, 0x0028, 2}) {
      feed(type, HEADER + RECORD.length(), ascii(RECORD));
    }
    feed(1309, HEADER + 8970, new byte[8970]);
    assertThat(receiver.receive()).isEqualTo(8);
    assertThat(receiver.type(0)).isEqualTo(1300);
    assertThat(text(0)).isEqualTo(RECORD);
    assertThat(receiver.type(1)).isEqualTo(1327);
    assertThat(receiver.type(2)).isEqualTo(0x2805);
    assertThat(receiver.textLength(7)).as("nothing is cut off").isEqualTo(8970);

    assertThat(receiver.takeEnds()).isZero();
    feed(1320, HEADER + RECORD.length(), ascii(RECORD));
    assertThat(receiver.receive()).isEqualTo(1);
    assertThat(receiver.type(0)).isEqualTo(1320);
    assertThat(receiver.takeEnds()).as("there is none any more").isEqualTo(-Errno.ENOENT);
  }

  @Test
  void shouldSortControlFromText() {
    int[] control = {2, 3, 1000, 1001, 1013, 1019, 1329};
    int[] text = {1005, 1006, 1100, 1199, 1305, 1336, 1400, 2000, 2999, 65535};
    for (int type : control) {
      feed(type, HEADER + 4, new byte[4]);
    }
    for (int type : text) {
      feed(type, HEADER + 4, new byte[4]);
    }
    assertThat(receiver.receive()).isEqualTo(control.length + text.length);
    for (int i = 0; i < control.length; i++) {
      assertThat(receiver.verdict(i)).as("type %d", control[i]).isEqualTo(AuditReceiver.CONTROL);
    }
    for (int i = 0; i < text.length; i++) {
      int place = control.length + i;
      assertThat(receiver.type(place)).isEqualTo(text[i]);
      assertThat(receiver.verdict(place)).as("type %d", text[i]).isEqualTo(AuditReceiver.TEXT);
    }
  }

  @Test
  void shouldCallMalformedWhatIsNoWholeMessage() {
    Memory.fill(pages.address(), 100, (byte) 0xFF);
    feedRaw(1);
    feedRaw(15);
    feedRaw(100);
    feed(1300, 0, ascii(RECORD));
    feed(1300, HEADER + RECORD.length() + 1, ascii(RECORD));
    feed(1300, HEADER + RECORD.length() - 4, ascii(RECORD));
    feed(1300, -1, ascii(RECORD));
    assertThat(receiver.receive()).isEqualTo(7);
    for (int i = 0; i < 7; i++) {
      assertThat(receiver.verdict(i)).as("message %d", i).isEqualTo(AuditReceiver.MALFORMED);
      assertThat(receiver.textLength(i)).isBetween(0, AuditReceiver.SLOT_BYTES - HEADER);
    }
    assertThat(receiver.type(0)).isZero();
  }

  @Test
  void shouldTakeTheLongestRecordAndTellALongerOne() {
    feed(1309, HEADER + 8970, new byte[8970]);
    feed(1309, HEADER + 9200, new byte[9200]);
    feed(1309, HEADER + 9201, new byte[9201]);
    feed(1309, HEADER + 30_000, new byte[30_000]);
    assertThat(receiver.receive()).isEqualTo(4);
    assertThat(receiver.verdict(0)).isEqualTo(AuditReceiver.TEXT);
    assertThat(receiver.textLength(0)).isEqualTo(8970);
    assertThat(receiver.verdict(1)).isEqualTo(AuditReceiver.TEXT);
    assertThat(receiver.textLength(1)).isEqualTo(9200);
    assertThat(receiver.verdict(2)).isEqualTo(AuditReceiver.TRUNCATED);
    assertThat(receiver.verdict(3)).isEqualTo(AuditReceiver.TRUNCATED);
    assertThat(receiver.type(3)).isEqualTo(1309);
    assertThat(receiver.textLength(3)).isEqualTo(9200);
  }

  @Test
  void shouldAnswerWithErrnoWhenTheSocketIsGone() {
    int fd = receiver.fd();
    receiver.close();
    assertThat(receiver.drops()).isEqualTo(-1);
    assertThat(LibC.close(fd)).isEqualTo(-Errno.EBADF);
    receiver = AuditReceiver.over(LibC.open("/dev/null", 0, 0));
    assertThat(receiver.receive()).isEqualTo(-Errno.ENOTSOCK);
    assertThat(receiver.drops()).isEqualTo(-1);
  }

  @Test
  void shouldLookForDropsWithoutAllocating() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = 0;
    for (int i = 0; i < 3_000; i++) {
      if (i == 2_000) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      shouldBeNone(receiver.drops());
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000);
  }

  private static void shouldBeNone(long drops) {
    if (drops != 0) {
      throw new AssertionError("drops=" + drops);
    }
  }

  @Test
  void shouldAllocateNothing() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = 0;
    long messages = 0;
    long bytes = 0;
    int rounds = 12_000;
    int counted = 4_000;
    for (int round = 0; round < rounds; round++) {
      if (round == rounds - counted) {
        before = threads.getCurrentThreadAllocatedBytes();
        messages = 0;
      }
      Memory.putInt(pages.address(), 300);
      Memory.putShort(pages.address() + 4, (short) 1300);
      for (int i = 0; i < 4; i++) {
        LibC.sendto(feeder, pages.address(), 300, 0, 0, 0);
      }
      int received;
      while ((received = receiver.receive()) > 0) {
        for (int i = 0; i < received; i++) {
          messages++;
          bytes += receiver.verdict(i) == AuditReceiver.TEXT ? receiver.textLength(i) : 0;
        }
      }
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(messages).isEqualTo(4L * counted);
    assertThat(bytes).isEqualTo(4L * rounds * (300 - HEADER));
    // The measuring itself takes a few hundred bytes; a byte a message would be 16,000.
    assertThat(allocated).isLessThan(2_000);
  }
}
