package io.coreaudit.agent;

import io.coreaudit.agent.command.CommandLineInterface;

/// The program.
public final class Main {
  private Main() {}

  /// Does what the command line says and ends with its status.
  public static void main(String[] args) {
    // Not for users: the launcher calls it after a build.
    int status =
        args.length == 1 && args[0].equals("train")
            ? Training.command()
            : new CommandLineInterface(Agent::run, System.out, System.err).run(args);
    System.out.flush();
    System.exit(status);
  }
}
