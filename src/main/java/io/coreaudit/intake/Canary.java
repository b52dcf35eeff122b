package io.coreaudit.intake;

import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;

/// A word that the agent makes the kernel say, to hear whether its words still arrive.
///
/// The conductor draws a word, `ca-` and 12 random hex digits, and puts it where an event will
/// carry it: the name of a fresh thread that opens a watched path (the record's `comm`), or the
/// text of a user message. The intake thread looks for the word while one is awaited, and only
/// then.
///
/// A thread's name can be read by any process of the host, so the word alone proves nothing: the
/// record must also be of this process or of a child of it, by the `pid` and `ppid` that the kernel
/// wrote. So nobody can hide an access behind the canary.
public final class Canary {
  private static final String PREFIX = "ca-";
  private static final int RANDOM_BYTES = 6;

  /// The longest name that the kernel keeps of a thread.
  private static final int WORD_LENGTH = 15;

  private static final byte[] PID = " pid=".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PARENT = " ppid=".getBytes(StandardCharsets.US_ASCII);

  private final long ownPid;
  private final SecureRandom random = new SecureRandom();
  private volatile boolean awaited;
  private volatile long heardAtNs;
  private long wordHigh;
  private long wordLow;

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
    String word = PREFIX + HexFormat.of().formatHex(bytes);
    awaited = false;
    wordHigh = eight(word, 0);
    wordLow = eight(word, WORD_LENGTH - 8);
    heardAtNs = 0;
    awaited = true;
    return word;
  }

  /// Stops listening; whether the word was heard.
  public boolean end() {
    awaited = false;
    return heardAtNs != 0;
  }

  /// Whether the word that was drawn last has arrived.
  public boolean heard() {
    return heardAtNs != 0;
  }

  /// Whether a word is awaited. Intake thread.
  boolean awaited() {
    return awaited;
  }

  /// Whether a record carries the awaited word and is ours. Intake thread.
  boolean recognises(long text, int length) {
    if (!carriesWord(text, length) || !isOurs(text, length)) {
      return false;
    }
    heardAtNs = System.nanoTime() | 1;
    awaited = false;
    return true;
  }

  private boolean carriesWord(long text, int length) {
    long high = wordHigh;
    long low = wordLow;
    for (long at = text, last = text + length - WORD_LENGTH; at <= last; at++) {
      if (Memory.longAt(at) == high && Memory.longAt(at + WORD_LENGTH - 8) == low) {
        return true;
      }
    }
    return false;
  }

  /// The first ` pid=` and ` ppid=` of a record are the kernel's, whatever text follows.
  private boolean isOurs(long text, int length) {
    return first(text, length, PID) == ownPid || first(text, length, PARENT) == ownPid;
  }

  private static long first(long text, int length, byte[] name) {
    long end = text + length;
    for (long at = text; at + name.length < end; at++) {
      if (isAt(at, name)) {
        long number = 0;
        for (long digit = at + name.length; digit < end; digit++) {
          int value = Memory.byteAt(digit) - '0';
          if (value < 0 || value > 9) {
            break;
          }
          number = number * 10 + value;
        }
        return number;
      }
    }
    return -1;
  }

  private static boolean isAt(long at, byte[] name) {
    for (int i = 0; i < name.length; i++) {
      if (Memory.byteAt(at + i) != name[i]) {
        return false;
      }
    }
    return true;
  }

  private static long eight(String word, int from) {
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      value = value << 8 | word.charAt(from + i);
    }
    return value;
  }
}
