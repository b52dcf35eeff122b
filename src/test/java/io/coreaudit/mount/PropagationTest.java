package io.coreaudit.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PropagationTest {
  private static final String HOST =
      """
      22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda rw
      30 22 254:2 / /var rw,relatime shared:9 - xfs /dev/vdb rw
      31 22 0:25 / /tmp rw shared:3 - tmpfs tmpfs rw
      """;

  private static boolean reaches(String from, String to) {
    return Propagation.reaches(from.lines(), to.lines());
  }

  @Test
  void shouldReachTheNamespaceOfAHardenedService() {
    String service =
        """
        90 80 254:1 / / ro,relatime master:1 - ext4 /dev/vda rw
        91 90 254:2 / /var ro,relatime shared:77 master:9 - xfs /dev/vdb rw
        92 90 0:50 / /tmp rw - tmpfs tmpfs rw
        """;
    assertThat(reaches(HOST, service)).isTrue();
    assertThat(reaches(HOST, service.replace("master:9", "propagate_from:9"))).isTrue();
    assertThat(reaches(HOST, HOST)).as("the same").isTrue();
    assertThat(reaches(service, HOST)).as("not back").isFalse();
  }

  @Test
  void shouldNotReachWhereAMountOnTheWayIsAnothers() {
    String kubens =
        """
        50 40 254:1 / / rw,relatime shared:200 master:1 - ext4 /dev/vda rw
        51 50 254:2 / /var rw,relatime shared:201 master:9 - xfs /dev/vdb rw
        """;
    String service = HOST.replace("shared:", "master:");
    assertThat(reaches(kubens, service)).isFalse();
    assertThat(reaches(HOST, service.replace("master:9", "shared:9 - x"))).isTrue();
    assertThat(reaches(HOST, service.replace(" master:9", ""))).as("private").isFalse();
    String covered = "99 90 0:60 / /var rw - tmpfs tmpfs rw\n";
    assertThat(reaches(HOST, service + covered)).as("something over it").isFalse();
    assertThat(reaches(HOST, service.lines().limit(1).toList().getFirst())).isFalse();
  }

  @Test
  void shouldNotBelieveWhatCannotBeRead() {
    assertThat(reaches("", HOST)).isFalse();
    assertThat(reaches("garbage\n", HOST)).isFalse();
    assertThat(Propagation.reachesCaller(Path.of("/proc/none"))).isFalse();
    assertThat(Propagation.reaches(Stream.empty(), Stream.empty())).isFalse();
  }
}
