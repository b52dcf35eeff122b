#!/bin/sh
# Writes AuditConstants.java, LinuxConstants.java and Errno.java anew from the installed headers.
# Needs gcc; run it after a change of abi_probe.c, then look at the difference.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=$here/../java/io/coreaudit/kernel
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -Wall -Wextra -Werror -o "$work/abi_probe" "$here/abi_probe.c"
"$work/abi_probe" >"$work/lines"

constants() { # class, what its Javadoc says
  {
    printf 'package io.coreaudit.kernel;\n\n%s\n///\n' "$2"
    printf '/// Generated from the kernel headers by `src/main/c/generate.sh`; a test compares them again.\n'
    printf '/// Numbers above `Integer.MAX_VALUE` stand as the `int` of the same bits.\n'
    printf 'public final class %s {\n' "$1"
    awk -v class="$1" '$1 == class {
      value = $3 > 2147483647 ? sprintf("0x%08X", $3) : $3
      printf "  public static final int %s = %s;\n", $2, value }' "$work/lines"
    printf '\n  private %s() {}\n}\n' "$1"
  } >"$to/$1.java"
}

constants AuditConstants '/// The numbers and struct layouts of `linux/audit.h`, under the kernel'"'"'s own names.'
constants LinuxConstants '/// The numbers and struct layouts of sockets, netlink, poll, files and memory, under their C names.'

{
  cat <<'JAVA'
package io.coreaudit.kernel;

/// The kernel's error numbers: their names and texts.
///
/// Generated from the kernel headers by `src/main/c/generate.sh`; a test compares them again. The
/// numbers are those of x86-64 and aarch64, the texts those of glibc in the C locale.
public final class Errno {
JAVA
  awk '$1 == "Errno" { printf "  public static final int %s = %s;\n", $2, $3 }' "$work/lines"
  printf '\n  private static final String[] NAMES = new String[134];\n'
  printf '  private static final String[] TEXTS = new String[134];\n\n  static {\n'
  awk '$1 == "Errno" { text = $0; sub(/^[^ ]+ [^ ]+ [^ ]+ /, "", text)
    printf "    put(%s, \"%s\", \"%s\");\n", $2, $2, text }' "$work/lines"
  cat <<'JAVA'
  }

  private Errno() {}

  private static void put(int errno, String name, String text) {
    NAMES[errno] = name;
    TEXTS[errno] = text;
  }

  /// The name of an error number, such as `EPERM`; of an unknown one `E?`.
  public static String name(int errno) {
    return errno > 0 && errno < NAMES.length && NAMES[errno] != null ? NAMES[errno] : "E?";
  }

  /// What an error number means, such as `Operation not permitted`.
  public static String text(int errno) {
    return errno > 0 && errno < TEXTS.length && TEXTS[errno] != null
        ? TEXTS[errno]
        : "unknown error";
  }

  /// Name, number and text as messages give them: `EPERM (1), Operation not permitted`.
  public static String describe(int errno) {
    return name(errno) + " (" + errno + "), " + text(errno);
  }
}
JAVA
} >"$to/Errno.java"
