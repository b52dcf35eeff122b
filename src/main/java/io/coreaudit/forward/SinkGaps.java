package io.coreaudit.forward;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.spool.OwedGap;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.telemetry.Counters;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// What is missing in one sink's stream, and has to be told in it where it is missing: before the
/// event that was read next.
///
/// A gap is kept until the event behind it is acknowledged, for after a step back it must be told
/// again; where that event is gone meanwhile, before the one that is read in its place. What the
/// spool dropped is found anew by whoever reads on after a stop; what the receiver refused is not,
/// so that is owed: it is written down with the cursor until it was told (`OwedGap`).
final class SinkGaps {
  /// A gap, and the event before which it stands. `lastSeq` is 0 when the node was booted in
  /// between.
  record Gap(long beforePosition, String reason, long events, long firstSeq, long lastSeq) {}

  private static final String REFUSED = "refused";

  private final SpoolReader reader;
  private final Counters<SinkCounter> counters;
  private final CountsAhead ahead;
  private UnsentRanges unsent;
  private final List<Gap> gaps = new ArrayList<>(); // by position
  private int toldGaps; // of them, since the last step back
  private final ArrayDeque<Refusal> refusals = new ArrayDeque<>();
  private OwedGap inherited;
  private long skippedSeen;
  private long corruptSeen;
  private long bootIdHigh;
  private long bootIdLow;

  SinkGaps(SpoolReader reader, Counters<SinkCounter> counters, UnsentRanges unsent) {
    this.reader = reader;
    this.counters = counters;
    this.ahead = new CountsAhead(counters);
    this.unsent = unsent;
    this.inherited = reader.owed();
    this.skippedSeen = reader.skippedEvents();
    this.corruptSeen = reader.corruptFrames();
  }

  /// Sets the boot whose numbers are told as ranges.
  void boot(long high, long low) {
    bootIdHigh = high;
    bootIdLow = low;
  }

  /// Goes on where another forwarder on the same reader ended.
  void goOnAfter(SinkGaps ended) {
    gaps.addAll(ended.gaps);
    refusals.addAll(ended.refusals);
    inherited = ended.inherited;
    skippedSeen = ended.skippedSeen;
    corruptSeen = ended.corruptSeen;
  }

  /// Goes on with what another has noted and nobody was told.
  void tellFor(SinkGaps ended) {
    unsent = ended.unsent;
  }

  /// The stream is read again from behind what was acknowledged: all that is not has to be told
  /// again.
  void steppedBack() {
    toldGaps = 0;
    ahead.steppedBack();
  }

  /// The receiver will never take these; told before the event that is read next. To be called
  /// before the cursor passes them.
  void refused(Refusal refusal) {
    refusals.add(refusal);
    owe();
  }

  /// What was read until now was handed to the sink.
  void offered() {
    ahead.cut();
  }

  /// Counts an event as left out by the sink's filter.
  void passed(long position) {
    ahead.add(SinkCounter.FILTERED_EVENTS, 1, position);
  }

  /// Counts a gap as told.
  void told(long position) {
    ahead.add(SinkCounter.GAPS_TOLD, 1, position);
  }

  /// Notes that an event is left out by the sink's filter.
  void filtered(FrameFlyweight frame) {
    note(UnsentRanges.Reason.FILTER, frame.seq(), frame.seq(), 1, frame);
  }

  /// Notes what a filter does with an event that another filter has decided on before.
  void filteredAnew(FrameFlyweight frame, boolean wasFiltered, boolean isFiltered) {
    if (isFiltered && !wasFiltered) {
      filtered(frame);
    } else if (isFiltered && isOfThisBoot(frame)) {
      unsent.add(UnsentRanges.Reason.FILTER, frame.seq(), frame.seq());
    }
  }

  /// What a filter left out from an event on is decided anew.
  void takeBackFiltered(FrameFlyweight from) {
    if (isOfThisBoot(from)) {
      unsent.takeBack(UnsentRanges.Reason.FILTER, from.seq());
    }
  }

