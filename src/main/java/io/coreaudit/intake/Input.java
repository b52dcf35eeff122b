package io.coreaudit.intake;

/// Where records come from. A process has one.
public sealed interface Input extends AutoCloseable permits NetlinkInput, LineInput {
  /// The descriptor to poll for reading. Of no meaning once the input has ended.
  int fd();

  /// Moves what is there to the intake, up to a bound that keeps timers punctual.
  ///
  /// @return messages or lines moved; 0 when there was nothing
  int drain(Intake intake);

  /// Bytes that wait in the kernel to be taken; 0 when that is not known.
  long unreadBytes();

  /// Whether end-of-event records are left out by the kernel.
  boolean leavesOutEnds();

  /// Has end-of-event records come from now on, where they were left out.
  void takeEnds();

  /// Whether the input has ended for good: its last byte was read.
  boolean ended();

  /// How many messages may gather before they are taken: what its buffer holds with ease.
  int mostGathered();

  /// Whether its source can wait: then an event is held until the spool takes it.
  boolean patient();

  /// What it is, for the start line: `multicast, receive buffer 64 MiB`.
  String describe();

  @Override
  void close();
}
