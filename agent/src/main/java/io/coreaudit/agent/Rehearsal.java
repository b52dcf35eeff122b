package io.coreaudit.agent;

import static io.coreaudit.kernel.LinuxConstants.AF_UNIX;
import static io.coreaudit.kernel.LinuxConstants.SOCK_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.SOCK_DGRAM;

import io.coreaudit.event.AssembledEvent;
import io.coreaudit.event.Assembler;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.event.EventHandler;
import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.format.EventEncoder;
import io.coreaudit.format.RedactingEncoder;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.netlink.AuditReceiver;
import io.coreaudit.origin.AccountNames;
import io.coreaudit.origin.HostName;
import io.coreaudit.origin.OriginCollector;
import io.coreaudit.origin.OriginSources;
import io.coreaudit.ring.RecordRing;

/// Sends made-up events through a pipeline of its own, so that the code of the hot path is compiled
/// before it is needed: a cold JVM takes ten times as long per event, and loses bursts.
///
/// The audit socket is bound by then, and its buffer holds what comes meanwhile.
final class Rehearsal {
  private static final int EVENTS = 12_000;
  private static final long RING_BYTES = 1 << 20;
  private static final int FRAME_BYTES = 64 << 10;
  private static final int OWN_TEXT_BYTES = 4 << 10;

  private Rehearsal() {}

  /// Runs it once, on the calling thread.
  static void warm(HostName host, AccountNames accounts) {
    OriginCollector origin = new OriginCollector(host, accounts, OriginSources.processes("/proc"));
    try (Pages pair = Pages.allocate(2 * Integer.BYTES);
        Pipeline pipeline = new Pipeline(origin);
        RecordRing ring = RecordRing.allocate(RING_BYTES);
        SyntheticEvents.Messages events = new SyntheticEvents.Messages(new SyntheticEvents())) {
      if (LibC.socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair.address()) < 0) {
        return; // A cold start, then.
      }
      int kernel = Memory.intAt(pair.address());
      try (AuditReceiver receiver =
          AuditReceiver.over(Memory.intAt(pair.address() + Integer.BYTES))) {
        Assembler assembler = new Assembler(ring, AssemblerMode.LIVE, pipeline);
        long nowNs = System.nanoTime();
        for (int turn = 0; turn < EVENTS; turn += 2) {
          events.send(kernel, turn);
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

  /// What becomes of an event, up to the bytes for a receiver.
  private static final class Pipeline implements EventHandler, AutoCloseable {
    private static final int OWN_EVERY = 16;

    private final Pages memory = Pages.allocate(FRAME_BYTES + OWN_TEXT_BYTES);
    private final FrameWriter writer = new FrameWriter(memory.address(), FRAME_BYTES);
    private final FrameFlyweight frame = new FrameFlyweight();
    private final EventEncoder encoder = new RedactingEncoder(new EcsEncoder(true));
    private final ByteOutput out = new ByteOutput(FRAME_BYTES);
    private final OriginCollector origin;
    private final OwnEvent own;

    Pipeline(OriginCollector origin) {
      this.origin = origin;
      own = OwnEvent.of(EventKind.GAP).with("reason", "").with("events", 1).build();
      Memory.copy(own.text(), 0, ownText(), own.text().length);
    }

    private long ownText() {
      return memory.address() + FRAME_BYTES;
    }

    @Override
    public void onEvent(AssembledEvent event) {
      origin.admit(event);
      writer.begin(event);
      origin.collect(event, writer);
      encode(event.flags(), event.serial());
      if (event.serial() % OWN_EVERY == 0) {
        writer.begin(EventKind.GAP, event.stampSeconds(), 0, 0, 0, event.receiveTimeNs());
        writer.record(0, 0, 0, ownText(), own.text().length);
        origin.collectOwn(writer, own);
        encode(0, 0);
      }
    }

    private void encode(int flags, long seq) {
      int length = writer.finish(flags, seq, 0, 0);
      out.clear();
      encoder.encode(frame.wrap(memory.address(), length), out);
    }

    @Override
    public void close() {
      memory.close();
    }
  }
}
