package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every warning and error in the sources, against the document that says what to do about it.
final class MessagesTest {
  private static final Path DOCUMENT = Path.of("../src/docs/messages.md");
  private static final List<Path> SOURCES =
      List.of(Path.of("../src/main/java"), Path.of("src/main/java"));
  private static final String STRING = "\"([^\"]*)\"";
  private static final Pattern SAID =
      Pattern.compile(
          "LOG\\s*\\.(?:at)?((?i)warn|error)\\((?:\\)(?:\\s*\\.addKeyValue\\([^;]*?\\))*?\\s*\\.log\\()?\\s*"
              + STRING);
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (WARN|ERROR) \\| `(.+?)` \\| ([^|]+) \\| ([^|]+) \\|$");

  /// Who says what others worded: a new one's texts belong into the document.
  private static final Set<String> PASSED_ON =
      Set.of(
          "Agent",
          "Conductor",
          "RunningSinks",
          "SecretKeeper",
          "SpoolState",
          "Warden",
          "WatchKeeper");

  /// A row of the document.
  ///
  /// @param level WARN or ERROR
  /// @param message with `…` for what differs
  private record Row(String level, String message) {
    boolean covers(String level, String words) {
      String pattern =
          Stream.of(message.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
      return this.level.equals(level) && words.matches(pattern);
    }
  }

  @Test
  void shouldAllBeExplained() throws Exception {
    List<Row> explained = new ArrayList<>();
    Matcher row = ROW.matcher(Files.readString(DOCUMENT).replace('"', '\u201d'));
    while (row.find()) {
      assertThat(row.group(3)).as(row.group(2)).isNotBlank();
      assertThat(row.group(4)).as(row.group(2)).isNotBlank();
      explained.add(new Row(row.group(1), row.group(2)));
    }
    assertThat(explained).doesNotHaveDuplicates();
    Set<String> passedOn = new TreeSet<>();
    StringBuilder all = new StringBuilder();
    int said = 0;
    for (Path file : sources()) {
      String text =
          Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", "").replace("\\\"", "\u201d");
      all.append(text);
      for (MatchResult message : SAID.matcher(text).results().toList()) {
        said++;
        String level = message.group(1).toUpperCase(Locale.ROOT);
        String words = message.group(2);
        if (words.replace("{}", "").matches("[: ]*")) {
          passedOn.add(file.getFileName().toString().replace(".java", ""));
        } else {
          assertThat(explained)
              .as("%s says: %s %s", file, level, words)
              .anyMatch(known -> known.covers(level, words));
        }
      }
    }
    assertThat(said).isGreaterThan(50);
    assertThat(passedOn).isEqualTo(new TreeSet<>(PASSED_ON));
    // And nothing that nobody says.
    for (Row known : explained) {
      for (String part : known.message().split("…")) {
        assertThat(all.indexOf(part.replaceFirst("^: ", "").strip()))
            .as("`%s` of: %s", part, known)
            .isNotNegative();
      }
    }
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
