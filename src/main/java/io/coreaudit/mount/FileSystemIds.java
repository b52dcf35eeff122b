package io.coreaudit.mount;

/// Tells one tmpfs from another that has its device number, by the id that the kernel draws for
/// each (since 5.13; older ones say 0).
interface FileSystemIds extends AutoCloseable {
  /// The id of a mount's tmpfs; 0 when it is none, tells none, or is not to be seen at its place.
  long at(Mount mount);

  @Override
  void close();
}
