package io.coreaudit.memory;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import sun.misc.Unsafe;

/// Reads and writes bytes outside the heap by address.
///
/// Addresses are plain `long`s, as the kernel and JNA give them; numbers are little-endian and need
/// no alignment. Nothing is checked: nobody but the caller keeps an access inside its block.
///
/// `Unsafe`, not a `MemorySegment` over the whole address space: both are a single instruction once
/// the optimising compiler is done, and until then, which is all of a short run and the first
/// seconds of a long one, an access over a segment costs several times as much.
@SuppressWarnings({"restricted", "removal"}) // the one place that trusts addresses
public final class Memory {
  private static final Unsafe UNSAFE = unsafe();
  private static final long BYTES = UNSAFE.arrayBaseOffset(byte[].class);

  static {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new ExceptionInInitializerError("this machine is not little-endian");
    }
  }

  private Memory() {}

  private static Unsafe unsafe() {
    try {
      Field field = Unsafe.class.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return (Unsafe) field.get(null);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// Takes bytes from the C library; they may be anything.
  ///
  /// @throws IllegalStateException when it has none left
  public static long allocate(long bytes) {
    try {
      return UNSAFE.allocateMemory(bytes);
    } catch (OutOfMemoryError e) {
      throw new IllegalStateException(
          "no " + bytes + " bytes of memory to be had; give the process more", e);
    }
  }

  /// Gives back what `allocate` gave.
  public static void free(long address) {
    UNSAFE.freeMemory(address);
  }

  /// The byte at an address.
  public static byte byteAt(long address) {
    return UNSAFE.getByte(address);
  }

  /// The 16-bit number at an address.
  public static short shortAt(long address) {
    return UNSAFE.getShort(address);
  }

  /// The 32-bit number at an address.
  public static int intAt(long address) {
    return UNSAFE.getInt(address);
  }

  /// The 64-bit number at an address.
  public static long longAt(long address) {
    return UNSAFE.getLong(address);
  }

  /// Writes one byte.
  public static void putByte(long address, byte value) {
    UNSAFE.putByte(address, value);
  }

  /// Writes a 16-bit number.
  public static void putShort(long address, short value) {
    UNSAFE.putShort(address, value);
  }

  /// Writes a 32-bit number.
  public static void putInt(long address, int value) {
    UNSAFE.putInt(address, value);
  }

  /// Writes a 64-bit number.
  public static void putLong(long address, long value) {
    UNSAFE.putLong(address, value);
  }

  /// Copies bytes from one address to another; the ranges may overlap.
  public static void copy(long from, long to, long lengthBytes) {
    UNSAFE.copyMemory(from, to, lengthBytes);
  }

  /// Copies bytes from an address into a heap array.
  public static void copy(long from, byte[] to, int offset, int lengthBytes) {
    Objects.checkFromIndexSize(offset, lengthBytes, to.length);
    UNSAFE.copyMemory(null, from, to, BYTES + offset, lengthBytes);
  }

  /// Copies bytes from a heap array to an address.
  public static void copy(byte[] from, int offset, long to, int lengthBytes) {
    Objects.checkFromIndexSize(offset, lengthBytes, from.length);
    UNSAFE.copyMemory(from, BYTES + offset, null, to, lengthBytes);
  }

  /// Sets a range of bytes to one value.
  public static void fill(long address, long lengthBytes, byte value) {
    UNSAFE.setMemory(address, lengthBytes, value);
  }

  /// Whether a text is at an address.
  public static boolean isAt(long address, byte[] text) {
    return isAt(address, text, 0, text.length);
  }

  /// Whether the part of a text from one place up to another is at an address.
  public static boolean isAt(long address, byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (byteAt(address + i - from) != text[i]) {
        return false;
      }
    }
    return true;
  }

  /// Whether bytes begin with a text.
  public static boolean startsWith(long address, int lengthBytes, byte[] text) {
    return lengthBytes >= text.length && isAt(address, text);
  }

  /// Whether bytes are a text.
  public static boolean equals(long address, int lengthBytes, byte[] text) {
    return lengthBytes == text.length && isAt(address, text);
  }

  /// Whether so many bytes at two addresses are the same.
  public static boolean isSame(long one, long other, long lengthBytes) {
    long i = 0;
    for (; i + Long.BYTES <= lengthBytes; i += Long.BYTES) {
      if (longAt(one + i) != longAt(other + i)) {
        return false;
      }
    }
    for (; i < lengthBytes; i++) {
      if (byteAt(one + i) != byteAt(other + i)) {
        return false;
      }
    }
    return true;
  }

  /// A view of a block for the parts of the JDK that take buffers only. Native byte order.
  public static ByteBuffer view(long address, int lengthBytes) {
    return MemorySegment.ofAddress(address).reinterpret(lengthBytes).asByteBuffer();
  }
}
