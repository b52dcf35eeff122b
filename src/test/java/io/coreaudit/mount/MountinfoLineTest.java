package io.coreaudit.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MountinfoLineTest {
  private static List<Mount> read(String text) {
    return MountinfoGoldenTest.mounts(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void shouldReadAnyNumberOfOptionalFields() {
    assertThat(read("36 35 98:0 / /mnt rw - ext3 /dev/root rw"))
        .containsExactly(
            new Mount(0, 36, 35, 98, 0, "/", "/mnt", "ext3", "/dev/root", "rw", "rw", ""));
    assertThat(read("36 35 98:0 / /mnt rw a:1 -b c - ext3 - rw,x=- y").getFirst())
        .isEqualTo(
            new Mount(0, 36, 35, 98, 0, "/", "/mnt", "ext3", "-", "rw", "rw,x=- y", "a:1 -b c"));
  }

  @Test
  void shouldReadEmptySourcesAndHugeLines() {
    String lower = "lowerdir=" + "/l\\040\\054:".repeat(200_000);
    Mount mount = read("1 0 0:1 / /m rw -  overlay overlay rw," + lower + "\n").getFirst();
    assertThat(mount).isNull();
    mount =
        read("1 0 0:1 / /m rw - overlay  rw," + lower + "\n2 1 0:2 / /n rw - t s rw").getFirst();
    assertThat(mount.source()).isEmpty();
    assertThat(mount.superOptions()).isEqualTo("rw," + lower);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "36",
        "36 35 98:0",
        "36 35 98:0 / /mnt rw",
        "36 35 98:0 / /mnt rw -",
        "36 35 98:0 / /mnt rw - ",
        "x 35 98:0 / /mnt rw - ext3 s rw",
        "36 35 98 / /m rw - e s rw",
        "36 35 :0 / /m rw - e s rw",
        "36 35 9: / /m rw - e s rw",
        "36  98:0 / /m rw - e s rw",
      })
  void shouldPassOverWhatIsNoLine(String line) {
    assertThat(read(line + "\n")).containsOnlyNulls();
  }

  @Property
  void shouldStayInsideAnyLine(
      @ForAll @StringLength(max = 60) @CharRange(from = ' ', to = ':') String line) {
    List<Mount> mounts = read("36 35 98:0 " + line + "\n36 35 98:0 / /mnt rw - ext3 s rw\n");
    assertThat(mounts).hasSize(2);
    assertThat(mounts.getLast().mountPoint()).isEqualTo("/mnt");
  }
}
