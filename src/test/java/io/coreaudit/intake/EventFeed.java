package io.coreaudit.intake;

import io.coreaudit.event.Assembler;
import io.coreaudit.event.AssemblerMode;
import io.coreaudit.event.EventHandler;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import io.coreaudit.ring.RecordRing;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

/// Makes events of text, as the kernel would, and hands each to a handler at once.
final class EventFeed implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final long text = arena.allocate(64 << 10).address();
  private final RecordRing ring = RecordRing.allocate(4 << 20);
  private final Assembler assembler;
  private long serial;

  EventFeed(EventHandler handler) {
    assembler = new Assembler(ring, AssemblerMode.FILE, handler);
  }

  /// A call that a rule with a key recorded.
  ///
  /// @param key as the record has it: `"etcd"`, `(null)`
  void call(String key, String program, int padding) {
    record(
        RecordType.SYSCALL,
        "arch=c000003e syscall=257 success=yes exit=3 a0=\"%s\" items=0 ppid=1 pid=2 auid=0"
                .formatted("x".repeat(padding))
            + " uid=0 comm=\"c\" exe=\"%s\" key=%s".formatted(program, key));
  }

  /// An event of one record.
  void record(int type, String fields) {
    byte[] bytes =
        "audit(1700000%03d.%03d:%d): %s"
            .formatted(serial / 1000, serial % 1000, ++serial, fields)
            .getBytes(StandardCharsets.US_ASCII);
    Memory.copy(bytes, 0, text, bytes.length);
    assembler.accept(type, 0, 0, text, bytes.length, 0);
    assembler.flush();
  }

  @Override
  public void close() {
    ring.close();
    arena.close();
  }
}
