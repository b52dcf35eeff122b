package io.coreaudit.mount;

/// One way to learn of mounts. The follower's thread alone.
interface MountSource extends AutoCloseable {
  /// Tells all that is there. Nothing that happens from before this call on is missed.
  void start();

  /// Waits until something happens or is due, and tells it. Returns at once when stopped.
  ///
  /// @return how much was told
  int doWork();

  @Override
  void close();
}
