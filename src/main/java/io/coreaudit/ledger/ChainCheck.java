package io.coreaudit.ledger;

import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.OriginTag;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/// Checks the events of one node, of its spool or as a receiver has them, against their numbers and
/// against the hashes that heartbeats tell.
///
/// A heartbeat tells the hash of an event shortly before itself. From one to the next the chain is
/// computed anew: what differs was changed, what lacks is missing. Before the first heartbeat and
/// behind the last one only numbers speak, unless the chain begins among the events.
///
/// A receiver may have an event twice: that is told where the two differ. It may have been told
/// that some are missing (`Holes`).
///
/// Keeps the digests of the newest events (`DigestWindow`); of more the older ones are linked
/// already. For one thread.
public final class ChainCheck {
  /// How far behind itself a heartbeat's hash may lie.
  static final int MOST_DIGESTS = DigestWindow.MOST;

  /// Boots whose last number is remembered: events of theirs may come once more.
  private static final int MOST_BOOTS = 64;

  /// What was found.
  ///
  /// @param events that came, repeated ones included
  /// @param repeatedEvents that had come before
  /// @param checkedEvents that are as the heartbeats say
  /// @param alteredEvents of ranges whose hash is another than heartbeats say, and of those that
  ///   came twice and differ
  /// @param missingEvents numbers that never came
  /// @param toldEvents of these, those that the stream itself tells
  /// @param leftOutEvents numbers that never came because the sink's filter leaves them out, as
  ///   heartbeats tell
  /// @param disorderedEvents that came behind a later one
  /// @param heartbeats with a hash
  /// @param signedHeartbeats with a good signature
  /// @param unsignedHeartbeats without one, where one was asked for
  public record Findings(
      long events,
      long repeatedEvents,
      long checkedEvents,
      long alteredEvents,
      long missingEvents,
      long toldEvents,
      long leftOutEvents,
      long disorderedEvents,
      long heartbeats,
      long signedHeartbeats,
      long unsignedHeartbeats) {
    /// Whether nothing speaks against the events.
    public boolean isSound() {
      return alteredEvents == 0
          && missingEvents == 0
          && disorderedEvents == 0
          && unsignedHeartbeats == 0;
    }
  }

  /// Where a chain began: another one has nothing to do with it.
  private record Beginning(UUID boot, long seq) {}

  private final ChainKeys keys;
  private final Consumer<String> problem;
  private final EventDigest digest = new EventDigest();
  private final DigestWindow window = new DigestWindow();
  private final Holes holes = new Holes(this::closed);
  private final Map<UUID, Long> boots = new LinkedHashMap<>();
  private final byte[] one = new byte[EventDigest.BYTES];
  private final byte[] link = new byte[EventDigest.BYTES];

  // `hash` is that of event `hashSeq` of the chain that began at `chain`, where `isBased`; since
  // the last heartbeat it was computed over `uncheckedBefore` events of the boot before, and those
  // behind `baseSeq` of this one.
  private final byte[] hash = new byte[EventDigest.BYTES];
  private boolean isBased;
  private Beginning chain;
  private long hashSeq;
  private long baseSeq;
  private long uncheckedBefore;
  private UUID boot;

  private long events;
  private long repeated;
  private long checked;
  private long altered;
  private long missing;
  private long told;
  private long leftOut;
  private boolean asksSinks;
  private String sink;
  private long disordered;
  private long heartbeats;
  private long signed;
  private long unsigned;

  /// Creates a check.
  ///
  /// @param keys by one of which each heartbeat must be signed
  /// @param problem told one sentence for each thing that is wrong
  public ChainCheck(ChainKeys keys, Consumer<String> problem) {
    this.keys = keys;
    this.problem = problem;
  }

  /// Says that the events are those of one sink, so that what heartbeats say of it counts.
  ///
  /// @param name null: of the only one there is
  public void ofSink(String name) {
    asksSinks = true;
    sink = name;
  }

  /// Takes the next event of a spool.
  public void add(FrameFlyweight frame) {
    digest.of(frame, one);
    UUID of = new UUID(frame.bootIdHigh(), frame.bootIdLow());
    String name = "event " + frame.seq();
    if (take(of, frame.seq(), one, name) && frame.kind() == EventKind.HEARTBEAT) {
      frame.rewindRecords();
      if (frame.nextRecord()) {
        heartbeat(node(frame), name, frame.recordText(), frame.recordTextLength());
      }
    }
  }

