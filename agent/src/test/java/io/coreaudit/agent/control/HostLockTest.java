package io.coreaudit.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.agent.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostLockTest {
  @TempDir private Path dir;

  @Test
  void shouldLetTheSecondProcessSayWhoTheFirstIs() throws Exception {
    Path file = dir.resolve("run/lock");
    String path = file.toString();
    try (ChildJvm first = ChildJvm.start(List.of(), LockHolder.class, path)) {
      first.awaitErr("held");
      try (ChildJvm second = ChildJvm.start(List.of(), LockHolder.class, path)) {
        assertThat(second.exitStatus()).isEqualTo(3);
        assertThat(second.err())
            .matches(
                "another coreaudit runs on this host: pid "
                    + first.pid()
                    + " since [0-9T:-]+Z \\(it holds "
                    + path
                    + "\\)\n");
      }
      assertThatThrownBy(() -> HostLock.take(file))
          .isInstanceOf(HostLock.HeldException.class)
          .hasMessageContaining("pid " + first.pid());
      first.kill();
      first.exitStatus();
    }
    // kill -9 gives it back, though the file and its text stay.
    assertThat(file).content().startsWith("pid ");
    HostLock.take(file).close();
  }

  @Test
  void shouldBeHeldWithinTheProcessToo() throws Exception {
    Path file = dir.resolve("lock");
    try (HostLock _ = HostLock.take(file)) {
      assertThat(file).content().startsWith("pid " + ProcessHandle.current().pid() + " since ");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir)))
          .isEqualTo("rwx------");
    }
    HostLock.take(file).close();
  }

  @Test
  void shouldNotFollowALink() throws Exception {
    Path file = dir.resolve("lock");
    Path elsewhere = Files.writeString(dir.resolve("elsewhere"), "precious");
    Files.createSymbolicLink(file, elsewhere);
    assertThatThrownBy(() -> HostLock.take(file)).isInstanceOf(java.io.IOException.class);
    assertThat(elsewhere).content().isEqualTo("precious");
  }

  @Test
  void shouldRefuseADirectoryThatOthersMayWriteAndLeaveItAsItIs() throws Exception {
    Path shared = Files.createDirectory(dir.resolve("shared"));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> HostLock.take(shared.resolve("lock")))
        .isInstanceOf(java.io.IOException.class)
        .hasMessageContaining(shared + ": others than its owner may write to it")
        .hasMessageContaining("run.dir");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(shared)))
        .isEqualTo("rwxrwxrwx");
    assertThat(shared).isEmptyDirectory();
  }

  @Test
  void shouldTakeADirectoryThatOthersMayReadAsItIs() throws Exception {
    Path made = Files.createDirectory(dir.resolve("made"));
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
    HostLock.take(made.resolve("lock")).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
        .isEqualTo("rwxr-xr-x");
    Path own = dir.resolve("own");
    HostLock.take(own.resolve("lock")).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
        .isEqualTo("rwx------");
  }
}
