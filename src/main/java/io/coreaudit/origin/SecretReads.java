package io.coreaudit.origin;

import io.coreaudit.event.EventKind;
import io.coreaudit.event.OwnEvent;
import io.coreaudit.event.UntoldEvents;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.CallFields;
import io.coreaudit.record.EightBytes;
import io.coreaudit.record.PathOwner;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Which container has accessed which file of a secret, by which program and with which outcome, in
/// the last minute. Bounded; for the intake thread.
///
/// There is one of reads of the own pod's secrets, and one of what was beyond a container's rate.
/// The first of such accesses is told in full; those that follow within a minute of its stamp are
/// counted, and the next after that is told in full again. What was counted is told once a minute
/// by an event of kind `summary`.
///
/// ```text
/// 256 sets of 4 places; what is new takes a place that is free, or the one in its set that was
/// accessed longest ago: of its own container's, if that has two of them
/// place:  container, program, file, outcome and times                        on the heap
///         Membership, program 256 bytes, path 256 bytes, as in the record    outside it
/// ```
///
/// A place that something is counted of and that is taken by another is told as a number, without
/// what it was. Where program or path is longer than there is room for, none is counted.
final class SecretReads implements UntoldEvents.Telling, AutoCloseable {
  /// Most accesses that are told apart.
  static final int READS = 1024;

  /// So long after one that was told in full the same are counted.
  static final long WINDOW_MS = TimeUnit.MINUTES.toMillis(1);

  private static final String[] OUTCOMES = {"failed", "read", "other"};
  private static final Pattern HEXADECIMAL = Pattern.compile("([0-9A-F]{2})+");
  private static final int WAYS = 4;
  private static final int SHARE = 2;
  private static final int SETS = READS / WAYS;
  private static final int TEXT_BYTES = 256;
  private static final int PLACE_BYTES = Membership.BYTES + 2 * TEXT_BYTES;
  private static final long MIXED = 0x9e3779b97f4a7c15L;
  private static final long NEVER = Long.MIN_VALUE / 2;

  private final boolean own;
  private final long[] hashes = new long[READS];
  private final long[] files = new long[READS];
  private final SecretDevices.Volume[] volumes = new SecretDevices.Volume[READS];
  private final byte[] outcomes = new byte[READS];
  private final byte[] owners = new byte[READS];
  private final long[] fullMs = new long[READS];
  private final long[] latestMs = new long[READS];
  private final short[] programLengths = new short[READS];
  private final short[] pathLengths = new short[READS];
  private final byte[][] names = new byte[READS][];
  private final UntoldEvents untold = new UntoldEvents(READS, WINDOW_MS, 0);
  private final long[] foreign = new long[READS]; // of what is untold
  private final Pages pages = Pages.allocate((long) READS * PLACE_BYTES);
  private long evicted;
  private long namelessForeign;
  private ContainerNames known = ContainerNames.NONE; // while it tells

  // What was sought last.
  private int found;
  private long hash;
  private long file;
  private SecretDevices.Volume volume;
  private int outcome;
  private int owner;
  private long program;
  private int programLength;
  private long path;
  private int pathLength;

  /// @param own whether all are reads of the own pod's
  SecretReads(boolean own) {
    this.own = own;
    Arrays.fill(fullMs, NEVER);
    Arrays.fill(latestMs, NEVER);
  }

