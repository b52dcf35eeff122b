package io.coreaudit.agent.command;

import io.coreaudit.agent.control.ControlClient;
import io.coreaudit.agent.control.StatusScreen;
import java.io.PrintStream;
import picocli.CommandLine.ParseResult;

/// `status`: asks the agent that runs here.
final class StatusCommand implements Command {
  @Override
  public int run(ParseResult line, PrintStream out) throws Exception {
    String answer = AgentAsk.ask(ConfigOptions.read(line).config().controlSocket(), "status");
    var status = ControlClient.parse(answer);
    out.print(line.hasMatchedOption("--json") ? answer + "\n" : StatusScreen.render(status));
    return ExitStatus.DONE;
  }
}