  private static String node(FrameFlyweight frame) {
    frame.rewindTags();
    while (frame.nextTag()) {
      if (frame.tag() == OriginTag.NODE) {
        byte[] name = new byte[frame.tagLength()];
        Memory.copy(frame.tagValue(), name, 0, name.length);
        return new String(name, StandardCharsets.UTF_8);
      }
    }
    return "-";
  }

  /// Takes the next event that a receiver has.
  public void add(DeliveredEvent event) {
    byte[] of = null;
    if (event.lines() != null) {
      digest.of(event.seq(), event.kind(), event.lines(), one);
      of = one;
    }
    String name = "event " + event.seq() + " (" + event.id() + ")";
    if (take(event.boot(), event.seq(), of, name)
        && event.kind() == EventKind.HEARTBEAT
        && of != null) {
      heartbeat(event.node(), name, event.lines().getFirst());
    }
  }

  /// Takes what the stream says of events that a receiver was not sent.
  public void tell(long first, long last, String reason) {
    holes.tell(first, last, reason);
  }

  /// Says that no more events come.
  public void finish() {
    holes.closeAll();
  }

  // ---- numbers

  /// False: there is nothing new in it.
  private boolean take(UUID of, long seq, byte[] digestOf, String name) {
    events++;
    if (!of.equals(boot)) {
      if (boots.containsKey(of)) {
        ofEarlierBoot(seq, boots.get(of), name);
        return false;
      }
      begin(of, seq);
    }
    if (seq <= window.last()) {
      return again(seq, digestOf, name);
    }
    if (seq > window.last() + 1) {
      holes.open(window.last() + 1, seq - 1, name);
    }
    linkWhatIsForgotten(seq);
    window.extend(seq);
    window.put(seq, digestOf);
    return true;
  }

  private void ofEarlierBoot(long seq, long lastSeq, String name) {
    if (seq <= lastSeq) {
      repeated++;
    } else {
      disordered++;
      problem.accept(name + " is of an earlier boot than what comes before it: wrong order");
    }
  }

  private void begin(UUID of, long seq) {
    boolean first = boot == null;
    if (!first) {
      holes.closeAll();
      isBased = isBased && seq == 1 && linkTo(window.last());
      uncheckedBefore += window.last() - baseSeq;
      if (boots.size() == MOST_BOOTS) {
        boots.remove(boots.keySet().iterator().next());
      }
      boots.put(boot, window.last());
    }
    boot = of;
    hashSeq = 0;
    baseSeq = 0;
    window.begin(first ? seq : 1);
  }

  private boolean again(long seq, byte[] digestOf, String name) {
    if (seq < window.first()) {
      repeated++; // forgotten: it cannot be compared
      return false;
    }
    switch (window.state(seq)) {
      case MISSING -> {
        disordered++;
        missing -= holes.isOpen(seq) ? 0 : 1;
        problem.accept(name + " comes behind event " + window.last() + ": wrong order");
        window.put(seq, digestOf);
        return true;
      }
      case OPAQUE -> {
        repeated++;
        window.put(seq, digestOf);
      }
      case KNOWN -> {
        repeated++;
        window.copy(seq, link);
        if (digestOf != null && !Arrays.equals(link, digestOf)) {
          altered++;
          problem.accept(name + " came before, and was not the same: one of the two was changed");
        }
      }
    }
    return false;
  }

  private void closed(Holes.Range hole) {
    long lacking = 0;
    long seen = Math.max(hole.first(), window.first());
    for (long seq = seen; seq <= Math.min(hole.last(), window.last()); seq++) {
      lacking += window.state(seq) == DigestWindow.State.MISSING ? 1 : 0;
    }
    lacking += Math.max(0, Math.min(hole.last() + 1, seen) - hole.first());
    long onPurpose = Math.min(lacking, holes.told(hole, true).count());
    leftOut += onPurpose;
    lacking -= onPurpose;
    if (lacking == 0) {
      return;
    }
    Holes.Range said = holes.told(hole, false);
    missing += lacking;
    told += Math.min(lacking, said.count());
    problem.accept(
        "%s%s missing before %s%s"
            .formatted(
                lacking < hole.count() ? lacking + " of " : "",
                hole.count() == 1
                    ? "event " + hole.first() + " is"
                    : "events " + hole.first() + " to " + hole.last() + " are",
                hole.text(),
                said.text() == null
                    ? ", and nothing in the stream says so"
                    : ": the stream says so (" + said.text() + ")"));
  }

