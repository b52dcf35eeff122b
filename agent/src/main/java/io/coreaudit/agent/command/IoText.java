package io.coreaudit.agent.command;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/// A refusal of the file system in words: the JDK's own message is often the bare path.
final class IoText {
  private IoText() {}

  static String of(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> denied.getFile() + ": permission denied (run as root?)";
      case NoSuchFileException none -> none.getFile() + ": no such file or directory";
      case NotDirectoryException no -> no.getFile() + ": is not a directory";
      case FileSystemException other when other.getReason() != null ->
          other.getFile() + ": " + other.getReason();
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
