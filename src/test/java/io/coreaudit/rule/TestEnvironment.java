package io.coreaudit.rule;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/// A host whose accounts stand in test-fixtures/rules/capture, and whose directories are named.
record TestEnvironment(Architecture architecture, List<String> directories)
    implements RuleEnvironment {
  private static final Path CAPTURE = Path.of("../test-fixtures/rules/capture");

  /// An x86_64 machine with the directories of the fixtures.
  static final TestEnvironment X86_64 = of(Architecture.X86_64);

  static TestEnvironment of(Architecture architecture) {
    try {
      return new TestEnvironment(architecture, Files.readAllLines(CAPTURE.resolve("directories")));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public OptionalInt user(String name) {
    return id("passwd", name);
  }

  @Override
  public OptionalInt group(String name) {
    return id("group", name);
  }

  private static OptionalInt id(String file, String name) {
    try {
      return Files.readAllLines(CAPTURE.resolve(file)).stream()
          .map(line -> line.split(":"))
          .filter(fields -> fields[0].equals(name))
          .mapToInt(fields -> Integer.parseInt(fields[2]))
          .findFirst();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public boolean isDirectory(String path) {
    return directories.contains(path);
  }
}
