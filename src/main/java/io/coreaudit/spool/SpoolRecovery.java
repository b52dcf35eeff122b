package io.coreaudit.spool;

import static io.coreaudit.spool.SegmentDescriptor.*;

import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.FileSpace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Brings a spool's files into a state that Chronicle can be let loose on, whatever moment the last
/// process was killed at, and finds out where writing goes on. Runs under the lock, before
/// Chronicle is called.
///
/// 0. The format is noted, where an older one is (`SpoolFormat`).
/// 1. Chronicle's table gets its blocks; one that was killed while being made, or that Chronicle
///    cannot read, is made anew.
/// 2. A newest segment without a finished first header and without a frame was killed in the middle
///    of a roll: it holds nothing and becomes the spare again.
/// 3. The newest segment gets all its blocks and is walked. A message that was never finished is
///    overwritten with zeros; behind it nothing can be. Should there be something behind the end
///    all the same (the machine lost power), the segment is ended there.
/// 4. A segment that is damaged where Chronicle would trip over it, or the newest that has a damage
///    between its frames, is set aside: under another name Chronicle does not see it, while readers
///    and deletion treat it as before. Writing goes on in the next segment.
/// 5. Older segments are counted by the sequence numbers of their first frames.
/// 6. The sequence goes on behind the highest number that a frame, a cursor or `SeqMark` knows of
///    the newest boot; what is missing up to the mark is told as lost.
/// 7. Stale locks are freed.
final class SpoolRecovery {
  private static final String SEGMENT_NAME = "SCQStore";
  private static final String TABLE_NAME = "STStore";
  private static final int HEAD_NAME_WITHIN = 64;

  private final SpoolSettings settings;
  private final SpoolDirectory directory;
  private final SpareSegment spare;
  private final SegmentTable table = new SegmentTable();
  private boolean fresh;
  private int segment;
  private int frames;
  private int messages;
  private long offset;
  private boolean spareReady;
  private SeqMark mark;
  private SpoolTaken taken;
  private final List<SpoolDamage> damages = new ArrayList<>();
  private long lastSeq;
  private long lastBootIdHigh;
  private long lastBootIdLow;
  private long lastTimeNs;
  private int damagedAtEnd;
  private boolean tableIsNew;

  SpoolRecovery(SpoolSettings settings, SpoolDirectory directory, SpareSegment spare) {
    this.settings = settings;
    this.directory = directory;
    this.spare = spare;
  }

  void run() {
    Path path = directory.path();
    fresh = Files.notExists(path.resolve(SpoolFiles.METADATA));
    if (SpoolFormat.note(path)) {
      damages.add(
          new SpoolDamage(
              path.resolve(SpoolFiles.FORMAT), 0, "it named no format and was written anew"));
    }
    try {
      boolean hasLocks = reserveMetadata();
      mark = new SeqMark(path.resolve(SpoolFiles.SEQ_MARK));
      taken = mark.taken();
      int[] segments = undoTornRoll(SpoolFiles.segments(path));
      if (segments.length == 0) {
        begin();
      } else {
        resume(segments);
      }
      discardOtherSpares();
      finishSeq();
      if (hasLocks && !tableIsNew) {
        clearStaleLocks(path.resolve(SpoolFiles.METADATA));
      }
    } catch (IOException e) {
      throw new SpoolException("spool " + path + ": cannot be recovered: " + e, e);
    }
  }

  /// What a first start left is taken away when it failed.
  void removeDebris() {
    if (fresh && SpoolFiles.segments(directory.path()).length == 0) {
      SpareSegment.discard(directory.path(), segment + 1);
      SpoolFiles.delete(directory.path().resolve(SpoolFiles.METADATA));
      SpoolFiles.delete(directory.path().resolve(SpoolFiles.SEQ_MARK));
      SpoolFiles.delete(directory.path().resolve(SpoolFiles.FORMAT));
    }
    if (mark != null) {
      mark.close();
    }
  }

  private void clearStaleLocks(Path metadata) throws IOException {
    if (!hasHead(metadata, TABLE_NAME)) {
      // Chronicle would try for ten seconds.
      makeTableAnew(new SpoolException("its head is damaged"));
      return;
    }
    try {
      ChronicleStore.clearStaleLocks(metadata);
    } catch (RuntimeException | Error e) {
      makeTableAnew(e);
    }
  }