  /// Looks for what is missing before an event that was read.
  ///
  /// @param isNew whether it is read for the first time, and not again after a step back
  /// @return whether there is something to tell
  boolean stand(FrameFlyweight before, long position, boolean isNew) {
    if (inherited.events() > 0 || !refusals.isEmpty()) {
      takeRefusals(before, position);
    }
    long skipped = reader.skippedEvents() - skippedSeen;
    if (skipped > 0) {
      skippedSeen += skipped;
      counters.add(SinkCounter.SPOOL_OVERRUN_EVENTS, skipped);
      long first = reader.skippedFirstSeq();
      long last = reader.skippedLastSeq();
      gaps.add(new Gap(position, "spool_overrun", skipped, first, last));
      note(UnsentRanges.Reason.OVERRUN, first, last, skipped, before);
    }
    long corrupt = reader.corruptFrames() - corruptSeen;
    if (corrupt > 0) {
      corruptSeen += corrupt;
      ahead.add(SinkCounter.SPOOL_CORRUPT_FRAMES, corrupt, position);
      if (isNew) {
        long first = before.seq() - corrupt;
        gaps.add(new Gap(position, "spool_corrupt", corrupt, first, before.seq() - 1));
        note(UnsentRanges.Reason.CORRUPT, first, before.seq() - 1, corrupt, before);
      }
    }
    return toldGaps < gaps.size() && gaps.get(toldGaps).beforePosition() <= position;
  }

  private void takeRefusals(FrameFlyweight before, long position) {
    if (inherited.events() > 0) {
      boolean known = inherited.isOfBoot(before.bootIdHigh(), before.bootIdLow());
      long last = known ? inherited.lastSeq() : 0;
      gaps.add(new Gap(position, REFUSED, inherited.events(), inherited.firstSeq(), last));
      note(UnsentRanges.Reason.REFUSED, inherited.firstSeq(), last, inherited.events(), before);
      inherited = OwedGap.NONE;
    }
    for (Refusal told = refusals.poll(); told != null; told = refusals.poll()) {
      gaps.add(new Gap(position, REFUSED, told.events(), told.firstSeq(), told.lastSeq()));
      note(UnsentRanges.Reason.REFUSED, told.firstSeq(), told.lastSeq(), told.events(), before);
    }
  }

  /// An event that could not be encoded: told in its place.
  ///
  /// @param isNew whether it is read for the first time
  Gap unencoded(FrameFlyweight frame, long position, boolean isNew) {
    ahead.add(SinkCounter.ENCODE_FAILURES, 1, position);
    if (isNew) {
      note(UnsentRanges.Reason.ENCODE, frame.seq(), frame.seq(), 1, frame);
    }
    return new Gap(position, "encode_failed", 1, frame.seq(), frame.seq());
  }

  private void note(
      UnsentRanges.Reason reason, long first, long last, long events, FrameFlyweight near) {
    if (last >= first && isOfThisBoot(near)) {
      unsent.add(reason, first, last);
    } else {
      unsent.addEarlier(events);
    }
  }

  private boolean isOfThisBoot(FrameFlyweight frame) {
    return frame.bootIdHigh() == bootIdHigh && frame.bootIdLow() == bootIdLow;
  }

  /// Hands over what stands before the event at a position, or stood before one that is gone.
  void each(long position, Consumer<Gap> tell) {
    for (; toldGaps < gaps.size(); toldGaps++) {
      Gap gap = gaps.get(toldGaps);
      if (gap.beforePosition() > position) {
        return;
      }
      Gap here = new Gap(position, gap.reason(), gap.events(), gap.firstSeq(), gap.lastSeq());
      gaps.set(toldGaps, here);
      tell.accept(here);
    }
  }

  /// The receiver has everything up to a position. To be called after the cursor was moved there.
  void acknowledged(long position) {
    ahead.passed(position);
    boolean told = false;
    while (!gaps.isEmpty() && gaps.getFirst().beforePosition() <= position) {
      told |= gaps.removeFirst().reason().equals(REFUSED);
      toldGaps = Math.max(0, toldGaps - 1);
    }
    if (told) {
      owe();
    }
  }

  private void owe() {
    OwedGap owed = inherited;
    for (Gap gap : gaps) {
      if (gap.reason().equals(REFUSED)) {
        owed = reader.owing(owed, gap.events(), gap.firstSeq(), gap.lastSeq());
      }
    }
    for (Refusal refusal : refusals) {
      owed = reader.owing(owed, refusal.events(), refusal.firstSeq(), refusal.lastSeq());
    }
    reader.owe(owed);
  }
}
