package io.coreaudit.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// Which libraries the agent's rooms may see, and which of its own rooms see each other.
final class AgentRoomsTest {
  private static final String AGENT = "io.coreaudit.agent";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(AGENT);

  @Test
  void shouldKeepNettyAndMetricsInHttp() {
    onlyIn(AGENT + ".http..", "io.netty..");
    onlyIn(AGENT + ".http..", "io.micrometer..");
  }

  @Test
  void shouldLeaveSystemCallsAndTheQueueToTheirRooms() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.sun.jna..", "net.openhft..", "com.fasterxml.jackson..")
        .check(CLASSES);
  }

  @Test
  void shouldKeepYamlInTheConfiguration() {
    onlyIn(AGENT + ".config..", "org.snakeyaml..");
  }

  @Test
  void shouldKnowTheConfigurationFromNothingElse() {
    classes()
        .that()
        .resideInAPackage(AGENT + ".config..")
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackages(
            AGENT, AGENT + ".http..", AGENT + ".control..", AGENT + ".command..")
        .check(CLASSES);
  }

  private static void onlyIn(String room, String library) {
    noClasses()
        .that()
        .resideOutsideOfPackage(room)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(CLASSES);
  }
}
