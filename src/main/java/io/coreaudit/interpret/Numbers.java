package io.coreaudit.interpret;

import static io.coreaudit.interpret.Interpretation.bytes;

import io.coreaudit.table.NameTable;
import io.coreaudit.table.NamedNumbers;

/// Numbers in words: flags, modes, kinds of access, sets of capabilities.
final class Numbers {
  private static final int LAST_CAPABILITY = 40;
  private static final int ALL_ACCESSES = 15;
  private static final int FILE_TYPE = 0170000;

  private static final byte[] NONE = bytes("none");
  private static final byte[] SUID = bytes("suid");
  private static final byte[] SGID = bytes("sgid");
  private static final byte[] STICKY = bytes("sticky");
  private static final byte[] READ_ONLY = bytes("O_RDONLY");
  private static final byte[] MAP_FILE = bytes("MAP_FILE");
  private static final byte[] NO_PROTECTION = bytes("PROT_NONE");
  private static final byte[][] ACCESSES = {
    bytes("read"), bytes("write"), bytes("exec"), bytes("attr")
  };
  private static final int[] ACCESS_BITS = {4, 2, 1, 8};
  private static final byte[][] FILE_TYPES = new byte[16][];

  static {
    FILE_TYPES[1] = bytes("fifo");
    FILE_TYPES[2] = bytes("character");
    FILE_TYPES[4] = bytes("dir");
    FILE_TYPES[6] = bytes("block");
    FILE_TYPES[8] = bytes("file");
    FILE_TYPES[10] = bytes("link");
    FILE_TYPES[12] = bytes("socket");
  }

  private static final byte[] CREATE = bytes("IPC_CREAT");
  private static final byte[] EXCLUSIVE = bytes("IPC_EXCL");
  private static final byte[] HUGE = bytes("SHM_HUGETLB");
  private static final byte[] NO_RESERVE = bytes("SHM_NORESERVE");

  private Numbers() {}

  /// Puts the names of the flags that are set, `|` between them; false: none has a name.
  static boolean putFlags(Interpretation out, NamedNumbers names, long flags, int from) {
    for (int i = 0; i < names.size(); i++) {
      if ((names.number(i) & flags) != 0) {
        putNext(out, names.nameAt(i), from, '|');
      }
    }
    return out.length() > from;
  }

  private static void putNext(Interpretation out, byte[] name, int from, char separator) {
    if (out.length() > from) {
      out.put(separator);
    }
    out.put(name);
  }

  static void putOpenFlags(Interpretation out, long flags) {
    int from = out.length();
    if ((flags & 3) == 0) {
      out.put(READ_ONLY);
    }
    putFlags(out, NameTable.OPEN_FLAGS.names(), flags & 0xffffffffL, from);
  }

  static boolean putMapFlags(Interpretation out, long flags) {
    int from = out.length();
    if ((flags & 15) == 0) {
      out.put(MAP_FILE);
    }
    return putFlags(out, NameTable.MAP_FLAGS.names(), flags & 0xffffffffL, from);
  }

  static void putProtection(Interpretation out, long flags, boolean ofMap) {
    if ((flags & 7) == 0) {
      out.put(NO_PROTECTION);
      return;
    }
    putFlags(out, NameTable.PROTECTIONS.names(), flags & (ofMap ? 15 : 7), out.length());
  }

  static void putCloneFlags(Interpretation out, long flags) {
    int from = out.length();
    putFlags(out, NameTable.CLONE_FLAGS.names(), flags & 0xffffffffL, from);
    int signal = (int) flags & 0xff;
    if (signal != 0 && signal < 32) {
      putNext(out, NameTable.SIGNALS.name(signal), from, '|');
    }
    if (out.length() == from) {
      out.put('0');
      out.put('x');
      out.putBits(flags & 0xffffffffL, 4, 1);
    }
  }

  static void putSharedMemory(Interpretation out, long flags) {
    int from = out.length();
    if ((flags & 01000) != 0) {
      putNext(out, CREATE, from, '|');
    }
    if ((flags & 02000) != 0) {
      putNext(out, EXCLUSIVE, from, '|');
    }
    if ((flags & 04000) != 0) {
      putNext(out, HUGE, from, '|');
    }
    if ((flags & 010000) != 0) {
      putNext(out, NO_RESERVE, from, '|');
    }
    if (out.length() > from) {
      out.put('|');
    }
    putShortMode(out, (int) flags & 0777);
  }

  static void putAccesses(Interpretation out, int perm) {
    int from = out.length();
    int bits = perm == 0 ? ALL_ACCESSES : perm;
    for (int i = 0; i < ACCESSES.length; i++) {
      if ((bits & ACCESS_BITS[i]) != 0) {
        putNext(out, ACCESSES[i], from, ',');
      }
    }
  }

  static void putMode(Interpretation out, int mode) {
    int type = mode >> 12 & 15;
    if (FILE_TYPES[type] != null) {
      out.put(FILE_TYPES[type]);
    } else {
      out.putBits((mode & FILE_TYPE) >> 12, 3, 3);
    }
    putSpecial(out, mode, -1);
    out.put(',');
    out.putBits(mode & 0777, 3, 3);
  }

  static void putShortMode(Interpretation out, int mode) {
    int from = out.length();
    putSpecial(out, mode, from);
    if (out.length() > from) {
      out.put(',');
    }
    out.put('0');
    out.putBits(mode & 0777, 3, 3);
  }

  private static void putSpecial(Interpretation out, int mode, int from) {
    if ((mode & 04000) != 0) {
      putNext(out, SUID, from, ',');
    }
    if ((mode & 02000) != 0) {
      putNext(out, SGID, from, ',');
    }
    if ((mode & 01000) != 0) {
      putNext(out, STICKY, from, ',');
    }
  }

  static void putCapabilities(Interpretation out, long set) {
    int from = out.length();
    for (int i = 0; i <= LAST_CAPABILITY; i++) {
      if ((set >>> i & 1) != 0) {
        putNext(out, NameTable.CAPABILITIES.name(i), from, ',');
      }
    }
    if (out.length() == from) {
      out.put(NONE);
    }
  }
}
