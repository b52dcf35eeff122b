package io.coreaudit.agent.config;

import io.coreaudit.ledger.ChainSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The files that the configuration names and the agent only reads: whether they can be read, and
/// the key that signs whether it is one. Asked where the agent is to start, not by commands that
/// only need to know where it is.
public final class NamedFiles {
  private NamedFiles() {}

  /// Holds all of them to that.
  ///
  /// @throws ConfigException when one cannot be read, with all of those
  public static void check(ConfigReader.Read read) throws ConfigException {
    check(read, true);
  }

  /// Holds those to that without which the agent does not start: metrics for others can wait for
  /// their files.
  ///
  /// @throws ConfigException when one cannot be read, with all of those
  public static void checkToStart(ConfigReader.Read read) throws ConfigException {
    check(read, false);
  }

  private static void check(ConfigReader.Read read, boolean all) throws ConfigException {
    List<String> problems = new ArrayList<>();
    String source = read.file() == null ? "configuration" : read.file().toString();
    signingKey(problems, source, read.config().heartbeat().keyFile());
    List<SinkConfig> sinks = read.config().sinks();
    for (int i = 0; i < sinks.size(); i++) {
      problem(problems, source, ConfigKey.SINK_TOKEN_FILE.at(i), sinks.get(i).http().tokenFile());
      problem(
          problems,
          source,
          ConfigKey.SINK_PASSWORD_FILE.at(i),
          sinks.get(i).kafka().passwordFile());
      TlsConfig tls = sinks.get(i).tls();
      problem(problems, source, ConfigKey.SINK_TLS_CA.at(i), tls.ca());
      problem(problems, source, ConfigKey.SINK_TLS_CERTIFICATE.at(i), tls.certificate());
      problem(problems, source, ConfigKey.SINK_TLS_KEY.at(i), tls.key());
      problem(problems, source, ConfigKey.SINK_TLS_KEY_PASSWORD_FILE.at(i), tls.keyPasswordFile());
    }
    MetricsConfig metrics = read.config().metrics();
    if (all && metrics.listen() != null) {
      problem(problems, source, ConfigKey.METRICS_TLS_CA.key(), metrics.ca());
      problem(problems, source, ConfigKey.METRICS_TLS_CERTIFICATE.key(), metrics.certificate());
      problem(problems, source, ConfigKey.METRICS_TLS_KEY.key(), metrics.key());
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  private static void signingKey(List<String> problems, String source, Path file) {
    String key = ConfigKey.HEARTBEAT_SIGN_KEY_FILE.key();
    int before = problems.size();
    problem(problems, source, key, file);
    if (file != null && problems.size() == before) {
      try {
        new ChainSigner(file).check();
      } catch (IOException e) {
        problems.add(source + ": " + key + ": " + e.getMessage());
      }
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
