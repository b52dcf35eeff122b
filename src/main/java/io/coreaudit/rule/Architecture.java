package io.coreaudit.rule;

import io.coreaudit.table.KernelNames;
import io.coreaudit.table.NumberedNames;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// An architecture whose system calls have names, under the names that auditctl knows it by.
public enum Architecture {
  /// x86, 64 bits.
  X86_64(KernelNames.X86_64, "x86_64"),
  /// x86, 32 bits.
  I386(KernelNames.I386, "i386", "i486", "i586", "i686"),
  /// ARM, 64 bits.
  AARCH64(KernelNames.AARCH64, "aarch64", "armv8l"),
  /// ARM, 32 bits.
  ARM(KernelNames.ARM, "arm", "armeb", "armv5tejl", "armv5tel", "armv6l", "armv7l"),
  /// POWER, 64 bits, little-endian.
  PPC64LE(KernelNames.PPC64LE, "ppc64le"),
  /// POWER, 64 bits, big-endian.
  PPC64(KernelNames.PPC64, "ppc64"),
  /// POWER, 32 bits.
  PPC(KernelNames.PPC, "ppc"),
  /// IBM Z, 64 bits.
  S390X(KernelNames.S390X, "s390x"),
  /// IBM Z, 31 bits.
  S390(KernelNames.S390, "s390");

  private static final int BITS_64 = 0x8000_0000;

  private final int elf;
  private final List<String> words;
  private Map<String, Integer> numbers;

  Architecture(int elf, String... words) {
    this.elf = elf;
    this.words = List.of(words);
  }

  /// The machine that this runs on; x86_64 where it is one without names here.
  public static Architecture host() {
    Architecture host = of(System.getProperty("os.arch").replace("amd64", X86_64.word()));
    return host == null ? X86_64 : host;
  }

  /// The number that the kernel has for it in `arch=`.
  public int elf() {
    return elf;
  }

  /// Its name.
  public String word() {
    return words.get(0);
  }

  /// Whether it has 64 bits.
  public boolean is64Bit() {
    return is64Bit(elf);
  }

  static boolean is64Bit(int elf) {
    return (elf & BITS_64) != 0;
  }

  /// The architecture of `arch=b32` on this machine, or null when it runs no such programs.
  public Architecture b32() {
    return switch (this) {
      case X86_64, I386 -> I386;
      case AARCH64, ARM -> ARM;
      case PPC64, PPC -> PPC;
      case S390X, S390 -> S390;
      case PPC64LE -> null;
    };
  }

  /// The architecture of `arch=b64` on this machine, or null.
  public Architecture b64() {
    return is64Bit() ? this : null;
  }

  /// The architecture of a name in either case, or null.
  public static Architecture of(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (Architecture architecture : values()) {
      if (architecture.words.contains(lower)) {
        return architecture;
      }
    }
    return null;
  }

  /// The architecture of a number, or null.
  public static Architecture of(int elf) {
    for (Architecture architecture : values()) {
      if (architecture.elf == elf) {
        return architecture;
      }
    }
    return null;
  }

  /// The number of a system call, by auditctl's name for it or by that of the kernel's headers, in
  /// either case; -1 when there is none.
  public int syscall(String name) {
    return numbers().getOrDefault(name.toLowerCase(Locale.ROOT), -1);
  }

  /// The name that auditctl has for a system call, or null.
  public String syscallName(int number) {
    byte[] name = KernelNames.libauditSyscalls(elf).name(number);
    if (name == null) {
      name = KernelNames.syscalls(elf).name(number);
    }
    return name == null ? null : new String(name, StandardCharsets.US_ASCII);
  }

  private synchronized Map<String, Integer> numbers() {
    if (numbers == null) {
      Map<String, Integer> made = new HashMap<>();
      add(KernelNames.syscalls(elf), made);
      add(KernelNames.libauditSyscalls(elf), made);
      if (this == I386) {
        made.put("madvise1", made.get("madvise"));
      }
      numbers = made;
    }
    return numbers;
  }

  private static void add(NumberedNames names, Map<String, Integer> numbers) {
    for (int i = 0; i < names.limit(); i++) {
      byte[] name = names.name(i);
      if (name != null) {
        numbers.put(new String(name, StandardCharsets.US_ASCII), i);
      }
    }
  }

  /// All names, for messages.
  static String names() {
    return Arrays.stream(values()).map(Architecture::word).collect(Collectors.joining(", "));
  }
}
