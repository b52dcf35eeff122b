package io.coreaudit.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlacesTest {
  private static Mount mount(int id, int minor, String root, String point) {
    return new Mount(0, id, 1, 8, minor, root, point, "xfs", "x", "rw", "rw", "");
  }

  private final Places places =
      Places.of(
          List.of(
              mount(1, 1, "/", "/"),
              mount(2, 1, "/var/lib/etcd", "/mnt/alias"),
              mount(3, 1, "/var/lib/etcd/member", "/srv/part"),
              mount(4, 2, "/", "/var/lib/etcd/disk"),
              mount(5, 2, "/deep", "/opt/disk"),
              mount(6, 9, "/", "/over"),
              mount(7, 1, "/var/lib/etcd", "/over")),
          path -> path.startsWith("/gone") ? null : path.replaceFirst("^/var/run", "/run"));

  @Test
  void shouldKnowADirectoryByEachOfItsNames() {
    for (String same :
        new String[] {
          "/var/lib/etcd",
          "/var/lib",
          "/",
          "/var/lib/etcd/member",
          "/mnt/alias",
          "/mnt/alias/member",
          "/mnt",
          "/srv/part",
          "/srv",
          "/opt/disk",
          "/over/x"
        }) {
      assertThat(places.mayMeet(same, "/var/lib/etcd")).as(same).isTrue();
      assertThat(places.mayMeet("/var/lib/etcd", same)).as(same).isTrue();
    }
  }

  @Test
  void shouldTellApartWhatHasNothingInCommon() {
    for (String other :
        new String[] {"/var/lib/etcd2", "/var/lib/etc", "/var/log", "/home", "/opt/other"}) {
      assertThat(places.mayMeet(other, "/var/lib/etcd")).as(other).isFalse();
      assertThat(places.mayMeet("/var/lib/etcd", other)).as(other).isFalse();
    }
    assertThat(places.mayMeet("/mnt/alias/member", "/var/lib/etcd/wal")).isFalse();
    assertThat(places.mayMeet("/var/run/x", "/run/x/y")).as("by a link").isTrue();
  }

  @Test
  void shouldCountWhatNobodyKnows() {
    assertThat(places.mayMeet("/gone/x", "/var/lib/etcd")).isTrue();
    assertThat(places.mayReach("/gone/x", "/var/lib/etcd")).isTrue();
  }

  @Test
  void shouldLeaveOutWhatIsMountedAtAPlaceThatIsOnlyReached() {
    assertThat(places.mayReach("/mnt", "/var/lib/etcd")).isTrue();
    assertThat(places.mayReach("/opt/disk", "/var/lib/etcd")).isFalse();
    assertThat(places.mayReach("/opt/disk", "/var/lib/etcd/disk")).isTrue();
  }

  @Test
  void shouldHaveAWordForWhatIsMountedBelow() {
    assertThat(places.below("/var/log")).isEmpty();
    assertThat(places.below("/var/lib/etcd/disk")).as("on it").isEmpty();
    String one = places.below("/var/lib/etcd");
    assertThat(one).startsWith("+").isEqualTo(places.below("/var/lib")).doesNotContain(" ");
    Places later = Places.of(List.of(mount(8, 2, "/", "/var/lib/etcd/disk")), path -> path);
    assertThat(later.below("/var/lib/etcd")).as("mounted again").isNotEqualTo(one);
    assertThat(places.below("/")).isNotEmpty().isNotEqualTo(one);
  }

  @Test
  void shouldReadTheTableOfThisHost(@TempDir Path temp) throws Exception {
    Path dir = Files.createDirectory(temp.toRealPath().resolve("d"));
    Path link = Files.createSymbolicLink(dir.resolveSibling("link"), dir);
    Places here = Places.here();
    assertThat(here.mayMeet("/", dir.toString())).isTrue();
    assertThat(here.mayMeet(link.toString(), dir.resolve("not-there").toString())).isTrue();
    assertThat(here.mayMeet(link.toString(), dir + "2")).isFalse();
    assertThat(here.mayMeet("/proc", dir.toString())).isFalse();
    assertThat(here.mayMeet(dir.resolve("no/such").toString(), "/proc")).as("unknown").isTrue();
  }
}
