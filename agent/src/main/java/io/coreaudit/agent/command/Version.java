package io.coreaudit.agent.command;

/// The version of the program.
public final class Version {
  private static final String TEXT = read();

  private Version() {}

  /// As in `0.1.0`; `unknown` when run from classes that are not packed.
  public static String text() {
    return TEXT;
  }

  private static String read() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }
}
