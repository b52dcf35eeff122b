package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `src/docs/record-coverage.md` is made of the tables. `-Dgolden.rewrite=true` writes it anew.
final class CoverageDocumentTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("basedir", ".")).resolve("docs/record-coverage.md");

  @Test
  void shouldTellWhatTheTablesTell() throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("# What each record and system call becomes\n\n")
        .append("Made of the tables in `RecordActions` and `SyscallActions` by a test; not to be")
        .append(" edited.\n\n")
        .append("A record type that is not listed has its own name in lower case as `event.action`")
        .append(" and no category; a system call that is not listed has its own name, category")
        .append(
            " `process`, type `info`. Categories and their types are those that ECS 8.17 allows.")
        .append("\n\n")
        .append("## Record types\n");
    table(text, RecordActions.TABLE + RecordActions.VARIANTS);
    text.append(
        """

        The type is `allowed` where an AVC was granted or its domain is permissive, a seccomp filter \
        only logs, or a daemon let the access be (FANOTIFY `resp=1`); `creation` and `deletion` where \
        CONFIG_CHANGE adds or removes a rule; `installation` and `deletion` where SOFTWARE_UPDATE \
        installs or removes. An AVC with `apparmor=` is told as the APPARMOR_* type of that word; in brackets \
        stands a field that the record must have.

        SYSCALL and URINGOP are told by the call. PATH, CWD, EXECVE, PROCTITLE, SOCKADDR, OPENAT2 and \
        EOE complete it, and tell only an event that lost its call; OBJ_PID, KERN_MODULE, BPF, CAPSET, BPRM_FCAPS, MMAP, FD_PAIR, IPC, \
        IPC_SET_PERM, SOCKETCALL, AVC_PATH and MQ_* give their fields in `coreaudit.data`, the second of them \
        and those beside a record that tells in `coreaudit.companions`.

        ## System calls
        """);
    table(text, SyscallActions.TABLE);
    text.append(
        """

        An open is `creation` when it made the file, `change` when its flags ask for writing or \
        truncating, else `access`. Operations of io_uring count as the call of their name, `socketcall` and \
        `ipc` of 32-bit machines as the call that their first argument names.
        """);
    if (Boolean.getBoolean("golden.rewrite")) {
      Files.writeString(DOCUMENT, text);
    }
    assertThat(Files.readString(DOCUMENT)).isEqualTo(text.toString());
  }

  private static void table(StringBuilder text, String table) {
    text.append("| Action | Category | Type | Of |\n|---|---|---|---|\n");
    for (String line : table.lines().toList()) {
      String[] columns = line.split(" \\| ");
      text.append("| ").append(columns[0]);
      for (int i = 1; i < columns.length; i++) {
        text.append(" | ").append(columns[i].replace(" ", ", "));
      }
      text.append(" |\n");
    }
  }
}
