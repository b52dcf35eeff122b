package io.coreaudit.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.format.RecordsEncoder;
import io.coreaudit.interpret.AccountNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Decodes logs and compares every field with what libauparse 4.2.2 made of it: raw, interpreted,
/// and in which event.
///
/// Where libauparse is known to be wrong another answer is right too; `InterpreterTest` holds ours.
final class DecodeFixturesTest {
  private static final Path FIXTURES = Path.of("../test-fixtures/events");
  private static final Path SHARED =
      Path.of(System.getProperty("coreaudit.shared", "../../shared"))
          .resolve("fixtures/decode/real");
  private static final Pattern HEX_DIGITS = Pattern.compile("[0-9A-Fa-f]*");
  private static final Pattern NUMBER = Pattern.compile("[+-]?(0[xX])?[0-9A-Fa-f]+");
  private static final List<String> NOT_NUMBERS =
      List.of(
          "UNCLASSIFIED",
          "SYSCALL",
          "ARCH",
          "SOCKADDR",
          "TTY_DATA",
          "SESSION",
          "ADDR",
          "MAC_LABEL");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> shouldDecodeAsLibauparseDoes() throws IOException {
    List<Path> logs = logsBelow(FIXTURES);
    assertThat(logs).hasSizeGreaterThan(50);
    return logs.stream().map(log -> DynamicTest.dynamicTest(log.toString(), () -> compare(log)));
  }

  @Test
  void shouldDecodeLogsOfOtherProjectsAsLibauparseDoes() throws IOException {
    assumeTrue(
        Files.isDirectory(SHARED),
        SHARED + " is not there: logs of other projects lie beside a checkout only");
    for (Path log : logsBelow(SHARED)) {
      compare(log);
    }
  }

  private static List<Path> logsBelow(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(f -> f.toString().matches(".*\\.log(\\.gz)?")).sorted().toList();
    }
  }

  private static void compare(Path log) throws IOException {
    String name = log.getFileName().toString().replaceFirst("\\.log(\\.gz)?$", ".events.jsonl.gz");
    Map<String, List<JsonNode>> expected = byStamp(read(log.resolveSibling(name)));
    Map<String, List<JsonNode>> actual = byStamp(decoded(log));
    List<String> differences = new ArrayList<>();
    // An AVC with a long list of permissions is lost in libauparse.
    boolean losesEvents = log.toString().contains("selinux");
    if (!losesEvents) {
      assertThat(actual.keySet()).as(log.toString()).isEqualTo(expected.keySet());
    }
    for (Map.Entry<String, List<JsonNode>> stamp : expected.entrySet()) {
      List<JsonNode> found = actual.get(stamp.getKey());
      assertThat(found).as(log + " " + stamp.getKey()).isNotNull().hasSize(stamp.getValue().size());
      for (int i = 0; i < found.size(); i++) {
        compareEvent(
            log + " " + stamp.getKey(), stamp.getValue().get(i), found.get(i), differences);
      }
    }
    assertThat(differences).isEmpty();
  }

  private static void compareEvent(
      String place, JsonNode expected, JsonNode actual, List<String> differences) {
    assertThat(types(actual)).as(place).isEqualTo(types(expected));
    Iterator<JsonNode> records = actual.get("records").iterator();
    for (JsonNode record : expected.get("records")) {
      Iterator<JsonNode> fields = records.next().get("fields").iterator();
      for (JsonNode field : record.get("fields")) {
        JsonNode found = fields.next();
        boolean equal =
            field.get("name").equals(found.get("name"))
                && (field.get("raw").equals(found.get("raw")) || isLenient(record, field))
                && (field.get("interp").equals(found.get("interp")) || isLenient(record, field));
        if (!equal) {
          differences.add(place + ": " + field + " but was " + found);
        }
      }
      assertThat(fields.hasNext()).as(place).isFalse();
    }
  }

  private static List<String> types(JsonNode event) {
    List<String> types = new ArrayList<>();
    event.get("records").forEach(record -> types.add(record.get("type").asText()));
    return types;
  }

  // Known defects of libauparse 4.2.2, and what depends on the machine it ran on.
  private static boolean isLenient(JsonNode record, JsonNode field) {
    String raw = field.get("raw").isNull() ? "" : field.get("raw").asText();
    JsonNode meaning = field.get("interp");
    String kind = field.get("kind").asText();
    if (meaning.isNull()) {
      return true;
    }
    String text = meaning.asText();
    boolean escaped = kind.startsWith("ESCAPED") || kind.equals("PROCTITLE");
    int digits = HEX_DIGITS.matcher(raw).results().findFirst().map(m -> m.end()).orElse(0);
    boolean partlyHex = digits >= 2 && (digits != raw.length() || digits % 2 != 0);
    boolean number = !escaped && !NOT_NUMBERS.contains(kind);
    return text.equals("IGPWR")
        || text.startsWith("(null)(")
        || text.startsWith("0x0x")
        || text.contains("conversion error")
        || raw.startsWith("\"") && !(raw.length() > 1 && raw.endsWith("\""))
        || escaped && !raw.startsWith("\"") && !raw.startsWith("(") && partlyHex
        || number && !NUMBER.matcher(raw).matches() && !text.equals(raw)
        || kind.equals("SYSCALL") && (text.equals("unknown-syscall(-1)") || hasUnknownArch(record))
        || kind.equals("SOCKADDR") && text.contains("%")
        || (kind.equals("UID") || kind.equals("GID")) && text.matches("unknown\\(-\\d+\\)");
  }

  private static boolean hasUnknownArch(JsonNode record) {
    for (JsonNode field : record.get("fields")) {
      if (field.get("name").asText().equals("arch")
          && field.get("interp").asText().matches("(unknown|conversion).*")) {
        return true;
      }
    }
    return false;
  }

  private static String decoded(Path log) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RecordsEncoder encoder = new RecordsEncoder(accounts("passwd"), accounts("group"));
    try (LogDecoder decoder = new LogDecoder(EventFilter.all(), encoder, null, out)) {
      decoder.decode(log, _ -> {});
      decoder.finish();
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static AccountNames accounts(String file) throws IOException {
    return new AccountNames().add(Files.readAllBytes(FIXTURES.resolve("accounts").resolve(file)));
  }

  private static String read(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Map<String, List<JsonNode>> byStamp(String lines) throws IOException {
    Map<String, List<JsonNode>> events = new TreeMap<>();
    for (String line : lines.split("\n")) {
      if (!line.isBlank()) {
        JsonNode event = JSON.readTree(line);
        String stamp =
            event.get("node")
                + " "
                + event.get("sec")
                + "."
                + event.get("ms")
                + ":"
                + event.get("serial");
        events.computeIfAbsent(stamp, _ -> new ArrayList<>()).add(event);
      }
    }
    return events;
  }
}
