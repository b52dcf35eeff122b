package io.coreaudit.origin;

/// How it is known where a process belongs.
public final class Confidence {
  /// It is not known: the process had gone, and nothing that is certain tells of it.
  public static final int NONE = 0;

  /// By the process's own cgroup.
  public static final int CGROUP = 1;

  /// By its parent's, which is inside a container; who is born there stays there.
  public static final int PARENT = 2;

  /// Of its namespace alone is known, by its label in SELinux; neither pod nor container.
  public static final int NAMESPACE = 3;

  private Confidence() {}
}
