package io.coreaudit.mount;

/// Who is told what happens to mounts. All calls come on the follower's thread, which waits for
/// them; what they throw ends the follower.
public interface MountListener {
  /// A mount is there. At the start: each that was there before, in the order they were mounted.
  void onMounted(Mount mount);

  /// A mount has gone.
  ///
  /// @param mount as it was last seen
  void onUnmounted(Mount mount);

  /// A mount is somewhere else now; so is each one below it, and each is told.
  default void onMoved(Mount before, Mount now) {}

  /// A mount's options have changed.
  default void onRemounted(Mount before, Mount now) {}

  /// All that was mounted when the follower began has been told. Once.
  default void onCaughtUp() {}

  /// The follower goes to sleep until something happens to a mount.
  default void onSleep() {}

  /// The follower woke; what it finds is told next.
  default void onWake() {}
}
