package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostAccountsTest {
  private static final Path OWN_ROOT = Path.of("/");

  @TempDir private Path proc;

  @BeforeEach
  void prepare() throws IOException {
    namespace("self", "mnt:[10]");
  }

  private void namespace(String process, String name) throws IOException {
    Path ns = Files.createDirectories(proc.resolve(process).resolve("ns"));
    Files.createSymbolicLink(ns.resolve("mnt"), Path.of(name));
  }

  private Path root(String process) throws IOException {
    Path root = proc.resolve(process).resolve("root");
    Files.createDirectories(root.resolve("etc"));
    return root;
  }

  private void named(String process, String name) throws IOException {
    Files.writeString(Files.createDirectories(proc.resolve(process)).resolve("comm"), name + "\n");
  }

  @Test
  void shouldBeItsOwnFilesOnTheHost() throws IOException {
    namespace("1", "mnt:[10]");
    root("1");
    assertThat(HostAccounts.root(proc, null)).isEqualTo(OWN_ROOT);
  }

  @Test
  void shouldBeTheFilesOfProcessOneInAContainer() throws IOException {
    namespace("1", "mnt:[1]");
    Path host = root("1");
    assertThat(HostAccounts.root(proc, null)).isEqualTo(host);
    assertThat(HostAccounts.root(proc, "/run/kubens/mnt")).isEqualTo(host);
  }

  @Test
  void shouldBeTheFilesOfTheProcessThatIsNamed() throws IOException {
    namespace("1", "mnt:[10]");
    namespace("77", "mnt:[1]");
    assertThat(HostAccounts.root(proc, "77")).as("they cannot be reached").isNull();
    Path host = root("77");
    assertThat(HostAccounts.root(proc, "77")).isEqualTo(host);
  }

  @Test
  void shouldBeNoneWhereTheHostsCannotBeReached() throws IOException {
    namespace("1", "mnt:[1]");
    assertThat(HostAccounts.root(proc, null)).isNull();
  }

  @Test
  void shouldAskTheKernelsThreadsWhereProcessOneIsOutOfBounds() throws IOException {
    namespace("2", "mnt:[1]");
    named("2", "kthreadd");
    assertThat(HostAccounts.root(proc, null)).as("another host than this container").isNull();
    named("2", "bash");
    assertThat(HostAccounts.root(proc, null)).as("a container's second").isEqualTo(OWN_ROOT);
  }

  @Test
  void shouldCompareTheRootsWhereNoNamespaceMayBeLookedAt() throws IOException {
    named("2", "kthreadd");
    mounts("self", "41 40 8:1 / / rw - ext4 /dev/sda rw", "42 41 0:5 / /proc rw - proc proc rw");
    assertThat(HostAccounts.root(proc, null)).as("nothing to compare with").isNull();
    mounts("1", "41 40 8:1 / / rw - ext4 /dev/sda rw");
    assertThat(HostAccounts.root(proc, null)).as("on the host").isEqualTo(OWN_ROOT);
    mounts("1", "7 1 0:2 / / rw - rootfs rootfs rw", "29 7 8:1 / / rw - ext4 /dev/sda rw");
    assertThat(HostAccounts.root(proc, null)).as("in a container").isNull();
  }

  private void mounts(String process, String... lines) throws IOException {
    Path directory = Files.createDirectories(proc.resolve(process));
    Files.write(directory.resolve("mountinfo"), List.of(lines));
  }

  @Test
  void shouldFindThisMachines() {
    assertThat(HostAccounts.find(null).user(0)).asString().isEqualTo("root");
  }
}
