package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher in a checkout of its own, with stand-ins for the JDK and Maven that tell how they
/// were called: what is tested is what the script decides.
final class LauncherTest {
  private static final String MAVEN =
      """
      #!/bin/sh
      echo "mvn $*" >>"$CALLS"
      [ -n "$BREAK_BUILD" ] && exit 1
      mkdir -p agent/target/lib
      echo jar >agent/target/coreaudit-agent-1.jar
      echo jar >agent/target/lib/a.jar
      """;
  private static final String JAVA =
      """
      #!/bin/bash
      for word in "$@"; do
        case $word in
          -XX:AOTCacheOutput=*) out=${word#*=} ;;
          train) [ -n "$BREAK_TRAIN" ] || echo cache >"$out"; echo "train ${*: -1}" >>"$CALLS"; exit 0 ;;
        esac
      done
      echo "java $*" >>"$CALLS"
      """;

  private static final String BRIEF = "-XX:TieredStopAtLevel=1";
  private static final long LONG_LOG = 512 << 20;
  private static final String DIST = "agent/src/main/dist/lib";

  @TempDir private Path dir;
  private Path checkout;

  @BeforeEach
  void makeCheckout() throws IOException {
    checkout = dir.resolve("check out");
    for (String room : List.of("native", "src", "agent")) {
      Files.createDirectories(checkout.resolve(room + "/src/main"));
      Files.createDirectories(checkout.resolve(room + "/main"));
      Files.writeString(checkout.resolve(room + "/pom.xml"), "");
    }
    Files.writeString(checkout.resolve("pom.xml"), "");
    copy("coreaudit");
    copy("src/verify.sh");
    for (String file : List.of("launch.sh", "java.options")) {
      Path path = Files.createDirectories(checkout.resolve(DIST)).resolve(file);
      Files.copy(Path.of("..", DIST, file), path);
    }
    script(dir.resolve("bin/mvn"), MAVEN);
    script(dir.resolve("jdk/bin/java"), JAVA);
    Files.writeString(dir.resolve("jdk/release"), "JAVA_VERSION=\"25.0.3\"\n");
  }

  @Test
  void shouldBuildAndTrainOnceAndThenOnlyRun() throws Exception {
    assertThat(launch(List.of(), "run", "--set", "a=b c").exit()).isZero();
    assertThat(calls()).hasSize(3);
    assertThat(calls().get(0)).startsWith("mvn -q").contains("-DskipTests").endsWith("package");
    assertThat(calls().get(1)).isEqualTo("train agent");
    assertThat(calls().get(2))
        .contains("-XX:AOTCache=" + checkout + "/agent/target/agent.aot")
        .contains("@" + checkout.resolve(DIST).resolve("java.options") + " -Djna.boot.library")
        .doesNotContain(BRIEF)
        .contains("-cp " + checkout + "/agent/target/coreaudit-agent-1.jar:" + checkout)
        .endsWith("io.coreaudit.agent.Main run --set a=b c");
    launch(List.of(), "run");
    assertThat(calls()).hasSize(4);
  }

  @Test
  void shouldGiveTheJvmTheFlagsThatTheTestsHave() throws Exception {
    String options = Files.readString(Path.of("..", DIST, "java.options"));
    assertThat(options).contains(RunningAgent.TUNING);
    String pom = Files.readString(Path.of("../pom.xml"));
    String access = pom.replaceFirst("(?s).*?<jvm.access>(.*?)</jvm.access>.*", "$1");
    assertThat(options).contains(access.split(" "));
  }

  @Test
  void shouldStartWhatEndsSoonWithoutTheOptimisingCompiler() throws Exception {
    launch(List.of(), "status");
    assertThat(calls().get(1)).isEqualTo("train commands");
    assertThat(calls().get(2))
        .contains("-XX:AOTCache=" + checkout + "/agent/target/commands.aot")
        .contains(BRIEF)
        .endsWith("io.coreaudit.agent.Main status");
    launch(List.of(), "--version");
    launch(List.of());
    assertThat(calls()).hasSize(5).last().asString().contains(BRIEF);
  }

