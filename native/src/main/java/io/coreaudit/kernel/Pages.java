package io.coreaudit.kernel;

import static io.coreaudit.kernel.LinuxConstants.MAP_ANONYMOUS;
import static io.coreaudit.kernel.LinuxConstants.MAP_NORESERVE;
import static io.coreaudit.kernel.LinuxConstants.MAP_PRIVATE;
import static io.coreaudit.kernel.LinuxConstants.PROT_READ;
import static io.coreaudit.kernel.LinuxConstants.PROT_WRITE;

import io.coreaudit.memory.Memory;

/// A block of memory outside the heap. One of some MiB takes no room until it is written.
///
/// Whoever allocates it closes it, once nobody holds an address of it any more.
public final class Pages implements AutoCloseable {
  private static final long PAGE_BYTES = 4096;

  private final long sizeBytes;
  private final boolean mapped;
  private long address;

  private Pages(long address, long sizeBytes, boolean mapped) {
    this.address = address;
    this.sizeBytes = sizeBytes;
    this.mapped = mapped;
  }

  /// Takes a block for what is written before it is read: its bytes may be anything. It lies where
  /// the C library wants it, and needs no native interface, whose start runs a program: a command
  /// that ends soon is better without.
  ///
  /// @param bytes its size
  public static Pages unwritten(long bytes) {
    return new Pages(Memory.allocate(bytes), bytes, false);
  }

  /// Takes a block, all zero; all of its room at once. It too needs no native interface.
  ///
  /// @param bytes its size
  public static Pages cleared(long bytes) {
    Pages pages = unwritten(bytes);
    Memory.fill(pages.address, bytes, (byte) 0);
    return pages;
  }

  /// Maps a block, all zero, page-aligned.
  ///
  /// @param bytes its size, rounded up to whole pages
  public static Pages allocate(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("bytes=" + bytes + " is not above 0");
    }
    long size = (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
    long address =
        LibC.mmap(
            0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address < 0) {
      throw new KernelException(
          "mmap of " + size + " bytes",
          (int) address,
          "give the process more memory, or make its buffers smaller");
    }
    return new Pages(address, size, true);
  }

  /// Where the block begins.
  ///
  /// @throws IllegalStateException when it was given back: a store to 0 would end the process
  public long address() {
    if (address == 0) {
      throw new IllegalStateException("the block of " + sizeBytes + " bytes was given back");
    }
    return address;
  }

  /// How long the block is.
  public long sizeBytes() {
    return sizeBytes;
  }

  /// Gives the block back. Every address into it is dead from now on. A second call does nothing.
  @Override
  public void close() {
    if (address != 0) {
      if (mapped) {
        LibC.munmap(address, sizeBytes);
      } else {
        Memory.free(address);
      }
      address = 0;
    }
  }
}