  /// Empties Chronicle's table: locks and a listing, all of which Chronicle finds out again.
  private void makeTableAnew(Throwable why) throws IOException {
    Path metadata = directory.path().resolve(SpoolFiles.METADATA);
    try (FileChannel channel = FileChannel.open(metadata, StandardOpenOption.WRITE)) {
      writeFully(channel, ByteBuffer.allocate(SpoolFiles.METADATA_BYTES), 0);
    }
    tableIsNew = true;
    if (why != null) {
      damages.add(
          new SpoolDamage(
              metadata,
              0,
              "Chronicle Queue's table cannot be read and was made anew: " + firstLine(why)));
    }
  }

  /// Takes the newest segment and the table out of Chronicle's way, which could not open them.
  void giveWay(Throwable why) {
    try {
      if (frames > 0 && Files.exists(pathOf(directory.path(), segment))) {
        setAside(segment, "Chronicle Queue cannot open it: " + firstLine(why));
      } else {
        makeTableAnew(why);
      }
      offset = Long.MAX_VALUE;
    } catch (IOException e) {
      throw new SpoolException("spool " + directory.path() + ": cannot be recovered: " + e, e);
    }
  }

  /// Chronicle's messages have dumps in them.
  private static String firstLine(Throwable why) {
    return why.toString().lines().findFirst().orElse("");
  }

  private void setAside(int number, String what) throws IOException {
    setAside(number, 0, what);
  }

  private void setAside(int number, long events, String what) throws IOException {
    Path aside = asidePathOf(directory.path(), number);
    Files.move(pathOf(directory.path(), number), aside, StandardCopyOption.ATOMIC_MOVE);
    makeTableAnew(null);
    damages.add(new SpoolDamage(aside, events, what));
  }

