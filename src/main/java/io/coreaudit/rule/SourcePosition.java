package io.coreaudit.rule;

/// A place in a rules file.
///
/// @param file as the user named it
/// @param line counted from 1
/// @param column counted from 1, in characters
public record SourcePosition(String file, int line, int column) {
  /// As compilers write it: `file:line:column`.
  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
