package io.coreaudit.origin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// The name of this host as events carry it: the kernel's, or one that the configuration gives.
///
/// Read from any thread; `refreshIfChanged` is for the conductor.
public final class HostName {
  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");
  private static final byte[] UNKNOWN = "-".getBytes(StandardCharsets.US_ASCII);

  private final Path file;
  private volatile byte[] name;

  private HostName(Path file, byte[] name) {
    this.file = file;
    this.name = name;
  }

  /// The kernel's name of this host.
  public static HostName ofKernel() {
    return ofFile(KERNEL);
  }

  /// A name that does not change.
  public static HostName of(String name) {
    return new HostName(null, name.getBytes(StandardCharsets.UTF_8));
  }

  static HostName ofFile(Path file) {
    HostName host = new HostName(file, UNKNOWN);
    host.refreshIfChanged();
    return host;
  }

  /// The name. The array is shared and must not be changed.
  public byte[] bytes() {
    return name;
  }

  /// Asks the kernel again. A name that cannot be read leaves the last one.
  ///
  /// @return whether the name changed
  public boolean refreshIfChanged() {
    if (file == null) {
      return false;
    }
    byte[] now;
    try {
      now =
          new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
              .strip()
              .getBytes(StandardCharsets.ISO_8859_1);
    } catch (IOException unreadable) {
      return false;
    }
    if (now.length == 0 || Arrays.equals(now, name)) {
      return false;
    }
    name = now;
    return true;
  }
}
