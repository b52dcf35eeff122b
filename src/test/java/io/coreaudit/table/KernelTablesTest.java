package io.coreaudit.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coreaudit.interpret.ArchNames;
import io.coreaudit.interpret.ErrnoNames;
import io.coreaudit.interpret.SyscallNames;
import io.coreaudit.interpret.UringNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class KernelTablesTest {
  private static final Generator GENERATOR = new Generator("generate.py", "KernelTables.java");

  @Test
  void shouldNameCallsByArchitecture() {
    assertThat(SyscallNames.name(ArchNames.X86_64, 257)).asString().isEqualTo("openat");
    assertThat(SyscallNames.name(ArchNames.X86_64, 59)).asString().isEqualTo("execve");
    assertThat(SyscallNames.name(ArchNames.I386, 11)).asString().isEqualTo("execve");
    assertThat(SyscallNames.name(ArchNames.I386, 102)).asString().isEqualTo("socketcall");
    assertThat(SyscallNames.name(ArchNames.AARCH64, 56)).asString().isEqualTo("openat");
    assertThat(SyscallNames.name(ArchNames.AARCH64, 80)).asString().isEqualTo("fstat");
    assertThat(SyscallNames.name(ArchNames.AARCH64, 437)).asString().isEqualTo("openat2");
    assertThat(SyscallNames.name(ArchNames.X86_64, 452)).asString().isEqualTo("fchmodat2");
    assertThat(SyscallNames.name(KernelNames.PPC64LE, 286)).asString().isEqualTo("openat");
    assertThat(SyscallNames.name(KernelNames.S390X, 288)).asString().isEqualTo("openat");
    assertThat(SyscallNames.name(KernelNames.S390, 25)).asString().isEqualTo("stime");
    assertThat(SyscallNames.name(KernelNames.ARM, 322)).asString().isEqualTo("openat");
    assertThat(KernelNames.libauditSyscalls(KernelNames.X86_64).name(17))
        .asString()
        .isEqualTo("pread");
  }

  @Test
  void shouldHaveNoNameForWhatItDoesNotKnow() {
    assertThat(SyscallNames.name(ArchNames.X86_64, -1)).isNull();
    assertThat(SyscallNames.name(ArchNames.X86_64, 0x4000003bL)).isNull();
    assertThat(SyscallNames.name(ArchNames.AARCH64, 403)).isNull();
    assertThat(SyscallNames.name(0x12345678, 1)).isNull();
    assertThat(ArchNames.name(0)).isNull();
    assertThat(ErrnoNames.name(0)).isNull();
    assertThat(ErrnoNames.name(Long.MIN_VALUE)).isNull();
  }

  @Test
  void shouldNameErrorsAndOperations() {
    assertThat(ErrnoNames.name(13)).asString().isEqualTo("EACCES");
    assertThat(ErrnoNames.name(11)).asString().isEqualTo("EAGAIN");
    assertThat(ErrnoNames.name(133)).asString().isEqualTo("EHWPOISON");
    assertThat(UringNames.table().name(18)).asString().isEqualTo("openat");
    assertThat(UringNames.table().name(28)).asString().isEqualTo("openat2");
    assertThat(UringNames.table().name(48)).asString().isEqualTo("sendmsg_zc");
    assertThat(UringNames.table().name(49)).asString().isEqualTo("read_multishot");
    assertThat(UringNames.table().name(62)).asString().isEqualTo("pipe");
  }

  @Test
  void shouldBeWhatTheGeneratorMakes() throws IOException, InterruptedException {
    assumeTrue(
        Files.exists(Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")),
        "no kernel headers for x86: install linux-libc-dev");
    String made = GENERATOR.made();
    assumeTrue(
        made.contains("HEADERS = \"" + KernelTables.HEADERS + "\""),
        "headers of another release than " + KernelTables.HEADERS);
    assertThat(GENERATOR.kept()).isEqualTo(made);
  }
}
