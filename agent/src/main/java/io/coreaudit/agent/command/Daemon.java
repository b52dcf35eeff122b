package io.coreaudit.agent.command;

import io.coreaudit.agent.config.ConfigReader;

/// What `run` starts.
@FunctionalInterface
public interface Daemon {
  /// Runs until it is told to stop.
  ///
  /// @return the exit status
  int run(ConfigReader.Read config) throws Exception;
}
