package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.RecordType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// The fields of records that the encoders know by number, so that a field is found by one look
/// into a table and kept in an array; and all names of fields that are known at all.
final class Field {
  static final int ARCH = 0;
  static final int SYSCALL = 1;
  static final int SUCCESS = 2;
  static final int EXIT = 3;
  static final int A0 = 4;
  static final int A1 = 5;
  static final int A2 = 6;
  static final int A3 = 7;
  static final int PPID = 8;
  static final int PID = 9;
  static final int AUID = 10;
  static final int UID = 11;
  static final int GID = 12;
  static final int EUID = 13;
  static final int SES = 14;
  static final int COMM = 15;
  static final int EXE = 16;
  static final int KEY = 17;
  static final int URING_OP = 18;
  static final int NAME = 19;
  static final int INODE = 20;
  static final int DEV = 21;
  static final int MODE = 22;
  static final int OUID = 23;
  static final int OGID = 24;
  static final int NAMETYPE = 25;
  static final int CWD = 26;
  static final int PROCTITLE = 27;
  static final int OFLAG = 28;
  static final int SADDR = 29;
  static final int RES = 30;
  static final int RESULT = 31;
  static final int ACCT = 32;
  static final int ADDR = 33;
  static final int HOSTNAME = 34;
  static final int ID = 35;
  static final int UNIT = 36;
  static final int CMD = 37;
  static final int CODE = 38;
  static final int PERMISSIVE = 39;
  static final int ARGC = 40;
  static final int SUID = 41;
  static final int FSUID = 42;
  static final int EGID = 43;
  static final int SGID = 44;
  static final int FSGID = 45;
  static final int SUBJ = 46;
  static final int OBJ = 47;
  static final int SCONTEXT = 48;
  static final int TCONTEXT = 49;
  static final int APPARMOR = 50;
  static final int RESP = 51;
  static final int OP = 52;
  static final int PATH = 53;
  static final int INO = 54;
  static final int GRP = 55;
  static final int DADDR = 56;
  static final int SPORT = 57;
  static final int DPORT = 58;
  static final int SRC = 59;
  static final int DEST = 60;
  static final int RPORT = 61;
  static final int PROTO = 62;

  static final int FILE = 63;

  /// Number of the fields that are kept; no more than a `long` has bits.
  static final int KEPT = 64;

  /// Names of the kept fields.
  private static final String KEPT_NAMES =
      """
      arch syscall success exit a0 a1 a2 a3 ppid pid auid uid gid euid ses comm exe key uring_op
      name inode dev mode ouid ogid nametype cwd proctitle oflag saddr res result acct addr hostname
      id unit cmd code permissive argc suid fsuid egid sgid fsgid subj obj scontext tcontext apparmor
      resp op path ino grp daddr sport dport src dest rport proto
      file
      """;

  /// Names of fields whose value may be text in hexadecimal.
  private static final String ENCODED_NAMES =
      """
      watch dir vm device cgroup ocomm new_group new-group sw root_dir data invalid_context
      subject object key_desc old-disk new-disk old-chardev new-chardev old-fs new-fs old-net new-net old-rng new-rng
      """;

  /// Names of all other fields that the kernel and the programs of a system write: the audit
  /// project's dictionary, and what kernels and programs have added since.
  private static final String OTHER_NAMES =
      """
      abs_timeout_nsec abs_timeout_sec acl action added appraise_type audit_backlog_limit
      audit_backlog_wait_time audit_backlog_wait_time_actual audit_enabled audit_failure audit_lost
      audit_pid audit_rate_limit auth backlog banners blockers bool bus cap_fe cap_fi cap_fp
      cap_frootid cap_fver cap_pa cap_pe cap_pi cap_pp capability capname category cause changed
      cipher cipso_doi cipso_type class cmdline compat conn-name connstate default-context
      denials denied_mask device_rule direction dmac domain dst enabled
      enforcing entries err errno error error_msg faddr fam family fan_info fan_type fd fd0 fd1 fe
      feature fi flags fn format fowner fp fport frootid fs fsmagic fsuuid ftype func
      function fver gpg_res grantors hash hook icmp_type icmpcode icmptype igid ike-version img-ctx
      inif info inode_gid inode_uid integ interface ioctlcmd ip ipid ipx-net item items iuid job
      kernel key_enforce key_serial kind ksize label laddr len list lport lsm mac macproto maj major mark mask
      member minor model module more mq_curmsgs mq_flags mq_maxmsg mq_msgsize mqdes msg msg_len
      msg_prio msgtype namespace nargs net netif new new-context new-enabled new-level new-log_passwd
      new-mem new-range new-role new-seuser new-vcpu new_gid new-gid new_lock new_pa new_pe new_pi new_pp
      nl-mcgrp nlbl_domain nlbl_protocol nlnk-fam nlnk-grp nlnk-pid nsec oauid obj_gid obj_lev_high
      obj_lev_low obj_role obj_trust obj_type obj_uid obj_user old old-auid old-context old-enabled
      old-level old-log_passwd old-mem old-range old-role old-ses old-seuser old-vcpu old_enforcing
      old_lock old_pa old_pe old_pi old_pp old_prom old_val operation opid oses outif pa parent
      parent-hash pe peer peer_label per perm perm_mask pfs pi port pp prf printer profile prog-id prom
      qbytes raddr range rdev reason removed request requested_mask requested reset resolve
      resrc role sauid sec sec_alg sec_doi sec_obj sector selected-context seperm seqno
      serial seuser sig sigev_signo signal size smac spi spid src_prefixlen dst_prefixlen
      state status subj_apparmor subj_bpf subj_lev_high subj_lev_low subj_role subj_trust subj_type
      subj_user sw_type table target tclass terminal tglob tpid trawcon tty
      type unlbl_accept uri user uuid val ver via-port virt vm-ctx vm-pid with-interface xattr
      """;

