package io.coreaudit.forward;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;

import io.coreaudit.forward.SinkState.Phase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/// A file that grows to a size, then becomes `path.1`, and `path.1` becomes `path.2`, and so on.
///
/// - Events stand in it whole. A write that fails half-way (a full disk) is cut off again and tried
///   a second later; the end of a line that a killed process left is cut off at the next start, for
///   its event comes again. What was never a line of ours is not cut: the file is refused.
/// - Written counts as received (at most once past write(2)). The file is forced to the disk when
///   it is rotated and closed only: on a master the disk belongs to etcd, whose own forcing waits
///   for ours.
/// - Made with mode 0600. An existing file is taken when it is a plain file of ours that nobody
///   else may write; a symbolic link is refused, for whoever made it would choose where root
///   writes.
/// - Moved or deleted by somebody (logrotate), it is made again with the next batch.
final class FileSink extends Sink {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final int SLICE_BYTES = 64 << 10;
  private static final long RETRY_NS = 1_000_000_000;
  private static final int TAIL_BYTES = 64 << 10;

  /// How a line of any format begins.
  private static final String[] BEGINNINGS = {"{\"@timestamp\"", "type=", "node="};

  private static final int LONGEST_BEGINNING = 13;

  private final SinkSettings.File settings;
  private final Path path;
  private FileChannel channel;
  private Object fileKey;
  private long sizeBytes;
  private long retryNs;
  private boolean waiting;
  private boolean unforced;

  FileSink(SinkSettings.File settings) {
    super(new SinkHistory("not opened yet"), new Poison());
    this.settings = settings;
    this.path = settings.path();
  }

  @Override
  Readiness poll() {
    if (waiting && System.nanoTime() - retryNs < 0) {
      return Readiness.BUSY;
    }
    try {
      if (channel == null) {
        open();
      }
    } catch (IOException e) {
      failed(e);
      return Readiness.BUSY;
    }
    return Readiness.READY;
  }

  @Override
  long dueNs() {
    return retryNs - System.nanoTime();
  }

  @Override
  boolean offer(Batch batch) {
    try {
      if (movedAway()) {
        closeFile();
        open();
      }
      if (sizeBytes > 0 && sizeBytes + batch.lengthBytes() > settings.maxSizeBytes()) {
        rotate();
      }
      write(batch);
    } catch (IOException e) {
      failed(e);
      return false;
    }
    waiting = false;
    history.to(Phase.DELIVERING, "writing to " + path);
    return true;
  }

