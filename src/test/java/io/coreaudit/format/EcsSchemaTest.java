package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every event is one of the shipped schema, and what the schema has outside `coreaudit` is a field
/// of ECS 8.17, or one of the few that the documentation names as none.
final class EcsSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path DOCUMENT =
      Path.of(System.getProperty("basedir", ".")).resolve("docs/ecs.md");

  /// Outside `coreaudit`, and not in ECS.
  private static final List<String> EXTENSIONS =
      List.of("user.audit.", "user.saved.", "user.filesystem.", "kubernetes.pod.");

  static List<Path> goldens() throws IOException {
    return EcsGoldenTest.logs().stream()
        .map(log -> log.resolveSibling(log.getFileName() + ".golden"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void shouldHoldForEachGoldenEvent(Path golden) throws IOException {
    for (String line : Files.readAllLines(golden)) {
      assertThat(Schema.faults(JSON.readTree(line))).as(line).isEmpty();
    }
  }

  static List<Path> fixtures() throws IOException {
    return EcsOfFixturesTest.logs();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void shouldHoldForEachEventOfTheFixtures(Path log) throws IOException {
    List<String> faults = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      EcsEncoder encoder = new EcsEncoder(true);
      ByteOutput out = new ByteOutput(1024);
      new Frames(arena)
          .each(
              "#! lines\n" + EcsOfFixturesTest.records(log),
              frame -> {
                out.clear();
                encoder.encode(frame, out);
                try {
                  faults.addAll(Schema.faults(JSON.readTree(out.array(), 0, out.length())));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
    assertThat(faults).isEmpty();
  }

  @Test
  void shouldRefuseWhatIsNoEvent() throws IOException {
    String line = Files.readAllLines(goldens().getFirst()).getFirst();
    assertThat(Schema.faults(changed(line, "/process", "pid", JSON.readTree("\"7\""))))
        .hasSize(1)
        .allMatch(fault -> fault.startsWith(".process.pid: type"));
    assertThat(Schema.faults(changed(line, "/process", "pids", JSON.readTree("7"))))
        .containsExactly(".process.pids: additionalProperties false");
    assertThat(Schema.faults(changed(line, "/event", "outcome", JSON.readTree("\"maybe\""))))
        .hasSize(1);
    assertThat(Schema.faults(changed(line, "/event", "category", JSON.readTree("[\"x\"]"))))
        .hasSize(1);
    assertThat(Schema.faults(changed(line, "/event", "type", JSON.readTree("[]")))).hasSize(1);
    assertThat(Schema.faults(changed(line, "", "@timestamp", JSON.readTree("\"now\"")))).hasSize(1);
    assertThat(Schema.faults(changed(line, "", "host", JSON.readTree("{}")))).hasSize(2);
    assertThat(
            Schema.faults(
                changed(line, "/coreaudit", "data", JSON.readTree("{\"x y\":\"\",\"z\":{}}"))))
        .hasSize(2);
  }

  private static JsonNode changed(String line, String at, String name, JsonNode value)
      throws IOException {
    ObjectNode event = (ObjectNode) JSON.readTree(line);
    ((ObjectNode) event.at(at)).set(name, value);
    return event;
  }

  @Test
  void shouldHaveFieldsOfEcsOutsideItsOwnPlace() throws IOException {
    Map<String, String> ecs = ecsFields();
    Map<String, JsonNode> ours = new TreeMap<>();
    leaves("", Schema.root(), ours);
    assertThat(ours).containsKeys("process.args", "user.effective.group.name", "source.port");
    String document = Files.readString(DOCUMENT);
    Set<String> used = new HashSet<>();
    ours.forEach(
        (name, schema) -> {
          if (name.startsWith("coreaudit.")) {
            return;
          }
          String extension = EXTENSIONS.stream().filter(name::startsWith).findFirst().orElse(null);
          if (extension != null) {
            used.add(extension);
            assertThat(ecs).as(name).doesNotContainKey(name);
            assertThat(document).contains("`" + extension);
            return;
          }
          assertThat(ecs).containsKey(name);
          assertThat(shape(schema)).as(name).isEqualTo(shape(ecs.get(name)));
        });
    assertThat(used).containsExactlyInAnyOrderElementsOf(EXTENSIONS);
  }

  @Test
  void shouldHaveNoFieldThatNoFixtureShows() throws IOException {
    Map<String, JsonNode> ours = new TreeMap<>();
    leaves("", Schema.root(), ours);
    Set<String> shown = new HashSet<>();
    for (Path golden : goldens()) {
      for (String line : Files.readAllLines(golden)) {
        names("", JSON.readTree(line), shown);
      }
    }
    Set<String> missing = new TreeSet<>();
    for (String name : ours.keySet()) {
      if (shown.stream().noneMatch(each -> each.equals(name) || each.startsWith(name + "."))) {
        missing.add(name);
      }
    }
    assertThat(missing).isEmpty();
  }

  private static void names(String at, JsonNode value, Set<String> names) {
    if (value.isObject()) {
      value
          .properties()
          .forEach(member -> names(at + "." + member.getKey(), member.getValue(), names));
    } else if (value.isArray() && value.get(0).isObject()) {
      value.forEach(each -> names(at, each, names));
    } else {
      names.add(at.substring(1));
    }
  }

  private static void leaves(String at, JsonNode schema, Map<String, JsonNode> leaves) {
    JsonNode resolved = Schema.resolved(schema);
    JsonNode items = resolved.path("items");
    if (resolved.has("properties") && !resolved.path("additionalProperties").isObject()) {
      Schema.properties(at, resolved, (name, property) -> leaves(name, property, leaves));
    } else if (items.has("properties")) {
      leaves(at, items, leaves);
    } else {
      leaves.put(at, resolved);
    }
  }

  private static String shape(JsonNode schema) {
    if (schema.path("type").asText().equals("array")) {
      return shape(schema.get("items")) + "[]";
    }
    return schema.path("type").asText().equals("integer") ? "number" : "text";
  }

  private static String shape(String ecsType) {
    return switch (ecsType) {
      case "long" -> "number";
      case "keyword", "wildcard", "ip", "date" -> "text";
      case "keyword[]" -> "text[]";
      default -> ecsType;
    };
  }

  private static Map<String, String> ecsFields() throws IOException {
    Map<String, String> fields = new HashMap<>();
    try (InputStream in = EcsSchemaTest.class.getResourceAsStream("ecs-8.17.0-fields.txt")) {
      new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" "))
          .forEach(words -> fields.put(words[0], words[1]));
    }
    return fields;
  }
}
