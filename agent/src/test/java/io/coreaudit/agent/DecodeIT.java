package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `decode` beside the ausearch that is installed, and on a pipe that goes on.
final class DecodeIT {
  private static final Path FIXTURES = Path.of("../test-fixtures/events/gen");
  // Names that a release of ausearch older than our tables does not know: those it leaves as
  // numbers.
  private static final Set<String> COMPARED =
      Set.of(
          "arch", "syscall", "success", "a0", "a1", "a2", "a3", "mode", "cap_fp", "cap_fi", "sig");

  @TempDir private Path dir;

  @Test
  void shouldSayWhatAusearchSays() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/ausearch")), "no ausearch: install auditd");
    int compared = 0;
    List<String> differences = new ArrayList<>();
    for (String name : List.of("openflags-s1", "modes-s1", "caps-s1", "syscall-x86_64-s1")) {
      Path log = unpacked(name);
      Set<String> theirs = byAusearch(log);
      for (String ours : byUs(log)) {
        compared++;
        if (!theirs.contains(ours)) {
          differences.add(ours);
        }
      }
    }
    assertThat(compared).isGreaterThan(3000);
    // Calls, options and flags that the installed release does not name yet.
    assertThat(differences.size()).as(differences.toString()).isLessThan(compared / 10);
  }

  private Path unpacked(String name) throws Exception {
    Path log = dir.resolve(name + ".log");
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(FIXTURES.resolve(name + ".log.gz")))) {
      Files.write(log, in.readAllBytes());
    }
    return log;
  }

  // `serial type name=meaning`, of what has no blank.
  private static Set<String> byAusearch(Path log) throws Exception {
    Process ausearch =
        new ProcessBuilder("ausearch", "-i", "-if", log.toString())
            .redirectErrorStream(true)
            .start();
    String text = new String(ausearch.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertThat(ausearch.waitFor(60, TimeUnit.SECONDS)).isTrue();
    Set<String> found = new TreeSet<>();
    for (String line : text.split("\n")) {
      if (line.startsWith("type=")) {
        String type = line.substring(5, line.indexOf(' '));
        String serial = line.replaceFirst(".*?:(\\d+)\\) :.*", "$1");
        for (String word : line.split(" ")) {
          found.add(serial + " " + type + " " + word);
        }
      }
    }
    return found;
  }

  private static List<String> byUs(Path log) throws Exception {
    List<String> found = new ArrayList<>();
    try (ChildJvm child =
        ChildJvm.start(List.of(), Main.class, "decode", "--format", "records", log.toString())) {
      assertThat(child.exitStatus()).as(child.err()).isZero();
      for (String line : child.out().split("\n")) {
        JsonNode event = new ObjectMapper().readTree(line);
        for (JsonNode record : event.get("records")) {
          for (JsonNode field : record.get("fields")) {
            String meaning = field.get("interp").asText();
            if (COMPARED.contains(field.get("name").asText()) && !meaning.contains(" ")) {
              found.add(
                  event.get("serial").asText()
                      + " "
                      + record.get("type").asText()
                      + " "
                      + field.get("name").asText()
                      + "="
                      + meaning);
            }
          }
        }
      }
    }
    return found;
  }

  @Test
  void shouldFollowAPipeThatGoesOn() throws Exception {
    List<String> command = ChildJvm.command(List.of(), Main.class, "decode", "--format", "raw");
    Process decode =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (OutputStream in = decode.getOutputStream()) {
      for (int i = 1; i <= 3; i++) {
        String line = "type=USER_AUTH msg=audit(1000.001:" + i + "): pid=1\n";
        in.write(line.getBytes(StandardCharsets.US_ASCII));
        in.flush();
        byte[] read = decode.getInputStream().readNBytes(line.length());
        assertThat(new String(read, StandardCharsets.US_ASCII)).isEqualTo(line);
      }
    } finally {
      assertThat(decode.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(decode.exitValue()).isZero();
  }
}
