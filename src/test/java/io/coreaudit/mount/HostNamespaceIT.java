package io.coreaudit.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.kernel.KernelException;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Real mount namespaces, each made by unshare(1) for a child process.
final class HostNamespaceIT {
  private static final Path NO_KUBENS = Path.of("/no/such/file");

  /// A process in a mount namespace of its own, after a script has run there.
  private static final class Elsewhere implements AutoCloseable {
    private final Process process;

    Elsewhere(List<String> unshare, String script) throws Exception {
      List<String> command = new ArrayList<>(unshare);
      command.addAll(List.of("sh", "-ec", script + "\necho ready; exec sleep 600"));
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      assertThat(process.inputReader().readLine()).isEqualTo("ready");
    }

    Elsewhere(String script) throws Exception {
      this(List.of("unshare", "-m", "--propagation", "private"), script);
    }

    void run(String... command) throws Exception {
      List<String> inside =
          new ArrayList<>(List.of("nsenter", "-t", "" + process.pid(), "-m", "--"));
      inside.addAll(List.of(command));
      assertThat(new ProcessBuilder(inside).inheritIO().start().waitFor()).isZero();
    }

    String pid() {
      return "" + process.pid();
    }

    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }

  @Test
  void shouldFindTheConfiguredOneByProcessAndByFile(@TempDir Path folder) throws Exception {
    try (ScratchMounts scratch = new ScratchMounts()) {
      String file = scratch.directory("ns") + "/mnt";
      Files.createFile(Path.of(file));
      List<String> kept = List.of("unshare", "--mount=" + file, "--propagation", "private");
      try (Elsewhere elsewhere = new Elsewhere(kept, "");
          HostNamespace byPid = HostNamespace.find(elsewhere.pid());
          HostNamespace byFile = HostNamespace.find(file);
          HostNamespace own = HostNamespace.own()) {
        assertThat(byPid.same(byFile)).isTrue();
        assertThat(byPid.same(own)).isFalse();
        assertThat(byPid.isOwn()).isFalse();
        assertThat(own.isOwn()).isTrue();
        assertThat(byPid.describe())
            .isEqualTo("mnt:[" + byPid.inode() + "], of process " + elsewhere.pid());
        try (HostNamespace kubens = HostNamespace.find("", 0, Path.of(file));
            HostNamespace kubelet =
                HostNamespace.find("", Long.parseLong(elsewhere.pid()), NO_KUBENS);
            HostNamespace none = HostNamespace.find("", 0, NO_KUBENS);
            HostNamespace notKubens = HostNamespace.find("", 0, folder)) {
          assertThat(kubens.same(byPid)).isTrue();
          assertThat(kubens.describe()).contains("kubens", file);
          assertThat(kubelet.same(byPid)).isTrue();
          assertThat(kubelet.describe()).contains("kubelet", elsewhere.pid());
          assertThat(none.isOwn()).isTrue();
          assertThat(notKubens.isOwn()).isTrue();
          assertThat(notKubens.describe())
              .contains(", not the one of kubens, " + folder + ": open " + folder + ": EINVAL");
        }
      }
    }
  }

