package io.coreaudit.forward;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Says in one line why a file could not be written, and what to look at.
final class FileFailure {
  private FileFailure() {}

  static String sentence(IOException failure, Path path) {
    return path
        + ": "
        + switch (failure) {
          case NoSuchFileException missing -> "its directory does not exist";
          case AccessDeniedException denied -> "this process may not write there";
          case IOException link when isLink(link) ->
              "is a symbolic link; name its target, or remove it";
          default -> String.valueOf(failure.getMessage()).replace(path + ": ", "");
        };
  }

  /// Whether the file is a link and was not followed: the JDK says so by words alone.
  private static boolean isLink(IOException failure) {
    return String.valueOf(failure.getMessage()).contains("NOFOLLOW_LINKS");
  }
}
