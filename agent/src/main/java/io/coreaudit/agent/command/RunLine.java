package io.coreaudit.agent.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A plain `run` line, read by hand: the library that reads all others costs about 100 ms of the
/// daemon's start (measured with an AOT cache), for three words.
///
/// @param file of `-c`, or null
/// @param sets of `--set`
record RunLine(Path file, List<String> sets) {
  /// The line, or null when it is anything but a plain `run` line: help, another command, an error.
  /// Then the library reads it, and tells what is wrong.
  static RunLine of(String... args) {
    if (args.length == 0 || !args[0].equals("run")) {
      return null;
    }
    Path file = null;
    List<String> sets = new ArrayList<>();
    for (int i = 1; i < args.length; i++) {
      String arg = args[i];
      boolean config = arg.equals("-c") || arg.equals("--config");
      boolean last = i == args.length - 1;
      if (config && !last && file == null && !args[i + 1].startsWith("-")) {
        file = Path.of(args[++i]);
      } else if (arg.equals("--set") && !last && !args[i + 1].startsWith("-")) {
        sets.add(args[++i]);
      } else if (arg.startsWith("--set=")) {
        sets.add(arg.substring("--set=".length()));
      } else {
        return null;
      }
    }
    return new RunLine(file, List.copyOf(sets));
  }
}
