package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DeadLettersTest {
  @TempDir private Path dir;

  private Path file() {
    return dir.resolve("state/dead-letters/siem.jsonl");
  }

  private DeadLetters letters(long most) {
    return new DeadLetters(new DeadLetterBox(dir.resolve("state/dead-letters"), most), "siem");
  }

  private static void add(DeadLetters letters, String event, String said) {
    byte[] bytes = event.getBytes(StandardCharsets.UTF_8);
    letters.add(bytes, 0, bytes.length, said);
  }

  private static String mode(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void shouldKeepTheEventAndTheReceiversWords() throws Exception {
    DeadLetters letters = letters(1 << 20);
    add(letters, "{\"a\":\"ü\\n\"}", "400 \"mapper\"\u0007");
    byte[] broken = {'x', (byte) 0xff, 'y'};
    letters.add(broken, 0, 3, "no");
    JsonNode first = new ObjectMapper().readTree(Files.readAllLines(file()).get(0));
    assertThat(first.get("event").asText()).isEqualTo("{\"a\":\"ü\\n\"}");
    assertThat(first.get("said").asText()).isEqualTo("400 \"mapper\"\u0007");
    JsonNode second = new ObjectMapper().readTree(Files.readAllLines(file()).get(1));
    assertThat(Base64.getDecoder().decode(second.get("event_base64").asText())).isEqualTo(broken);
    assertThat(file()).content().hasLineCount(2);
    assertThat(letters.fault()).isEmpty();
    assertThat(mode(file())).isEqualTo("rw-------");
    assertThat(mode(file().getParent())).isEqualTo("rwx------");
  }

  @Test
  void shouldStayWithinItsBoundAndKeepTheYoungest() throws Exception {
    DeadLetters letters = letters(64 << 10);
    for (int i = 0; i < 1000; i++) {
      add(letters, "event " + i + " " + "x".repeat(500), "no");
    }
    Path old = file().resolveSibling("siem.jsonl.1");
    assertThat(Files.size(file()) + Files.size(old)).isLessThanOrEqualTo(64 << 10);
    assertThat(Files.readString(file())).contains("event 999 ");
    assertThat(mode(old)).isEqualTo("rw-------");
    assertThat(letters.failures()).isZero();
    add(letters, "y".repeat(40 << 10), "no");
    assertThat(letters.failures()).isEqualTo(1);
    assertThat(letters.fault())
        .isEqualTo(
            "what was refused is not kept: "
                + file()
                + ": an event of 40960 bytes is larger than half of the bound");
    add(letters, "small", "no");
    assertThat(letters.fault()).as("this one is kept").isEmpty();
  }

  @Test
  void shouldRefuseASymbolicLinkInItsPlace() throws Exception {
    Path target = Files.writeString(dir.resolve("shadow"), "");
    DeadLetters letters = letters(1 << 20);
    Files.createDirectories(file().getParent());
    Files.createSymbolicLink(file(), target);
    add(letters, "event", "no");
    assertThat(letters.failures()).isEqualTo(1);
    assertThat(letters.fault()).contains("is a symbolic link");
    assertThat(target).isEmptyFile();
  }
}
