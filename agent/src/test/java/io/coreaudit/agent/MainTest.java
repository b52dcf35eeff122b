package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program as its callers see it: exit status, standard output, standard error.
final class MainTest {
  @TempDir private Path dir;

  @Test
  void shouldHelpPeople() throws Exception {
    shouldSay(0, "Usage: coreaudit [-hV] [COMMAND]", "", "--help");
    shouldSay(0, "coreaudit ", "", "--version");
    shouldSay(0, "Usage: coreaudit run [-h] [-c=FILE] [--set=KEY=VALUE]...", "", "run", "--help");
    shouldSay(2, "", "Usage: coreaudit [-hV] [COMMAND]", "");
  }

  @Test
  void shouldTellWrongUsageFromWrongAnswers() throws Exception {
    Path bad = file("bad.yaml", "watch:\n  pathz: [/etc]\ninput: {gather: 1}\n");
    String unknown =
        bad + ":2: watch.pathz: unknown key (did you mean watch.paths?)\n" + bad + ":3: ";
    shouldSay(2, "", "coreaudit: Unknown option: '--frob'", "run", "--frob");
    shouldSay(2, "", "coreaudit: Unmatched argument at index 0: 'frob'", "frob");
    shouldSay(2, "", "--set: a: unknown key", "run", "--set", "a=1");
    shouldSay(2, "", unknown, "run", "-c", bad.toString());
    shouldSay(2, "", unknown, "status", "-c", bad.toString());
    shouldSay(1, unknown, "", "config", "check", bad.toString());
    Path none = dir.resolve("none.yaml");
    shouldSay(3, "", "coreaudit: " + none + ": no such file", "config", "check", none.toString());
    Path good = file("good.yaml", "watch: {paths: [/etc]}\n");
    shouldSay(0, good + ": good\n", "", "config", "check", good.toString());
    shouldSay(
        0,
        "# " + good + "\ninput:\n  mode: multicast\n",
        "",
        "config",
        "print",
        "-c",
        good.toString());
    shouldSay(
        1,
        "",
        "coreaudit: no agent runs here: there is no " + dir + "/control",
        "status",
        "--set",
        "run.dir=" + dir);
  }

  @Test
  void shouldSayWhatTheSystemRefused() throws Exception {
    Path file = file("file", "");
    shouldSay(3, "", "coreaudit: " + file, "run", "--set", "run.dir=" + file + "/x");
  }

  @Test
  void shouldDecodeWithoutTheNativeInterface() throws Exception {
    Path log =
        file(
            "audit.log",
            "type=SYSCALL msg=audit(1795321989.984:3022): arch=c000003e syscall=257 success=yes"
                + " exit=3 ppid=1 pid=2 auid=0 uid=0 comm=\"cat\" exe=\"/usr/bin/cat\"\n");
    List<String> command = ChildJvm.command(List.of(), Main.class, "decode", log.toString());
    command.addAll(
        1, List.of("-Djna.boot.library.path=/", "-Djna.nosys=true", "-Djna.nounpack=true"));
    Process decode = new ProcessBuilder(command).redirectErrorStream(true).start();
    assertThat(new String(decode.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .startsWith("{\"@timestamp\":\"2026-11-22T04:33:09.984Z\"");
    assertThat(decode.waitFor()).isZero();
  }

  private void shouldSay(int status, String out, String err, String... args) throws Exception {
    String[] words = args.length == 1 && args[0].isEmpty() ? new String[0] : args;
    try (ChildJvm child = ChildJvm.start(List.of(), Main.class, words)) {
      assertThat(child.exitStatus()).as(child.err()).isEqualTo(status);
      assertThat(child.out()).startsWith(out);
      assertThat(child.err()).startsWith(err).doesNotContain("\tat ");
      if (out.isEmpty()) {
        assertThat(child.out()).isEmpty();
      }
      if (err.isEmpty()) {
        assertThat(child.err()).isEmpty();
      }
    }
  }

  private Path file(String name, String text) throws Exception {
    Path file = Files.writeString(dir.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    return file;
  }
}
