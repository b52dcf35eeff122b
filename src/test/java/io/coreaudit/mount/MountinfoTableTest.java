package io.coreaudit.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The comparison of two texts, against a kernel that uses every number again at once.
final class MountinfoTableTest {
  /// One mount of the model: `identity` is what the kernel never uses twice.
  private static final class Model {
    private final int id;
    private final int minor;
    private final long identity;
    private String point;
    private int size;

    Model(int id, int minor, long identity, String point) {
      this.id = id;
      this.minor = minor;
      this.identity = identity;
      this.point = point;
    }

    String line() {
      return id + " 1 0:" + minor + " / " + point + " rw - tmpfs tmpfs rw,size=" + size + "k\n";
    }
  }

  /// A table as the kernel keeps it: new mounts at the end, the lowest free numbers.
  private static final class Kernel implements FileSystemIds {
    private final Random random;
    private final List<Model> mounts = new ArrayList<>();
    private long identities;

    Kernel(long seed) {
      random = new Random(seed);
    }

    private int lowestFree() {
      int id = 20;
      while (has(id)) {
        id++;
      }
      return id;
    }

    private boolean has(int id) {
      return mounts.stream().anyMatch(mount -> mount.id == id);
    }

    private String freePoint() {
      String point;
      do {
        point = "/p" + random.nextInt(12);
      } while (at(point) != null);
      return point;
    }

    private Model at(String point) {
      return mounts.stream().filter(m -> m.point.equals(point)).findFirst().orElse(null);
    }

    void step() {
      int kind = random.nextInt(10);
      if (mounts.isEmpty() || kind < 4 && mounts.size() < 10) {
        int id = lowestFree();
        mounts.add(new Model(id, id + 10, ++identities, freePoint()));
      } else if (kind < 8) {
        mounts.remove(random.nextInt(mounts.size()));
      } else if (kind == 8) {
        mounts.get(random.nextInt(mounts.size())).point = freePoint();
      } else {
        mounts.get(random.nextInt(mounts.size())).size++;
      }
    }

    /// The table as one sees it who reads the older part, is interrupted, and reads the rest.
    byte[] tornText() {
      String first = "";
      long readUpTo = mounts.isEmpty() ? 0 : mounts.get(random.nextInt(mounts.size())).identity;
      for (Model mount : mounts) {
        first += mount.identity <= readUpTo ? mount.line() : "";
      }
      for (int steps = random.nextInt(6); steps > 0; steps--) {
        step();
      }
      for (Model mount : mounts) {
        first += mount.identity > readUpTo ? mount.line() : "";
      }
      return first.getBytes(StandardCharsets.US_ASCII);
    }

    byte[] text() {
      return mounts.stream()
          .map(Model::line)
          .collect(Collectors.joining())
          .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public long at(Mount mount) {
      Model model = at(mount.mountPoint());
      boolean same = model != null && model.id == mount.id() && model.minor == mount.minor();
      return same ? model.identity : 0;
    }

    @Override
    public void close() {}
  }

  /// Keeps the mounts by id, and which file system was there when the mount was told.
  private static final class Told implements MountListener {
    private final Kernel kernel;
    private final Map<Integer, Mount> mounts = new HashMap<>();
    private final Map<Integer, Long> identities = new HashMap<>();

    Told(Kernel kernel) {
      this.kernel = kernel;
    }

    @Override
    public void onMounted(Mount mount) {
      assertThat(mounts.put(mount.id(), mount)).isNull();
      identities.put(mount.id(), kernel.at(mount));
    }

    @Override
    public void onUnmounted(Mount mount) {
      assertThat(mounts.remove(mount.id())).isEqualTo(mount);
      identities.remove(mount.id());
    }

    @Override
    public void onMoved(Mount before, Mount now) {
      assertThat(before.mountPoint()).isNotEqualTo(now.mountPoint());
      assertThat(mounts.put(now.id(), now)).isEqualTo(before);
    }

    @Override
    public void onRemounted(Mount before, Mount now) {
      assertThat(before.superOptions()).isNotEqualTo(now.superOptions());
      assertThat(mounts.put(now.id(), now)).isEqualTo(before);
    }
  }

