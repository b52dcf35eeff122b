package io.coreaudit.agent.control;

import java.nio.file.Path;

/// A client in a process of its own.
public final class ControlAsk {
  private ControlAsk() {}

  public static void main(String[] args) throws Exception {
    System.out.println(ControlClient.ask(Path.of(args[0]), "status", 5000));
  }
}
