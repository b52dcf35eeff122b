package io.coreaudit.spool;

import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Looks at a spool from outside: reads its files without the lock and changes nothing, also while
/// an agent writes. What is written meanwhile may or may not be seen.
public final class SpoolInspector {
  private final Path directory;

  /// Takes what `cat` finds.
  @FunctionalInterface
  public interface FrameVisitor {
    /// Called for each whole frame; valid during the call.
    ///
    /// @return false to end
    boolean onFrame(FrameFlyweight frame);
  }

  /// Takes what `catBack` finds.
  public interface SegmentVisitor extends FrameVisitor {
    /// Called behind the last frame of each segment.
    ///
    /// @return whether the segment before it is wanted
    boolean onSegmentEnd();
  }

  /// What was found.
  ///
  /// @param segments segments there are
  /// @param bytes what all files take on disk as far as their length tells
  /// @param frames whole frames
  /// @param corruptFrames frames that fail the check
  /// @param unfinishedFrames series of parts without an end; never accepted
  /// @param missingFrames sequence numbers that should be there and are not
  /// @param firstSeq sequence number of the first whole frame, 0: none
  /// @param lastSeq sequence number of the last whole frame, 0: none
  /// @param cursors how far the sinks are
  public record Findings(
      int segments,
      long bytes,
      long frames,
      long corruptFrames,
      long unfinishedFrames,
      long missingFrames,
      long firstSeq,
      long lastSeq,
      List<Cursor> cursors) {
    /// Copies the list.
    public Findings {
      cursors = List.copyOf(cursors);
    }

    /// Whether nothing that was accepted is damaged or missing.
    public boolean isSound() {
      return corruptFrames == 0 && missingFrames == 0;
    }
  }

  /// The cursor of a sink, as written to disk.
  ///
  /// @param name the sink
  /// @param seq sequence number of the last event acknowledged, 0: none yet
  /// @param lagEvents whole frames behind the cursor
  public record Cursor(String name, long seq, long lagEvents) {}

  /// An inspector of a directory.
  ///
  /// @throws NewerSpoolException when only a newer program can read it
  /// @throws SpoolException when it is not a spool
  public static SpoolInspector of(Path directory) {
    if (!Files.isRegularFile(directory.resolve(SpoolFiles.METADATA))) {
      throw new SpoolException(
          "spool %s: there is no spool (no %s)".formatted(directory, SpoolFiles.METADATA));
    }
    SpoolFormat.check(directory);
    return new SpoolInspector(directory);
  }

  private SpoolInspector(Path directory) {
    this.directory = directory;
  }

  /// Hands every whole frame out, oldest first.
  public void cat(FrameVisitor visitor) {
    new Walk(problem -> {}, visitor).run();
  }