  // ---- hashes

  private void linkWhatIsForgotten(long seq) {
    long forgotten = seq - DigestWindow.MOST;
    if (isBased && hashSeq < forgotten) {
      isBased = forgotten <= window.last() && linkTo(forgotten);
    }
  }

  /// False: what lies between is not all there.
  private boolean linkTo(long seq) {
    while (hashSeq < seq) {
      hashSeq++;
      if (window.state(hashSeq) != DigestWindow.State.KNOWN) {
        return false;
      }
      window.copy(hashSeq, link);
      digest.link(hash, link);
    }
    return true;
  }

  private void heartbeat(String node, String name, byte[] line) {
    int begin = new String(line, StandardCharsets.ISO_8859_1).indexOf("): ") + 3;
    int length = line.length - begin;
    if (begin < 3 || length <= 0) {
      return;
    }
    long text = Memory.allocate(length);
    try {
      Memory.copy(line, begin, text, length);
      heartbeat(node, name, text, length);
    } finally {
      Memory.free(text);
    }
  }

  private void heartbeat(String node, String name, long text, int length) {
    long toldTo = Long.MAX_VALUE;
    SinkClaim ofSink = asksSinks ? SinkClaim.read(text, length, sink) : null;
    if (ofSink != null) {
      ofSink.unsent().forEach(range -> holes.tell(range.first(), range.last(), range.text()));
      toldTo = ofSink.cursor(); // of what lies behind it a later heartbeat tells
    }
    ChainClaim claim = ChainClaim.read(text, length);
    if (claim == null || claim.seq() > window.last()) {
      return;
    }
    holes.close(claim.seq(), toldTo);
    heartbeats++;
    if (keys.isGiven()) {
      signature(node, name, claim);
    }
    check(claim, name);
  }

  private void signature(String node, String name, ChainClaim claim) {
    if (claim.signature() != null && keys.signed(node, boot, claim)) {
      signed++;
      return;
    }
    unsigned++;
    problem.accept(
        claim.signature() == null
            ? name + ": the heartbeat is not signed"
            : name + ": the heartbeat's signature is by none of the keys given, or of other words");
  }

  private void check(ChainClaim claim, String name) {
    long seq = claim.seq();
    Beginning began =
        new Beginning(claim.fromBoot() == null ? boot : claim.fromBoot(), claim.fromSeq());
    if (isBased && !began.equals(chain)) {
      isBased = false; // the agent began anew: what it had not read is said by none
    }
    if (isBased && seq < hashSeq) {
      return; // an older one, out of its turn
    }
    chain = began;
    boolean here = began.boot().equals(boot) && began.seq() <= seq;
    if (!isBased && here && began.seq() >= window.first()) {
      Arrays.fill(hash, (byte) 0);
      hashSeq = began.seq() - 1;
      baseSeq = hashSeq;
      uncheckedBefore = 0;
      isBased = true;
    }
    if (isBased && linkTo(seq)) {
      compare(claim, name);
    }
    System.arraycopy(claim.hash(), 0, hash, 0, EventDigest.BYTES);
    hashSeq = seq;
    baseSeq = seq;
    uncheckedBefore = 0;
    // What lies before what is held cannot be linked to a hash that is older.
    isBased = seq >= window.first() - 1;
  }

  private void compare(ChainClaim claim, String name) {
    long count = uncheckedBefore + claim.seq() - baseSeq;
    if (Arrays.equals(hash, claim.hash())) {
      checked += count;
      return;
    }
    altered += count;
    problem.accept(
        "events %s%d to %d are not those that the agent accepted: their hash is %s, %s says %s"
            .formatted(
                uncheckedBefore == 0 ? "" : "of the boot before and ",
                baseSeq + 1,
                claim.seq(),
                HexFormat.of().formatHex(hash),
                name,
                HexFormat.of().formatHex(claim.hash())));
  }

  /// What was found until now.
  public Findings findings() {
    return new Findings(
        events,
        repeated,
        checked,
        altered,
        missing,
        told,
        leftOut,
        disordered,
        heartbeats,
        signed,
        unsigned);
  }
}
