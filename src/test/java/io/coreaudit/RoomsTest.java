package io.coreaudit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Who may see whom, and that ARCHITECTURE.md names what there is.
class RoomsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.coreaudit");

  /// A room and those it may look into; all may look into memory and telemetry.
  private static final Map<String, List<String>> MAY_SEE =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("memory", List.of()),
              Map.entry("telemetry", List.of()),
              Map.entry("kernel", List.of()),
              Map.entry("table", List.of()),
              Map.entry("json", List.of()),
              Map.entry("rule", List.of("kernel", "record", "table")),
              Map.entry("netlink", List.of("kernel", "rule")),
              Map.entry("ring", List.of("kernel")),
              Map.entry("record", List.of()),
              Map.entry("event", List.of("ring", "record")),
              Map.entry("frame", List.of("record", "event")),
              Map.entry("origin", List.of("kernel", "record", "event", "frame", "json")),
              Map.entry("spool", List.of("kernel", "event", "frame")),
              Map.entry(
                  "intake",
                  List.of(
                      "kernel", "netlink", "ring", "record", "event", "frame", "origin", "spool")),
              Map.entry("interpret", List.of("record", "table")),
              Map.entry(
                  "format", List.of("record", "event", "frame", "origin", "interpret", "table")),
              Map.entry(
                  "forward",
                  List.of("kernel", "event", "frame", "origin", "spool", "format", "json")),
              Map.entry(
                  "decode",
                  List.of(
                      "kernel",
                      "ring",
                      "record",
                      "event",
                      "frame",
                      "origin",
                      "interpret",
                      "format",
                      "ledger",
                      "json")),
              Map.entry(
                  "backfill",
                  List.of(
                      "kernel", "ring", "record", "event", "frame", "origin", "spool", "intake",
                      "decode")),
              Map.entry("ledger", List.of("event", "frame", "origin", "spool", "format")),
              Map.entry("mount", List.of("kernel")),
              Map.entry(
                  "watch",
                  List.of("kernel", "netlink", "rule", "mount", "record", "event", "intake"))));

  @Test
  void shouldKeepEachRoomToWhatItMaySee() {
    for (Map.Entry<String, List<String>> room : MAY_SEE.entrySet()) {
      String[] allowed =
          Stream.of(Stream.of(room.getKey(), "memory", "telemetry"), room.getValue().stream())
              .flatMap(s -> s)
              .map(name -> "io.coreaudit." + name + "..")
              .toArray(String[]::new);
      classes()
          .that()
          .resideInAPackage("io.coreaudit." + room.getKey() + "..")
          .should()
          .onlyDependOnClassesThat(
              com.tngtech.archunit.base.DescribedPredicate.not(
                      com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage(
                          "io.coreaudit.."))
                  .or(
                      com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage(
                          allowed)))
          .because("a room sees only what stands in RoomsTest")
          .check(CLASSES);
    }
  }

  @Test
  void shouldHaveNoRoomThatTheTableDoesNotKnow() {
    Set<String> rooms =
        CLASSES.stream()
            .map(type -> type.getPackageName().replaceFirst("io\\.coreaudit\\.?", ""))
            .map(name -> name.split("\\.")[0])
            .collect(Collectors.toSet());
    assertThat(MAY_SEE.keySet()).containsAll(rooms);
  }

  @Test
  void shouldKeepLibrariesInTheirRooms() {
    only("com.sun.jna..", "io.coreaudit.kernel..");
    only("net.openhft..", "io.coreaudit.spool..");
    only("io.netty..", "io.coreaudit.forward..");
    only("org.apache.kafka..", "io.coreaudit.forward..");
    only("com.fasterxml.jackson..", "io.coreaudit.json..");
  }

  private static void only(String library, String... rooms) {
    noClasses()
        .that()
        .resideOutsideOfPackages(rooms)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(CLASSES);
  }

  @Test
  void shouldNameInTheArchitectureOnlyTypesThatExist() throws IOException {
    Path top = Path.of(System.getProperty("user.dir")).getParent();
    String text = Files.readString(top.resolve("ARCHITECTURE.md"));
    Matcher names = Pattern.compile("`([A-Z][A-Za-z]+[a-z][A-Za-z]*)`").matcher(text);
    Set<String> sources;
    try (Stream<Path> files = Files.walk(top)) {
      sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> !file.toString().contains("/target/"))
              .map(file -> file.getFileName().toString().replace(".java", ""))
              .collect(Collectors.toSet());
    }
    List<String> missing =
        names.results().map(name -> name.group(1)).filter(name -> !sources.contains(name)).toList();
    assertThat(missing).as("types that ARCHITECTURE.md names").isEmpty();
    assertThat(Arrays.asList("Intake", "Assembler", "Spool", "Forwarder", "AuditReceiver"))
        .allSatisfy(name -> assertThat(text).contains("`" + name + "`"));
  }
}
