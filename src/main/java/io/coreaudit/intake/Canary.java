package io.coreaudit.intake;

import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A word that the agent makes the kernel say, to hear whether its words still arrive.
///
/// The conductor draws a word, `ca-` and 12 random hex digits, and puts it where an event will
/// carry it: the name of a fresh thread that opens a watched path (the record's `comm`), or the
/// text of a user message. The intake thread looks for the word while one is awaited, ten seconds
/// at most, and only then.
///
/// A thread's name can be read by any process of the host, so the word alone proves nothing: the
/// record must also be of this process or of a child of it, by the `pid` and `ppid` that the kernel
/// wrote. In a record that a program has the kernel write these are its `pid` before the message;
/// `ppid` there is the program's word. So nobody can hide an access behind the canary.
public final class Canary {
  private static final String PREFIX = "ca-";
  private static final int RANDOM_BYTES = 6;

  /// The longest name that the kernel keeps of a thread.
  private static final int WORD_LENGTH = 15;

  private static final long AWAITED_NS = TimeUnit.SECONDS.toNanos(10);
  private static final int FIRST_OF_KERNEL = 1300;
  private static final int FIRST_OF_USER_SPACE_ANOMALIES = 2100;

  private static final byte[] PID = " pid=".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PARENT = " ppid=".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] MESSAGE = " msg='".getBytes(StandardCharsets.US_ASCII);

  private final long ownPid;
  private final SecureRandom random = new SecureRandom();

  /// The word drawn last. It alone knows whether it was heard, so that nobody mistakes one for
  /// another.
  private volatile Word word = new Word(0, 0, 0);

  private static final class Word {
    final long high;
    final long low;
    final long drawnNs;
    volatile boolean heard;
    volatile boolean over;
    volatile Thread waiter;

    Word(long high, long low, long drawnNs) {
      this.high = high;
      this.low = low;
      this.drawnNs = drawnNs;
      this.over = high == 0;
    }
  }

  /// Creates a canary of this process; it listens for nothing yet.
  public Canary() {
    this(ProcessHandle.current().pid());
  }

  Canary(long ownPid) {
    this.ownPid = ownPid;
  }

  /// Draws a new word and begins to listen for it.
  public String expect() {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String text = PREFIX + HexFormat.of().formatHex(bytes);
    word = new Word(eight(text, 0), eight(text, WORD_LENGTH - 8), System.nanoTime());
    return text;
  }

  /// Stops listening; whether the word was heard.
  public boolean end() {
    Word last = word;
    last.over = true;
    return last.heard;
  }

  /// Waits for the word that was drawn last, and may return earlier. One thread.
  ///
  /// @return whether it has arrived
  public boolean waitFor(long ns) {
    Word last = word;
    last.waiter = Thread.currentThread();
    if (!last.heard) {
      LockSupport.parkNanos(this, ns);
    }
    return last.heard;
  }

  /// Whether a word is awaited. Intake thread.
  boolean awaited() {
    return !word.over;
  }

  /// Stops listening when the word was drawn long ago: nobody waits for it any more. Intake thread.
  void expire(long nowNs) {
    Word last = word;
    if (!last.over && nowNs - last.drawnNs > AWAITED_NS) {
      last.over = true;
    }
  }

  /// Whether a record carries the awaited word and is ours. Intake thread.
  boolean recognises(int type, long text, int length) {
    Word awaited = word;
    if (!carries(awaited, text, length) || !isOurs(type, text, length)) {
      return false;
    }
    awaited.heard = true;
    awaited.over = true;
    LockSupport.unpark(awaited.waiter);
    return true;
  }

  private static boolean carries(Word word, long text, int length) {
    long high = word.high;
    long low = word.low;
    for (long at = text, last = text + length - WORD_LENGTH; at <= last; at++) {
      if (Memory.longAt(at) == high && Memory.longAt(at + WORD_LENGTH - 8) == low) {
        return true;
      }
    }
    return false;
  }

  /// The first ` pid=` and ` ppid=` of the kernel's own records are its word, whatever text
  /// follows.
  private boolean isOurs(int type, long text, int length) {
    if (type >= FIRST_OF_KERNEL && type < FIRST_OF_USER_SPACE_ANOMALIES) {
      return first(text, length, PID) == ownPid || first(text, length, PARENT) == ownPid;
    }
    return first(text, find(text, length, MESSAGE), PID) == ownPid;
  }

  private static long first(long text, int length, byte[] name) {
    long end = text + length;
    long number = 0;
    long digit = text + find(text, length, name) + name.length;
    if (digit >= end) {
      return -1;
    }
    for (; digit < end; digit++) {
      int value = Memory.byteAt(digit) - '0';
      if (value < 0 || value > 9) {
        break;
      }
      number = number * 10 + value;
    }
    return number;
  }

  /// Where a name begins in a text; its length when it is not there.
  private static int find(long text, int length, byte[] name) {
    for (int at = 0; at + name.length <= length; at++) {
      if (Memory.isAt(text + at, name)) {
        return at;
      }
    }
    return length;
  }

  private static long eight(String word, int from) {
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      value = value << 8 | word.charAt(from + i);
    }
    return value;
  }
}