  private void write(Batch batch) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(batch.array(), 0, batch.lengthBytes());
    try {
      while (bytes.limit() < batch.lengthBytes() || bytes.hasRemaining()) {
        bytes.limit(Math.min(bytes.position() + SLICE_BYTES, batch.lengthBytes()));
        channel.write(bytes);
        bytes.limit(batch.lengthBytes());
      }
    } catch (IOException e) {
      cutBack(e);
      throw e;
    }
    sizeBytes += batch.lengthBytes();
    unforced = true;
    acknowledged.add(batch);
  }

  /// Takes back the part of a batch that was written. If not even that can be done, the file is
  /// opened anew, which cuts off the torn line at least.
  private void cutBack(IOException cause) throws IOException {
    try {
      channel.truncate(sizeBytes);
    } catch (IOException e) {
      cause.addSuppressed(e);
      closeFile();
    }
  }

  private void open() throws IOException {
    PosixFileAttributes before = attributes();
    if (before != null) {
      check(before);
    }
    FileChannel opening =
        FileChannel.open(
            path,
            Set.of(CREATE, APPEND, NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    try {
      PosixFileAttributes now = attributes();
      if (now == null) {
        throw new IOException("was removed as it was opened");
      }
      check(now);
      if (before != null && !Objects.equals(before.fileKey(), now.fileKey())) {
        throw new IOException("was exchanged as it was opened");
      }
      fileKey = now.fileKey();
      sizeBytes = opening.size();
      long whole = endOfLastLine();
      if (whole < sizeBytes) {
        checkTorn(whole);
        opening.truncate(whole);
        sizeBytes = whole;
      }
    } catch (IOException e) {
      opening.close();
      throw e;
    }
    channel = opening;
    history.opened();
  }

  private PosixFileAttributes attributes() throws IOException {
    try {
      return Files.readAttributes(path, PosixFileAttributes.class, NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private void check(PosixFileAttributes file) throws IOException {
    if (file.isSymbolicLink()) {
      throw new IOException("is a symbolic link; name its target, or remove it");
    }
    if (!file.isRegularFile()) {
      throw new IOException("is not a plain file");
    }
    if (!file.owner().equals(Files.getOwner(Path.of("/proc/self")))) {
      throw new IOException(
          "belongs to " + file.owner().getName() + ", not to this process's user");
    }
    if (file.permissions().contains(PosixFilePermission.GROUP_WRITE)
        || file.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(
          "may be written by others (mode "
              + PosixFilePermissions.toString(file.permissions())
              + "); chmod go-w it");
    }
  }

  /// Where the last line that has its end ends.
  private long endOfLastLine() throws IOException {
    try (FileChannel file = FileChannel.open(path, READ, NOFOLLOW_LINKS)) {
      ByteBuffer tail = ByteBuffer.allocate(TAIL_BYTES);
      for (long end = file.size(); end > 0; end = Math.max(0, end - TAIL_BYTES)) {
        long start = Math.max(0, end - TAIL_BYTES);
        tail.clear().limit((int) (end - start));
        while (tail.hasRemaining() && file.read(tail, start + tail.position()) > 0) {
          continue; // a short read
        }
        for (int i = tail.position() - 1; i >= 0; i--) {
          if (tail.get(i) == '\n') {
            return start + i + 1;
          }
        }
      }
      return 0;
    }
  }

  /// Refuses a file whose torn end is not the beginning of an event: a slip in `path` must not cost
  /// somebody else's file its last line, which may be all it has.
  private void checkTorn(long start) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(LONGEST_BEGINNING);
    try (FileChannel file = FileChannel.open(path, READ, NOFOLLOW_LINKS)) {
      while (head.hasRemaining() && file.read(head, start + head.position()) > 0) {
        continue; // a short read
      }
    }
    String torn = new String(head.array(), 0, head.position(), StandardCharsets.ISO_8859_1);
    for (String beginning : BEGINNINGS) {
      if (torn.startsWith(beginning) || beginning.startsWith(torn)) {
        return;
      }
    }
    throw new IOException(
        "is no log of the agent's: its last line is not an event and has no end; choose another"
            + " path, or end that line");
  }

  private boolean movedAway() throws IOException {
    PosixFileAttributes now = attributes();
    if (now == null || !Objects.equals(now.fileKey(), fileKey)) {
      return true;
    }
    sizeBytes = now.size(); // somebody may have emptied it (copytruncate)
    return false;
  }

  private void rotate() throws IOException {
    closeFile();
    if (settings.keepFiles() == 0) {
      Files.deleteIfExists(path);
    }
    for (int i = settings.keepFiles() - 1; i >= 0; i--) {
      Path from = i == 0 ? path : numbered(i);
      if (Files.exists(from, NOFOLLOW_LINKS)) {
        Files.move(from, numbered(i + 1), REPLACE_EXISTING);
      }
    }
    open();
  }

  private Path numbered(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  private void closeFile() throws IOException {
    if (channel == null) {
      return;
    }
    FileChannel closing = channel;
    try {
      if (unforced) {
        unforced = false;
        closing.force(false);
      }
    } finally {
      channel = null;
      closing.close();
    }
  }

  private void failed(IOException e) {
    waiting = true;
    retryNs = System.nanoTime() + RETRY_NS;
    history.failed(FileFailure.sentence(e, path));
  }

  @Override
  void finish(long timeoutNs) {
    try {
      closeFile();
      history.stopped("closed");
    } catch (IOException e) {
      failed(e);
    }
  }

  @Override
  public void close() {
    finish(0);
  }
}
