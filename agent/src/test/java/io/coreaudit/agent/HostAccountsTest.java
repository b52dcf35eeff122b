package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.origin.HostRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostAccountsTest {
  private static final Path OWN_ROOT = Path.of("/");
  private static final String OWN = "41 40 8:1 / / rw - ext4 /dev/sda rw";
  private static final String OTHER = "29 7 8:1 / / rw - ext4 /dev/sda rw";

  @TempDir private Path proc;

  @BeforeEach
  void prepare() throws IOException {
    mounts("self", OWN, "42 41 0:5 / /proc rw - proc proc rw");
  }

  private void mounts(String process, String... lines) throws IOException {
    Path directory = Files.createDirectories(proc.resolve(process));
    Files.write(directory.resolve("mountinfo"), List.of(lines));
  }

  private Path root(String process) throws IOException {
    Path root = proc.resolve(process).resolve("root");
    Files.createDirectories(root.resolve("etc"));
    return root;
  }

  @Test
  void shouldBeItsOwnFilesOnTheHost() throws IOException {
    mounts("1", OWN);
    assertThat(HostRoot.of(proc, null)).as("out of bounds").isEqualTo(OWN_ROOT);
    root("1");
    assertThat(HostRoot.of(proc, null)).isEqualTo(OWN_ROOT);
  }

  @Test
  void shouldBeTheFilesOfProcessOneInAContainer() throws IOException {
    mounts("1", OTHER);
    Path host = root("1");
    assertThat(HostRoot.of(proc, null)).isEqualTo(host);
    assertThat(HostRoot.of(proc, "/run/kubens/mnt")).isEqualTo(host);
  }

  @Test
  void shouldGoByWhatLiesOnTop() throws IOException {
    mounts("1", OWN, OTHER);
    assertThat(HostRoot.of(proc, null)).isNull();
    mounts("1", OTHER, OWN);
    assertThat(HostRoot.of(proc, null)).isEqualTo(OWN_ROOT);
  }

  @Test
  void shouldBeTheFilesOfTheProcessThatIsNamed() throws IOException {
    mounts("1", OWN);
    mounts("77", OTHER);
    assertThat(HostRoot.of(proc, "77")).as("they cannot be reached").isNull();
    Path host = root("77");
    assertThat(HostRoot.of(proc, "77")).isEqualTo(host);
  }

  @Test
  void shouldBeNoneWhereTheHostsCannotBeReached() throws IOException {
    assertThat(HostRoot.of(proc, null)).as("nothing to compare with").isNull();
    mounts("1", OTHER);
    assertThat(HostRoot.of(proc, null)).isNull();
  }

  @Test
  void shouldFindThisMachines() {
    assertThat(HostAccounts.find(null).user(0)).asString().isEqualTo("root");
  }
}