  @Test
  void shouldDecodeALongLogWithTheOptimisingCompiler() throws Exception {
    Path log = dir.resolve("audit.log");
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
      file.setLength(LONG_LOG - 1);
      launch(List.of(), "decode", "--format", "raw", log.toString());
      assertThat(calls().getLast()).contains(BRIEF).contains("commands.aot");
      file.setLength(LONG_LOG);
    }
    launch(List.of(), "decode", "--format", "raw", log.toString());
    assertThat(calls().getLast()).doesNotContain(BRIEF).contains("agent.aot");
    launch(List.of(), "decode", dir.resolve("missing").toString());
    assertThat(calls().getLast()).contains(BRIEF);
    launch(List.of(), "decode", "-");
    assertThat(calls().getLast()).contains(BRIEF);
  }

  @Test
  void shouldMeasureOnlyWhatDecodeReads() throws Exception {
    Path folder = Files.createDirectories(dir.resolve("logs"));
    Path deeper = Files.createDirectories(folder.resolve("deeper"));
    setLength(deeper.resolve("audit.log"));
    setLength(folder.resolve("audit.txt"));
    launch(List.of(), "decode", folder.toString());
    assertThat(calls().getLast()).contains(BRIEF);
    setLength(folder.resolve("audit.log.1"));
    launch(List.of(), "decode", folder.toString());
    assertThat(calls().getLast()).doesNotContain(BRIEF);
    // A value that is also a command's name.
    launch(List.of(), "decode", "--key", "run");
    assertThat(calls().getLast()).contains(BRIEF).contains("commands.aot");
  }

  private static void setLength(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(LONG_LOG);
    }
  }

  @Test
  void shouldBuildAgainWhenASourceIsNewer() throws Exception {
    launch(List.of(), "x");
    Thread.sleep(20);
    Files.writeString(checkout.resolve("src/main/New.java"), "");
    launch(List.of(), "x");
    assertThat(calls().stream().filter(call -> call.startsWith("mvn"))).hasSize(2);
    assertThat(calls().stream().filter("train commands"::equals)).hasSize(2);
  }

  @Test
  void shouldRunWithoutACacheWhenTrainingFails() throws Exception {
    Outcome outcome = launch(List.of("BREAK_TRAIN=1"), "x");
    assertThat(outcome.exit()).isZero();
    assertThat(outcome.err()).contains("starts slower");
    assertThat(calls().getLast()).startsWith("java ").doesNotContain("AOTCache");
    assertThat(launch(List.of("BREAK_TRAIN=1"), "x").err()).isEmpty();
  }

  @Test
  void shouldRunThroughALinkFromAnywhere() throws Exception {
    Path link =
        Files.createSymbolicLink(dir.resolve("coreaudit-link"), checkout.resolve("coreaudit"));
    assertThat(launch(link, List.of(), "x").exit()).isZero();
    assertThat(calls().getLast()).contains("-cp " + checkout + "/agent/target/");
  }

  @Test
  void shouldSayInOneSentenceWhatIsMissing() throws Exception {
    Outcome broken = launch(List.of("BREAK_BUILD=1"), "x");
    assertThat(broken.exit()).isEqualTo(3);
    assertThat(broken.err()).endsWith("coreaudit: the build failed; what is above says why\n");
    assertThat(calls().stream().filter(call -> call.startsWith("java"))).isEmpty();
    // A build that failed is tried again.
    assertThat(launch(List.of(), "x").exit()).isZero();
  }

  @Test
  void shouldSayInOneSentenceThatThereIsNoJdk() throws Exception {
    Outcome outcome = launch(List.of("JAVA_HOME=", "PATH=" + tools()), "x");
    assertThat(outcome.exit()).isEqualTo(3);
    assertThat(outcome.err())
        .startsWith("coreaudit: needs JDK 25 and found none in JAVA_HOME, ")
        .endsWith(" or set JAVA_HOME\n")
        .hasLineCount(1);
    assertThat(calls()).isEmpty();
  }

  @Test
  void shouldNotTakeAnotherJdk() throws Exception {
    Files.writeString(dir.resolve("jdk/release"), "JAVA_VERSION=\"21.0.9\"\n");
    Outcome outcome = launch(List.of("PATH=" + tools()), "x");
    assertThat(outcome.exit()).isEqualTo(3);
    assertThat(outcome.err()).startsWith("coreaudit: needs JDK 25").hasLineCount(1);
  }

  @Test
  void shouldSayInOneSentenceThatThereIsNoMaven() throws Exception {
    Outcome outcome = launch(List.of("PATH=" + tools()), "x");
    assertThat(outcome.exit()).isEqualTo(3);
    assertThat(outcome.err())
        .isEqualTo(
            "coreaudit: is not built yet, and building needs Maven (mvn) 3.8 or newer, which is"
                + " not in PATH\n");
  }

  @Test
  void shouldSayInOneSentenceThatVerifyingNeedsTheJdk() throws Exception {
    Outcome outcome = launch(checkout.resolve("src/verify.sh"), List.of("JAVA_HOME="));
    assertThat(outcome.exit()).isEqualTo(3);
    assertThat(outcome.err()).startsWith("verify: needs JDK 25 and found none").hasLineCount(1);
  }

  /// A folder with the programs that the launcher calls, and neither Java nor Maven among them.
  private Path tools() throws IOException {
    Path tools = Files.createDirectories(dir.resolve("tools"));
    for (String tool :
        List.of("bash", "readlink", "dirname", "grep", "find", "flock", "mkdir", "head", "uname")) {
      Path link = tools.resolve(tool);
      if (!Files.exists(link)) {
        Files.createSymbolicLink(link, Path.of("/usr/bin", tool));
      }
    }
    return tools;
  }

  /// A script, that looks for a JDK in the test's folder instead of the host's.
  private void copy(String script) throws IOException {
    String text = Files.readString(Path.of("..", script));
    assertThat(text).contains("/usr/lib/jvm/*");
    script(
        checkout.resolve(script), text.replace("/usr/lib/jvm/*", "'" + dir.resolve("jvm") + "'/*"));
  }

  private record Outcome(int exit, String err) {}

  private Outcome launch(List<String> environment, String... args) throws Exception {
    return launch(checkout.resolve("coreaudit"), environment, args);
  }

  private Outcome launch(Path launcher, List<String> environment, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(Path.of("/").toFile());
    builder.environment().put("JAVA_HOME", dir.resolve("jdk").toString());
    builder.environment().put("PATH", dir.resolve("bin") + ":" + System.getenv("PATH"));
    builder.environment().put("CALLS", dir.resolve("calls").toString());
    for (String variable : environment) {
      int equals = variable.indexOf('=');
      builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    Process process = builder.redirectOutput(dir.resolve("out").toFile()).start();
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(dir.resolve("out")).isEmptyFile();
    return new Outcome(process.exitValue(), err);
  }

  private List<String> calls() throws IOException {
    Path calls = dir.resolve("calls");
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
