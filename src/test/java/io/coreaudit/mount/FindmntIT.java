package io.coreaudit.mount;

import static io.coreaudit.kernel.MountConstants.MS_BIND;
import static io.coreaudit.kernel.MountConstants.MS_RDONLY;
import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.FullRun;
import java.io.BufferedReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The follower beside the real `findmnt --poll`, over the same history of real mounts.
///
/// findmnt takes source and target for a mount's identity; the history keeps them apart.
final class FindmntIT {
  private static final Pattern LINE =
      Pattern.compile(
          "ACTION=\"(.*?)\" TARGET=\"(.*?)\" OLD-TARGET=\"(.*?)\" SOURCE=\"(.*?)(?:\\[.*\\])?\"");

  /// findmnt on the whole table; what it prints of the scratch directory is kept.
  private static final class Findmnt implements AutoCloseable {
    private final Process process;
    private final Thread reader;
    private final List<String> told = new ArrayList<>();

    Findmnt(ScratchMounts scratch) throws Exception {
      process =
          new ProcessBuilder("findmnt", "--poll", "-P", "-o", "ACTION,TARGET,OLD-TARGET,SOURCE")
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BufferedReader lines = process.inputReader();
      reader =
          new Thread(
              () ->
                  lines
                      .lines()
                      .map(LINE::matcher)
                      .filter(Matcher::find)
                      .filter(line -> scratch.below(line.group(2)))
                      .forEach(this::add));
      reader.start();
    }

    private synchronized void add(Matcher line) {
      // findmnt gives the old target of an umount too; it is the target.
      String old = line.group(1).equals("move") ? line.group(3) : "";
      told.add(String.join(" ", line.group(1), line.group(2), old, line.group(4)));
    }

    synchronized List<String> take() {
      List<String> taken = List.copyOf(told);
      told.clear();
      return taken;
    }

    synchronized int toldCount() {
      return told.size();
    }

    @Override
    public void close() {
      process.destroy();
      try {
        process.waitFor();
        reader.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /// Random mounts, binds, moves, remounts and umounts; each changes something that shows.
  private static final class History {
    private final Random random = new Random(7);
    private final ScratchMounts scratch;
    private final List<String> mounted = new ArrayList<>();
    private int serial;

    History(ScratchMounts scratch) {
      this.scratch = scratch;
    }

    private String fresh() {
      return scratch.directory("m" + ++serial);
    }

    private String any() {
      return mounted.get(random.nextInt(mounted.size()));
    }

    private boolean isReadOnly(String at) {
      return scratch.mountinfo().stream()
          .anyMatch(mount -> mount.mountPoint().equals(at) && mount.options().startsWith("ro"));
    }

    void step() {
      int kind = mounted.isEmpty() ? 0 : random.nextInt(10);
      if (kind < 3) {
        String at = fresh();
        scratch.tmpfs(at, "src" + serial, "size=64k");
        mounted.add(at);
      } else if (kind == 3) {
        String at = fresh();
        scratch.bind(any(), at);
        mounted.add(at);
      } else if (kind == 4) {
        String to = fresh();
        String from = any();
        scratch.move(from, to);
        mounted.set(mounted.indexOf(from), to);
      } else if (kind == 5) {
        int size = 64 + 4 * ++serial;
        scratch.remount(any(), 0, "size=" + size + "k");
      } else if (kind == 6) {
        String at = any();
        scratch.remount(at, MS_BIND | (isReadOnly(at) ? 0 : MS_RDONLY), null);
      } else {
        String at = any();
        scratch.umount(at);
        mounted.remove(at);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(MountMethod.class)
  void shouldTellWhatFindmntTells(MountMethod method) throws Exception {
    int steps = FullRun.count("watch", 60, 600);
    try (ScratchMounts scratch = new ScratchMounts();
        Follower follower = new Follower(method, scratch::below);
        Findmnt findmnt = new Findmnt(scratch)) {
      awaken(scratch, findmnt);
      Follower.await(() -> follower.toldCount() >= 3, "the first mounts");
      settle(follower, findmnt);
      follower.take();
      findmnt.take();
      History history = new History(scratch);
      for (int step = 0; step < steps; step++) {
        history.step();
        Follower.await(() -> findmnt.toldCount() > 0 && follower.toldCount() > 0, "step " + step);
        settle(follower, findmnt);
        assertThat(follower.take()).containsExactlyInAnyOrderElementsOf(findmnt.take());
      }
    }
  }

  /// Mounts and unmounts until findmnt has begun to tell.
  private static void awaken(ScratchMounts scratch, Findmnt findmnt) throws Exception {
    String at = scratch.directory("first");
    Follower.await(
        () -> {
          scratch.tmpfs(at, "first", "size=64k");
          sleep(60);
          scratch.umount(at);
          sleep(60);
          return findmnt.toldCount() > 0;
        },
        "findmnt");
  }

  private static void settle(Follower follower, Findmnt findmnt) {
    int before;
    int after = follower.toldCount() + findmnt.toldCount();
    do {
      before = after;
      sleep(20);
      after = follower.toldCount() + findmnt.toldCount();
    } while (before != after);
  }

  private static void sleep(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
