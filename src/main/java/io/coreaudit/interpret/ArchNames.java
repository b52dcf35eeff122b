package io.coreaudit.interpret;

import io.coreaudit.table.KernelNames;
import java.nio.charset.StandardCharsets;

/// Names of architectures, from the number in `arch=`: ELF machine, 64-bit bit, little-endian bit.
public final class ArchNames {
  /// x86, 64 bits.
  public static final int X86_64 = KernelNames.X86_64;

  /// x86, 32 bits.
  public static final int I386 = KernelNames.I386;

  /// ARM, 64 bits.
  public static final int AARCH64 = KernelNames.AARCH64;

  private static final byte[] X86_64_NAME = bytes("x86_64");
  private static final byte[] I386_NAME = bytes("i386");
  private static final byte[] AARCH64_NAME = bytes("aarch64");
  private static final byte[] ARM_NAME = bytes("arm");
  private static final byte[] PPC64LE_NAME = bytes("ppc64le");
  private static final byte[] PPC64_NAME = bytes("ppc64");
  private static final byte[] PPC_NAME = bytes("ppc");
  private static final byte[] S390X_NAME = bytes("s390x");
  private static final byte[] S390_NAME = bytes("s390");
  private static final byte[] RISCV64_NAME = bytes("riscv64");
  private static final byte[] RISCV32_NAME = bytes("riscv32");
  private static final byte[] LOONGARCH64_NAME = bytes("loongarch64");

  private ArchNames() {}

  /// The name of an architecture, or null when it is unknown. The array must not be changed.
  public static byte[] name(int arch) {
    return switch (arch) {
      case X86_64 -> X86_64_NAME;
      case I386 -> I386_NAME;
      case AARCH64 -> AARCH64_NAME;
      case 0x40000028 -> ARM_NAME;
      case 0xc0000015 -> PPC64LE_NAME;
      case 0x80000015 -> PPC64_NAME;
      case 0x00000014 -> PPC_NAME;
      case 0x80000016 -> S390X_NAME;
      case 0x00000016 -> S390_NAME;
      case 0xc00000f3 -> RISCV64_NAME;
      case 0x400000f3 -> RISCV32_NAME;
      case 0xc0000102 -> LOONGARCH64_NAME;
      default -> null;
    };
  }

  /// The name of an architecture that libaudit 4.2 knows, or null.
  static byte[] known(int arch) {
    byte[] name = name(arch);
    return name == LOONGARCH64_NAME ? null : name;
  }

  private static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }
}
