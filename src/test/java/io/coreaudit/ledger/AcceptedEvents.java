package io.coreaudit.ledger;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.OriginTag;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Makes frames of events, and computes the same chain as a reader of the documentation would.
final class AcceptedEvents implements AutoCloseable {
  static final String NODE = "node-1";
  private static final int CAPACITY = 4096;

  private final Arena arena = Arena.ofConfined();
  private final long text = arena.allocate(CAPACITY, 8).address();
  private final FrameWriter writer =
      new FrameWriter(arena.allocate(CAPACITY, 8).address(), CAPACITY);
  private final FrameFlyweight frame = new FrameFlyweight();
  private byte[] chain = new byte[32];
  private long boot = 1;
  private UUID chainBoot = bootId();
  private DeliveredEvent delivered;

  /// The next boot of the node.
  void boot() {
    boot++;
  }

  /// The chain begins anew.
  void beginAnew() {
    chain = new byte[32];
    chainBoot = bootId();
  }

  /// How far the chain is, as the agent would tell it.
  ChainMark mark(long fromSeq, long seq) {
    return new ChainMark(chainBoot, fromSeq, bootId(), seq, hash());
  }

  private UUID bootId() {
    return new UUID(7, boot);
  }

  /// An open of a file, linked to the chain.
  AcceptedEvents opened(long seq, String name) throws Exception {
    String first = "audit(1795321989.984:" + seq + "): arch=c000003e syscall=257 success=yes";
    String second = "audit(1795321989.984:" + seq + "): item=0 name=\"" + name + "\"";
    writer.begin(EventKind.AUDIT, 1795321989, 984, seq, 0, 0);
    add(1300, first);
    add(1302, second);
    return finish(seq, EventKind.AUDIT, "type=SYSCALL msg=" + first, "type=PATH msg=" + second);
  }

  /// The agent's last word, linked to the chain.
  AcceptedEvents stop(long seq) throws Exception {
    String fields = new String(OwnEvent.of(EventKind.STOP).build().text(), StandardCharsets.UTF_8);
    writer.begin(EventKind.STOP, 1795321990, 6, 0, 0, 0);
    add(0, fields);
    return finish(
        seq, EventKind.STOP, "type=COREAUDIT_STOP msg=audit(1795321990.006:0): " + fields);
  }

  /// A heartbeat that tells how far a chain is.
  AcceptedEvents heartbeat(long seq, ChainMark mark) throws Exception {
    return heartbeat(seq, mark, fields -> fields);
  }

  /// One with further fields.
  AcceptedEvents heartbeat(long seq, ChainMark mark, UnaryOperator<OwnEvent.Fields> further)
      throws Exception {
    OwnEvent own =
        further
            .apply(
                OwnEvent.of(EventKind.HEARTBEAT)
                    .with("version", "1")
                    .with("not_ready", "of chain_seq=1 chain_hash=0 nothing")
                    .with(ChainMark.FROM_BOOT, mark.fromBoot().toString())
                    .with(ChainMark.FROM, mark.fromSeq())
                    .with(ChainMark.SEQ, mark.seq())
                    .with(ChainMark.HASH, mark.hash()))
            .build();
    String fields = new String(own.text(), StandardCharsets.UTF_8);
    writer.begin(EventKind.HEARTBEAT, 1795321990, 5, 0, 0, 0);
    add(0, fields);
    byte[] node = NODE.getBytes(StandardCharsets.UTF_8);
    writer.tag(OriginTag.NODE, node, 0, node.length);
    return finish(
        seq,
        EventKind.HEARTBEAT,
        "type=COREAUDIT_HEARTBEAT msg=audit(1795321990.005:0): " + fields);
  }

  private void add(int type, String record) {
    byte[] bytes = record.getBytes(StandardCharsets.UTF_8);
    Memory.copy(bytes, 0, text, bytes.length);
    writer.record(type, 0, 0, text, bytes.length);
  }

  private AcceptedEvents finish(long seq, EventKind kind, String... lines) throws Exception {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    String text = seq + "\n" + kind.label() + "\n" + String.join("\n", lines) + "\n";
    byte[] digest = sha256.digest(text.getBytes(StandardCharsets.UTF_8));
    sha256.update(chain);
    chain = sha256.digest(digest);
    frame.wrap(writer.address(), writer.finish(0, seq, 7, boot));
    delivered =
        new DeliveredEvent(
            NODE,
            bootId(),
            seq,
            kind,
            NODE + ":" + seq,
            Stream.of(lines).map(line -> line.getBytes(StandardCharsets.UTF_8)).toList());
    return this;
  }

  /// The last event as a receiver has it.
  DeliveredEvent delivered() {
    return delivered;
  }

  /// The hash of all that was made.
  String hash() {
    return HexFormat.of().formatHex(chain);
  }

  FrameFlyweight frame() {
    return frame;
  }

  long address() {
    return writer.address();
  }

  int length() {
    return writer.lengthBytes();
  }

  @Override
  public void close() {
    arena.close();
  }
}
