package io.coreaudit.agent;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The ways to a watched file that `src/test/c/ways.c` knows, and which of them were seen.
///
/// @param key of the rules by which it is watched
/// @param directory the watched directory
/// @param directoryInode its inode
/// @param device of the file system that it lies on, as a record gives it
/// @param done each way, in the program's order
record Ways(String key, String directory, long directoryInode, String device, List<Way> done) {
  private static final Path PROGRAM = Path.of("src/test/c/ways.c").toAbsolutePath();

  /// Ways that leave no event, and why. Nothing that reads or alters a file by its name may stand
  /// here without a reason that holds.
  static final Map<String, String> BLIND =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("run", "running a program is no reading of it (perm=x is not asked for)"),
              Map.entry("run-by-fd", "running a program is no reading of it"),
              Map.entry("stat", "looking at size, mode and times is no reading"),
              Map.entry("access", "asking whether one may is no reading"),
              Map.entry("uring-statx", "looking at size, mode and times is no reading"),
              Map.entry("utimensat", "the kernel's class of attribute changes leaves times out"),
              Map.entry("fd-read", "opened before; the opening was told"),
              Map.entry("fd-write", "opened before; the opening was told"),
              Map.entry("fd-map", "opened before; the opening was told"),
              Map.entry("fd-passed", "opened by another process; that opening was told"),
              Map.entry("ftruncate", "opened before; the opening for writing was told"),
              Map.entry("fallocate", "opened before; the opening for writing was told"),
              Map.entry("hard-link-outside", "a name outside; the making of the link was told"),
              Map.entry("renamed-outside", "no longer in the directory; the renaming was told"),
              Map.entry("overlay-lower", "the kernel records the overlay's inode only")));

  /// Ways that are blind only because they lead out of what is watched. A secret is watched as a
  /// whole file system: there is no outside that a link or a renaming could reach.
  static final Set<String> OUTSIDE = Set.of("hard-link-outside", "renamed-outside");

  /// Ways that are told by an event that names no file, and why.
  static final Map<String, String> NAMELESS =
      new TreeMap<>(
          Map.of(
              "uring-async", "items=0: the name stays with the thread that asked the worker",
              "uring-setxattr", "items=0, as uring-async: always done by a worker",
              "uring-getxattr", "items=0, as uring-async: always done by a worker"));

  /// One way.
  ///
  /// @param pid the process that did it and nothing else
  /// @param inode of its file, before
  /// @param result `ok`, or the error for which it could not be done here
  record Way(String name, long pid, long inode, String result) {
    boolean ok() {
      return result.equals("ok");
    }
  }

  /// Compiles the program, so that it needs nothing where it runs.
  static Path compile(Path dir) throws IOException, InterruptedException {
    Command.require("gcc");
    Path binary = dir.resolve("ways");
    Command.run(
        "gcc",
        "-std=gnu17",
        "-O1",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-static",
        "-no-pie",
        "-pthread",
        "-o",
        binary.toString(),
        PROGRAM.toString());
    return binary;
  }

  /// Reads what the program printed.
  ///
  /// @param key of the rules by which its directory is watched
  static Ways read(Path table, String key) throws IOException {
    List<Way> all =
        Files.readAllLines(table).stream()
            .map(line -> line.split("\t"))
            .map(w -> new Way(w[0], Long.parseLong(w[1]), Long.parseLong(w[2]), w[3]))
            .toList();
    Way first = all.getFirst();
    return new Ways(key, first.name(), first.inode(), first.result(), all.subList(1, all.size()));
  }

  private Stream<JsonNode> of(Way way, List<JsonNode> events) {
    return events.stream()
        .filter(event -> event.at("/process/pid").asLong() == way.pid())
        .filter(event -> event.at("/tags").toString().contains("\"" + key + "\""));
  }

  /// The event that tells of a way and names its file: by the device that it lies on, and its inode
  /// or its path, or the directory's.
  private Optional<JsonNode> event(Way way, List<JsonNode> events) {
    return of(way, events).filter(event -> names(event, way)).findFirst();
  }

  private boolean names(JsonNode event, Way way) {
    for (JsonNode raw : event.at("/coreaudit/raw")) {
      String record = raw.asText();
      if (record.startsWith("type=PATH ")
          && record.contains(" dev=" + device + " ")
          && (record.contains(" inode=" + way.inode() + " ")
              || record.contains(" inode=" + directoryInode + " ")
              || record.contains(" name=\"" + directory + "\" ")
              || record.contains(" name=\"" + directory + "/"))) {
        return true;
      }
    }
    return false;
  }

  /// Ways that were done, that no event tells of.
  List<String> unseen(List<JsonNode> events) {
    return done.stream()
        .filter(way -> way.ok() && of(way, events).findAny().isEmpty())
        .map(Way::name)
        .toList();
  }

  /// Ways of which an event tells, and none names the file.
  List<String> nameless(List<JsonNode> events) {
    return done.stream()
        .filter(way -> of(way, events).findAny().isPresent() && event(way, events).isEmpty())
        .map(Way::name)
        .toList();
  }

  /// Ways that could not be done here, with the error.
  List<String> impossible() {
    return done.stream().filter(way -> !way.ok()).map(w -> w.name() + " " + w.result()).toList();
  }

  /// A line a way, for people: the call and the name that the event gives, or why there is none.
  String table(List<JsonNode> events) {
    StringBuilder text = new StringBuilder();
    for (Way way : done) {
      String told =
          event(way, events)
              .or(() -> of(way, events).findFirst())
              .map(e -> e.at("/coreaudit/syscall").asText() + " " + e.at("/file/path").asText())
              .orElse("UNSEEN: " + BLIND.getOrDefault(way.name(), "?"));
      String nameless = nameless(events).contains(way.name()) ? "NAMELESS" : "";
      text.append("%-20s %-8s %s%s%n".formatted(way.name(), way.result(), told, nameless));
    }
    return text.toString();
  }
}
