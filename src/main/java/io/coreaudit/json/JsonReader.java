package io.coreaudit.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Makes a tree of a text.
final class JsonReader {
  private static final int MOST_LEVELS = 63;
  private static final int LONGEST_TEXT = 16 << 20;

  // Names come from others: none is kept beyond its tree.
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(MOST_LEVELS).build())
          .build();

  private final JsonParser parser;
  private final Json.Wanted wanted;
  private int left;

  private JsonReader(JsonParser parser, int mostValues, Json.Wanted wanted) {
    this.parser = parser;
    this.left = mostValues;
    this.wanted = wanted;
  }

  static Json read(String text, int mostValues, Json.Wanted wanted) {
    if (text.length() > LONGEST_TEXT) {
      throw new IllegalArgumentException("more than " + LONGEST_TEXT + " characters");
    }
    try (JsonParser parser = FACTORY.createParser(text)) {
      JsonReader reader = new JsonReader(parser, mostValues, wanted);
      Json value = reader.value(parser.nextToken(), 0);
      if (parser.nextToken() != null) {
        throw reader.unexpected();
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "no JSON at character " + (e.getLocation() == null ? 0 : e.getLocation().getCharOffset()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a text in memory has none
    }
  }

  private Json value(JsonToken token, int level) throws IOException {
    if (--left < 0) {
      throw new IllegalArgumentException("too many values");
    }
    return switch (token) {
      case START_OBJECT -> object(level + 1);
      case START_ARRAY -> array(level + 1);
      case VALUE_STRING -> new Json(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json(new Json.Numeral(parser.getText()));
      case VALUE_TRUE -> Json.TRUE;
      case VALUE_FALSE -> Json.FALSE;
      case VALUE_NULL -> Json.NONE;
      case null, default -> throw unexpected();
    };
  }

  private Json object(int level) throws IOException {
    Map<String, Json> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (!wanted.test(level, name)) {
        parser.skipChildren();
      } else if (members.put(name, value(token, level)) != null) {
        throw unexpected(); // which of the two was meant, nobody knows
      }
    }
    return new Json(Collections.unmodifiableMap(members));
  }

  private Json array(int level) throws IOException {
    List<Json> elements = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      elements.add(value(token, level));
    }
    return new Json(Collections.unmodifiableList(elements));
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException(
        "no JSON at character " + parser.currentLocation().getCharOffset());
  }
}
