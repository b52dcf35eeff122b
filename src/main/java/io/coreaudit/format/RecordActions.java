package io.coreaudit.format;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import io.coreaudit.record.RecordTypes;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// What each type of record tells, in the words of ECS; and its name.
///
/// A type that the table does not name has its own name in lower case as the action and no
/// category. A companion of the call (PATH, CWD ...) tells only what lost its call, or never had
/// one (BPF of a program that goes).
final class RecordActions {
  /// action | categories | types | types of record
  static final String TABLE =
      """
      authenticated | authentication | info | USER_AUTH GRP_AUTH
      authorized-login | authentication | info | USER_ACCT
      logged-in | authentication | start | USER_LOGIN
      logged-out | authentication | end | USER_LOGOUT
      started-session | session | start | USER_START
      ended-session | session | end | USER_END
      acquired-credentials | authentication | info | CRED_ACQ
      refreshed-credentials | authentication | info | CRED_REFR
      disposed-credentials | authentication | info | CRED_DISP
      failed-account-check | authentication | info | USER_ERR
      changed-login-id | authentication | start | LOGIN
      ran-command | process | start | USER_CMD
      typed-on-terminal | process | info | TTY USER_TTY
      changed-password | iam | user change | USER_CHAUTHTOK
      changed-group-password | iam | group change | GRP_CHAUTHTOK
      added-user-account | iam | user creation | ADD_USER
      deleted-user-account | iam | user deletion | DEL_USER
      modified-user-account | iam | user change | USER_MGMT
      locked-user-account | iam | user change | ACCT_LOCK
      unlocked-user-account | iam | user change | ACCT_UNLOCK
      added-group-account | iam | group creation | ADD_GROUP
      deleted-group-account | iam | group deletion | DEL_GROUP
      modified-group-account | iam | group change | GRP_MGMT
      changed-group-id | iam | user change | CHGRP_ID
      changed-user-id | iam | user change | CHUSER_ID
      changed-role | iam | user change | USER_ROLE_CHANGE
      assigned-role | iam | user change | ROLE_ASSIGN
      removed-role | iam | user change | ROLE_REMOVE
      modified-role | iam | admin change | ROLE_MODIFY
      started-service | process | start | SERVICE_START
      stopped-service | process | end | SERVICE_STOP
      booted-system | host | start | SYSTEM_BOOT
      shut-down-system | host | end | SYSTEM_SHUTDOWN
      changed-runlevel | host | change | SYSTEM_RUNLEVEL
      changed-system-config | configuration | change | USYS_CONFIG
      changed-device | host | change | USER_DEVICE
      allocated-device | host | change | DEV_ALLOC
      released-device | host | change | DEV_DEALLOC
      updated-software | package | change | SOFTWARE_UPDATE
      started-audit-daemon | host | start | DAEMON_START
      stopped-audit-daemon | host | end | DAEMON_END
      aborted-audit-daemon | host | end | DAEMON_ABORT
      changed-audit-daemon-config | configuration | change | DAEMON_CONFIG
      rotated-audit-log | host | info | DAEMON_ROTATE
      resumed-audit-logging | host | change | DAEMON_RESUME
      accepted-audit-client | network | connection start | DAEMON_ACCEPT
      closed-audit-client | network | connection end | DAEMON_CLOSE
      failed-audit-daemon | host | info | DAEMON_ERR
      changed-audit-config | configuration | change | CONFIG_CHANGE
      changed-audit-feature | configuration | change | FEATURE_CHANGE
      joined-audit-stream | configuration | access | EVENT_LISTENER
      changed-firewall | configuration | change | NETFILTER_CFG
      saw-packet | network | info | NETFILTER_PKT
      violated-seccomp-policy | intrusion_detection process | denied | SECCOMP
      decided-file-access | intrusion_detection file | denied | FANOTIFY
      changed-system-time | host | change | TIME_INJOFFSET TIME_ADJNTPVAL
      checked-permission | intrusion_detection | info | DAC_CHECK MAC_CHECK
      exported-data | file | access | USER_LABELED_EXPORT USER_UNLABELED_EXPORT
      changed-device-mapper | host | change | DM_CTRL
      reported-device-mapper | host | info | DM_EVENT
      violated-selinux-policy | intrusion_detection | denied | AVC
      violated-userspace-policy | intrusion_detection | denied | USER_AVC
      failed-selinux | intrusion_detection | info | SELINUX_ERR USER_SELINUX_ERR
      loaded-selinux-policy | configuration | change | MAC_POLICY_LOAD USER_MAC_POLICY_LOAD
      changed-selinux-enforcement | configuration | change | MAC_STATUS USER_MAC_STATUS
      changed-selinux-boolean | configuration | change | MAC_CONFIG_CHANGE
      changed-selinux-policy-config | configuration | change | USER_MAC_CONFIG_CHANGE
      relabeled-filesystem | configuration | change | FS_RELABEL
      changed-label | configuration | change | LABEL_OVERRIDE LABEL_LEVEL_CHANGE
      changed-labeled-network | configuration | change | MAC_UNLBL_ALLOW MAC_CIPSOV4_ADD MAC_CIPSOV4_DEL MAC_MAP_ADD MAC_MAP_DEL MAC_UNLBL_STCADD MAC_UNLBL_STCDEL MAC_CALIPSO_ADD MAC_CALIPSO_DEL
      changed-ipsec | configuration | change | MAC_IPSEC_EVENT MAC_IPSEC_ADDSA MAC_IPSEC_DELSA MAC_IPSEC_ADDSPD MAC_IPSEC_DELSPD
      allowed-by-apparmor | intrusion_detection | allowed | APPARMOR_ALLOWED APPARMOR_AUDIT
      denied-by-apparmor | intrusion_detection | denied | APPARMOR_DENIED APPARMOR_KILL
      changed-apparmor | configuration | change | APPARMOR_STATUS
      failed-apparmor | intrusion_detection | info | APPARMOR_ERROR APPARMOR_HINT
      denied-by-landlock | intrusion_detection | denied | LANDLOCK_ACCESS
      changed-landlock-domain | process | change | LANDLOCK_DOMAIN
      changed-promiscuous-mode | intrusion_detection network | info | ANOM_PROMISCUOUS
      crashed-program | process | end | ANOM_ABEND
      used-suspicious-link | intrusion_detection file | denied | ANOM_LINK
      created-suspicious-file | intrusion_detection file | denied | ANOM_CREAT
      measured-file | file | info | INTEGRITY_HASH INTEGRITY_RULE
      violated-integrity | intrusion_detection file | info | INTEGRITY_DATA INTEGRITY_METADATA INTEGRITY_PCR
      changed-integrity-policy | configuration | change | INTEGRITY_STATUS INTEGRITY_POLICY_RULE INTEGRITY_EVM_XATTR
      failed-login-too-often | intrusion_detection authentication | info | ANOM_LOGIN_FAILURES ANOM_ORIGIN_FAILURES
      logged-in-at-forbidden-time | intrusion_detection authentication | info | ANOM_LOGIN_TIME
      opened-too-many-sessions | intrusion_detection authentication | info | ANOM_LOGIN_SESSIONS
      logged-in-to-watched-account | intrusion_detection authentication | info | ANOM_LOGIN_ACCT ANOM_LOGIN_SERVICE ANOM_LOGIN_ROOT
      logged-in-from-forbidden-location | intrusion_detection authentication | info | ANOM_LOGIN_LOCATION
      reached-failure-limit | intrusion_detection | info | ANOM_MAX_DAC ANOM_MAX_MAC
      failed-self-test | intrusion_detection | info | ANOM_AMTU_FAIL ANOM_RBAC_FAIL ANOM_RBAC_INTEGRITY_FAIL ANOM_CRYPTO_FAIL
      accessed-watched-file | intrusion_detection file | access | ANOM_ACCESS_FS
      executed-watched-file | intrusion_detection process | start | ANOM_EXEC
      made-watched-file-executable | intrusion_detection file | change | ANOM_MK_EXEC
      added-account-oddly | intrusion_detection iam | user creation | ANOM_ADD_ACCT
      deleted-account-oddly | intrusion_detection iam | user deletion | ANOM_DEL_ACCT
      modified-account-oddly | intrusion_detection iam | user change | ANOM_MOD_ACCT
      used-session-oddly | intrusion_detection session | info | ANOM_SESSION
      became-root | intrusion_detection process | info | ANOM_ROOT_TRANS
      responded-to-anomaly | intrusion_detection | info | RESP_ANOMALY
      alerted-on-anomaly | intrusion_detection | info | RESP_ALERT
      killed-process-on-anomaly | intrusion_detection process | end | RESP_KILL_PROC
      closed-terminal-on-anomaly | intrusion_detection session | end | RESP_TERM_ACCESS
      locked-terminal-on-anomaly | intrusion_detection session | denied | RESP_TERM_LOCK
      locked-account-on-anomaly | intrusion_detection iam | user change | RESP_ACCT_REMOTE RESP_ACCT_LOCK RESP_ACCT_LOCK_TIMED
      unlocked-account-on-anomaly | intrusion_detection iam | user change | RESP_ACCT_UNLOCK_TIMED
      changed-selinux-boolean-on-anomaly | intrusion_detection configuration | change | RESP_SEBOOL
      executed-on-anomaly | intrusion_detection process | start | RESP_EXEC
      went-to-single-user-on-anomaly | intrusion_detection host | change | RESP_SINGLE
      halted-system-on-anomaly | intrusion_detection host | end | RESP_HALT
      blocked-origin-on-anomaly | intrusion_detection network | denied | RESP_ORIGIN_BLOCK RESP_ORIGIN_BLOCK_TIMED
      unblocked-origin-on-anomaly | intrusion_detection network | allowed | RESP_ORIGIN_UNBLOCK_TIMED
      used-crypto-key | process | info | CRYPTO_KEY_USER
      tested-crypto | process | info | CRYPTO_TEST_USER
      changed-crypto-parameter | configuration | change | CRYPTO_PARAM_CHANGE_USER
      set-up-encrypted-session | network | connection start | CRYPTO_SESSION
      changed-ike-association | network | info | CRYPTO_IKE_SA
      changed-ipsec-association | network | info | CRYPTO_IPSEC_SA
      failed-crypto | intrusion_detection | info | CRYPTO_FAILURE_USER CRYPTO_REPLAY_USER
      logged-in-crypto-officer | authentication | start | CRYPTO_LOGIN
      logged-out-crypto-officer | authentication | end | CRYPTO_LOGOUT
      started-audit | host | start | KERNEL
      reported-by-kernel | host | info | KERNEL_OTHER
      sent-message | host | info | USER TEST
      reported-by-trusted-application | process | info | TRUSTED_APP
      reported-by-apparmor | intrusion_detection | info | APPARMOR
      called-system | process | info | SYSCALL URINGOP
      executed | process | start | EXECVE
      opened-file | file | access | OPENAT2
      named-file | file | info | PATH CWD AVC_PATH
      named-process | process | info | PROCTITLE OBJ_PID
      named-socket | network | info | SOCKADDR SOCKETCALL
      used-ipc | process | info | IPC IPC_SET_PERM MQ_OPEN MQ_SENDRECV MQ_NOTIFY MQ_GETSETATTR FD_PAIR
      changed-process-capabilities | process | change | BPRM_FCAPS CAPSET
      mapped-memory | process | info | MMAP
      named-kernel-module | driver | info | KERN_MODULE
      used-bpf | host | change | BPF
      ended-event | host | info | EOE
      controlled-machine | host | change | VIRT_CONTROL
      created-machine | host | change | VIRT_CREATE
      destroyed-machine | host | change | VIRT_DESTROY
      changed-machine-resource | host | change | VIRT_RESOURCE
      labeled-machine | host | change | VIRT_MACHINE_ID
      checked-machine-integrity | host | info | VIRT_INTEGRITY_CHECK
      migrated-machine-in | host | start | VIRT_MIGRATE_IN
      migrated-machine-out | host | end | VIRT_MIGRATE_OUT
      """;

