package io.coreaudit.intake;

import static io.coreaudit.kernel.LinuxConstants.O_CLOEXEC;
import static io.coreaudit.kernel.LinuxConstants.O_NONBLOCK;
import static io.coreaudit.kernel.LinuxConstants.O_RDONLY;
import static io.coreaudit.kernel.LinuxConstants.POLLIN;

import io.coreaudit.kernel.Errno;
import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.kernel.Poll;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.TextLine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Records as lines of text: auditd's plugin protocol on standard input, a pipe, or log files.
///
/// A line longer than 64 KiB is skipped and counted. The input waits for the spool; nothing is
/// dropped for want of space.
public final class LineInput implements Input {
  /// A line longer than this is skipped: eight times the kernel's longest record.
  static final int LONGEST_LINE = 64 << 10;

  /// A socket pair of auditd's holds some 280 records.
  private static final int GATHERED_LINES = 128;

  private static final int BUFFER_LENGTH = 1 << 20;
  private static final int READS_A_TURN = 64;
  private static final String CHECK_FILES = "check input.files";

  private final List<Path> files;
  private final String description;
  private final Pages buffer = Pages.allocate(BUFFER_LENGTH);
  private final TextLine line = new TextLine();
  private final Poll readable = new Poll(1);
  private int nextFile;
  private int fd;
  private int filled;
  private boolean skipping;
  private boolean ended;

  private LineInput(int fd, List<Path> files, String description) {
    this.fd = fd;
    this.files = files;
    this.description = description;
    readable.add(fd, POLLIN);
  }

  /// Reads lines from an open descriptor until its end.
  public static LineInput of(int fd, String description) {
    return new LineInput(fd, List.of(), description);
  }

  /// Reads files, one after another. One that cannot be read ends the start.
  public static LineInput of(List<Path> files) {
    files.forEach(LineInput::refuseUnreadable);
    LineInput input = new LineInput(-1, List.copyOf(files), "file, " + files.size() + " files");
    input.ended = !input.openNext();
    return input;
  }

  /// A named pipe is not opened before its turn: who writes it would see its reader come and go.
  private static void refuseUnreadable(Path file) {
    if (Files.isDirectory(file)) {
      throw new KernelException("open " + file, Errno.EISDIR, CHECK_FILES);
    }
    if (Files.notExists(file)) {
      throw new KernelException("open " + file, Errno.ENOENT, CHECK_FILES);
    }
    if (!Files.isReadable(file)) {
      throw new KernelException("open " + file, Errno.EACCES, CHECK_FILES);
    }
  }

  private boolean openNext() {
    if (fd >= 0) {
      LibC.close(fd);
      fd = -1;
    }
    if (nextFile >= files.size()) {
      return false;
    }
    Path file = files.get(nextFile++);
    // Not waiting: a named pipe that nobody writes yet must not hold up the start, or a stop.
    int opened = LibC.open(file.toString(), O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
    if (opened < 0) {
      throw new KernelException("open " + file, -opened, CHECK_FILES);
    }
    fd = opened;
    return true;
  }

  @Override
  public int fd() {
    return fd;
  }

  @Override
  public int drain(Intake intake) {
    int lines = 0;
    for (int turn = 0; turn < READS_A_TURN && !ended; turn++) {
      // A pipe that is silent now must not hold the thread: there are time-outs, and a stop.
      readable.change(0, fd, POLLIN);
      if (readable.await(0) == 0) {
        break;
      }
      long read = LibC.read(fd, buffer.address() + filled, BUFFER_LENGTH - filled);
      if (read == -Errno.EAGAIN || read == -Errno.EINTR) {
        break;
      }
      if (read < 0) {
        String what = files.isEmpty() ? description : "file " + files.get(nextFile - 1);
        throw new KernelException("read", (int) -read, what);
      }
      if (read == 0) {
        lines += endOfFile(intake);
        continue;
      }
      filled += (int) read;
      lines += takeLines(intake);
      if (filled == BUFFER_LENGTH || filled > LONGEST_LINE) {
        skipLine(intake);
      }
    }
    return lines;
  }

  private int takeLines(Intake intake) {
    long start = buffer.address();
    long end = start + filled;
    int lines = 0;
    for (long at = start; at < end; at++) {
      if (Memory.byteAt(at) == '\n') {
        take(intake, start, (int) (at - start));
        start = at + 1;
        lines++;
      }
    }
    int rest = (int) (end - start);
    if (rest > 0 && lines > 0) {
      Memory.copy(start, buffer.address(), rest);
    }
    filled = rest;
    return lines;
  }

  private void take(Intake intake, long address, int length) {
    if (skipping) {
      skipping = false;
      return;
    }
    intake.count(IntakeCounter.MESSAGES);
    if (length > LONGEST_LINE) {
      intake.count(IntakeCounter.TRUNCATED);
      return;
    }
    switch (line.split(address, length)) {
      case RECORD ->
          intake.record(
              line.type(),
              line.prefixAddress(),
              line.prefixLength(),
              line.textAddress(),
              line.textLength());
      case BLANK -> intake.count(IntakeCounter.BLANK);
      case NO_STAMP, NO_FIELD -> intake.count(IntakeCounter.MALFORMED);
    }
  }

  /// Forgets the line that began and has no end yet: it is too long already.
  private void skipLine(Intake intake) {
    if (!skipping) {
      skipping = true;
      intake.count(IntakeCounter.MESSAGES);
      intake.count(IntakeCounter.TRUNCATED);
    }
    filled = 0;
  }

  private int endOfFile(Intake intake) {
    int lines = filled > 0 ? 1 : 0;
    if (lines > 0) {
      take(intake, buffer.address(), filled);
    }
    filled = 0;
    skipping = false;
    ended = !openNext();
    return lines;
  }

  @Override
  public long unreadBytes() {
    return 0;
  }

  @Override
  public boolean leavesOutEnds() {
    return false;
  }

  @Override
  public void takeEnds() {
    // What is in the lines comes.
  }

  @Override
  public boolean ended() {
    return ended;
  }

  @Override
  public int mostGathered() {
    return GATHERED_LINES;
  }

  @Override
  public boolean patient() {
    return true;
  }

  @Override
  public String describe() {
    return description;
  }

  @Override
  public void close() {
    if (!files.isEmpty() && fd >= 0) {
      LibC.close(fd);
    }
    readable.close();
    buffer.close();
  }
}
