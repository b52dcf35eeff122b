package io.coreaudit.origin;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.CallFields;
import io.coreaudit.record.EightBytes;
import io.coreaudit.record.PathOwner;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// Which container has read which file of its own pod's secrets, by which program, in the last
/// minute. Bounded; for the intake thread.
///
/// The first of such reads is told in full; those that follow within a minute of its stamp are
/// counted, and the next after that is told in full again. What was counted is told once a minute
/// by an event of kind `summary`.
///
/// ```text
/// 256 sets of 4 places; what is read anew takes the place in its set that was read longest ago
/// place:  container, program, file and times                                 on the heap
///         Membership, program 256 bytes, path 256 bytes, as in the record    outside it
/// ```
///
/// A place that something is counted of and that is taken by another is told as a number, without
/// what it was. Where program or path is longer than there is room for, all is told in full.
final class SecretReads implements AutoCloseable {
  /// Most reads that are told apart.
  static final int READS = 1024;

  /// So long after one that was told in full the same are counted.
  static final long WINDOW_MS = TimeUnit.MINUTES.toMillis(1);

  private static final int WAYS = 4;
  private static final int SETS = READS / WAYS;
  private static final int TEXT_BYTES = 256;
  private static final int PLACE_BYTES = Membership.BYTES + 2 * TEXT_BYTES;
  private static final long MIXED = 0x9e3779b97f4a7c15L;
  private static final long NEVER = Long.MIN_VALUE / 2;

  private final long[] hashes = new long[READS];
  private final long[] files = new long[READS];
  private final SecretDevices.Volume[] volumes = new SecretDevices.Volume[READS];
  private final long[] fullMs = new long[READS];
  private final long[] count = new long[READS];
  private final long[] firstMs = new long[READS];
  private final long[] lastMs = new long[READS];
  private final short[] programLengths = new short[READS];
  private final short[] pathLengths = new short[READS];
  private final byte[][] names = new byte[READS][];
  private final Pages pages = Pages.allocate((long) READS * PLACE_BYTES);
  private long owed;
  private long evicted;
  private long namelessReads;
  private long nameless;

  // What was sought last.
  private int found;
  private long hash;
  private long file;
  private SecretDevices.Volume volume;
  private long program;
  private int programLength;
  private long path;
  private int pathLength;

  SecretReads() {
    Arrays.fill(fullMs, NEVER);
    Arrays.fill(lastMs, NEVER);
  }

  /// Looks for a read; false: it is too long to be kept.
  ///
  /// @param belongs the container, or the pod
  boolean seek(long belongs, CallFields call, PathOwner read, SecretDevices.Volume of) {
    program = call.executableAddress();
    programLength = call.executableLength();
    path = read.nameAddress();
    pathLength = read.nameLength();
    file = EightBytes.decimal(read.inodeAddress(), read.inodeLength(), -1);
    volume = of;
    if (programLength > TEXT_BYTES || pathLength > TEXT_BYTES || file < 0) {
      return false;
    }
    hash = (Membership.hash(belongs) + file) * MIXED + of.device;
    for (int i = 0; i < programLength; i += Long.BYTES) {
      hash = (hash ^ EightBytes.load(program + i, programLength - i)) * MIXED;
    }
    found = -1;
    int first = first();
    for (int place = first; place < first + WAYS && found < 0; place++) {
      if (hashes[place] == hash && isAt(place, belongs)) {
        found = place;
      }
    }
    return true;
  }

  private int first() {
    return (int) (hash >>> 40 & SETS - 1) * WAYS;
  }

  private boolean isAt(int place, long belongs) {
    if (files[place] != file
        || volumes[place] != volume
        || programLengths[place] != programLength
        || !Membership.isSame(membership(place), belongs)) {
      return false;
    }
    long kept = program(place);
    for (int i = 0; i < programLength; i += Long.BYTES) {
      int rest = programLength - i;
      if (EightBytes.load(kept + i, rest) != EightBytes.load(program + i, rest)) {
        return false;
      }
    }
    return true;
  }