  private static final String[] NAMES =
      (KEPT_NAMES + ENCODED_NAMES + OTHER_NAMES).strip().split("\\s+");
  private static final int FIRST_OTHER = KEPT + ENCODED_NAMES.strip().split("\\s+").length;

  private static final int SLOTS = 2048;
  private static final short[] FIELD_AT = new short[SLOTS]; // number + 1
  private static final long[] WORDS = new long[NAMES.length];
  private static final byte[] LENGTHS = new byte[NAMES.length];
  private static final byte[][] BYTES = new byte[NAMES.length][];
  private static final boolean[] ENCODED = new boolean[NAMES.length];

  static {
    for (int field = 0; field < NAMES.length; field++) {
      WORDS[field] = RecordFlyweight.word(NAMES[field]);
      BYTES[field] = NAMES[field].getBytes(StandardCharsets.US_ASCII);
      LENGTHS[field] = (byte) BYTES[field].length;
      ENCODED[field] = field >= KEPT && field < FIRST_OTHER;
      int slot = slot(WORDS[field]);
      while (FIELD_AT[slot] != 0) {
        slot = slot + 1 & SLOTS - 1;
      }
      FIELD_AT[slot] = (short) (field + 1);
    }
    for (int field : new int[] {COMM, EXE, KEY, NAME, CWD, PROCTITLE, ACCT, CMD, PATH, GRP, FILE}) {
      ENCODED[field] = true;
    }
  }

  private Field() {}

  /// The number of the field that a record's walk stands at; see below.
  static int of(RecordFlyweight record) {
    return of(record.nameWord(), record.nameAddress(), record.nameLength());
  }

  /// Whether a record's walk stands at the field.
  static boolean is(RecordFlyweight record, int field) {
    return record.nameWord() == WORDS[field]
        && record.nameLength() == LENGTHS[field]
        && Memory.isAt(record.nameAddress() + 8, BYTES[field], 8, LENGTHS[field]);
  }

  /// The number of a field that is known.
  static int number(String name) {
    return Arrays.asList(NAMES).indexOf(name);
  }

  /// The names of all fields that are known.
  static List<String> names() {
    return List.of(NAMES);
  }

  /// The number of a field by its name; -1 for a name that nobody knows. Numbers from `KEPT` on
  /// tell that the name is a known one, and serve `isEncoded`.
  static int of(long word, long name, int length) {
    int slot = slot(word);
    for (int at; (at = FIELD_AT[slot]) != 0; slot = slot + 1 & SLOTS - 1) {
      if (WORDS[at - 1] == word
          && LENGTHS[at - 1] == length
          && Memory.isAt(name + 8, BYTES[at - 1], 8, length)) {
        return at - 1;
      }
    }
    return -1;
  }

  /// Whether a program that sends a record may give the field in its message. Who it is, and which
  /// rule it met, is not its to say. Only services are named by systemd.
  static boolean mayBeClaimed(int field, int type) {
    return switch (field) {
      case RES, RESULT, ACCT, ID, ADDR, HOSTNAME, EXE, UNIT, CMD, CWD, OP, GRP, RPORT -> true;
      case PERMISSIVE, SCONTEXT, TCONTEXT -> type == RecordType.USER_AVC;
      case COMM ->
          type == RecordType.SERVICE_START
              || type == RecordType.SERVICE_STOP
              || type == RecordType.SYSTEM_BOOT
              || type == RecordType.SYSTEM_SHUTDOWN
              || type == RecordType.SYSTEM_RUNLEVEL;
      default -> false;
    };
  }

  /// Whether a value without quotes may be text in hexadecimal.
  static boolean isEncoded(int field) {
    return field >= 0 && ENCODED[field];
  }

  private static int slot(long word) {
    return (int) (word * 0x9e3779b97f4a7c15L >>> 53);
  }
}
