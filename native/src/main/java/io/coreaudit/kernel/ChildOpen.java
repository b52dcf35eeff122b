package io.coreaudit.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Opens a file in a child process that lives for nothing else.
///
/// The child has the name of the calling thread until it would become another program. There is
/// none for it to become, so that it ends when the file is open, and nothing is left of it.
public final class ChildOpen {
  /// More than any C library's posix_spawn_file_actions_t.
  private static final int ACTIONS_BYTES = 256;

  private ChildOpen() {}

  /// Opens and forgets.
  ///
  /// @throws KernelException when there can be no child
  public static void open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      long actions = arena.allocate(ACTIONS_BYTES, 16).address();
      long name = arena.allocateFrom(path).address();
      MemorySegment nothing = arena.allocateFrom("");
      MemorySegment arguments = arena.allocate(2 * ValueLayout.ADDRESS.byteSize(), 8);
      arguments.set(ValueLayout.ADDRESS, 0, nothing);
      long pid = arena.allocate(Integer.BYTES, 4).address();
      KernelException.checked(
          "posix_spawn_file_actions_init", LibC.posix_spawn_file_actions_init(actions));
      KernelException.checked(
          "posix_spawn_file_actions_addopen",
          LibC.posix_spawn_file_actions_addopen(actions, 0, name, flags, 0));
      long environment = arguments.address() + ValueLayout.ADDRESS.byteSize(); // empty
      int result =
          LibC.posix_spawn(pid, nothing.address(), actions, 0, arguments.address(), environment);
      LibC.posix_spawn_file_actions_destroy(actions);
      if (result == -Errno.EAGAIN || result == -Errno.ENOMEM) {
        throw new KernelException(
            "posix_spawn", result, "raise the limit of processes or of memory");
      }
    }
  }
}