  @Test
  void shouldKnowEachMountWhateverHappensBetweenTwoLooks() {
    for (int seed = 0; seed < 3_000; seed++) {
      Kernel kernel = new Kernel(seed);
      Told told = new Told(kernel);
      Telling telling = new Telling(told, MountFollower.newCounters());
      try (MountinfoTable table = new MountinfoTable(telling, kernel)) {
        for (int look = 0; look < 12; look++) {
          if (kernel.random.nextInt(3) == 0) {
            table.next().set(kernel.tornText());
            table.compare();
            table.tell();
          }
          table.next().set(kernel.text());
          table.compare();
          table.tell();
          assertThat(told.mounts.values().stream().map(Mount::mountPoint).sorted().toList())
              .as("seed %d look %d", seed, look)
              .isEqualTo(kernel.mounts.stream().map(m -> m.point).sorted().toList());
          for (Model model : kernel.mounts) {
            assertThat(told.identities.get(model.id))
                .as("seed %d look %d: %s", seed, look, model.line())
                .isEqualTo(model.identity);
          }
          for (int steps = kernel.random.nextInt(6); steps > 0; steps--) {
            kernel.step();
          }
        }
      }
    }
  }

  @Test
  void shouldReadOnlyTheLinesThatChanged() {
    Kernel kernel = new Kernel(1);
    List<String> told = new ArrayList<>();
    MountListener listener =
        new MountListener() {
          @Override
          public void onMounted(Mount mount) {
            told.add("+" + mount.id());
          }

          @Override
          public void onUnmounted(Mount mount) {
            told.add("-" + mount.id());
          }
        };
    try (MountinfoTable table =
        new MountinfoTable(new Telling(listener, MountFollower.newCounters()), kernel)) {
      StringBuilder text = new StringBuilder();
      for (int id = 100; id < 5_100; id++) {
        text.append(id).append(" 1 8:1 / /m").append(id).append(" rw - ext4 /dev/sda rw\n");
      }
      table.next().set(text.toString().getBytes(StandardCharsets.US_ASCII));
      assertThat(table.compare()).isZero();
      assertThat(table.tell()).isEqualTo(5_000);
      told.clear();
      String line = "2000 1 8:1 / /m2000 rw - ext4 /dev/sda rw\n";
      String later = text.toString().replace(line, "") + line;
      table.next().set(later.getBytes(StandardCharsets.US_ASCII));
      assertThat(table.compare()).isEqualTo(1);
      assertThat(table.tell()).isEqualTo(2);
      assertThat(told).containsExactly("-2000", "+2000");
      table.next().set(later.getBytes(StandardCharsets.US_ASCII));
      assertThat(table.compare()).isZero();
      assertThat(table.tell()).isZero();
      table.next().set(new byte[0]);
      assertThat(table.compare()).isEqualTo(5_000);
      assertThat(table.tell()).isEqualTo(5_000);
    }
  }

  @Test
  void shouldTellATmpfsElsewhereAsAnotherWhereTheKernelHasNoIds() {
    List<String> told = new ArrayList<>();
    MountListener listener =
        new MountListener() {
          @Override
          public void onMounted(Mount mount) {
            told.add("+" + mount.mountPoint());
          }

          @Override
          public void onUnmounted(Mount mount) {
            told.add("-" + mount.mountPoint());
          }

          @Override
          public void onMoved(Mount before, Mount now) {
            told.add(before.mountPoint() + ">" + now.mountPoint());
          }
        };
    FileSystemIds none =
        new FileSystemIds() {
          @Override
          public long at(Mount mount) {
            return 0;
          }

          @Override
          public void close() {}
        };
    try (MountinfoTable table =
        new MountinfoTable(new Telling(listener, MountFollower.newCounters()), none)) {
      for (String text :
          List.of(
              "20 1 0:30 / /a rw - tmpfs t rw\n21 1 8:1 / /d rw - ext4 t rw\n",
              "20 1 0:30 / /b rw - tmpfs t rw\n21 1 8:1 / /e rw - ext4 t rw\n")) {
        table.next().set(text.getBytes(StandardCharsets.US_ASCII));
        table.compare();
        table.tell();
      }
    }
    assertThat(told).containsExactly("+/a", "+/d", "-/a", "+/b", "/d>/e");
  }

  @Test
  void shouldKnowWhichKernelsMayTear() {
    assertThat(MountinfoSource.mayTear("4.18.0-372.el8.x86_64")).isTrue();
    assertThat(MountinfoSource.mayTear("5.7.1")).isTrue();
    assertThat(MountinfoSource.mayTear("5.14.0-570.el9")).isFalse();
    assertThat(MountinfoSource.mayTear("6.1")).isFalse();
  }
}