  /// Whether the one that was sought repeats one that was told: then it is counted.
  boolean isRepeat(long stampMs) {
    if (found < 0 || Math.abs(stampMs - fullMs[found]) >= WINDOW_MS) {
      return false;
    }
    if (count[found]++ == 0) {
      firstMs[found] = stampMs;
    }
    lastMs[found] = Math.max(lastMs[found], stampMs);
    owed++;
    return true;
  }

  /// Notes that the one that was sought is told in full.
  void begin(long belongs, ContainerNames known, long stampMs) {
    int place = found < 0 ? make(belongs, known) : found;
    fullMs[place] = stampMs;
    lastMs[place] = stampMs;
    // As it was called this time.
    pathLengths[place] = (short) pathLength;
    Memory.copy(path, path(place), pathLength);
  }

  private int make(long belongs, ContainerNames known) {
    int first = first();
    int taken = first;
    for (int place = first; place < first + WAYS; place++) {
      if (lastMs[place] < lastMs[taken]) {
        taken = place;
      }
    }
    if (lastMs[taken] != NEVER) {
      evicted++;
    }
    if (count[taken] > 0) {
      namelessReads += count[taken];
      nameless++;
      count[taken] = 0;
    }
    hashes[taken] = hash;
    files[taken] = file;
    volumes[taken] = volume;
    names[taken] = ContainerMention.names(belongs, known);
    Membership.copy(belongs, membership(taken));
    programLengths[taken] = (short) programLength;
    Memory.copy(program, program(taken), programLength);
    return taken;
  }

  /// Reads that were counted and have not been told.
  long owedEvents() {
    return owed;
  }

  /// Reads that made room for others.
  long evicted() {
    return evicted;
  }

  /// Tells what was counted, as far as it is time to.
  void tell(Predicate<OwnEvent> write, ContainerNames known, long nowMs, boolean last) {
    if (owed == 0) {
      return;
    }
    if (nameless > 0) {
      if (!write.test(summary(namelessReads).with("different", nameless).build())) {
        return;
      }
      owed -= namelessReads;
      namelessReads = 0;
      nameless = 0;
    }
    for (int place = 0; place < READS; place++) {
      boolean due = count[place] > 0 && (last || Math.abs(nowMs - firstMs[place]) >= WINDOW_MS);
      if (due && !tell(place, write, known)) {
        return;
      }
    }
  }

  private boolean tell(int place, Predicate<OwnEvent> write, ContainerNames known) {
    long belongs = membership(place);
    if (names[place] == null) {
      names[place] = ContainerMention.names(belongs, known);
    }
    OwnEvent.Fields fields =
        summary(count[place])
            .with("executable", text(program(place), programLengths[place]))
            .with("path", text(path(place), pathLengths[place]))
            .with("volume", volumes[place].volume)
            .with("first", Instant.ofEpochMilli(firstMs[place]).toString())
            .with("last", Instant.ofEpochMilli(lastMs[place]).toString());
    if (!write.test(ContainerMention.add(fields, belongs, names[place]).build())) {
      return false;
    }
    owed -= count[place];
    count[place] = 0;
    return true;
  }

  private static OwnEvent.Fields summary(long reads) {
    return OwnEvent.of(EventKind.SUMMARY).with("of", "secret_reads").with("events", reads);
  }

  // As the record has it: in quotes, or hexadecimal.
  private static String text(long address, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")) {
      return text.substring(1, text.length() - 1);
    }
    return text.matches("([0-9A-F]{2})+")
        ? new String(HexFormat.of().parseHex(text), StandardCharsets.UTF_8)
        : text;
  }

  private long membership(int place) {
    return pages.address() + (long) place * PLACE_BYTES;
  }

  private long program(int place) {
    return membership(place) + Membership.BYTES;
  }

  private long path(int place) {
    return program(place) + TEXT_BYTES;
  }

  @Override
  public void close() {
    pages.close();
  }
}
