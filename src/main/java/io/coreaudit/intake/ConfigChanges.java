package io.coreaudit.intake;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;

/// The way of the kernel's CONFIG_CHANGE records to whoever keeps rules and settings: copies of
/// their texts, each followed by that of the SYSCALL record of the same event, which says who it
/// was.
///
/// The intake thread notes a record as it comes, for its event may be complete only two seconds
/// later; any other record costs it two comparisons. What finds no room is left out, and that it
/// was is told.
///
/// That something was attached to a directory changes no rule and is left out too: two thousand
/// secrets that are mounted at once are two thousand such records, all of the agent's own doing,
/// and the thread that attaches needs the CPU.
public final class ConfigChanges {
  private static final int CAPACITY = 512;
  private static final int LONGEST_STAMP = 64;

  /// What stands in quotes holds no blank, so no name has it; a label may, of who loads policies.
  private static final byte[] ATTACHES = " op=make_equiv ".getBytes(StandardCharsets.US_ASCII);

  /// Before it stand the stamp, ids and a label.
  private static final int ATTACHES_WITHIN = 384;

  private final ArrayBlockingQueue<String> queue = new ArrayBlockingQueue<>(CAPACITY);
  private final byte[] stamp = new byte[LONGEST_STAMP];
  private int stampLength;
  private volatile Runnable listener;
  private volatile boolean missed;

  /// Sets who is told that something came. Nothing is kept before.
  public void listener(Runnable wake) {
    listener = wake;
  }

  /// Whether a record of this type may have to be noted. Intake thread.
  boolean wants(int type) {
    return type == RecordType.CONFIG_CHANGE || type == RecordType.SYSCALL && stampLength != 0;
  }

  /// Notes a record that is wanted. Intake thread.
  void note(int type, long text, int length) {
    Runnable wake = listener;
    if (wake == null) {
      return;
    }
    if (type == RecordType.CONFIG_CHANGE) {
      if (attaches(text, length)) {
        stampLength = 0;
        return;
      }
      keepStamp(text, length);
    } else if (!hasStamp(text, length)) {
      return;
    } else {
      stampLength = 0;
    }
    byte[] copy = new byte[length];
    Memory.copy(text, copy, 0, length);
    if (!queue.offer(new String(copy, StandardCharsets.ISO_8859_1))) {
      missed = true;
    }
    wake.run();
  }

  private static boolean attaches(long text, int length) {
    int last = Math.min(length, ATTACHES_WITHIN) - ATTACHES.length;
    for (int from = 0; from <= last; from++) {
      int same = 0;
      while (same < ATTACHES.length && Memory.byteAt(text + from + same) == ATTACHES[same]) {
        same++;
      }
      if (same == ATTACHES.length) {
        return true;
      }
    }
    return false;
  }

  private void keepStamp(long text, int length) {
    stampLength = 0;
    for (int i = 0; i < Math.min(length, LONGEST_STAMP); i++) {
      stamp[i] = Memory.byteAt(text + i);
      if (stamp[i] == ')') {
        stampLength = i + 1;
        return;
      }
    }
  }

  private boolean hasStamp(long text, int length) {
    return length >= stampLength && Memory.isAt(text, stamp, 0, stampLength);
  }

  /// The next text, a byte a character; null when there is none.
  public String poll() {
    return queue.poll();
  }

  /// Whether some were left out since this was last asked.
  public boolean takeMissed() {
    boolean was = missed;
    missed = false;
    return was;
  }
}
