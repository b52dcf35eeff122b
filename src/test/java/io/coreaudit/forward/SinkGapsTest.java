package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.spool.OwedGap;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.telemetry.Counters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SinkGapsTest {
  @TempDir Path directory;

  /// What has to be told stands before an event; when that is given up by the spool before it
  /// arrived, the gap is not given up with it.
  @Test
  void shouldTellBeforeALaterEventWhatStoodBeforeOneThatIsGone() {
    try (FrameFeed feed = new FrameFeed(directory.resolve("spool"), 3, 10)) {
      SpoolReader reader = feed.reader();
      var gaps =
          new SinkGaps(reader, new Counters<>("sink", SinkCounter.class), new UnsentRanges());
      List<String> told = new ArrayList<>();
      reader.next();
      gaps.refused(new Refusal(1, 1, 1));
      reader.acknowledge(reader.position());
      reader.next();
      assertThat(gaps.stand(reader.frame(), reader.position(), true)).isTrue();
      gaps.each(reader.position(), gap -> told.add(gap.reason()));
      assertThat(told).containsExactly("refused");

      gaps.steppedBack();
      reader.next(); // the second is gone
      assertThat(gaps.stand(reader.frame(), reader.position(), true)).isTrue();
      gaps.each(reader.position(), gap -> told.add(gap.reason()));
      assertThat(told).containsExactly("refused", "refused");
      assertThat(gaps.stand(reader.frame(), reader.position(), true)).as("told once").isFalse();
      gaps.acknowledged(reader.position() - 1);
      assertThat(reader.owed().events()).as("not acknowledged").isEqualTo(1);
      gaps.acknowledged(reader.position());
      assertThat(reader.owed()).isEqualTo(OwedGap.NONE);
    }
  }
}