  /// The same where a field of the record says more than its type.
  static final String VARIANTS =
      """
      left-audit-stream | configuration | info | EVENT_LISTENER(op=disconnect)
      violated-smack-policy | intrusion_detection | denied | AVC(lsm=SMACK)
      """;

  /// A listener that went.
  static final EventAction LEFT_STREAM = variant(0);

  /// A decision of Smack.
  static final EventAction SMACK = variant(1);

  private static EventAction variant(int line) {
    String[] columns = VARIANTS.split("\n")[line].split(" \\| ");
    return new EventAction(columns[0], columns[1], columns[2]);
  }

  /// The action of an event whose types of record nobody knows.
  static final EventAction UNKNOWN = new EventAction("unknown", "", "");

  private static final int FIRST = 1000;
  private static final int COUNT = 2000;
  private static final EventAction[] ACTIONS = new EventAction[COUNT];
  private static final byte[][] NAMES = new byte[COUNT][];
  private static final Piece[] PREFIXES = new Piece[COUNT];

  static {
    Map<String, EventAction> byName = new HashMap<>();
    for (String line : TABLE.lines().toList()) {
      String[] columns = line.split(" \\| ");
      EventAction action = new EventAction(columns[0], columns[1], columns[2]);
      for (String type : columns[3].split(" ")) {
        byName.put(type, action);
      }
    }
    for (int i = 0; i < COUNT; i++) {
      String name = RecordTypes.knownName(FIRST + i);
      if (name != null) {
        NAMES[i] = EventAction.bytes(name);
        PREFIXES[i] = Piece.of("type=" + name + " msg=");
        EventAction known = byName.get(name);
        ACTIONS[i] = known != null ? known : new EventAction(name.toLowerCase(Locale.ROOT), "", "");
      }
    }
  }

