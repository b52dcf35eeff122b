package io.coreaudit.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/// The kernel's name for this boot: `/proc/sys/kernel/random/boot_id`.
///
/// @param high the first 8 bytes
/// @param low the last 8 bytes
public record BootId(long high, long low) {
  /// The boot that runs now.
  public static BootId current() {
    try {
      UUID id =
          UUID.fromString(Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip());
      return new BootId(id.getMostSignificantBits(), id.getLeastSignificantBits());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read /proc/sys/kernel/random/boot_id: is /proc mounted?", e);
    }
  }

  @Override
  public String toString() {
    return new UUID(high, low).toString();
  }
}
