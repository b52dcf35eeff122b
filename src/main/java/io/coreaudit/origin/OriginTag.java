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

  /// What tells the process from others of its number: i64, `ProcessTable.identity`.
  public static final int PROCESS = 5;

  /// The same of the parent process.
  public static final int PARENT = 6;

  /// How it is known where the process belongs: u8 `Confidence`.
  public static final int CONFIDENCE = 7;

  /// The pod and container that the process belongs to: u8 `ContainerRuntime`, u8 length of the
  /// container's id (0 or 64), id, UID of the pod (may be empty).
  public static final int CONTAINER = 8;

  /// What stands in it before the id.
  static final int CONTAINER_HEADER = 2;

  /// What is known of the pod and container: fields, `PodTag`.
  public static final int POD = 9;

  /// The secret volume that a file of the event is in: u8 whether the process is of another pod (0
  /// no, 1 yes, 2 not known), u8 length of the UID, UID of the volume's pod, name of the volume.
  public static final int SECRET = 10;

  /// What is known of that pod where it is not the process's own: fields, `PodTag`.
  public static final int SECRET_POD = 11;

  /// The script that the process runs, by an execution that an event told: path.
  public static final int SCRIPT = 12;

  /// The same of the parent process.
  public static final int PARENT_SCRIPT = 13;

  /// The event is the agent's own doing: no value.
  public static final int OWN = 32;

  private OriginTag() {}
}
