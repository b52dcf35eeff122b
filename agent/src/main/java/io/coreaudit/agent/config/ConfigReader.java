package io.coreaudit.agent.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/// The way from a file and the command line to a checked configuration.
public final class ConfigReader {
  /// The file that is read when none is named and this one is there.
  public static final Path DEFAULT_FILE = Path.of("/etc/coreaudit/coreaudit.yaml");

  private static final int MAX_FILE_BYTES = 1 << 20;

  /// What was read.
  ///
  /// @param config the tree
  /// @param file the file it came from; null: defaults
  /// @param effective the same as text, every value with where it came from
  /// @param sets what the command line set
  public record Read(AgentConfig config, Path file, String effective, List<String> sets) {
    /// Reads the same file and settings again.
    ///
    /// @throws ConfigException when anything is wrong, with all of it
    public Read again() throws ConfigException {
      return read(file, sets);
    }
  }

  private ConfigReader() {}

  /// Reads a file and the settings of the command line.
  ///
  /// @param file the file; null: the default file when it exists, else defaults
  /// @param sets `key=value` each; they win over the file
  /// @throws ConfigException when anything is wrong, with all of it
  public static Read read(Path file, List<String> sets) throws ConfigException {
    Path chosen = file == null && Files.exists(DEFAULT_FILE) ? DEFAULT_FILE : file;
    Settings settings = new Settings();
    if (chosen != null) {
      new YamlReader(settings, chosen.toString(), true).readDocument(fileText(chosen));
    }
    return finish(settings, sets, chosen);
  }

  /// What holds when nobody says anything, whatever stands in files.
  public static Read defaults() {
    try {
      return finish(new Settings(), List.of(), null);
    } catch (ConfigException e) {
      throw new IllegalStateException("the defaults have faults: " + e.problems(), e);
    }
  }

  /// Reads a configuration that stands in a text.
  ///
  /// @param source name in messages
  static Read readText(String source, String yaml, List<String> sets) throws ConfigException {
    Settings settings = new Settings();
    new YamlReader(settings, source, true).readDocument(yaml);
    return finish(settings, sets, Path.of(source));
  }

  private static Read finish(Settings settings, List<String> sets, Path file)
      throws ConfigException {
    SetReader reader = new SetReader(settings);
    sets.forEach(reader::read);
    AgentConfig config =
        new ConfigBuilder(settings, file == null ? "configuration" : file.toString()).build();
    if (config == null) {
      throw new ConfigException(settings.problems());
    }
    return new Read(config, file, Reference.effective(settings), List.copyOf(sets));
  }

  private static String fileText(Path file) throws ConfigException {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (permissions.contains(PosixFilePermission.GROUP_WRITE)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
        throw refused(file, "others than its owner may write it: run chmod go-w " + file);
      }
      if (!Files.isRegularFile(file)) {
        throw refused(file, "is not a file");
      }
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw refused(file, "is larger than 1MiB");
      }
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(java.nio.ByteBuffer.wrap(Files.readAllBytes(file)))
          .toString();
    } catch (NoSuchFileException _) {
      throw refused(file, "no such file");
    } catch (CharacterCodingException _) {
      throw refused(file, "is not UTF-8 text");
    } catch (IOException e) {
      throw refused(
          file,
          e instanceof java.nio.file.AccessDeniedException
              ? "may not be read by this user"
              : "cannot be read: " + e.getMessage());
    }
  }

  private static ConfigException refused(Path file, String text) {
    return new ConfigException(List.of(file + ": " + text));
  }
}
