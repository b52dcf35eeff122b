package io.coreaudit.mount;

import static io.coreaudit.kernel.MountConstants.MS_BIND;
import static io.coreaudit.kernel.MountConstants.MS_NODEV;
import static io.coreaudit.kernel.MountConstants.MS_NOSUID;
import static io.coreaudit.kernel.MountConstants.MS_RDONLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.kernel.EventFd;
import io.coreaudit.kernel.KernelException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The follower on real mounts of the running kernel, by each of its methods.
final class MountFollowerIT {
  private static Mount withoutUniqueId(Mount m) {
    return new Mount(
        0,
        m.id(),
        m.parentId(),
        m.major(),
        m.minor(),
        m.root(),
        m.mountPoint(),
        m.fsType(),
        m.source(),
        m.options(),
        m.superOptions(),
        m.propagation());
  }

  private static List<Mount> sorted(List<Mount> mounts) {
    return mounts.stream()
        .map(MountFollowerIT::withoutUniqueId)
        .sorted(Comparator.comparing(Mount::id))
        .toList();
  }

  private static void awaitTold(Follower follower, int count) throws InterruptedException {
    Follower.await(() -> follower.toldCount() >= count, count + " events");
  }

  @ParameterizedTest
  @EnumSource(MountMethod.class)
  void shouldTellWhatIsThereAsMountinfoDoes(MountMethod method) throws Exception {
    try (ScratchMounts scratch = new ScratchMounts()) {
      int flags = MS_NOSUID | MS_NODEV;
      scratch.tmpfs(scratch.directory("a b\tc\nd\\e"), "odd source", "size=64k");
      scratch.tmpfs(scratch.directory("é 漢 \uDCFF\uDC80"), "s", "size=64k,mode=700");
      String plain = scratch.directory("plain");
      assertThat(ScratchMounts.mount("", plain, "tmpfs", flags | MS_RDONLY, "size=4k")).isZero();
      scratch.bind(scratch.directory("sub/of it"), scratch.directory("bound"));
      scratch.remount(scratch.root() + "/bound", MS_BIND | MS_RDONLY, null);
      try (Follower follower = new Follower(method, scratch::below)) {
        assertThat(sorted(follower.mounts())).isEqualTo(sorted(ScratchMounts.read()));
        assertThat(follower.take()).hasSize(5).allMatch(event -> event.startsWith("mount "));
        assertThat(follower.describe()).isEqualTo(method.phrase());
        Follower.await(follower::asleep, "asleep");
        assertThat(follower.mounts())
            .allMatch(mount -> mount.uniqueId() != 0 == (method != MountMethod.MOUNTINFO));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(MountMethod.class)
  void shouldTellEachKindOfChange(MountMethod method) throws Exception {
    try (ScratchMounts scratch = new ScratchMounts();
        Follower follower = new Follower(method, scratch::below)) {
      follower.take();
      String a = scratch.directory("a");
      String b = scratch.directory("b");
      scratch.tmpfs(a, "src", "size=64k");
      awaitTold(follower, 1);
      assertThat(follower.take()).containsExactly("mount " + a + "  src");
      String child = scratch.directory("a/child");
      scratch.tmpfs(child, "kid", "size=64k");
      awaitTold(follower, 1);
      assertThat(follower.take()).containsExactly("mount " + child + "  kid");
      scratch.move(a, b);
      awaitTold(follower, 2);
      assertThat(follower.take())
          .containsExactlyInAnyOrder(
              "move " + b + " " + a + " src", "move " + b + "/child " + child + " kid");
      scratch.remount(b, 0, "size=128k");
      awaitTold(follower, 1);
      assertThat(follower.take()).containsExactly("remount " + b + "  src");
      scratch.remount(b, MS_BIND | MS_RDONLY, null);
      awaitTold(follower, 1);
      assertThat(follower.take()).containsExactly("remount " + b + "  src");
      scratch.umountTree(b);
      awaitTold(follower, 2);
      assertThat(follower.take())
          .containsExactlyInAnyOrder("umount " + b + "  src", "umount " + b + "/child  kid");
      assertThat(follower.stop()).isLessThan(TimeUnit.SECONDS.toNanos(2));
    }
  }

  @ParameterizedTest
  @EnumSource(MountMethod.class)
  void shouldTellAMountThatTakesTheOldOnesIdsInTheSamePlace(MountMethod method) throws Exception {
    try (ScratchMounts scratch = new ScratchMounts();
        Follower follower = new Follower(method, scratch::below)) {
      String a = scratch.directory("a");
      scratch.tmpfs(a, "same", "size=64k");
      awaitTold(follower, 2);
      follower.take();
      for (int i = 0; i < 20; i++) {
        scratch.umount(a);
        scratch.tmpfs(a, "same", "size=64k");
        awaitTold(follower, 2);
        assertThat(follower.take())
            .containsExactly("umount " + a + "  same", "mount " + a + "  same");
      }
      scratch.umount(a);
      String b = scratch.directory("b");
      scratch.tmpfs(b, "same", "size=64k");
      awaitTold(follower, 2);
      assertThat(follower.take())
          .containsExactly("umount " + a + "  same", "mount " + b + "  same");
    }
  }

  @ParameterizedTest
  @EnumSource(MountMethod.class)
  void shouldSleepWhenNothingIsMounted(MountMethod method) throws Exception {
    try (ScratchMounts scratch = new ScratchMounts();
        Follower follower = new Follower(method, scratch::below)) {
      scratch.tmpfs(scratch.directory("a"), "src", "size=64k");
      awaitTold(follower, 2);
      Thread.sleep(1500); // what is left to look at has been looked at
      long wakes = follower.count(MountCounter.WAKES);
      Thread.sleep(1000);
      assertThat(follower.count(MountCounter.WAKES)).isEqualTo(wakes);
      assertThat(follower.stop()).isLessThan(TimeUnit.SECONDS.toNanos(2));
    }
  }

  @Test
  void shouldListAnewWhenTheQueueOverflows() throws Exception {
    try (ScratchMounts scratch = new ScratchMounts();
        EventFd wake = new EventFd()) {
      List<String> told = new ArrayList<>();
      MountListener listener =
          new MountListener() {
            @Override
            public void onMounted(Mount mount) {
              if (scratch.below(mount.mountPoint())) {
                told.add("mount " + mount.source());
              }
            }

            @Override
            public void onUnmounted(Mount mount) {
              if (scratch.below(mount.mountPoint())) {
                told.add("umount " + mount.source());
              }
            }
          };
      Telling telling = new Telling(listener, MountFollower.newCounters());
      String a = scratch.directory("a");
      String b = scratch.directory("b");
      scratch.tmpfs(b, "goes", "size=64k");
      try (FanotifySource source = new FanotifySource(telling, wake, new MountEvents(0))) {
        source.start();
        told.clear();
        scratch.umount(b);
        for (int i = 0; i < 9000; i++) {
          scratch.tmpfs(a, "short", "size=64k");
          scratch.umount(a);
        }
        scratch.tmpfs(a, "stays", "size=64k");
        for (int i = 0; i < 5; i++) {
          wake.signal();
          source.doWork();
        }
        assertThat(telling.counters().value(MountCounter.OVERFLOWS)).isEqualTo(1);
        assertThat(told).containsExactly("umount goes", "mount stays");
      }
    }
  }

  @Test
  void shouldSayWhyNoneOfTheMethodsWorks() throws Exception {
    List<Throwable> failures = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              // A thread without its capabilities may not have mount events.
              assertThat(DropCapabilities.effective()).isZero();
              MountFollower follower =
                  new MountFollower(
                      List.of(MountMethod.FANOTIFY),
                      new MountListener() {
                        @Override
                        public void onMounted(Mount mount) {}

                        @Override
                        public void onUnmounted(Mount mount) {}
                      },
                      MountFollower.newCounters());
              try {
                follower.run();
              } catch (KernelException e) {
                failures.add(e);
              }
            });
    thread.start();
    thread.join();
    assertThat(failures)
        .singleElement()
        .asString()
        .contains("following mounts by [FANOTIFY]", "fanotify", "EPERM", "CAP_SYS_ADMIN");
    assertThatThrownBy(() -> new MountFollower(List.of(), null, null))
        .hasMessageContaining("methods");
  }
}
