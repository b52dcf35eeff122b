package io.coreaudit.backfill;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import io.coreaudit.record.TextLine;
import java.nio.charset.StandardCharsets;

/// One line of auditd's log as the record that the kernel sent: without the node, and cut where
/// auditd's own names begin.
final class LogRecord {
  /// What a line is.
  enum Kind {
    /// A record of the kernel's stream.
    RECORD,
    /// Auditd's own word, or the end of an event.
    NOT_LIVE,
    /// Not whole, or no record at all.
    BROKEN
  }

  private static final int FIRST_OF_AUDITD = 1200;
  private static final int LAST_OF_AUDITD = 1299;
  private static final byte[] NODE = "node=".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STAMP = " msg=audit(".getBytes(StandardCharsets.US_ASCII);

  private final TextLine line = new TextLine();
  private final RecordFlyweight stamp = new RecordFlyweight();
  private String node;
  private long prefix;
  private int prefixLength;
  private int length;

  /// Looks at a line.
  Kind read(long address, int lineLength) {
    if (line.split(address, lineLength) != TextLine.Outcome.RECORD) {
      return Kind.BROKEN;
    }
    int type = line.type();
    if (type == RecordType.EOE || type >= FIRST_OF_AUDITD && type <= LAST_OF_AUDITD) {
      return Kind.NOT_LIVE;
    }
    stamp.wrap(line.textAddress(), line.textLength());
    stamp.parseStamp();
    readNode();
    length = kernelLength();
    // Auditd that was killed in a line goes on behind it when it is started again.
    return holds(STAMP) ? Kind.BROKEN : Kind.RECORD;
  }

  private void readNode() {
    node = null;
    prefix = line.prefixAddress();
    prefixLength = line.prefixLength();
    for (int i = 0; i < NODE.length; i++) {
      if (Memory.byteAt(prefix + i) != NODE[i]) {
        return;
      }
    }
    int end = NODE.length;
    while (end < prefixLength && Memory.byteAt(prefix + end) != ' ') {
      end++;
    }
    byte[] name = new byte[end - NODE.length];
    Memory.copy(prefix + NODE.length, name, 0, name.length);
    node = new String(name, StandardCharsets.ISO_8859_1);
    int blank = Math.min(end + 1, prefixLength);
    prefix += blank;
    prefixLength -= blank;
  }

  /// What a program had the kernel write may hold the separator, too; what auditd wrote comes last,
  /// and begins with a name in upper case.
  private int kernelLength() {
    long text = line.textAddress();
    for (int at = line.textLength() - 2; at >= 0; at--) {
      if (Memory.byteAt(text + at) == RecordFlyweight.ENRICHED_SEPARATOR) {
        byte first = Memory.byteAt(text + at + 1);
        return first >= 'A' && first <= 'Z' ? at : line.textLength();
      }
    }
    return line.textLength();
  }

  private boolean holds(byte[] wanted) {
    long last = line.textAddress() + length - wanted.length;
    for (long at = line.textAddress(); at <= last; at++) {
      int same = 0;
      while (same < wanted.length && Memory.byteAt(at + same) == wanted[same]) {
        same++;
      }
      if (same == wanted.length) {
        return true;
      }
    }
    return false;
  }

  int type() {
    return line.type();
  }

  /// What stands before `msg=` without the node, for a type that has a name only.
  long prefixAddress() {
    return prefix;
  }

  /// 0 where the type's number says all.
  int prefixLength() {
    return line.type() < 0 ? prefixLength : 0;
  }

  long textAddress() {
    return line.textAddress();
  }

  /// Length of the kernel's text.
  int textLength() {
    return length;
  }

  /// Null: none is named.
  String node() {
    return node;
  }

  long stampMs() {
    return stamp.stampSeconds() * 1000 + stamp.stampMillis();
  }

  long serial() {
    return stamp.serial();
  }
}
