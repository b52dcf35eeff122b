/// The command line: what people and scripts call.
///
/// `CommandLineInterface` describes commands and options in code (no annotations: reading them
/// costs start-up time) and hands the parsed line to one class a command. Exit status: 0 done, 1
/// found something wrong in what was asked about, 2 wrong usage or configuration, 3 the kernel or
/// the system refused. A user sees one line, never a stack trace, unless `log.level` is `debug`.
package io.coreaudit.agent.command;
