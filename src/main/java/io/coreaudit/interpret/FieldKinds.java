package io.coreaudit.interpret;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.EightBytes;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import java.nio.charset.StandardCharsets;

/// From a field's name to its kind, as libauparse has it.
final class FieldKinds {
  private static final int SLOTS = 512;
  private static final byte[][] NAMES = new byte[SLOTS][];
  private static final long[] WORDS = new long[SLOTS];
  private static final FieldKind[] KINDS = new FieldKind[SLOTS];

  static {
    add(
        FieldKind.UID,
        "auid uid euid suid fsuid ouid oauid old-auid iuid id inode_uid sauid obj_uid");
    add(FieldKind.GID, "gid egid sgid fsgid ogid igid obj_gid inode_gid new_gid");
    add(FieldKind.SYSCALL, "syscall uring_op");
    add(FieldKind.ARCH, "arch");
    add(FieldKind.EXIT, "exit");
    add(FieldKind.ERRNO, "errno");
    add(
        FieldKind.ESCAPED,
        "path comm exe file watch cwd cmd dir vm old-chardev new-chardev old-disk new-disk old-fs"
            + " new-fs old-net new-net old-rng new-rng device cgroup ocomm grp new_group"
            + " invalid_context sw root_dir apparmor operation denied_mask info profile"
            + " requested_mask");
    add(FieldKind.ESCAPED_FILE, "name");
    add(FieldKind.ESCAPED_KEY, "key");
    add(FieldKind.PROCTITLE, "proctitle");
    add(FieldKind.PERM, "perm perm_mask");
    add(FieldKind.MODE, "mode");
    add(FieldKind.SOCKADDR, "saddr");
    add(FieldKind.PROMISC, "prom old_prom");
    add(FieldKind.CAPABILITY, "capability");
    add(
        FieldKind.CAP_BITMAP,
        "cap_pi cap_pe cap_pp cap_pa cap_fi cap_fp fp fi old_pp old_pi old_pe old_pa new_pp new_pi"
            + " new_pe pp pi pe pa");
    add(FieldKind.SUCCESS, "res result");
    add(FieldKind.A0, "a0");
    add(FieldKind.A1, "a1");
    add(FieldKind.A2, "a2");
    add(FieldKind.A3, "a3");
    add(FieldKind.SIGNAL, "sig sigev_signo");
    add(FieldKind.LIST, "list");
    add(FieldKind.TTY_DATA, "data");
    add(FieldKind.SESSION, "ses");
    add(FieldKind.NFPROTO, "family");
    add(FieldKind.ICMPTYPE, "icmptype");
    add(FieldKind.PROTOCOL, "proto");
    add(FieldKind.ADDR, "addr");
    add(FieldKind.PERSONALITY, "per");
    add(FieldKind.SECCOMP, "code");
    add(FieldKind.OFLAG, "oflag");
    add(FieldKind.MMAP, "flags");
    add(FieldKind.MAC_LABEL, "subj obj scontext tcontext vm-ctx img-ctx");
    add(FieldKind.HOOK, "hook");
    add(FieldKind.NETACTION, "action");
    add(FieldKind.MACPROTO, "macproto");
    add(FieldKind.IOCTL_REQ, "ioctlcmd");
    add(FieldKind.FANOTIFY, "resp");
    add(FieldKind.NLMCGRP, "nl-mcgrp");
    add(FieldKind.RESOLVE, "resolve");
    add(FieldKind.TRUST, "subj_trust obj_trust");
    add(FieldKind.FAN_TYPE, "fan_type");
    add(FieldKind.FAN_INFO, "fan_info");
  }

  private static final long ACCT = RecordFlyweight.word("acct");
  private static final long ARGC = RecordFlyweight.word("argc");
  private static final long FP = RecordFlyweight.word("fp");
  private static final long ID = RecordFlyweight.word("id");
  private static final long MODE = RecordFlyweight.word("mode");
  private static final long MSG = RecordFlyweight.word("msg");
  private static final long NAME = RecordFlyweight.word("name");
  private static final long PID = RecordFlyweight.word("pid");
  private static final long SADDR = RecordFlyweight.word("saddr");

  private FieldKinds() {}

  private static void add(FieldKind kind, String names) {
    for (String name : names.split(" ")) {
      long word = RecordFlyweight.word(name);
      int slot = slot(word, name.length());
      while (NAMES[slot] != null) {
        slot = slot + 1 & SLOTS - 1;
      }
      NAMES[slot] = name.getBytes(StandardCharsets.US_ASCII);
      WORDS[slot] = word;
      KINDS[slot] = kind;
    }
  }

  private static int slot(long word, int length) {
    return (int) ((word ^ length) * 0x9e3779b97f4a7c15L >>> 55);
  }

  /// The kind of a field of a record of a type.
  static FieldKind of(int type, long name, int nameLength, long value, int valueLength) {
    long word = EightBytes.load(name, nameLength);
    switch (type) {
      case RecordType.EXECVE -> {
        if (nameLength > 0
            && Memory.byteAt(name) == 'a'
            && word != ARGC
            && !isLength(name, nameLength)) {
          return FieldKind.ESCAPED;
        }
      }
      case RecordType.AVC -> {
        if (word == SADDR) {
          return FieldKind.UNCLASSIFIED;
        }
      }
      case RecordType.USER_TTY -> {
        if (word == MSG) {
          return FieldKind.ESCAPED;
        }
      }
      case RecordType.NETFILTER_PKT -> {
        if (word == SADDR) {
          return FieldKind.ADDR;
        }
      }
      case RecordType.MQ_OPEN -> {
        if (word == MODE) {
          return FieldKind.MODE_SHORT;
        }
      }
      case RecordType.CRYPTO_KEY_USER -> {
        if (word == FP) {
          return FieldKind.UNCLASSIFIED;
        }
      }
      case RecordType.ADD_GROUP, RecordType.DEL_GROUP, RecordType.GRP_MGMT -> {
        if (word == ID) {
          return FieldKind.GID;
        }
      }
      case RecordType.KERN_MODULE -> {
        if (word == NAME) {
          return FieldKind.ESCAPED;
        }
      }
      default -> {
        // By its name alone.
      }
    }
    if (word == ACCT) {
      return textByContent(value, valueLength);
    }
    FieldKind kind = byName(word, name, nameLength);
    if (kind == FieldKind.UNCLASSIFIED && type == RecordType.TRUSTED_APP && word != PID) {
      return textByContent(value, valueLength);
    }
    return kind;
  }

  // Some programs write such a field in quotes or hexadecimal, some as it is.
  private static FieldKind textByContent(long value, int length) {
    boolean quoted = length > 0 && Memory.byteAt(value) == '"';
    return quoted || EscapedText.isHex(value, length) ? FieldKind.ESCAPED : FieldKind.UNCLASSIFIED;
  }

  private static boolean isLength(long name, int length) {
    for (int i = 0; i + 4 <= length; i++) {
      if (Memory.intAt(name + i) == 0x6e656c5f) { // _len
        return true;
      }
    }
    return false;
  }

  private static FieldKind byName(long word, long name, int length) {
    int slot = slot(word, length);
    for (byte[] known; (known = NAMES[slot]) != null; slot = slot + 1 & SLOTS - 1) {
      if (WORDS[slot] == word
          && known.length == length
          && Memory.isAt(name + 8, known, 8, length)) {
        return KINDS[slot];
      }
    }
    return FieldKind.UNCLASSIFIED;
  }
}
