package io.coreaudit.origin;

import java.nio.file.Path;
import java.util.List;

/// Where the origin of events is looked for, besides the accounts.
///
/// @param procRoot where the processes of this host are seen (`/proc`), null when the events are
///   not of this moment (a file)
/// @param containers what is known of containers, or null
/// @param secrets which devices are secrets, or null
/// @param readers programs of the host that read any pod's secrets by right
public record OriginSources(
    String procRoot, ContainerFiles containers, SecretDevices secrets, List<Path> readers) {
  /// Nothing: the events are not of this moment.
  public static final OriginSources NONE = new OriginSources(null, null, null, List.of());

  /// Copies the list.
  public OriginSources {
    readers = List.copyOf(readers);
  }

  /// Processes alone.
  ///
  /// @param root `/proc`, or null
  public static OriginSources processes(String root) {
    return new OriginSources(root, null, null, List.of());
  }
}
