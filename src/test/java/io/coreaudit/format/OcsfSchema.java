package io.coreaudit.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What OCSF says of its classes and objects (`ocsf-1.7.0.txt`), and whether an event keeps to it.
final class OcsfSchema {
  private static final List<String> STATUSES = List.of("Unknown", "Success", "Failure");
  private static final List<String> SEVERITIES =
      List.of("Unknown", "Informational", "Low", "Medium", "High", "Critical");
  private static final Map<String, Kind> KINDS = read();

  /// A class or an object.
  private record Kind(
      String caption,
      Map<Integer, String> activities,
      Map<String, String> attributes,
      List<String> required,
      List<String> any,
      List<String> one) {}

  private final List<String> faults = new ArrayList<>();

  private OcsfSchema() {}

  private static Map<String, Kind> read() {
    Map<String, Kind> kinds = new HashMap<>();
    try (InputStream in = OcsfSchema.class.getResourceAsStream("ocsf-1.7.0.txt")) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> add(kinds, line.split(" \\| ")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return kinds;
  }

  private static void add(Map<String, Kind> kinds, String[] columns) {
    boolean isClass = columns[0].startsWith("class");
    Map<Integer, String> activities = new HashMap<>();
    if (isClass) {
      for (String activity : columns[2].split(" ")) {
        String[] numberAndName = activity.split("=");
        activities.put(Integer.parseInt(numberAndName[0]), numberAndName[1].replace('_', ' '));
      }
    }
    int at = isClass ? 3 : 1;
    Map<String, String> attributes = new HashMap<>();
    List<String> required = new ArrayList<>();
    for (String attribute : columns[at].split(" ")) {
      String[] nameAndType = attribute.split(":");
      String name = nameAndType[0].replace("!", "");
      if (nameAndType[0].endsWith("!")) {
        required.add(name);
      }
      attributes.put(name, nameAndType[1]);
    }
    String constraint = columns.length > at + 1 ? columns[at + 1] : "";
    kinds.put(
        columns[0].split(" ")[1],
        new Kind(
            isClass ? columns[1] : columns[0],
            activities,
            attributes,
            required,
            names(constraint, "any:"),
            names(constraint, "one:")));
  }

  private static List<String> names(String constraint, String word) {
    return constraint.startsWith(word)
        ? Arrays.asList(constraint.substring(word.length()).split(","))
        : List.of();
  }

  /// What is wrong with an event; empty: nothing.
  static List<String> faults(JsonNode event) {
    OcsfSchema check = new OcsfSchema();
    int uid = event.path("class_uid").asInt(-1);
    Kind kind = KINDS.get(Integer.toString(uid));
    if (kind == null) {
      return List.of("class_uid " + uid);
    }
    check.object("", event, kind);
    int activity = event.path("activity_id").asInt(-1);
    check.that(kind.activities.containsKey(activity), "activity_id " + activity + " of " + uid);
    check.that(
        activity == 99
            || event.path("activity_name").asText().equals(kind.activities.get(activity)),
        "activity_name " + event.path("activity_name"));
    check.that(event.path("class_name").asText().equals(kind.caption), "class_name");
    check.that(event.path("category_uid").asInt() == uid / 1000, "category_uid");
    check.that(event.path("type_uid").asLong() == uid * 100L + activity, "type_uid");
    check.that(event.at("/metadata/version").asText().equals("1.7.0"), "metadata.version");
    check.word(event, "severity", SEVERITIES);
    if (uid != 2004) {
      check.word(event, "status", STATUSES);
    }
    return check.faults;
  }

  private void word(JsonNode event, String name, List<String> words) {
    JsonNode id = event.get(name + "_id");
    if (id != null) {
      that(
          id.asInt(-1) >= 0
              && id.asInt() < words.size()
              && words.get(id.asInt()).equals(event.path(name).asText()),
          name + " " + id);
    }
  }

  private void that(boolean holds, String fault) {
    if (!holds) {
      faults.add(fault);
    }
  }

  private void object(String at, JsonNode value, Kind kind) {
    if (!value.isObject()) {
      faults.add(at + " is no object");
      return;
    }
    for (String name : kind.required) {
      that(value.has(name), at + "/" + name + " is missing");
    }
    that(
        kind.any.isEmpty() || kind.any.stream().anyMatch(value::has),
        at + " has none of " + kind.any);
    that(
        kind.one.isEmpty() || kind.one.stream().filter(value::has).count() == 1,
        at + " has not one of " + kind.one);
    value
        .properties()
        .forEach(
            member -> {
              String place = at + "/" + member.getKey();
              String type = kind.attributes.get(member.getKey());
              if (type == null) {
                faults.add(place + " is not of " + kind.caption);
              } else {
                value(place, member.getValue(), type);
              }
            });
  }

  private void value(String at, JsonNode value, String type) {
    if (type.endsWith("[]")) {
      that(value.isArray() && !value.isEmpty(), at + " is no list");
      value.forEach(element -> value(at, element, type.substring(0, type.length() - 2)));
      return;
    }
    switch (type) {
      case "text" -> that(value.isTextual(), at + " is no text");
      case "number" -> that(value.isIntegralNumber(), at + " is no number");
      case "flag" -> that(value.isBoolean(), at + " is no flag");
      case "any" -> that(value.isObject(), at + " is no object");
      default -> object(at, value, KINDS.get(type));
    }
  }
}
