package io.coreaudit.agent.command;

import io.coreaudit.agent.control.ControlClient;
import io.coreaudit.agent.control.StatusScreen;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ParseResult;

/// `status`: asks the agent that runs here.
final class StatusCommand implements Command {
  private static final long TIMEOUT_MILLIS = 6000;

  @Override
  public int run(ParseResult line, PrintStream out) throws Exception {
    Path socket = ConfigOptions.read(line).config().controlSocket();
    String answer;
    try {
      answer = ControlClient.ask(socket, "status", TIMEOUT_MILLIS);
    } catch (SocketException e) {
      boolean hidden = Files.exists(socket.getParent()) && !Files.isReadable(socket.getParent());
      if (hidden) {
        throw new CommandException(
            ExitStatus.REFUSED,
            socket + ": this user may not ask the agent; ask as root or as the agent's own user",
            e);
      }
      String why = Files.exists(socket) ? "nobody answers at " : "there is no ";
      throw new CommandException(ExitStatus.FOUND_WRONG, "no agent runs here: " + why + socket, e);
    } catch (IOException e) {
      throw new CommandException(ExitStatus.FOUND_WRONG, socket + ": " + e.getMessage(), e);
    }
    var status = ControlClient.parse(answer);
    out.print(line.hasMatchedOption("--json") ? answer + "\n" : StatusScreen.render(status));
    return ExitStatus.DONE;
  }
}
