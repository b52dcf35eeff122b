package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.forward.UnsentRanges.Reason;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class UnsentRangesTest {
  private static final Pattern RANGE = Pattern.compile("(\\d+)(?:-(\\d+))?(?:, |$)");

  @Test
  void shouldTakeBackWhatIsReadAnew() {
    UnsentRanges ranges = new UnsentRanges();
    ranges.add(Reason.FILTER, 1, 2);
    ranges.add(Reason.FILTER, 4, 9);
    ranges.add(Reason.OVERRUN, 10, 12);
    ranges.add(Reason.FILTER, 14, 14);
    ranges.takeBack(Reason.FILTER, 6);
    ranges.add(Reason.FILTER, 7, 7);
    assertThat(ranges.take()).isEqualTo(new Unsent("filter 1-2, 4-5, 7, overrun 10-12", 0, 0));
  }

  @Test
  void shouldSayRangesByReasonInTheOrderOfNumbers() {
    UnsentRanges ranges = new UnsentRanges();
    ranges.add(Reason.FILTER, 3, 3);
    ranges.add(Reason.FILTER, 4, 4);
    ranges.add(Reason.OVERRUN, 20, 31);
    ranges.add(Reason.REFUSED, 7, 7);
    ranges.add(Reason.FILTER, 32, 32);
    ranges.addEarlier(5);
    assertThat(ranges.take())
        .isEqualTo(new Unsent("filter 3-4, refused 7, overrun 20-31, filter 32", 0, 5));
    assertThat(ranges.take()).isEqualTo(new Unsent("", 0, 0));
  }

  @Property(tries = 300)
  void shouldHoldEachNumberAndSayHowManyRangesItFolded(
      @ForAll @Size(max = 400) List<@IntRange(min = 1, max = 9) Integer> steps) {
    UnsentRanges ranges = new UnsentRanges();
    int seq = 0;
    int runs = 0;
    for (int step : steps) {
      seq += step;
      runs += step > 1 || seq == step ? 1 : 0;
      ranges.add(Reason.FILTER, seq, seq);
    }
    Unsent unsent = ranges.take();
    int told = 0;
    int numbers = 0;
    int last = 0;
    Matcher range = RANGE.matcher(unsent.ranges().replace("filter ", ""));
    while (range.find()) {
      int from = Integer.parseInt(range.group(1));
      assertThat(from).isGreaterThan(last);
      last = range.group(2) == null ? from : Integer.parseInt(range.group(2));
      told++;
      numbers += last - from + 1;
    }
    assertThat(last).isEqualTo(seq);
    assertThat(numbers).isGreaterThanOrEqualTo(steps.size());
    assertThat(told).isLessThanOrEqualTo(UnsentRanges.MOST);
    assertThat(told + unsent.folded()).isEqualTo(runs);
    assertThat(unsent.folded() > 0 || numbers == steps.size()).isTrue();
  }
}