  @Test
  void shouldSayWhatIsWrongWithTheConfiguredOne(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> HostNamespace.find("" + Integer.MAX_VALUE))
        .isInstanceOf(KernelException.class)
        .hasMessageContaining("/proc/2147483647/ns/mnt: ENOENT")
        .hasMessageContaining("name a process");
    assertThatThrownBy(() -> HostNamespace.find(file.toString()))
        .hasMessageContaining("EINVAL")
        .hasMessageContaining("it is " + file.toRealPath() + ", no mount namespace");
    assertThatThrownBy(() -> HostNamespace.find("/proc/self/ns/net"))
        .hasMessageContaining("it is net:[");
  }

  @ParameterizedTest
  @EnumSource(MountMethod.class)
  void shouldFollowTheMountsOfAnotherNamespace(MountMethod method) throws Exception {
    try (ScratchMounts scratch = new ScratchMounts()) {
      String place = scratch.directory("place");
      try (Elsewhere elsewhere = new Elsewhere("mount -t tmpfs there " + place);
          HostNamespace namespace = HostNamespace.find(elsewhere.pid());
          Follower follower = new Follower(method, scratch::below, namespace)) {
        assertThat(follower.take()).contains("mount " + place + "  there");
        scratch.tmpfs(place, "here", "size=4k");
        elsewhere.run("mkdir", place + "/sub");
        elsewhere.run("mount", "-t", "tmpfs", "later", place + "/sub");
        Follower.await(() -> follower.toldCount() >= 1, "the mount");
        assertThat(follower.take()).containsExactly("mount " + place + "/sub  later");
        elsewhere.run("umount", place + "/sub");
        Follower.await(() -> follower.toldCount() >= 1, "the umount");
        assertThat(follower.take()).containsExactly("umount " + place + "/sub  later");
        assertThat(follower.stop()).isLessThan(TimeUnit.SECONDS.toNanos(2));
      }
    }
  }

  @Test
  void shouldRunTasksThereAndNothingElse() throws Exception {
    try (ScratchMounts scratch = new ScratchMounts()) {
      String place = scratch.directory("place");
      try (Elsewhere elsewhere =
              new Elsewhere("mount -t tmpfs there " + place + "; touch " + place + "/file");
          HostNamespace namespace = HostNamespace.find(elsewhere.pid());
          NamespaceThread thread = new NamespaceThread(namespace, "there")) {
        Path file = Path.of(place, "file");
        assertThat(thread.call(() -> Files.exists(file))).isTrue();
        assertThat(Files.exists(file)).isFalse();
        assertThat(thread.call(ScratchMounts::read)).anyMatch(m -> m.source().equals("there"));
        assertThatThrownBy(
                () ->
                    thread.call(
                        () -> {
                          throw new KernelException("x", 1, "");
                        }))
            .isInstanceOf(KernelException.class);
        assertThatThrownBy(() -> thread.call(() -> thread.call(() -> 1)))
            .hasMessageContaining("its own thread");
      }
    }
  }

  @Test
  void shouldStayWhereItIsWhenItMayNotEnter() throws Exception {
    try (Elsewhere elsewhere = new Elsewhere("");
        HostNamespace namespace = HostNamespace.find(elsewhere.pid())) {
      List<Object> seen = new ArrayList<>();
      Thread thread =
          new Thread(
              () -> {
                DropCapabilities.effective();
                try {
                  namespace.enter();
                } catch (KernelException e) {
                  seen.add(e.getMessage());
                }
                seen.add(ScratchMounts.read().size());
              });
      thread.start();
      thread.join();
      assertThat(seen.getFirst().toString())
          .contains("entering the mount namespace mnt:[", "], of process " + elsewhere.pid())
          .contains("EPERM", "CAP_SYS_ADMIN and CAP_SYS_CHROOT");
      assertThat(seen.getLast()).isEqualTo(ScratchMounts.read().size());
    }
  }

  /// Follows, in a namespace whose root has none of this program's files.
  static final class Inside {
    private Inside() {}

    private static final class Printer implements MountListener {
      @Override
      public void onMounted(Mount mount) {
        System.out.println("mount " + mount.mountPoint());
      }

      @Override
      public void onUnmounted(Mount mount) {
        System.out.println("umount " + mount.mountPoint());
      }

      @Override
      public void onMoved(Mount before, Mount now) {
        System.out.println("move " + now.mountPoint());
      }

      @Override
      public void onRemounted(Mount before, Mount now) {
        System.out.println("remount " + now.mountPoint());
      }

      @Override
      public void onCaughtUp() {
        System.out.println("caught up");
      }
    }

    public static void main(String[] args) throws Exception {
      HostNamespace namespace = HostNamespace.find(args[0]);
      MountFollower follower =
          new MountFollower(
              List.of(MountMethod.valueOf(args[1])), new Printer(), MountFollower.newCounters());
      Thread thread = namespace.thread("mounts", follower::run, Inside.class);
      thread.start();
      System.in.read();
      follower.stop();
      thread.join();
      System.out.println("stopped");
    }
  }

  @ParameterizedTest
  @EnumSource(MountMethod.class)
  void shouldNeedNoFileOfItsOwnOnceInside(MountMethod method) throws Exception {
    try (ScratchMounts scratch = new ScratchMounts()) {
      String root = scratch.directory("root");
      String pivot =
          """
          mount -t tmpfs newroot %1$s; cd %1$s
          mkdir proc usr mnt mnt2 old etc run; ln -s /proc/self/mounts etc/mtab; ln -s usr/bin usr/lib usr/lib64 usr/sbin .
          mount --rbind /proc proc; mount --rbind /usr usr
          pivot_root . old; cd /; umount -l old
          """
              .formatted(root);
      try (Elsewhere elsewhere = new Elsewhere(pivot)) {
        Process child = jvm(elsewhere.pid(), method.name());
        try (BufferedReader lines = child.inputReader()) {
          List<String> first = new ArrayList<>();
          for (String line = lines.readLine(); !"caught up".equals(line); line = lines.readLine()) {
            assertThat(line).as("after " + first).isNotNull();
            first.add(line);
          }
          assertThat(first).contains("mount /", "mount /usr").doesNotContain("mount " + root);
          elsewhere.run("mount", "-t", "tmpfs", "new", "/mnt");
          assertThat(lines.readLine()).isEqualTo("mount /mnt");
          elsewhere.run("mount", "-o", "remount,size=64k", "/mnt");
          assertThat(lines.readLine()).isEqualTo("remount /mnt");
          elsewhere.run("mount", "--move", "/mnt", "/mnt2");
          assertThat(lines.readLine()).isEqualTo("move /mnt2");
          elsewhere.run("umount", "/mnt2");
          assertThat(lines.readLine()).isEqualTo("umount /mnt2");
          child.outputWriter().append('\n').flush();
          assertThat(lines.readLine()).isEqualTo("stopped");
          assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
          child.destroyForcibly().onExit().join();
        }
      }
    }
  }

  private static Process jvm(String... arguments) throws Exception {
    String classPath = System.getProperty("java.class.path");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", classPath),
                Inside.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
