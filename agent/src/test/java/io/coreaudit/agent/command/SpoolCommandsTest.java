package io.coreaudit.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.memory.Memory;
import io.coreaudit.spool.Spool;
import io.coreaudit.spool.SpoolReader;
import io.coreaudit.spool.SpoolSettings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpoolCommandsTest {
  private static final int EVENTS = 10;

  @TempDir private Path dir;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void shouldShowEveryEventFromANumberOn() throws Exception {
    fill();
    assertThat(run("spool", "cat")).isZero();
    List<String> lines = out().lines().toList();
    assertThat(lines).hasSize(EVENTS);
    ObjectMapper json = new ObjectMapper();
    for (int i = 0; i < EVENTS; i++) {
      JsonNode event = json.readTree(lines.get(i));
      assertThat(event.at("/coreaudit/seq").asLong()).isEqualTo(i + 1);
      assertThat(event.at("/coreaudit/raw/0").asText()).contains("pid=" + (1000 + i + 1));
    }
    out.reset();
    assertThat(run("spool", "cat", "--from", "8", "--format", "raw")).isZero();
    assertThat(out().lines())
        .hasSize(3)
        .first()
        .asString()
        .contains("pid=1008")
        .startsWith("type=");
    assertThat(run("spool", "cat", "--format", "xml")).isEqualTo(2);
    assertThat(err()).isEqualTo("coreaudit: --format=xml: expected ecs, raw, cef, leef or ocsf\n");
  }

  @Test
  void shouldCountAndCheck() throws Exception {
    fill();
    assertThat(run("spool", "stat")).isZero();
    assertThat(out())
        .contains(
            "events     10, seq 1 to 10\n",
            "damaged    0\n",
            "sink       siem has seq 4, behind 6\n");
    out.reset();
    assertThat(run("spool", "verify")).isZero();
    assertThat(out()).endsWith("\nsound\n");
    out.reset();
    assertThat(run("spool", "stat", "--json")).isZero();
    assertThat(new ObjectMapper().readTree(out()).at("/last_seq").asLong()).isEqualTo(EVENTS);
  }

  @Test
  void shouldFindDamage() throws Exception {
    fill();
    damage("pid=1005".getBytes(StandardCharsets.US_ASCII));
    assertThat(run("spool", "verify")).isEqualTo(1);
    assertThat(out()).contains("is damaged", "damaged    1\n").endsWith("NOT SOUND: see above\n");
    out.reset();
    assertThat(run("spool", "verify", "--json")).isEqualTo(1);
    JsonNode found = new ObjectMapper().readTree(out());
    assertThat(found.at("/sound").asBoolean()).isFalse();
    assertThat(found.at("/found/corrupt_frames").asLong()).isEqualTo(1);
  }

  /// Also behind the last heartbeat, of which there is none here.
  @Test
  void shouldFindNumbersThatLack() throws Exception {
    fill(6, 7);
    assertThat(run("spool", "verify")).isEqualTo(1);
    assertThat(out())
        .contains(
            "events 6 to 7 are missing before event 8, and nothing in the stream says so\n",
            "missing    2\n")
        .endsWith("NOT SOUND: see above\n");
  }

  @Test
  void shouldSayThatThereIsNoSpool() {
    assertThat(run("spool", "stat")).isEqualTo(1);
    assertThat(err()).startsWith("coreaudit: spool " + dir.resolve("spool")).hasLineCount(1);
  }

  @Test
  void shouldLeaveASpoolToTheNewerProgramThatWroteIt() throws Exception {
    fill();
    Files.writeString(dir.resolve("spool/spool.format"), "coreaudit spool format 7\n");
    for (String command : List.of("stat", "cat", "verify")) {
      err.reset();
      assertThat(run("spool", command)).as(command).isEqualTo(2);
      assertThat(err())
          .startsWith("coreaudit: spool " + dir.resolve("spool") + ": a newer coreaudit wrote it")
          .contains("format 7, this program knows 1", "start the newer program", "move the dir")
          .hasLineCount(1);
    }
    assertThat(out()).isEmpty();
  }

  private void fill(Integer... lacking) {
    try (Arena arena = Arena.ofConfined();
        Spool spool = Spool.open(SpoolSettings.of(dir.resolve("spool")));
        SpoolReader reader = spool.reader("siem")) {
      FrameWriter writer = new FrameWriter(arena.allocate(8192).address(), 8192);
      long text = arena.allocate(512).address();
      for (int seq = 1; seq <= EVENTS; seq++) {
        if (List.of(lacking).contains(seq)) {
          continue;
        }
        String record =
            "audit(1795321989.984:"
                + seq
                + "): arch=c000003e syscall=257 success=yes exit=3 pid="
                + (1000 + seq)
                + " comm=\"cat\" exe=\"/usr/bin/cat\" key=(null)";
        byte[] bytes = record.getBytes(StandardCharsets.US_ASCII);
        Memory.copy(bytes, 0, text, bytes.length);
        writer.begin(EventKind.AUDIT, 1795321989, 984, seq, 0, 1795321989_984_000_000L);
        writer.record(1300, 0, 0, text, bytes.length);
        int length = writer.finish(0, seq, 7, 9);
        assertThat(spool.append(writer.address(), length)).isTrue();
      }
      spool.signalReaders();
      for (int i = 0; i < 4; i++) {
        assertThat(reader.next()).isTrue();
      }
      reader.acknowledge(reader.position());
    }
  }

  private void damage(byte[] needle) throws Exception {
    try (Stream<Path> files = Files.list(dir.resolve("spool"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i + needle.length <= bytes.length; i++) {
          if (java.util.Arrays.equals(bytes, i, i + needle.length, needle, 0, needle.length)) {
            bytes[i + needle.length - 1] ^= 1;
            Files.write(file, bytes);
            return;
          }
        }
      }
    }
    throw new AssertionError("not found");
  }

  private int run(String... args) {
    String[] line = java.util.Arrays.copyOf(args, args.length + 2);
    line[args.length] = "--set";
    line[args.length + 1] = "state.dir=" + dir;
    return new CommandLineInterface(_ -> 0, stream(out), stream(err)).run(line);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
