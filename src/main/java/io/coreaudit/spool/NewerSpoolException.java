package io.coreaudit.spool;

import java.nio.file.Path;

/// The spool is of a format that only a newer program knows; nothing of it was changed.
public final class NewerSpoolException extends SpoolException {
  private static final long serialVersionUID = 1L;

  NewerSpoolException(Path directory, int found, int known) {
    super(
        ("spool %s: a newer coreaudit wrote it (format %d, this program knows %d); nothing in it"
             + " was changed; start the newer program again, or, when its sinks have all that is in"
             + " it ('coreaudit status'), move the directory away")
            .formatted(directory, found, known));
  }
}
