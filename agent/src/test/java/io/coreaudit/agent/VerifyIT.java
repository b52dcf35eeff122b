package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.agent.command.CommandLineInterface;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a receiver has of a real agent, some of it twice, and what shows of it when somebody
/// changes it there; signed with a key of openssl's.
final class VerifyIT {
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final int EVENTS = 500;

  @TempDir private Path dir;
  private Path key;
  private Path publicKey;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @BeforeEach
  void makeKey() throws Exception {
    key = dir.resolve("sign.pem");
    publicKey = publicOf(key);
  }

  private static Path publicOf(Path key) throws Exception {
    Path other = key.resolveSibling(key.getFileName() + ".pub");
    Command.run("openssl", "genpkey", "-algorithm", "ed25519", "-out", key.toString());
    Command.run("openssl", "pkey", "-in", key.toString(), "-pubout", "-out", other.toString());
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
    return other;
  }

  @Test
  void shouldFindWhatSomebodyDidToWhatWasDelivered() throws Exception {
    List<String> lines = delivered();
    assertThat(verify(lines)).as(said()).isZero();
    assertThat(said())
        .endsWith("sound\n")
        .containsPattern("events +\\d+, of which came before \\d\\d+");
    assertThat(said()).containsPattern("signed +[1-9]\\d* heartbeats, 0 are not");

    int token = lines.indexOf(holding(lines, "audit(1000000000.000:7)"));
    shouldFind(
        lines,
        changed -> changed.set(token, changed.get(token).replace("a1=7ffd a2=80000", "a1=0 a2=0")),
        "came before, and was not the same|are not those that the agent accepted");
    shouldFind(
        once(lines),
        changed -> changed.removeIf(line -> line.contains("audit(1000000000.000:7)")),
        "event \\d+ is missing before event \\d+ \\(\\S+\\), and nothing in the stream says so");
    shouldFind(
        once(lines),
        changed -> changed.add(token + 3, changed.remove(token)),
        "event \\d+ \\(\\S+:1000000000\\.000:7\\) comes behind event \\d+: wrong order");
    // Whoever has no key may put the chain together anew, and the signature away.
    shouldFind(
        lines,
        changed ->
            changed.replaceAll(
                line ->
                    line.replaceAll(" chain_time=\\d+ chain_signature=\\\\\"[^\\\\]+\\\\\"", "")),
        "the heartbeat is not signed");
    assertThat(verify(lines, publicOf(dir.resolve("other.pem")))).isEqualTo(1);
    assertThat(said()).contains("signature is by none of the keys given");
  }

  @Test
  void shouldSayWhyNothingCanBeSaidOfRawLines() throws Exception {
    Path log = LineFeed.file(dir.resolve("audit.log"), 3);
    assertThat(run("decode", "--verify", log.toString())).isEqualTo(2);
    assertThat(said()).contains("lines of the format raw bear no numbers").hasLineCount(1);
  }

  @Test
  void shouldRefuseToStartWithAKeyThatOthersMayRead() throws Exception {
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--r--r--"));
    try (RunningAgent agent = new RunningAgent(dir)) {
      agent
          .input(Redirect.PIPE)
          .start("input: {mode: plugin}\nheartbeat: {sign: {key_file: %s}}\n".formatted(key));
      assertThat(agent.exitStatus(SOON)).isEqualTo(2);
      assertThat(agent.log()).contains("heartbeat.sign.key_file", key.toString(), "chmod 0400");
    }
  }

  /// The lines of a receiver that was away in between.
  private List<String> delivered() throws Exception {
    try (LineReceiver receiver = new LineReceiver(dir.resolve("received"));
        RunningAgent agent = new RunningAgent(dir)) {
      agent
          .input(Redirect.PIPE)
          .start(
              """
              input: {mode: plugin}
              heartbeat: {interval: 1s, sign: {key_file: %s}}
              sinks: [%s]
              """
                  .formatted(key, receiver.sink("siem")))
          .awaitReady();
      OutputStream in = agent.process().getOutputStream();
      LineFeed.write(in, 1, EVENTS);
      agent.until(SOON, "the first events", () -> receiver.count() > EVENTS);
      receiver.kill();
      LineFeed.write(in, EVENTS + 1, EVENTS);
      receiver.reopen();
      agent.until(
          SOON,
          "a heartbeat that speaks of all of them",
          () ->
              Event.soFar(receiver.file()).stream()
                  .anyMatch(event -> event.is("heartbeat") && chained(event) > 2 * EVENTS));
      assertThat(agent.command("spool", "verify", "--public-key", publicKey.toString()))
          .contains("sound");
      assertThat(agent.stop()).as(agent.log()).isZero();
      return Files.readAllLines(receiver.file());
    }
  }

  private static long chained(Event heartbeat) {
    return heartbeat.json().at("/coreaudit/heartbeat/chain_seq").asLong();
  }

  private void shouldFind(List<String> lines, Consumer<List<String>> change, String problem)
      throws Exception {
    List<String> changed = new ArrayList<>(lines);
    change.accept(changed);
    assertThat(changed).isNotEqualTo(lines);
    assertThat(verify(changed)).as(said()).isEqualTo(1);
    assertThat(said()).containsPattern(problem).endsWith("NOT SOUND: see above\n");
  }

  private static String holding(List<String> lines, String text) {
    return lines.stream().filter(line -> line.contains(text)).findFirst().orElseThrow();
  }

  /// Without what came a second time.
  private static List<String> once(List<String> lines) {
    return lines.stream().distinct().toList();
  }

  private int verify(List<String> lines) throws Exception {
    return verify(lines, publicKey);
  }

  private int verify(List<String> lines, Path publicKey) throws Exception {
    Path file = Files.write(dir.resolve("delivered"), lines);
    return run("decode", "--verify", "--public-key", publicKey.toString(), file.toString());
  }

  private int run(String... words) {
    said.reset();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    return new CommandLineInterface(_ -> 0, out, out).run(words);
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }
}