  /// Whether the file begins as Chronicle's files of a kind do.
  private static boolean hasHead(Path file, String name) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer head = ByteBuffer.allocate(HEAD_NAME_WITHIN);
      channel.read(head, 0);
      int header = intAt(channel, 0);
      return (header & NOT_COMPLETE) == 0
          && (header & METADATA) != 0
          && (header & LENGTH_MASK) < HEAD_ROOM
          && new String(head.array(), StandardCharsets.ISO_8859_1).contains(name);
    }
  }

  /// Looks where the sequence really ended, and what is missing up to there.
  private void finishSeq() throws IOException {
    long found = lastSeq;
    long position = 0;
    boolean sameBoot = mark.bootIdHigh() == lastBootIdHigh && mark.bootIdLow() == lastBootIdLow;
    if (sameBoot) {
      lastSeq = Math.max(lastSeq, mark.seq());
    } else if (mark.seq() > 0 && (found == 0 || mark.receiveTimeNs() > lastTimeNs)) {
      // Noted with every frame: what it counted is gone altogether. One that is older belongs to
      // the boot before, when the machine lost power.
      found = 0;
      lastSeq = mark.seq();
      lastBootIdHigh = mark.bootIdHigh();
      lastBootIdLow = mark.bootIdLow();
      lastTimeNs = mark.receiveTimeNs();
    }
    try (DirectoryStream<Path> cursors =
        Files.newDirectoryStream(directory.path(), SpoolFiles.CURSOR_PREFIX + "*")) {
      for (Path file : cursors) {
        CursorFile.Saved saved = CursorFile.read(file);
        if (found == 0 && mark.seq() == 0 && saved.position() > position) {
          // Neither a frame nor the mark: the sink that is farthest knows the newest boot.
          position = saved.position();
          lastSeq = saved.seq();
          lastBootIdHigh = saved.bootIdHigh();
          lastBootIdLow = saved.bootIdLow();
        }
        if (saved.bootIdHigh() == lastBootIdHigh && saved.bootIdLow() == lastBootIdLow) {
          lastSeq = Math.max(lastSeq, saved.seq());
        }
      }
    }
    if (lastSeq > found) {
      tellMissing(found);
    }
    mark.note(lastSeq, lastBootIdHigh, lastBootIdLow, lastTimeNs);
  }

  /// Makes room for Chronicle's table; whether there is one.
  private boolean reserveMetadata() throws IOException {
    Path metadata = directory.path().resolve(SpoolFiles.METADATA);
    int result = FileSpace.reserve(metadata.toString(), SpoolFiles.METADATA_BYTES);
    if (result != 0) {
      throw noRoom(metadata, SpoolFiles.METADATA_BYTES, -result);
    }
    try (FileChannel channel =
        FileChannel.open(metadata, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      int header = intAt(channel, 0);
      if ((header & NOT_COMPLETE) != 0) {
        writeFully(channel, ByteBuffer.allocate(SpoolFiles.METADATA_BYTES), 0);
        return false;
      }
      return header != 0;
    }
  }

  private int[] undoTornRoll(int[] segments) throws IOException {
    int count = segments.length;
    while (count > 0) {
      Path newest = pathOf(directory.path(), segments[count - 1]);
      if (Files.notExists(newest) || hasFrame(newest)) {
        break;
      }
      try (FileChannel channel =
          FileChannel.open(newest, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        int header = intAt(channel, 0);
        if (header != 0 && (header & NOT_COMPLETE) == 0) {
          break;
        }
        spare.zeroFrom(channel, 0);
        channel.truncate(settings.segmentSizeBytes());
      }
      Files.move(
          newest,
          sparePathOf(directory.path(), segments[count - 1]),
          StandardCopyOption.REPLACE_EXISTING);
      count--;
    }
    return count == segments.length ? segments : java.util.Arrays.copyOf(segments, count);
  }

  private static boolean hasFrame(Path file) throws IOException {
    try (FrameWalker walker = new FrameWalker()) {
      walker.open(new SegmentMap(file));
      return walker.next();
    }
  }

  private void begin() throws IOException {
    // Past every cursor, so that none of them seems to have had what comes.
    segment = 1;
    try (DirectoryStream<Path> cursors =
        Files.newDirectoryStream(directory.path(), SpoolFiles.CURSOR_PREFIX + "*")) {
      for (Path file : cursors) {
        int acknowledged = SpoolPosition.segment(CursorFile.read(file).position());
        segment = Math.max(segment, acknowledged + 1);
      }
    }
    // No segment yet: the one before the first is full.
    segment--;
    offset = Long.MAX_VALUE;
    Path file = sparePathOf(directory.path(), segment + 1);
    int result = spare.prepare(file);
    if (result != 0) {
      throw noRoom(file, settings.segmentSizeBytes(), -result);
    }
    spareReady = true;
  }

  private void resume(int[] segments) throws IOException {
    segment = segments[segments.length - 1];
    try (FrameWalker walker = new FrameWalker()) {
      long ordinal = 0;
      boolean exact = true;
      for (int i = 0; i < segments.length; i++) {
        table.add(segments[i], ordinal, exact);
        Path file = pathOf(directory.path(), segments[i]);
        if (Files.exists(file) && !hasHead(file, SEGMENT_NAME)) {
          setAside(segments[i], "its head is damaged");
        }
        if (i + 1 < segments.length) {
          long count = countBySeq(walker, segments[i], segments[i + 1]);
          exact = count < 0;
          ordinal += exact ? countByWalk(walker, segments[i]) : count;
        }
      }
      walkNewest(walker);
      for (int i = segments.length - 2; i >= 0 && lastSeq == 0; i--) {
        open(walker, segments[i]);
        rememberLastFrame(walker);
      }
    }
    int result = spare.prepare(sparePathOf(directory.path(), segment + 1));
    spareReady = result == 0;
    if (result == -Errno.EOPNOTSUPP) {
      throw noRoom(
          sparePathOf(directory.path(), segment + 1),
          settings.segmentSizeBytes(),
          Errno.EOPNOTSUPP);
    }
  }

  private void open(FrameWalker walker, int number) throws IOException {
    walker.open(new SegmentMap(SpoolFiles.segment(directory.path(), number)));
  }

  /// Frames of a segment as the next one's first frame tells; -1: it cannot be told.
  private long countBySeq(FrameWalker walker, int number, int nextNumber) throws IOException {
    FrameFlyweight frame = new FrameFlyweight();
    open(walker, number);
    if (!walker.next() || !walker.isWhole()) {
      return -1;
    }
    frame.wrap(walker.frameAddress(), walker.frameLength());
    long seq = frame.seq();
    long bootIdHigh = frame.bootIdHigh();
    long bootIdLow = frame.bootIdLow();
    open(walker, nextNumber);
    if (!walker.next() || !walker.isWhole()) {
      return -1;
    }
    frame.wrap(walker.frameAddress(), walker.frameLength());
    long count = frame.seq() - seq;
    boolean sameBoot = frame.bootIdHigh() == bootIdHigh && frame.bootIdLow() == bootIdLow;
    return sameBoot && count > 0 && count <= MAX_FRAMES ? count : -1;
  }

  private long countByWalk(FrameWalker walker, int number) throws IOException {
    open(walker, number);
    while (walker.next()) {
      // Only counted.
    }
    return walker.frames();
  }

  private void rememberLastFrame(FrameWalker walker) {
    FrameFlyweight frame = new FrameFlyweight();
    while (walker.next()) {
      if (walker.isWhole()) {
        frame.wrap(walker.frameAddress(), walker.frameLength());
        lastSeq = frame.seq();
        lastBootIdHigh = frame.bootIdHigh();
        lastBootIdLow = frame.bootIdLow();
        lastTimeNs = frame.receiveTimeNs();
        damagedAtEnd = 0;
      } else {
        damagedAtEnd++;
      }
    }
  }

  private void walkNewest(FrameWalker walker) throws IOException {
    Path file = SpoolFiles.segment(directory.path(), segment);
    if (file.equals(asidePathOf(directory.path(), segment))) {
      open(walker, segment);
      rememberLastFrame(walker);
      frames = walker.frames();
      offset = Long.MAX_VALUE;
      return;
    }
    boolean hasBlocks = FileSpace.reserve(file.toString(), settings.segmentSizeBytes()) == 0;
    open(walker, segment);
    rememberLastFrame(walker);
    frames = walker.frames();
    messages = walker.messages();
    offset = walker.offset();
    if (walker.damages() > 0) {
      // Chronicle would look for the end message by message.
      setAside(segment, "it is damaged at " + walker.damages() + " places between its frames");
      offset = Long.MAX_VALUE;
      return;
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      int header =
          offset + MESSAGE_HEADER_LENGTH > channel.size() ? END_OF_SEGMENT : intAt(channel, offset);
      // Made under another spool.segment_size: what lies behind its end is not looked at.
      boolean otherSize =
          channel.size() > settings.segmentSizeBytes() + 2L * settings.blockSizeBytes();
      if (header == END_OF_SEGMENT || !hasBlocks) {
        offset = Long.MAX_VALUE;
      } else if ((header & NOT_COMPLETE) != 0 && !otherSize) {
        spare.zeroFrom(channel, offset);
      } else if (header != 0 || otherSize || !spare.isZeroFrom(channel, offset)) {
        ByteBuffer end = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        writeFully(channel, end.putInt(0, END_OF_SEGMENT), offset);
        offset = Long.MAX_VALUE;
      }
    }
  }

  /// Spares for any other segment than the next are leftovers.
  private void discardOtherSpares() throws IOException {
    Path next = sparePathOf(directory.path(), segment + 1);
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory.path(), "*" + SPARE_SUFFIX)) {
      for (Path file : files) {
        if (!file.equals(next)) {
          SpoolFiles.delete(file);
        }
      }
    }
  }

  private void tellMissing(long found) throws IOException {
    String what = "events up to seq " + lastSeq + " were accepted, the last found is " + found;
    // Damaged frames at the end are told by who reads them.
    long events = Math.max(0, lastSeq - found - damagedAtEnd);
    if (Files.exists(pathOf(directory.path(), segment))) {
      setAside(segment, events, what);
      offset = Long.MAX_VALUE;
    } else {
      damages.add(new SpoolDamage(SpoolFiles.segment(directory.path(), segment), events, what));
    }
  }

  private SpoolException noRoom(Path file, long bytes, int errno) {
    if (errno == Errno.EOPNOTSUPP) {
      return new SpoolException(
          "spool %s: the file system (%s) cannot allocate room ahead: fallocate failed with errno 95 (%s); put spool.dir on XFS, ext4 or tmpfs"
              .formatted(directory.path(), directory.fileStore().type(), Errno.text(errno)));
    }
    return new SpoolException(
        "spool %s: cannot reserve %d bytes for %s: fallocate failed with errno %d (%s); a first start needs %d bytes free and %d are; free room, or change spool.dir"
            .formatted(
                directory.path(),
                bytes,
                file.getFileName(),
                errno,
                Errno.text(errno),
                SpoolFiles.METADATA_BYTES + settings.segmentSizeBytes() + 64L * 1024,
                directory.usableBytes()));
  }

  private static int intAt(FileChannel channel, long at) throws IOException {
    ByteBuffer four = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    return channel.read(four, at) == 4 ? four.getInt(0) : 0;
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes, long at)
      throws IOException {
    long to = at;
    while (bytes.hasRemaining()) {
      to += channel.write(bytes, to);
    }
  }

  Path directory() {
    return directory.path();
  }

  SegmentTable table() {
    return table;
  }

  /// The segment to go on in.
  int segment() {
    return segment;
  }

  /// Frames in it.
  int frames() {
    return frames;
  }

  /// Messages in it.
  int messages() {
    return messages;
  }

  /// Where in it the next message goes; past every size when it is full.
  long offset() {
    return offset;
  }

  /// What was found damaged.
  List<SpoolDamage> damages() {
    return damages;
  }

  /// How far the process before took the kernel's events.
  SpoolTaken taken() {
    return taken;
  }

  SeqMark mark() {
    return mark;
  }

  boolean isSpareReady() {
    return spareReady;
  }

  long lastSeq() {
    return lastSeq;
  }

  long lastBootIdHigh() {
    return lastBootIdHigh;
  }

  long lastBootIdLow() {
    return lastBootIdLow;
  }
}
