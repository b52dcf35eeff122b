package io.coreaudit.mount;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Takes all rights beyond those of any user from the calling thread.
final class DropCapabilities {
  private static final int VERSION_3 = 0x20080522;

  static {
    Native.register(DropCapabilities.class, NativeLibrary.getProcess());
  }

  private DropCapabilities() {}

  static native int capset(long header, long data);

  /// Empties the thread's effective and permitted set.
  static int effective() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment header = arena.allocate(8, 8);
      header.set(ValueLayout.JAVA_INT, 0, VERSION_3);
      return capset(header.address(), arena.allocate(24, 8).address());
    }
  }
}
