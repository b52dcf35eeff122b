package io.coreaudit.mount;

import static io.coreaudit.kernel.MountConstants.MNT_DETACH;
import static io.coreaudit.kernel.MountConstants.MS_BIND;
import static io.coreaudit.kernel.MountConstants.MS_MOVE;
import static io.coreaudit.kernel.MountConstants.MS_PRIVATE;
import static io.coreaudit.kernel.MountConstants.MS_REMOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.MountCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// Real mounts below a scratch directory, which is a private tmpfs itself. All are gone after the
/// close, also when a test or the build ends in the middle.
final class ScratchMounts implements AutoCloseable {
  private final Path root;
  private final Thread hook = new Thread(this::clean, "scratch-mounts");

  ScratchMounts() throws IOException {
    boolean mayMount = "root".equals(System.getProperty("user.name"));
    if (!mayMount && "true".equals(System.getenv("CI"))) {
      throw new AssertionError("this test must run in CI and needs root, to mount");
    }
    Assumptions.assumeTrue(mayMount, "needs root, to mount");
    root = Files.createTempDirectory("coreaudit-mounts").toRealPath();
    Runtime.getRuntime().addShutdownHook(hook);
    tmpfs(root.toString(), "scratch", "size=16m");
    call("mount private", mount(null, root.toString(), null, MS_PRIVATE, null));
  }

  Path root() {
    return root;
  }

  /// A directory below the scratch directory.
  String directory(String name) {
    String path = root + "/" + name;
    // By its bytes: what Java can name depends on the locale.
    StringBuilder octal = new StringBuilder();
    for (byte b : MountText.bytes(path)) {
      octal.append(String.format("\\%03o", b & 0xFF));
    }
    try {
      String make = "mkdir -p \"$(printf '" + octal + "')\"";
      assertThat(new ProcessBuilder("sh", "-c", make).inheritIO().start().waitFor()).isZero();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    return path;
  }

  /// Many directories below the scratch directory, made quickly.
  List<String> directories(String prefix, int count) {
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path path = root.resolve(prefix + i);
      assertThat(path.toFile().mkdirs()).isTrue();
      paths.add(path.toString());
    }
    return paths;
  }

  void tmpfs(String target, String source, String options) {
    call("mount " + target, mount(source, target, "tmpfs", 0, options));
  }

  void bind(String from, String target) {
    call("bind " + target, mount(from, target, null, MS_BIND, null));
  }

  void move(String from, String target) {
    call("move " + from, mount(from, target, null, MS_MOVE, null));
  }

  void remount(String target, long flags, String options) {
    call("remount " + target, mount(null, target, null, MS_REMOUNT | flags, options));
  }

  void umount(String target) {
    call("umount " + target, umount(target, 0));
  }

  void umountTree(String target) {
    call("umount " + target, umount(target, MNT_DETACH));
  }

  private static void call(String what, int answer) {
    if (answer < 0) {
      throw new KernelException(what, answer, "");
    }
  }

  static int mount(String source, String target, String type, long flags, String options) {
    try (Arena arena = Arena.ofConfined()) {
      return MountCalls.mount(
          address(arena, source),
          address(arena, target),
          address(arena, type),
          flags,
          address(arena, options));
    }
  }

  private static int umount(String target, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return MountCalls.umount2(address(arena, target), flags);
    }
  }

  private static long address(Arena arena, String text) {
    if (text == null) {
      return 0;
    }
    byte[] bytes = MountText.bytes(text);
    MemorySegment segment = arena.allocate(bytes.length + 1);
    MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return segment.address();
  }

  /// What mountinfo says now, below the scratch directory, itself included.
  List<Mount> mountinfo() {
    return read().stream().filter(mount -> below(mount.mountPoint())).toList();
  }

  boolean below(String mountPoint) {
    return mountPoint.equals(root.toString()) || mountPoint.startsWith(root + "/");
  }

  /// What mountinfo says now.
  static List<Mount> read() {
    List<Mount> mounts = new ArrayList<>();
    MountinfoLine line = new MountinfoLine();
    try (MountinfoText text = new MountinfoText();
        MountinfoFile file = new MountinfoFile()) {
      text.read(file.fd());
      for (long at = text.begin(); at < text.end(); at = text.lineEnd(at) + 1) {
        mounts.add(line.read(at, text.lineEnd(at)));
      }
    }
    return mounts;
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(hook);
    clean();
  }

  private void clean() {
    for (List<Mount> left = mountinfo(); !left.isEmpty(); left = mountinfo()) {
      umount(left.getLast().mountPoint(), MNT_DETACH);
    }
    try {
      Files.delete(root);
    } catch (IOException e) {
      throw new AssertionError("left over: " + root, e);
    }
  }
}
