package io.coreaudit.agent.config;

import java.nio.file.Path;
import java.util.List;

/// How records come in.
///
/// @param mode where from
/// @param gatherNs how long records gather after the first one
/// @param receiveBufferBytes buffer of the audit socket
/// @param files what mode `file` reads
public record InputConfig(InputMode mode, long gatherNs, int receiveBufferBytes, List<Path> files) {
  /// Checks the values.
  public InputConfig {
    files = List.copyOf(files);
    new Checks()
        .within(ConfigKey.INPUT_GATHER, gatherNs)
        .within(ConfigKey.INPUT_RECEIVE_BUFFER, receiveBufferBytes)
        .that(
            mode != InputMode.FILE || !files.isEmpty(),
            ConfigKey.INPUT_FILES,
            "input.mode is file: expected at least one path to read")
        .that(
            mode == InputMode.FILE || files.isEmpty(),
            ConfigKey.INPUT_FILES,
            "only read with input.mode: file, which is " + ValueType.Word.text(mode))
        .done();
  }
}
