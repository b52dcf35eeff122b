package io.coreaudit.decode;

import java.io.IOException;

/// A log cannot be read to its end; others can.
public final class DamagedLogException extends IOException {
  private static final long serialVersionUID = 1;

  DamagedLogException(String message, IOException how) {
    super(message, how);
  }
}
