package io.coreaudit.rule;

import java.util.OptionalInt;

/// What the meaning of a rule depends on besides its text.
public interface RuleEnvironment {
  /// The machine: what `arch=b64` means, and a name of a system call without `arch=`.
  Architecture architecture();

  /// The number of a user's name.
  OptionalInt user(String name);

  /// The number of a group's name.
  OptionalInt group(String name);

  /// Whether a path is a directory: then `-w` holds for all that is below it.
  boolean isDirectory(String path);
}