  // What AppArmor says in records of SELinux's type: apparmor="DENIED".
  private static final byte[][] APPARMOR_WORDS = new byte[7][];
  private static final EventAction[] APPARMOR = new EventAction[APPARMOR_WORDS.length];

  static {
    String[] words = {"DENIED", "ALLOWED", "AUDIT", "STATUS", "KILLED", "HINT", "ERROR"};
    String[] types = {"DENIED", "ALLOWED", "AUDIT", "STATUS", "KILL", "HINT", "ERROR"};
    for (int i = 0; i < words.length; i++) {
      APPARMOR_WORDS[i] = EventAction.bytes('"' + words[i] + '"');
      APPARMOR[i] = of(RecordTypes.number("APPARMOR_" + types[i]));
    }
  }

  private RecordActions() {}

  /// The action of a record of AppArmor, by its field `apparmor`.
  static EventAction ofAppArmor(long word, int length) {
    for (int i = 0; i < APPARMOR_WORDS.length; i++) {
      if (Memory.equals(word, length, APPARMOR_WORDS[i])) {
        return APPARMOR[i];
      }
    }
    return of(RecordType.APPARMOR);
  }

  /// The action of a type; `UNKNOWN` for one without a name.
  static EventAction of(int type) {
    int index = type - FIRST;
    EventAction action = index >= 0 && index < COUNT ? ACTIONS[index] : null;
    return action == null ? UNKNOWN : action;
  }

  /// What stands before the text of a record of a type, or null for one without a name.
  static Piece prefix(int type) {
    int index = type - FIRST;
    return index >= 0 && index < COUNT ? PREFIXES[index] : null;
  }

  /// The name of a type, or null.
  static byte[] name(int type) {
    int index = type - FIRST;
    return index >= 0 && index < COUNT ? NAMES[index] : null;
  }
}
