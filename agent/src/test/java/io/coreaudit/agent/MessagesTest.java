package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every warning and error in the sources, against the document that says what to do about it.
final class MessagesTest {
  private static final Path DOCUMENT = Path.of("../src/docs/messages.md");
  private static final List<Path> SOURCES =
      List.of(Path.of("../src/main/java"), Path.of("src/main/java"));
  private static final String STRING = "\"((?:[^\"\\\\]|\\\\.)*)\"";
  private static final Pattern SAID =
      Pattern.compile(
          "LOG\\s*\\.(?:(?:warn|error)\\(|at(?:Warn|Error)\\(\\)(?:\\s*\\.addKeyValue\\([^;]*?\\))*?\\s*\\.log\\()\\s*"
              + STRING);
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (WARN|ERROR) \\| `(.+?)` \\| ([^|]+) \\| ([^|]+) \\|$");

  /// Who says what others worded: a new one's texts belong into the document.
  private static final Set<String> PASSED_ON =
      Set.of(
          "Agent",
          "Conductor",
          "Rounds",
          "RunningSinks",
          "SecretKeeper",
          "SpoolState",
          "Warden",
          "WatchKeeper");

  /// Says nothing that is not told by all messages of its kind.
  private static final String ANY = "…: …";

  @Test
  void shouldAllBeExplained() throws Exception {
    List<String> explained = new ArrayList<>();
    Matcher row = ROW.matcher(Files.readString(DOCUMENT));
    while (row.find()) {
      assertThat(row.group(3)).as(row.group(2)).isNotBlank();
      assertThat(row.group(4)).as(row.group(2)).isNotBlank();
      explained.add(row.group(2));
    }
    assertThat(explained).doesNotHaveDuplicates();
    Set<String> passedOn = new TreeSet<>();
    StringBuilder all = new StringBuilder();
    int said = 0;
    for (Path file : sources()) {
      String text = Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", "");
      all.append(text.replace("\\\"", "\""));
      for (MatchResult message : SAID.matcher(text).results().toList()) {
        said++;
        String words = message.group(1).replace("\\\"", "\"");
        if (words.replace("{}", "").matches("[: ]*")) {
          passedOn.add(file.getFileName().toString().replace(".java", ""));
        } else {
          assertThat(explained)
              .as("%s says: %s", file, words)
              .anyMatch(line -> !line.equals(ANY) && covers(line, words));
        }
      }
    }
    assertThat(said).isGreaterThan(50);
    assertThat(passedOn).isEqualTo(new TreeSet<>(PASSED_ON));
    // And nothing that nobody says.
    for (String line : explained) {
      for (String part : line.split("…")) {
        assertThat(all.indexOf(part.replaceFirst("^: ", "").strip()))
            .as("`%s` of: %s", part, line)
            .isNotNegative();
      }
    }
  }

  private static boolean covers(String line, String words) {
    Matcher parts = Pattern.compile("[^…]+").matcher(line);
    StringBuilder pattern = new StringBuilder();
    int end = 0;
    while (parts.find()) {
      pattern.append(parts.start() > end ? ".*" : "").append(Pattern.quote(parts.group()));
      end = parts.end();
    }
    return words.matches(pattern.append(end < line.length() ? ".*" : "").toString());
  }

  private static List<Path> sources() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path root : SOURCES) {
      try (Stream<Path> walk = Files.walk(root)) {
        walk.filter(file -> file.toString().endsWith(".java")).sorted().forEach(files::add);
      }
    }
    return files;
  }
}
