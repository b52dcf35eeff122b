/// The agent's own log: one line a message, to standard error, a sentence for people and behind it
/// `name=value` for programs.
///
/// Set up in code, not by a file: an XML configuration costs more start-up time than all the lines
/// it ever writes. Quiet by default: libraries from WARN on, the spool's library from ERROR on, the
/// agent's own from `log.level` on. Nothing on the hot path logs: stages count.
package io.coreaudit.agent.log;
