package io.coreaudit.watch;

import java.time.Instant;

/// One thing to watch and how it stands.
///
/// @param path file or directory, as the user wrote it; the rule is on what its symbolic links lead
///   to
/// @param key the key that its events carry
/// @param covered whether the kernel holds a rule on it
/// @param since when that began
/// @param reason why it is not covered; empty when it is
public record Watch(String path, String key, boolean covered, Instant since, String reason) {}