  /// Hands whole frames out, the newest segment first, each from its beginning, until enough were
  /// seen.
  ///
  /// @return whether the visitor said that it was enough; false: there is no older segment
  public boolean catBack(SegmentVisitor visitor) {
    int[] segments = SpoolFiles.segments(directory);
    FrameFlyweight frame = new FrameFlyweight();
    try (FrameWalker walker = new FrameWalker()) {
      for (int i = segments.length - 1; i >= 0; i--) {
        try {
          walker.open(new SegmentMap(SpoolFiles.segment(directory, segments[i])));
        } catch (NoSuchFileException e) {
          return false; // deleted since it was listed, and those before it too
        }
        while (walker.next()) {
          if (walker.isWhole()
              && !visitor.onFrame(frame.wrap(walker.frameAddress(), walker.frameLength()))) {
            return true;
          }
        }
        if (!visitor.onSegmentEnd()) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new SpoolException("spool " + directory + ": cannot be read: " + e, e);
    }
  }

  /// Walks and checks everything.
  ///
  /// @param problem told one sentence for each thing that is wrong
  public Findings verify(Consumer<String> problem) {
    return verify(problem, frame -> true);
  }

  /// Does the same, and hands every whole frame out.
  public Findings verify(Consumer<String> problem, FrameVisitor visitor) {
    return new Walk(problem, visitor).run();
  }

  private final class Walk {
    private final Consumer<String> problem;
    private final FrameVisitor visitor;
    private final List<Path> cursorFiles = new ArrayList<>();
    private final List<CursorFile.Saved> saved = new ArrayList<>();
    private final FrameFlyweight frame = new FrameFlyweight();
    private long[] lags = {};
    private long frames;
    private long corrupt;
    private long unfinished;
    private long missing;
    private long firstSeq;
    private long lastSeq;
    private long bootIdHigh;
    private long bootIdLow;
    private long corruptSinceLast;

    private Walk(Consumer<String> problem, FrameVisitor visitor) {
      this.problem = problem;
      this.visitor = visitor;
    }

    private Findings run() {
      int[] segments = SpoolFiles.segments(directory);
      int deleted = 0;
      try (FrameWalker walker = new FrameWalker()) {
        readCursors();
        for (int i = 0; i < segments.length; i++) {
          if (i > 0 && segments[i] != segments[i - 1] + 1) {
            problem.accept(
                "segments between %s and %s are missing"
                    .formatted(
                        SegmentDescriptor.nameOf(segments[i - 1]),
                        SegmentDescriptor.nameOf(segments[i])));
          }
          try {
            walker.open(new SegmentMap(SpoolFiles.segment(directory, segments[i])));
          } catch (NoSuchFileException e) {
            deleted++; // by the agent, since it was listed
            continue;
          }
          if (!walk(walker, segments[i], i + 1 == segments.length)) {
            break;
          }
        }
        unfinished = walker.unfinishedSeries();
        return new Findings(
            segments.length - deleted,
            bytes(),
            frames,
            corrupt,
            unfinished,
            missing,
            firstSeq,
            lastSeq,
            cursors());
      } catch (IOException e) {
        throw new SpoolException("spool " + directory + ": cannot be read: " + e, e);
      }
    }

    private boolean walk(FrameWalker walker, int segment, boolean newest) {
      while (walker.next()) {
        if (!walker.isWhole()) {
          corrupt++;
          corruptSinceLast++;
          problem.accept(
              "segment %s: frame %d, in what ends at byte %d, is damaged"
                  .formatted(SegmentDescriptor.nameOf(segment), walker.frames(), walker.offset()));
          continue;
        }
        frame.wrap(walker.frameAddress(), walker.frameLength());
        frames++;
        countLag(SpoolPosition.of(segment, walker.frames()));
        checkSeq(segment, walker);
        if (!visitor.onFrame(frame)) {
          return false;
        }
      }
      if (walker.isDamaged() && !newest) {
        corrupt++;
        problem.accept(
            "segment %s: is damaged at byte %d; what follows in it cannot be read"
                .formatted(SegmentDescriptor.nameOf(segment), walker.offset()));
      }
      return true;
    }

    private void checkSeq(int segment, FrameWalker walker) {
      boolean sameBoot = frame.bootIdHigh() == bootIdHigh && frame.bootIdLow() == bootIdLow;
      if (sameBoot && frame.seq() != lastSeq + 1 + corruptSinceLast) {
        missing += Math.max(1, frame.seq() - lastSeq - 1 - corruptSinceLast);
        problem.accept(
            "segment %s: frame %d has seq %d after seq %d"
                .formatted(
                    SegmentDescriptor.nameOf(segment), walker.frames(), frame.seq(), lastSeq));
      }
      corruptSinceLast = 0;
      if (firstSeq == 0) {
        firstSeq = frame.seq();
      }
      lastSeq = frame.seq();
      bootIdHigh = frame.bootIdHigh();
      bootIdLow = frame.bootIdLow();
    }

    private void readCursors() throws IOException {
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(directory, SpoolFiles.CURSOR_PREFIX + "*")) {
        for (Path file : files) {
          cursorFiles.add(file);
          saved.add(CursorFile.read(file));
        }
      }
      lags = new long[saved.size()];
    }

    private void countLag(long position) {
      for (int i = 0; i < lags.length; i++) {
        if (position > saved.get(i).position()) {
          lags[i]++;
        }
      }
    }

    private List<Cursor> cursors() {
      List<Cursor> cursors = new ArrayList<>();
      for (int i = 0; i < lags.length; i++) {
        String file = cursorFiles.get(i).getFileName().toString();
        String name = file.substring(SpoolFiles.CURSOR_PREFIX.length());
        cursors.add(new Cursor(name, saved.get(i).seq(), lags[i]));
      }
      return cursors;
    }

    private long bytes() throws IOException {
      long sum = 0;
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          try {
            sum += Files.size(file);
          } catch (NoSuchFileException e) {
            continue; // deleted since it was listed
          }
        }
      }
      return sum;
    }
  }
}
