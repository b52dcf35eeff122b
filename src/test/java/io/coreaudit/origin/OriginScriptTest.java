package io.coreaudit.origin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The script behind an interpreter.
final class OriginScriptTest extends OriginScene {
  private List<String> executed(int pid, int ppid, String exe, String cwd, String... words) {
    int second = 1_700_000_000 + ++executions;
    clock.set(second * 1000L);
    String stamp = "msg=audit(" + second + ".000:" + executions + "): ";
    append(call(second, executions, ppid, pid, "x", '"' + exe + '"'));
    StringBuilder arguments = new StringBuilder();
    int paths = Integer.parseInt(words[0]);
    for (int i = paths + 1; i < words.length; i++) {
      arguments.append(" a").append(i - paths - 1).append('=').append(words[i]);
    }
    append("type=EXECVE " + stamp + "argc=" + (words.length - paths - 1) + arguments);
    append("type=CWD " + stamp + "cwd=\"" + cwd + '"');
    for (int i = 0; i < paths; i++) {
      append(
          PATH.replace("name=\"%s\"", "name=%s")
              .formatted(second + ".000:" + executions, i, words[i + 1], "fd:00", "NORMAL"));
    }
    assembler.flush();
    return tags().stream().filter(tag -> tag.matches("1[23] .*")).toList();
  }

  private int executions;

  private List<String> scripts(int pid, int ppid, String exe) {
    int second = 1_700_000_000 + ++executions;
    feed(call(second, executions, ppid, pid, "x", '"' + exe + '"'));
    return tags().stream().filter(tag -> tag.matches("1[23] .*")).toList();
  }

  @Test
  void shouldNameTheScriptThatAProcessAndItsParentRun() throws IOException {
    process(7000, "x.sh", 100, "0::/\n");
    String sh = "\"/bin/sh\"";
    assertThat(
            executed(
                7000,
                1,
                "/usr/bin/dash",
                "/opt",
                "3",
                "\"./x.sh\"",
                sh,
                "\"/lib/ld.so\"",
                sh,
                "\"-e\"",
                "\"./x.sh\"",
                "\"arg\""))
        .containsExactly("12 /opt/x.sh");
    assertThat(scripts(7000, 1, "/usr/bin/dash")).containsExactly("12 /opt/x.sh");
    assertThat(
            executed(
                7001,
                7000,
                "/usr/bin/cat",
                "/opt",
                "2",
                "\"/bin/cat\"",
                "\"/lib/ld.so\"",
                "\"cat\"",
                "\"/opt/x.sh\""))
        .as("its child runs none")
        .containsExactly("13 /opt/x.sh");
    assertThat(
            executed(7000, 1, "/usr/bin/id", "/", "2", "\"/bin/id\"", "\"/lib/ld.so\"", "\"id\""))
        .as("the shell became another program")
        .isEmpty();
    assertThat(scripts(7001, 7000, "/usr/bin/cat")).isEmpty();
  }

  @Test
  void shouldKeepTheScriptWhenItsInterpreterExecutesAnother() throws IOException {
    process(7000, "a b.py", 100, "0::/\n");
    String env = "\"/usr/bin/env\"";
    String script = "2F6F70742F6120622E7079"; // /opt/a b.py
    assertThat(executed(7000, 1, "/usr/bin/env", "/", "2", script, env, env, "\"python3\"", script))
        .containsExactly("12 /opt/a b.py");
    assertThat(
            executed(
                7000,
                1,
                "/usr/bin/python3.9",
                "/",
                "2",
                "\"/usr/bin/python3\"",
                "\"/lib/ld.so\"",
                "\"python3\"",
                script))
        .containsExactly("12 /opt/a b.py");
    assertThat(scripts(7000, 1, "/usr/bin/python3.9")).containsExactly("12 /opt/a b.py");
    assertThat(scripts(7000, 1, "/usr/bin/other")).as("nobody told of that").isEmpty();
    assertThat(scripts(7000, 1, "/usr/bin/python3.9")).isEmpty();
    assertThat(executed(7002, 1, "/bin/sh", "/", "1", "\"/bin/sh\"", "\"/bin/sh\"", "\"/x\""))
        .as("no script")
        .isEmpty();
  }
}
