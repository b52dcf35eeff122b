package io.coreaudit.origin;

import io.coreaudit.json.Json;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What Podman calls its containers: its `config.json` does not say, but the list of all that are
/// in a storage does.
///
/// ```text
/// <storage>/overlay-containers/containers.json            [{"id":"...","names":["web"],
///                              volatile-containers.json      "metadata":"{\"image-name\":\"...\"}"}]
/// ```
final class PodmanNames {
  private static final List<String> LISTS = List.of("containers.json", "volatile-containers.json");
  private static final Set<String> WANTED = Set.of("id", "names", "metadata");

  private static final Logger LOG = LoggerFactory.getLogger(PodmanNames.class);

  private PodmanNames() {}

  /// The same facts with name and image, as far as they are listed.
  ///
  /// @param directories in which containers are
  static ContainerFacts named(ContainerFacts facts, List<Path> directories) {
    for (Path directory : directories) {
      for (String list : LISTS) {
        try {
          ContainerFacts named = named(facts, ContainerFiles.bytes(directory.resolve(list)));
          if (named != null) {
            return named;
          }
        } catch (NoSuchFileException none) {
          continue;
        } catch (IOException | IllegalArgumentException unreadable) {
          LOG.warn("{} names no containers: {}", directory.resolve(list), unreadable.getMessage());
        }
      }
    }
    return facts;
  }

  private static ContainerFacts named(ContainerFacts facts, byte[] list) {
    for (Json each : Json.parse(list, (level, name) -> WANTED.contains(name)).elements()) {
      if (facts.id().equals(each.at("id").text())) {
        return facts.named(name(each), image(each));
      }
    }
    return null;
  }

  private static String name(Json listed) {
    List<Json> names = listed.at("names").elements();
    return names.isEmpty() ? "" : names.getFirst().text("");
  }

  private static String image(Json listed) {
    String metadata = listed.at("metadata").text();
    try {
      return metadata == null ? "" : Json.parse(metadata).at("image-name").text("");
    } catch (IllegalArgumentException none) {
      return ""; // its name is told all the same
    }
  }
}
