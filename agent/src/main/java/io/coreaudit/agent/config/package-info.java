/// What the agent is told: one tree of frozen records, built once and whole.
///
/// `ConfigKey` describes every key once: name, type, default, sentence. From it come the keys that
/// the reader knows, the reference file `etc/coreaudit.yaml` and the table in
/// `src/docs/configuration.md`; a test fails when the files are stale.
///
/// ```text
///   coreaudit.yaml ─► YamlReader ─┐
///                                 ├─► Settings (key → text, where it stands) ─► ConfigBuilder ─► AgentConfig
///   --set key=value ► SetReader ──┘        later ones win                        records check themselves
/// ```
///
/// Errors are gathered, not thrown one by one: `ConfigException` carries all of them, each with
/// file, line, key and what is expected. No key takes a secret itself, only the path of a file that
/// holds it, so that a printed configuration has nothing to hide (a test holds this).
package io.coreaudit.agent.config;
