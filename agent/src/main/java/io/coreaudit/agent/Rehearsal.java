package io.coreaudit.agent;

import static io.coreaudit.kernel.LinuxConstants.AF_UNIX;
import static io.coreaudit.kernel.LinuxConstants.SOCK_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.SOCK_DGRAM;

import io.coreaudit.event.Assembler;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.event.EventHandler;
import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.netlink.AuditReceiver;
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
    OriginCollector origin = new OriginCollector(host, accounts, "/proc");
    try (Pages pages = Pages.allocate(FRAME_BYTES);
        RecordRing ring = RecordRing.allocate(RING_BYTES);
        SyntheticEvents events = new SyntheticEvents()) {
      if (LibC.socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pages.address()) < 0) {
        return; // A cold start, then.
      }
      int kernel = Memory.intAt(pages.address());
      try (AuditReceiver receiver =
          AuditReceiver.over(Memory.intAt(pages.address() + Integer.BYTES))) {
        Assembler assembler =
            new Assembler(ring, AssemblerMode.LIVE, pipeline(pages.address(), origin));
        long nowNs = System.nanoTime();
        for (int serial = 1; serial <= EVENTS; serial++) {
          events.send(kernel, serial);
          receive(receiver, assembler, nowNs);
        }
        assembler.flush();
      } finally {
        LibC.close(kernel);
      }
    } finally {
      origin.close();
    }
  }

  private static void receive(AuditReceiver receiver, Assembler assembler, long nowNs) {
    int count = receiver.receive();
    for (int i = 0; i < count; i++) {
      if (receiver.verdict(i) == AuditReceiver.TEXT) {
        assembler.accept(
            receiver.type(i), 0, 0, receiver.textAddress(i), receiver.textLength(i), nowNs);
      }
    }
  }

  private static EventHandler pipeline(long frame, OriginCollector origin) {
    FrameWriter writer = new FrameWriter(frame, FRAME_BYTES);
    FrameFlyweight flyweight = new FrameFlyweight();
    EcsEncoder encoder = new EcsEncoder(true);
    ByteOutput out = new ByteOutput(FRAME_BYTES);
    return event -> {
      writer.begin(event);
      origin.collect(event, writer);
      int length = writer.finish(event.flags(), 0, event.serial(), 0, 0);
      out.clear();
      encoder.encode(flyweight.wrap(frame, length), out);
    };
  }
}
