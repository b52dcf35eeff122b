package io.coreaudit.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.EventKind;
import io.coreaudit.memory.Memory;
import java.lang.foreign.Arena;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class FrameCheckTest {
  private static final int CAPACITY = 1 << 16;
  private static final long BLOCK = Arena.global().allocate(CAPACITY, 8).address();
  private static final long SOURCE = Arena.global().allocate(CAPACITY, 8).address();
  private static final FrameCheck CHECK = new FrameCheck(BLOCK, CAPACITY);

  private static int frame(byte[] text, byte[] tag) {
    FrameWriter writer = new FrameWriter(BLOCK, CAPACITY);
    writer.begin(EventKind.AUDIT, 1_795_321_989L, 984, 3022, 2, 77);
    Memory.copy(text, 0, SOURCE, text.length);
    writer.record(1300, 0, 0, SOURCE, text.length);
    writer.record(-1, SOURCE, Math.min(5, text.length), SOURCE, text.length);
    writer.tag(1, tag, 0, tag.length);
    return writer.finish(5, 48211, 0x0123456789abcdefL, -2);
  }

  @Property(tries = 300)
  void shouldPassWhatAWriterWrote(
      @ForAll @Size(max = 300) byte[] text, @ForAll @Size(max = 40) byte[] tag) {
    assertThat(CHECK.isWhole(BLOCK, frame(text, tag))).isTrue();
  }

  @Property(tries = 300)
  void shouldFailWhenAnyBitIsFlipped(
      @ForAll @Size(max = 60) byte[] text, @ForAll @IntRange(max = Integer.MAX_VALUE - 1) int bit) {
    int length = frame(text, new byte[] {1, 2});
    int at = bit % (length * 8);
    Memory.putByte(BLOCK + at / 8, (byte) (Memory.byteAt(BLOCK + at / 8) ^ 1 << at % 8));
    assertThat(CHECK.isWhole(BLOCK, length)).isFalse();
  }

  @Property(tries = 300)
  void shouldFailAtAnyOtherLength(@ForAll @IntRange(max = CAPACITY) int length) {
    int right = frame(new byte[100], new byte[3]);
    assertThat(CHECK.isWhole(BLOCK, length)).isEqualTo(length == right);
  }

  @Property(tries = 300)
  void shouldNeverLetTheWalkLeaveAFrameWithARightCrc(@ForAll Random random) {
    // Lengths that lie, under a CRC that is right: a writer's mistake, or malice.
    int length = frame(new byte[50], new byte[10]);
    int field = random.nextInt((length - 4) / 4) * 4;
    Memory.putInt(BLOCK + field, random.nextInt());
    Memory.putInt(BLOCK + FrameDescriptor.CRC, 0);
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(Memory.view(BLOCK, length));
    Memory.putInt(BLOCK + FrameDescriptor.CRC, (int) crc.getValue());
    if (!CHECK.isWhole(BLOCK, length)) {
      return;
    }
    FrameFlyweight frame = new FrameFlyweight().wrap(BLOCK, length);
    long end = BLOCK + length;
    int records = 0;
    while (frame.nextRecord()) {
      records++;
      assertThat(frame.recordText() + frame.recordTextLength()).isLessThanOrEqualTo(end);
    }
    assertThat(records).isEqualTo(frame.recordCount());
    while (frame.nextTag()) {
      assertThat(frame.tagValue() + frame.tagLength()).isLessThanOrEqualTo(end);
    }
  }

  @Test
  void shouldReadEveryFieldThatWasWritten() {
    int length = frame("audit(1795321989.984:3022): a=b".getBytes(), "node-1".getBytes());
    FrameFlyweight frame = new FrameFlyweight().wrap(BLOCK, length);
    assertThat(frame.version()).isEqualTo(FrameDescriptor.VERSION);
    assertThat(frame.kind()).isEqualTo(EventKind.AUDIT);
    assertThat(frame.flags()).isEqualTo(5);
    assertThat(frame.recordCount()).isEqualTo(2);
    assertThat(frame.seq()).isEqualTo(48211);
    assertThat(frame.bootIdHigh()).isEqualTo(0x0123456789abcdefL);
    assertThat(frame.bootIdLow()).isEqualTo(-2);
    assertThat(Memory.byteAt(BLOCK + FrameDescriptor.BOOT_ID)).isEqualTo((byte) 0x01);
    assertThat(frame.stampSeconds()).isEqualTo(1_795_321_989L);
    assertThat(frame.stampMillis()).isEqualTo(984);
    assertThat(frame.serial()).isEqualTo(3022);
    assertThat(frame.repeat()).isEqualTo(2);
    assertThat(frame.receiveTimeNs()).isEqualTo(77);
    assertThat(frame.nextRecord()).isTrue();
    assertThat(frame.recordType()).isEqualTo(1300);
    assertThat(frame.recordPrefixLength()).isZero();
    assertThat(frame.nextRecord()).isTrue();
    assertThat(frame.recordType()).isEqualTo(-1);
    assertThat(frame.recordPrefixLength()).isEqualTo(5);
    assertThat(frame.nextRecord()).isFalse();
    assertThat(frame.nextTag()).isTrue();
    assertThat(frame.tag()).isEqualTo(1);
    byte[] node = new byte[frame.tagLength()];
    Memory.copy(frame.tagValue(), node, 0, node.length);
    assertThat(new String(node)).isEqualTo("node-1");
    assertThat(frame.nextTag()).isFalse();
  }

  @Test
  void shouldLeaveOutWhatDoesNotFit() {
    FrameWriter writer = new FrameWriter(BLOCK, 200);
    writer.begin(EventKind.AUDIT, 1, 2, 3, 0, 4);
    assertThat(writer.record(1300, 0, 0, SOURCE, 200 - 80 - 12 - 10)).isTrue();
    assertThat(writer.record(1300, 0, 0, SOURCE, 1)).isFalse();
    assertThat(writer.tag(1, new byte[7], 0, 7)).isFalse();
    assertThat(writer.tag(1, new byte[6], 0, 6)).isTrue();
    assertThat(writer.record(1300, 0, 0, SOURCE, 0)).as("a record after a tag").isFalse();
    int length = writer.finish(0, 1, 1, 1);
    assertThat(length).isEqualTo(200);
    assertThat(CHECK.isWhole(BLOCK, length)).isTrue();
  }
}
