package io.coreaudit.agent.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The files that the configuration names and the agent only reads: whether they can be read. Asked
/// where the agent is to start, not by commands that only need to know where it is.
public final class NamedFiles {
  private NamedFiles() {}

  /// Holds all of them to that.
  ///
  /// @throws ConfigException when one cannot be read, with all of those
  public static void check(ConfigReader.Read read) throws ConfigException {
    List<String> problems = new ArrayList<>();
    String source = read.file() == null ? "configuration" : read.file().toString();
    List<SinkConfig> sinks = read.config().sinks();
    for (int i = 0; i < sinks.size(); i++) {
      TlsConfig tls = sinks.get(i).tls();
      problem(problems, source, ConfigKey.SINK_TLS_CA.at(i), tls.ca());
      problem(problems, source, ConfigKey.SINK_TLS_CERTIFICATE.at(i), tls.certificate());
      problem(problems, source, ConfigKey.SINK_TLS_KEY.at(i), tls.key());
      problem(problems, source, ConfigKey.SINK_TLS_KEY_PASSWORD_FILE.at(i), tls.keyPasswordFile());
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  private static void problem(List<String> problems, String source, String key, Path file) {
    if (file == null || Files.isRegularFile(file) && Files.isReadable(file)) {
      return;
    }
    String why =
        !Files.exists(file)
            ? "no such file"
            : !Files.isRegularFile(file) ? "is not a file" : "may not be read by this user";
    problems.add(source + ": " + key + ": " + file + ": " + why);
  }
}
