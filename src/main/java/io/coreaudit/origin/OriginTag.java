package io.coreaudit.origin;

/// The tags of a frame's origin part: who and where, captured before it vanished.
public final class OriginTag {
  /// Name of the node: bytes.
  public static final int NODE = 1;

  /// Name of an account: u8 0 for a user, 1 for a group; u32 id; name bytes.
  public static final int ACCOUNT = 2;

  /// Name (comm) of the parent process: bytes.
  public static final int PARENT_NAME = 3;

  /// Executable of the parent process: bytes.
  public static final int PARENT_EXECUTABLE = 4;

  /// The event is the agent's own doing: no value.
  public static final int OWN = 32;

  private OriginTag() {}
}
