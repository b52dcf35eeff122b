package io.coreaudit.forward;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A file that the configuration names, read each time it is needed: it is exchanged under a
/// running agent.
///
/// What is wrong with it is told by an `IOException` whose message begins with the key and is meant
/// for `status` as it is; it has nothing of the content.
///
/// @param key where it stands in the configuration: `sinks.0.token_file`
record NamedFile(String key, Path path) {
  byte[] read() throws IOException {
    try {
      return Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw fault("no such file", e);
    } catch (AccessDeniedException e) {
      throw fault("may not be read by this process", e);
    } catch (IOException e) {
      throw fault(e.getMessage(), e);
    }
  }

  /// Where a secret stands.
  String firstLine() throws IOException {
    return new String(read(), StandardCharsets.UTF_8).lines().findFirst().orElse("");
  }

  IOException fault(String what) {
    return fault(what, null);
  }

  IOException fault(String what, Throwable cause) {
    return new IOException(key + ": " + path + ": " + what, cause);
  }
}
