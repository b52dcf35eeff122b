package io.coreaudit.origin;

/// Who runs a container, as the name of its cgroup tells.
public final class ContainerRuntime {
  /// The name does not tell.
  public static final int UNKNOWN = 0;

  /// CRI-O.
  public static final int CRIO = 1;

  /// containerd.
  public static final int CONTAINERD = 2;

  /// Docker.
  public static final int DOCKER = 3;

  /// Podman.
  public static final int PODMAN = 4;

  private ContainerRuntime() {}

  /// Whether it writes down what its containers are, where we can read it.
  static boolean hasFiles(int runtime) {
    return runtime == CRIO || runtime == DOCKER || runtime == PODMAN;
  }
}
