package io.coreaudit.agent;

import io.coreaudit.event.Assembler;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.kernel.Pages;
import io.coreaudit.origin.AccountNames;
import io.coreaudit.origin.HostName;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.ring.RecordRing;

/// Sends made-up events through a pipeline of its own, so that the code of the hot path is compiled
/// before it is needed: a cold JVM takes ten times as long per event, and loses bursts.
///
/// The audit socket is bound by then, and its buffer holds what comes meanwhile.
final class Rehearsal {
  private static final int EVENTS = 12_000;
  private static final long RING_BYTES = 1 << 20;
  private static final int FRAME_BYTES = 64 << 10;

  private Rehearsal() {}

  /// Runs it once, on the calling thread.
  static void warm(HostName host, AccountNames accounts) {
    OriginCollector origin = new OriginCollector(host, accounts, null);
    try (Pages frame = Pages.allocate(FRAME_BYTES);
        RecordRing ring = RecordRing.allocate(RING_BYTES);
        SyntheticEvents events = new SyntheticEvents()) {
      FrameWriter writer = new FrameWriter(frame.address(), FRAME_BYTES);
      FrameFlyweight flyweight = new FrameFlyweight();
      EcsEncoder encoder = new EcsEncoder(true);
      ByteOutput out = new ByteOutput(FRAME_BYTES);
      Assembler assembler =
          new Assembler(
              ring,
              AssemblerMode.LIVE,
              event -> {
                writer.begin(event);
                origin.collect(event, writer);
                int length = writer.finish(event.flags(), 0, event.serial(), 0, 0);
                out.clear();
                encoder.encode(flyweight.wrap(frame.address(), length), out);
              });
      long nowNs = System.nanoTime();
      for (int serial = 1; serial <= EVENTS; serial++) {
        events.give(assembler, serial, nowNs);
      }
      assembler.flush();
    } finally {
      origin.close();
    }
  }
}
