package io.coreaudit.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/// The shipped JSON schema of ECS events, and whether an event is one of it. Knows the words of
/// JSON Schema that the schema uses, and refuses a schema with any other.
final class Schema {
  private static final JsonNode ROOT = read();
  private static final Map<String, Pattern> PATTERNS = new HashMap<>();

  private final List<String> faults = new ArrayList<>();

  private Schema() {}

  private static JsonNode read() {
    try (InputStream in = EcsEncoder.class.getResourceAsStream("ecs.schema.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode root() {
    return ROOT;
  }

  /// What is wrong with an event; empty: nothing.
  static List<String> faults(JsonNode event) {
    Schema check = new Schema();
    check.check("", event, ROOT);
    return check.faults;
  }

  /// The schema that `$ref` names, or the one given.
  static JsonNode resolved(JsonNode schema) {
    return schema.has("$ref") ? ROOT.at(schema.get("$ref").asText().substring(1)) : schema;
  }

  /// Gives each property of an object's schema, named with those that it stands in.
  static void properties(String at, JsonNode schema, BiConsumer<String, JsonNode> each) {
    String before = at.isEmpty() ? "" : at + ".";
    schema
        .path("properties")
        .properties()
        .forEach(member -> each.accept(before + member.getKey(), member.getValue()));
  }

  private void check(String at, JsonNode value, JsonNode schema) {
    schema
        .properties()
        .forEach(
            word -> {
              boolean good =
                  switch (word.getKey()) {
                    case "$schema", "title", "$comment", "$defs" -> true;
                    case "$ref" -> {
                      check(at, value, resolved(schema));
                      yield true;
                    }
                    case "type" -> isOfType(value, word.getValue());
                    case "const" -> value.equals(word.getValue());
                    case "enum" -> contains(word.getValue(), value);
                    case "pattern" -> !value.isTextual() || matches(value, word.getValue());
                    case "minimum" ->
                        !value.isNumber()
                            || value.decimalValue().compareTo(word.getValue().decimalValue()) >= 0;
                    case "maximum" ->
                        !value.isNumber()
                            || value.decimalValue().compareTo(word.getValue().decimalValue()) <= 0;
                    case "minItems" -> !value.isArray() || value.size() >= word.getValue().asInt();
                    case "minProperties" ->
                        !value.isObject() || value.size() >= word.getValue().asInt();
                    case "maxProperties" ->
                        !value.isObject() || value.size() <= word.getValue().asInt();
                    case "required" -> !value.isObject() || hasAll(value, word.getValue());
                    case "items" -> {
                      if (value.isArray()) {
                        for (int i = 0; i < value.size(); i++) {
                          check(at + "[" + i + "]", value.get(i), word.getValue());
                        }
                      }
                      yield true;
                    }
                    case "properties", "additionalProperties" -> true; // `members`
                    case "propertyNames" -> {
                      value
                          .fieldNames()
                          .forEachRemaining(
                              name -> {
                                String pattern = word.getValue().get("pattern").asText();
                                if (!pattern(pattern).matcher(name).find()) {
                                  faults.add(at + "." + name + ": propertyNames");
                                }
                              });
                      yield true;
                    }
                    default -> throw new IllegalStateException(word.getKey());
                  };
              if (!good) {
                faults.add(at + ": " + word.getKey() + " " + word.getValue() + " but " + value);
              }
            });
    if (value.isObject()) {
      members(at, value, schema);
    }
  }

  private void members(String at, JsonNode object, JsonNode schema) {
    JsonNode others = schema.get("additionalProperties");
    object
        .properties()
        .forEach(
            member -> {
              JsonNode known = schema.path("properties").get(member.getKey());
              String name = at + "." + member.getKey();
              if (known != null) {
                check(name, member.getValue(), known);
              } else if (others != null && others.isObject()) {
                check(name, member.getValue(), others);
              } else if (others != null && !others.asBoolean()) {
                faults.add(name + ": additionalProperties false");
              }
            });
  }

  private static boolean isOfType(JsonNode value, JsonNode type) {
    if (type.isArray()) {
      for (JsonNode each : type) {
        if (isOfType(value, each)) {
          return true;
        }
      }
      return false;
    }
    return switch (type.asText()) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "boolean" -> value.isBoolean();
      default -> throw new IllegalStateException(type.asText());
    };
  }

  private static boolean contains(JsonNode list, JsonNode value) {
    for (JsonNode each : list) {
      if (each.equals(value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(JsonNode value, JsonNode pattern) {
    return pattern(pattern.asText()).matcher(value.asText()).find();
  }

  private static Pattern pattern(String text) {
    return PATTERNS.computeIfAbsent(text, Pattern::compile);
  }

  private static boolean hasAll(JsonNode object, JsonNode names) {
    for (JsonNode name : names) {
      if (!object.has(name.asText())) {
        return false;
      }
    }
    return true;
  }
}
