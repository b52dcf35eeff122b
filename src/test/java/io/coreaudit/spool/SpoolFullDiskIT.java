package io.coreaudit.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.FileSpace;
import io.coreaudit.kernel.FullRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A disk that others fill. Every JVM that meets it is a child, so that a crash is a failure and
/// not the end of the tests.
@DisplayName("Spool on a full disk (needs root: mounts ext4, XFS, tmpfs)")
@Timeout(3600)
final class SpoolFullDiskIT {
  @ParameterizedTest
  @EnumSource(names = {"EXT4", "XFS", "TMPFS"})
  void shouldLoseNothingWhileANeighbourEatsTheDisk(ScratchMount.Kind kind) throws Exception {
    int cycles = FullRun.count("spool", 20, 100);
    int segment = kind == ScratchMount.Kind.XFS ? 8 << 20 : 1 << 20;
    long seed = new Random().nextInt(1_000_000);
    try (ScratchMount mount = ScratchMount.of(kind);
        ChildJvm hog =
            ChildJvm.start(mount.scratch(), DiskHog.class, mount.point().resolve("hog"), seed);
        ChildJvm fill =
            ChildJvm.start(
                mount.scratch(),
                FillCycles.class,
                mount.point().resolve("spool"),
                segment,
                cycles,
                seed)) {
      int exitCode = fill.exitCode(FullRun.count("spool", 300, 1200));
      System.out.println(kind + " seed=" + seed + " " + fill.output());
      assertThat(hog.isAlive()).as(hog.output()).isTrue();
      assertThat(exitCode).as("seed " + seed + ": " + fill.output()).isZero();
      assertThat(fill.output()).contains("accepted=read=").doesNotContain("Error", "WARN");
      long refused = Long.parseLong(fill.output().replaceAll("(?s).*refused=(\\d+) rolls.*", "$1"));
      assertThat(refused).isGreaterThanOrEqualTo(3L * cycles);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EXT4", "XFS", "TMPFS"})
  void shouldRefuseAColdStartWithoutRoomAndLeaveNothing(ScratchMount.Kind kind) throws Exception {
    int segment = 256 << 10;
    int step = FullRun.count("spool", 96, 16) << 10;
    int refused = 0;
    int working = 0;
    for (long free = 0; free <= 672 << 10; free += step) {
      try (ScratchMount mount = ScratchMount.of(kind)) {
        Path hog = Files.createDirectory(mount.point().resolve("hog"));
        Path reserve = hog.resolve("reserve");
        if (free > 0) {
          assertThat(FileSpace.reserve(reserve.toString(), free)).isZero();
        }
        for (int i = 0; i < 3; i++) {
          DiskHog.eat(hog, new ArrayDeque<>(), i * 1_000_000, new Random(i));
        }
        SpoolFiles.delete(reserve);
        Path spool = mount.point().resolve("spool");
        try (ChildJvm child =
            ChildJvm.start(mount.scratch(), ColdStart.class, spool, segment, 200)) {
          int exitCode = child.exitCode(60);
          String what = kind + ", " + free + " bytes free: " + child.output();
          assertThat(exitCode).as(what).isIn(0, 3);
          if (exitCode == 0) {
            working++;
            assertThat(child.output()).as(what).contains("accepted=200");
          } else {
            refused++;
            assertThat(child.output())
                .as(what)
                .containsAnyOf("errno 28 (No space left on device)", "No space left on device")
                .contains("spool");
            assertNothingLeft(spool, child.output());
          }
        }
      }
    }
    assertThat(refused).isPositive();
    assertThat(working).isPositive();
  }

  private static void assertNothingLeft(Path spool, String what) throws IOException {
    // Without room for a cursor the spool itself was made and stays.
    if (what.contains("cursor")) {
      return;
    }
    try (Stream<Path> files = Files.walk(spool.getParent())) {
      assertThat(files.filter(file -> file.startsWith(spool))).as(what).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EXT4", "XFS", "TMPFS"})
  void shouldOpenAndReadOnADiskThatIsFull(ScratchMount.Kind kind) throws Exception {
    try (ScratchMount mount = ScratchMount.of(kind)) {
      Path spool = mount.point().resolve("spool");
      try (ChildJvm child =
          ChildJvm.start(mount.scratch(), ColdStart.class, spool, 1 << 20, 3000)) {
        assertThat(child.exitCode(60)).as(child.output()).isZero();
      }
      Path hog = Files.createDirectory(mount.point().resolve("hog"));
      for (int i = 0; i < 3; i++) {
        DiskHog.eat(hog, new ArrayDeque<>(), i * 1_000_000, new Random(i));
      }
      // 3000 frames need three segments; what fits into the last and the spare is taken, no more.
      try (ChildJvm child =
          ChildJvm.start(mount.scratch(), ColdStart.class, spool, 1 << 20, 1_000_000)) {
        assertThat(child.exitCode(60)).as(child.output()).isZero();
        long accepted = Long.parseLong(child.output().replaceAll("(?s).*accepted=(\\d+).*", "$1"));
        assertThat(accepted).isBetween(3_001L, 8_000L);
      }
    }
  }

  @Test
  void shouldSayThatAFileSystemCannotAllocateAhead() throws Exception {
    try (ScratchMount mount = ScratchMount.of(ScratchMount.Kind.RAMFS)) {
      Path spool = mount.point().resolve("spool");
      try (ChildJvm child = ChildJvm.start(mount.scratch(), ColdStart.class, spool, 1 << 20, 10)) {
        assertThat(child.exitCode(60)).as(child.output()).isEqualTo(3);
        assertThat(child.output())
            .contains("(ramfs) cannot allocate room ahead")
            .contains("errno 95 (Operation not supported)");
        assertNothingLeft(spool, child.output());
      }
    }
  }
}
