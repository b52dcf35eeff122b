package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ResendWindowTest {
  private static final long NEVER = Long.MAX_VALUE;

  private final Acknowledged acknowledged = new Acknowledged();

  /// Whatever the batches and however late they are written: what is acknowledged lies the window
  /// and more behind what was written, and not much more.
  @Property
  void shouldHoldTheWindowAndLittleMore(
      @ForAll @Size(max = 5_000) List<@IntRange(min = 1, max = 100_000) Integer> batches,
      @ForAll @IntRange(max = 4 << 20) int windowBytes,
      @ForAll @IntRange(max = 10) int unwrittenBatches) {
    var acknowledged = new Acknowledged(); // of this try
    var window = new ResendWindow(windowBytes, NEVER, acknowledged);
    long[] ends = new long[batches.size()];
    long sent = 0;
    for (int i = 0; i < ends.length; i++) {
      sent += batches.get(i);
      ends[i] = sent;
      window.sent(i, batches.get(i), 2, 0);
      long written = i < unwrittenBatches ? 0 : ends[i - unwrittenBatches];
      window.arrived(written, 0);

      long position = acknowledged.position();
      long reached = position == Sink.NO_POSITION ? 0 : ends[(int) position];
      assertThat(reached).isLessThanOrEqualTo(Math.max(0, written - windowBytes));
      assertThat(reached)
          .isGreaterThanOrEqualTo(written - windowBytes - windowBytes / 256 - 100_000);
      assertThat(window.heldBytes()).isEqualTo(sent - reached);
      assertThat(acknowledged.events())
          .isEqualTo(position == Sink.NO_POSITION ? 0 : (position + 1) * 2);
    }
  }

  @Test
  void shouldStartAgainWhereItStoodAfterAConnectionBroke() {
    var window = new ResendWindow(1_000, NEVER, acknowledged);
    window.sent(1, 600, 6, 0);
    window.sent(2, 600, 6, 0);
    window.sent(3, 600, 6, 0);
    window.arrived(1_800, 0);
    assertThat(acknowledged.position()).isEqualTo(1);
    assertThat(window.forget()).isEqualTo(12);
    assertThat(acknowledged.position()).isEqualTo(1);
    assertThat(window.heldBytes()).isZero();

    window.sent(2, 600, 6, 0);
    window.arrived(600, 0);
    assertThat(acknowledged.position()).isEqualTo(1);
    window.settleAll();
    assertThat(acknowledged.position()).isEqualTo(2);
    assertThat(acknowledged.events()).isEqualTo(12);
  }

  /// What was passed behind an event is window, but not before its receiver had time to read it.
  @Test
  void shouldCountWhatTheFilterPassed() {
    var window = new ResendWindow(1_000, NEVER, acknowledged);
    window.passed(5_000); // before it
    window.sent(1, 100, 1, 0);
    window.passed(900);
    window.arrived(100, 2 * ResendWindow.READ_NS);
    assertThat(acknowledged.position()).isEqualTo(Sink.NO_POSITION);
    window.passed(100);
    window.arrived(100, ResendWindow.READ_NS);
    assertThat(acknowledged.position()).isEqualTo(Sink.NO_POSITION);
    window.arrived(99, 2 * ResendWindow.READ_NS);
    assertThat(acknowledged.position()).as("not arrived").isEqualTo(Sink.NO_POSITION);
    window.arrived(100, 2 * ResendWindow.READ_NS);
    assertThat(acknowledged.position()).isEqualTo(1);
  }

  /// Events that come now and then do not keep those before them.
  @Test
  void shouldLetGoOfWhatIsOldThoughLittleFollows() {
    var window = new ResendWindow(1 << 20, 512_000, acknowledged);
    window.sent(1, 10, 1, 0);
    window.sent(2, 10, 1, 500_000);
    window.arrived(20, 512_001);
    assertThat(acknowledged.position()).isEqualTo(1);
  }

  @Test
  void shouldLetGoOfWhatIsOldAndWritten() {
    var window = new ResendWindow(1_000, 50, acknowledged);
    window.sent(1, 100, 1, 0);
    window.sent(2, 100, 1, 20);
    window.arrived(100, 60);
    assertThat(acknowledged.position()).isEqualTo(1);
    window.arrived(100, 1_000); // old, but not written
    assertThat(acknowledged.position()).isEqualTo(1);
  }
}
