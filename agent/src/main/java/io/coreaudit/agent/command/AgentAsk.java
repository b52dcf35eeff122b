package io.coreaudit.agent.command;

import io.coreaudit.agent.control.ControlClient;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Asks the agent that runs here.
final class AgentAsk {
  private static final long TIMEOUT_MILLIS = 6000;

  private AgentAsk() {}

  /// The answer, one JSON line.
  ///
  /// @throws CommandException when nobody answers; the message says why
  static String ask(Path socket, String request) throws CommandException {
    try {
      return ControlClient.ask(socket, request, TIMEOUT_MILLIS);
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
  }
}
