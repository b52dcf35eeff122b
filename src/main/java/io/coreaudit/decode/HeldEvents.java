package io.coreaudit.decode;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.EventFlags;
import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.origin.OriginTag;

/// Complete events that wait for their turn (`EventOrder`), as frames.
///
/// They have a bound, which comes before the ring's: where more would have to wait, those that are
/// complete leave before their turn.
final class HeldEvents implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 20;
  private static final int LARGEST_FRAME = 24 << 20;
  private static final int TIDY_AT = 12 << 20;
  private static final int RELEASE_AT = 8 << 20;

  private final EventOrder order = new EventOrder();
  private final FrameFlyweight frame = new FrameFlyweight();
  private final OriginCollector origin;
  private Pages pages = Pages.unwritten(BUFFER_BYTES);
  private FrameWriter writer = new FrameWriter(pages.address(), BUFFER_BYTES, LARGEST_FRAME);
  private int used;
  private long count;

  /// Creates an empty place to wait.
  ///
  /// @param origin tells who it was; null: only the node that the lines name is told
  HeldEvents(OriginCollector origin) {
    this.origin = origin;
  }

  int start(AssembledEvent event) {
    return order.start(event.stampSeconds(), event.stampMillis(), event.serial());
  }

  /// Takes an event that is complete and wanted.
  void hold(AssembledEvent event, EventEncoder encoder, ByteOutput out) {
    if (used > TIDY_AT) {
      tidy();
      if (used > RELEASE_AT) {
        releaseComplete(encoder, out);
      }
    }
    writer.startAt(used);
    int flags = writer.begin(event) ? event.flags() : event.flags() | EventFlags.TRUNCATED;
    if (origin != null) {
      origin.collect(event, writer);
    } else if (event.nodeAddress() != 0) {
      writer.tag(OriginTag.NODE, event.nodeAddress(), event.nodeLength());
    }
    int length = writer.finish(flags, ++count, 0, 0);
    order.complete(event.place(), used, length);
    used += length;
  }

  /// Takes an event that is complete and not wanted: it may yet hold others back.
  void pass(AssembledEvent event) {
    order.complete(event.place(), 0, 0);
  }

  /// How many events wait.
  int size() {
    return order.held();
  }

  /// Encodes the next event whose turn it is; false: there is none.
  boolean next(EventEncoder encoder, ByteOutput out) {
    return encode(order.next(), encoder, out);
  }

  /// Encodes all that are complete.
  void releaseComplete(EventEncoder encoder, ByteOutput out) {
    order.setAside();
    while (next(encoder, out)) {
      // One after another.
    }
    order.putBack();
  }

  private boolean encode(int place, EventEncoder encoder, ByteOutput out) {
    if (place < 0) {
      return false;
    }
    if (order.length(place) > 0) {
      encoder.encode(frame.wrap(pages.address() + order.offset(place), order.length(place)), out);
    }
    if (order.held() == 0) {
      used = 0;
    }
    return true;
  }

  // Frames leave out of order: the room between those that are left is taken back.
  private void tidy() {
    Pages fresh = Pages.unwritten(BUFFER_BYTES);
    int at = 0;
    for (int n = 0; n < order.size(); n++) {
      int place = order.place(n);
      if (order.isComplete(place) && order.length(place) > 0) {
        Memory.copy(
            pages.address() + order.offset(place), fresh.address() + at, order.length(place));
        order.moved(place, at);
        at += order.length(place);
      }
    }
    pages.close();
    pages = fresh;
    writer = new FrameWriter(pages.address(), BUFFER_BYTES, LARGEST_FRAME);
    used = at;
  }

  @Override
  public void close() {
    pages.close();
  }
}
