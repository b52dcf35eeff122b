package io.coreaudit.agent;

import io.coreaudit.agent.command.CommandLineInterface;
import io.coreaudit.agent.command.ExitStatus;

/// The program.
public final class Main {
  private Main() {}

  /// Does what the command line says and ends with its status.
  public static void main(String[] args) {
    // Numbers of system calls and layouts of structures are those of these two.
    String arch = System.getProperty("os.arch");
    if (!arch.equals("amd64") && !arch.equals("aarch64")) {
      System.err.println("coreaudit: runs on x86_64 and aarch64, not on " + arch);
      System.exit(ExitStatus.REFUSED);
    }
    // Not for users: the launcher calls it after a build.
    int status =
        args.length == 2 && args[0].equals("train")
            ? Training.run(args[1])
            : new CommandLineInterface(Agent::run, System.out, System.err).run(args);
    System.out.flush();
    System.exit(status);
  }
}
