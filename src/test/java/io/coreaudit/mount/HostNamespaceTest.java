package io.coreaudit.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostNamespaceTest {
  @Test
  void shouldKnowItsOwnNamespaceByItsMounts(@TempDir Path process) throws Exception {
    assertThat(HostNamespace.sharesMounts(Path.of("/proc/self"))).isTrue();
    assertThat(HostNamespace.sharesMounts(process)).as("ended").isFalse();
    Path table = process.resolve("mountinfo");
    Files.writeString(table, "");
    assertThat(HostNamespace.sharesMounts(process)).isFalse();
    String own = Files.readAllLines(Path.of("/proc/self/mountinfo")).getFirst();
    Files.writeString(table, "1999999999" + own.substring(own.indexOf(' ')) + "\n" + own + "\n");
    assertThat(HostNamespace.sharesMounts(process)).as("by number alone").isFalse();
    Files.writeString(table, own.replaceFirst(" / .*", " / /elsewhere rw - x y rw") + "\n");
    assertThat(HostNamespace.sharesMounts(process)).as("as another root sees it").isTrue();
  }

  @Test
  void shouldLookForKubensWhereAProcessOfTheHostSeesIt(@TempDir Path process) throws Exception {
    assertThat(HostNamespace.kubens(process)).isEqualTo(Path.of("/run/kubens/mnt"));
    Path theirs = process.resolve("root/run/kubens/mnt");
    Files.createDirectories(theirs.getParent());
    Files.createFile(theirs);
    assertThat(HostNamespace.kubens(process)).isEqualTo(theirs);
  }

  @Test
  void shouldLetGoOnce() throws Exception {
    HostNamespace first = HostNamespace.own();
    first.close();
    try (HostNamespace second = HostNamespace.own()) {
      assertThat(second.isOwn()).isTrue();
      long open = openNamespaces();
      first.close();
      assertThat(openNamespaces()).as("its number is the other's now").isEqualTo(open);
    }
  }

  private static long openNamespaces() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(HostNamespaceTest::isMountNamespace).count();
    }
  }

  private static boolean isMountNamespace(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("mnt:");
    } catch (IOException closed) {
      return false;
    }
  }

  @Test
  void shouldSayWhichOneItStandsFor() {
    try (HostNamespace own = HostNamespace.own();
        HostNamespace instead = HostNamespace.own("of process 1: EACCES")) {
      assertThat(own.missed()).isEmpty();
      assertThat(instead.isOwn()).isTrue();
      assertThat(instead.same(own)).isTrue();
      assertThat(instead.missed()).isEqualTo("of process 1: EACCES");
      assertThat(instead.describe())
          .endsWith(", the agent's own, not the one of process 1: EACCES");
    }
  }
}