  /// Looks for an access; false: it is too long to be kept.
  ///
  /// @param belongs the container, or the pod, or the domain
  /// @param accessed the file
  /// @param reader which volume that is in, and whose it is
  /// @param did what the call did, `ReadCall`
  boolean seek(long belongs, CallFields call, PathOwner accessed, SecretReader reader, int did) {
    program = call.executableAddress();
    programLength = call.executableLength();
    path = accessed.nameAddress();
    pathLength = accessed.nameLength();
    file = EightBytes.decimal(accessed.inodeAddress(), accessed.inodeLength(), -1);
    volume = reader.volume();
    owner = reader.whose();
    outcome = did;
    if (programLength > TEXT_BYTES || pathLength > TEXT_BYTES || file < 0) {
      return false;
    }
    hash = (Membership.hash(belongs) + file) * MIXED + (volume.device << 2 | outcome);
    for (int i = 0; i < programLength; i += Long.BYTES) {
      hash = (hash ^ EightBytes.load(program + i, programLength - i)) * MIXED;
      hash ^= hash >>> 32; // the last bytes decide too
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
    return (int) (hash * MIXED >>> 40 & SETS - 1) * WAYS;
  }

  private boolean isAt(int place, long belongs) {
    if (files[place] != file
        || volumes[place] != volume
        || outcomes[place] != outcome
        || programLengths[place] != programLength
        || !Membership.isSame(membership(place), belongs)) {
      return false;
    }
    return Memory.isSame(program(place), program, programLength);
  }

  /// Whether the one that was sought repeats one that was told: then it is counted.
  boolean isRepeat(long stampMs) {
    if (found < 0 || Math.abs(stampMs - fullMs[found]) >= WINDOW_MS) {
      return false;
    }
    untold.add(found, stampMs);
    latestMs[found] = Math.max(latestMs[found], stampMs);
    foreign[found] += owner == SecretReader.FOREIGN ? 1 : 0;
    return true;
  }

  /// Notes that the one that was sought is told in full.
  void begin(long belongs, ContainerNames known, long stampMs) {
    int place = found < 0 ? make(belongs, known) : found;
    fullMs[place] = stampMs;
    latestMs[place] = stampMs;
    owners[place] = (byte) owner;
    // As it was called this time.
    pathLengths[place] = (short) pathLength;
    Memory.copy(path, path(place), pathLength);
  }

  private int make(long belongs, ContainerNames known) {
    int taken = taken(belongs);
    if (latestMs[taken] != NEVER) {
      evicted++;
    }
    if (untold.leave(taken)) {
      namelessForeign += foreign[taken];
      foreign[taken] = 0;
    }
    hashes[taken] = hash;
    files[taken] = file;
    volumes[taken] = volume;
    outcomes[taken] = (byte) outcome;
    names[taken] = ContainerMention.names(belongs, known);
    Membership.copy(belongs, membership(taken));
    programLengths[taken] = (short) programLength;
    Memory.copy(program, program(taken), programLength);
    return taken;
  }

  // So no container has others forgotten that has a share of the places there itself.
  private int taken(long belongs) {
    int first = first();
    int oldest = first;
    int its = -1;
    int count = 0;
    for (int place = first; place < first + WAYS; place++) {
      if (latestMs[place] == NEVER) {
        return place;
      }
      if (latestMs[place] < latestMs[oldest]) {
        oldest = place;
      }
      if (Membership.isSame(membership(place), belongs)) {
        its = its < 0 || latestMs[place] < latestMs[its] ? place : its;
        count++;
      }
    }
    return count < SHARE ? oldest : its;
  }

  /// Accesses that were counted and have not been told.
  long owedEvents() {
    return untold.owed();
  }

  /// Accesses that made room for others.
  long evicted() {
    return evicted;
  }

  /// Tells what was counted, as far as it is time to.
  void tell(Predicate<OwnEvent> write, ContainerNames containers, long nowMs, boolean last) {
    known = containers;
    untold.tell(this, write, nowMs, last);
    known = ContainerNames.NONE;
  }

  @Override
  public OwnEvent event(int place, long events) {
    long belongs = membership(place);
    if (names[place] == null) {
      names[place] = ContainerMention.names(belongs, known);
    }
    SecretDevices.Volume of = volumes[place];
    OwnEvent.Fields fields = summary(events);
    if (!own) {
      fields.with("outcome", OUTCOMES[outcomes[place]]);
      if (owners[place] != SecretReader.UNKNOWN) {
        fields.with("foreign", owners[place]);
      }
    }
    fields
        .with("executable", text(program(place), programLengths[place]))
        .with("path", text(path(place), pathLengths[place]))
        .with("volume", of.volume);
    if (!own) {
      byte[] pod = SecretReader.pod(of, known);
      byte[] its = pod == null ? new byte[0] : pod;
      fields
          .with("secret_namespace", PodTag.text(its, PodTag.NAMESPACE))
          .with("secret_pod", PodTag.text(its, PodTag.POD_NAME))
          .with("secret_pod_uid", of.uid);
    }
    return ContainerMention.add(untold.times(place, fields), belongs, names[place]).build();
  }

  @Override
  public OwnEvent nameless(long events, long places) {
    OwnEvent.Fields fields = summary(events).with("different", places);
    return (own ? fields : fields.with("foreign", namelessForeign)).build();
  }

  @Override
  public void told(int place) {
    if (place < 0) {
      namelessForeign = 0;
    } else {
      foreign[place] = 0;
    }
  }

  private OwnEvent.Fields summary(long events) {
    return OwnEvent.of(EventKind.SUMMARY)
        .with("of", own ? "secret_reads" : "secret_accesses")
        .with("events", events);
  }

  // As the record has it: in quotes, or hexadecimal. Null: io_uring's has no program.
  private static String text(long address, int length) {
    if (length == 0) {
      return null;
    }
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")) {
      return text.substring(1, text.length() - 1);
    }
    return HEXADECIMAL.matcher(text).matches()
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
