package io.coreaudit.agent.command;

import java.io.PrintStream;
import picocli.CommandLine.ParseResult;

/// What one command does.
@FunctionalInterface
interface Command {
  /// Does it.
  ///
  /// @return the exit status
  int run(ParseResult line, PrintStream out) throws Exception;
}
