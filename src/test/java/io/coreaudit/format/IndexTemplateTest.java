package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The index template that is shipped follows from the schema of our events and from the Elastic
/// Common Schema. `-Dcoreaudit.rewrite=true` writes it.
final class IndexTemplateTest {
  private static final Path FILE =
      Path.of("main/resources/io/coreaudit/format/index-template.json");
  private static final Path ECS =
      Path.of("test/resources/io/coreaudit/format/ecs-8.17.0-fields.txt");
  private static final ObjectMapper JSON = new ObjectMapper();

  /// What every Elasticsearch from 7.10 on and every OpenSearch has in place of ECS's types.
  private static final Map<String, String> PLAIN =
      Map.of("wildcard", "keyword", "constant_keyword", "keyword", "match_only_text", "text");

  /// Objects whose members have names that are not known before.
  private static final Pattern OPEN =
      Pattern.compile("coreaudit\\.(data|bytes|gap|watch|drift|start|stop|heartbeat|summary)");

  private static final String BYTES = "coreaudit.bytes";

  @Test
  void shouldFollowFromTheSchemas() throws Exception {
    String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(template()) + "\n";
    if (Boolean.getBoolean("coreaudit.rewrite")) {
      Files.writeString(FILE, text);
    }
    assertThat(Files.readString(FILE))
        .as("stale: run mvn -pl src -am test -Dtest=IndexTemplateTest -Dcoreaudit.rewrite=true")
        .isEqualTo(text);
  }

  @Test
  void shouldMapEachFieldOfEachFixture() throws Exception {
    JsonNode properties = JSON.readTree(Files.readString(FILE)).at("/template/mappings/properties");
    for (Path log : EcsGoldenTest.logs()) {
      for (String line : Files.readAllLines(Path.of(log + ".golden"))) {
        mapped("", JSON.readTree(line), properties);
      }
    }
  }

  private static void mapped(String at, JsonNode value, JsonNode properties) {
    value
        .properties()
        .forEach(
            member -> {
              String name = at + member.getKey();
              if (OPEN.matcher(name).matches()) {
                return;
              }
              JsonNode mapping = properties.get(member.getKey());
              JsonNode inside = member.getValue();
              assertThat(mapping).as(name + " is mapped").isNotNull();
              if (inside.isObject()) {
                mapped(name + ".", inside, mapping.path("properties"));
              } else if (inside.isArray() && inside.get(0).isObject()) {
                inside.forEach(each -> mapped(name + ".", each, mapping.path("properties")));
              } else {
                assertThat(mapping.get("type").asText())
                    .as(name)
                    .isIn(types(inside.isArray() ? inside.get(0) : inside));
              }
            });
  }

  private static List<String> types(JsonNode value) {
    if (value.isBoolean()) {
      return List.of("boolean");
    }
    return value.isNumber() ? List.of("long", "unsigned_long") : List.of("keyword", "ip", "date");
  }

  private static ObjectNode template() throws IOException {
    Map<String, String> ecs = new HashMap<>();
    for (String line : Files.readAllLines(ECS)) {
      String[] words = line.replace("[]", "").split(" ");
      if (!line.startsWith("#") && words.length == 2) {
        ecs.put(words[0], words[1]);
      }
    }
    Map<String, Map<String, Object>> fields = new TreeMap<>();
    leaves("", Schema.root(), ecs, fields);
    ObjectNode template = JSON.createObjectNode();
    template.putArray("index_patterns").add("logs-coreaudit.*-*");
    template.putObject("data_stream");
    template.put("priority", 200);
    template
        .putObject("_meta")
        .put("description", "Events of coreaudit; made of its schema and of ECS 8.17.0");
    ObjectNode inside = template.putObject("template");
    inside.putObject("settings").put("index.mapping.total_fields.limit", 2000);
    ObjectNode mappings = inside.putObject("mappings");
    mappings.put("date_detection", false);
    mappings.put("numeric_detection", false);
    var dynamic = mappings.putArray("dynamic_templates");
    dynamic
        .addObject()
        .putObject("bytes")
        .put("path_match", BYTES + ".*")
        .set(
            "mapping",
            JSON.createObjectNode()
                .put("type", "keyword")
                .put("index", false)
                .put("doc_values", false));
    dynamic
        .addObject()
        .putObject("text")
        .put("match_mapping_type", "string")
        .set("mapping", JSON.valueToTree(keyword()));
    ObjectNode properties = mappings.putObject("properties");
    fields.forEach((name, mapping) -> put(properties, name, mapping));
    return template;
  }

  private static void put(ObjectNode properties, String name, Map<String, Object> mapping) {
    ObjectNode at = properties;
    String[] words = name.split("\\.");
    for (int i = 0; i < words.length - 1; i++) {
      at = at.withObjectProperty(words[i]).withObjectProperty("properties");
    }
    at.set(words[words.length - 1], JSON.valueToTree(mapping));
  }

  private static void leaves(
      String at, JsonNode given, Map<String, String> ecs, Map<String, Map<String, Object>> fields) {
    JsonNode schema = Schema.resolved(given);
    if (schema.has("properties")) {
      Schema.properties(at, schema, (name, property) -> leaves(name, property, ecs, fields));
    } else if (schema.has("items") && !schema.has("additionalProperties")) {
      leaves(at, schema.get("items"), ecs, fields);
    } else if (!schema.has("additionalProperties")) {
      fields.put(at, mapping(at, schema, ecs.get(at)));
    }
  }

  private static Map<String, Object> mapping(String name, JsonNode schema, String ecs) {
    Map<String, Object> mapping = new LinkedHashMap<>();
    if (name.equals("coreaudit.raw")) {
      mapping.put("type", "keyword");
      mapping.put("index", false);
      mapping.put("doc_values", false);
      return mapping;
    }
    if (name.equals("coreaudit.serial")) {
      mapping.put("type", "unsigned_long");
      return mapping;
    }
    String type = ecs == null ? own(schema) : PLAIN.getOrDefault(ecs, ecs);
    if (type.equals("keyword")) {
      return keyword();
    }
    mapping.put("type", type);
    return mapping;
  }

  private static Map<String, Object> keyword() {
    Map<String, Object> mapping = new LinkedHashMap<>();
    mapping.put("type", "keyword");
    mapping.put("ignore_above", 8191); // in UTF-8 no more than the 32766 bytes that Lucene takes
    return mapping;
  }

  private static String own(JsonNode schema) {
    if (schema.path("const").isBoolean() || schema.path("type").asText().equals("boolean")) {
      return "boolean";
    }
    return schema.path("type").asText().equals("integer") ? "long" : "keyword";
  }
}
