package io.coreaudit.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ArgumentTablesTest {
  private static final Generator GENERATOR = new Generator("arguments.py", "ArgumentTables.java");

  @Test
  void shouldNameWhatHasAName() {
    assertThat(NameTable.CAPABILITIES.name(21)).asString().isEqualTo("sys_admin");
    assertThat(NameTable.SECCOMP_ACTIONS.name(0x80000000L)).asString().isEqualTo("kill-process");
    assertThat(NameTable.FAMILIES.name(2)).asString().isEqualTo("inet");
    assertThat(NameTable.FAMILIES.name(0)).isNull();
    assertThat(NameTable.PROTOCOLS.name(17)).asString().isEqualTo("udp");
    assertThat(NameTable.SIGNALS.name(-1)).isNull();
    assertThat(ErrorTexts.text(13)).asString().isEqualTo("Permission denied");
    assertThat(ErrorTexts.text(134)).isNull();
  }

  @Test
  void shouldHaveEveryTableInOrder() {
    for (NameTable table : NameTable.values()) {
      NamedNumbers names = table.names();
      assertThat(names.size()).as(table.name()).isPositive();
      for (int i = 1; i < names.size(); i++) {
        assertThat(names.number(i)).as(table.name()).isGreaterThan(names.number(i - 1));
      }
    }
  }

  @Test
  void shouldBeWhatTheGeneratorMakes() throws IOException, InterruptedException {
    for (String needed :
        new String[] {
          "/usr/include/linux/audit.h",
          "/usr/include/x86_64-linux-gnu/sys/socket.h",
          "/usr/bin/gcc",
          "/etc/protocols"
        }) {
      assumeTrue(
          Files.exists(Path.of(needed)),
          "no " + needed + ": install linux-libc-dev, libc6-dev, gcc, netbase");
    }
    assumeTrue(
        Files.readString(Path.of("/usr/include/linux/version.h"))
            .contains("LINUX_VERSION_CODE " + code()),
        "headers of another release than " + KernelTables.HEADERS);
    String made = GENERATOR.made();
    assertThat(GENERATOR.kept()).isEqualTo(made);
  }

  private static int code() {
    String[] parts = KernelTables.HEADERS.split("\\.");
    return Integer.parseInt(parts[0]) << 16
        | Integer.parseInt(parts[1]) << 8
        | Integer.parseInt(parts[2]);
  }
}
