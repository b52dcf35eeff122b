package io.coreaudit.interpret;

import static io.coreaudit.interpret.Interpretation.bytes;

import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import io.coreaudit.table.ErrorTexts;
import io.coreaudit.table.KernelNames;
import io.coreaudit.table.NameTable;
import java.util.Arrays;

/// Says what the values of a record mean, as libauparse does: 257 is `openat`, -13 is
/// `EACCES(Permission denied)`, 6C73002D6C is `ls -l`.
///
/// What auditd wrote behind the record wins over what is known here. A value that is not what its
/// field should hold stays as it is. Allocates nothing once its buffers have met the longest value.
/// For one thread.
public final class Interpreter {
  private static final int SIGNALS = 32;
  private static final int ARP = 3;
  private static final int ALLOW = 1;
  private static final int DENY = 2;
  private static final long UNKNOWN_DASH = 0x2d6e776f6e6b6e75L; // unknown-
  private static final int NO_FAMILY = -1;

  private static final byte[] UNKNOWN = bytes("unknown");
  private static final byte[] UNKNOWN_NAME = bytes("UNKNOWN");
  private static final byte[] UNKNOWN_CALL = bytes("unknown-syscall(");
  private static final byte[] UNKNOWN_ARCH = bytes("unknown-elf-type(");
  private static final byte[] SOCKETCALL = bytes("socketcall");
  private static final byte[] IPC = bytes("ipc");
  private static final byte[] ARM = bytes("armeb");
  private static final byte[] UNKNOWN_ERROR = bytes("Unknown error ");
  private static final byte[] YES = bytes("yes");
  private static final byte[] NO = bytes("no");
  private static final byte[] UNSET = bytes("unset");
  private static final byte[] UNDEFINED = bytes("undefined protocol");
  private static final byte[] IP = bytes("IP");
  private static final byte[] ARP_NAME = bytes("ARP");
  private static final byte[] ALLOWED = bytes("allow");
  private static final byte[] DENIED = bytes("deny");
  private static final byte[] NOTHING = bytes("none");
  private static final byte[] RULE = bytes("rule_info");
  private static final byte[] MULTICAST = bytes("audit-netlink-multicast");
  private static final byte[] NO_GROUP = bytes("audit-none");
  private static final byte[] SIGNAL = bytes("signal");
  private static final byte[] CAPABILITY = bytes("capability");
  private static final byte[] LIST = bytes("list");
  private static final byte[] FAMILY = bytes("netfilter-protocol");
  private static final byte[] ICMP_TYPE = bytes("icmp-type");
  private static final byte[] HOOK = bytes("hook");
  private static final byte[] NET_ACTION = bytes("action");
  private static final byte[] SECCOMP = bytes("seccomp-code");
  private static final byte[] NO_SESSION = bytes("4294967295");
  private static final byte[][] NET_ACTIONS = {bytes("ACCEPT"), bytes("DROP"), bytes("REJECT")};

  private final Accounts accounts;
  private final CallArguments arguments;
  private final SocketAddress address = new SocketAddress();
  private final Interpretation typed = new Interpretation();
  private final LeadingNumber number = new LeadingNumber();
  private int family = NO_FAMILY;
  private boolean ruleInfo;

  /// Creates an interpreter.
  ///
  /// @param users names of users
  /// @param groups names of groups
  public Interpreter(AccountNames users, AccountNames groups) {
    accounts = new Accounts(users, groups);
    arguments = new CallArguments(accounts);
  }

  /// Sets the `family=` that follows in the event, where a hook is interpreted; 0 and 0: there is
  /// none.
  public void family(long value, int length) {
    family = length > 0 && number.read(value, length, 10) ? number.low() : NO_FAMILY;
  }

  /// Begins an event: what was noted of the one before does not count.
  public void begin() {
    ruleInfo = false;
    family = NO_FAMILY;
  }

  /// Puts what the n-th field of a record means. False, and nothing put: it means what it is.
  public boolean interpret(Interpretation out, RecordFields record, int n, FieldKind kind) {
    out.clear();
    if (record.enrichment().find(record.name(n), record.nameLength(n))
        && enriched(out, record, kind)) {
      return true;
    }
    long value = record.value(n);
    int length = record.valueLength(n);
    switch (kind) {
      case UNCLASSIFIED, ADDR, MAC_LABEL -> {
        return false;
      }
      case ESCAPED, ESCAPED_FILE, ESCAPED_KEY -> EscapedText.put(out, value, length);
      case PROCTITLE -> EscapedText.putCommandLine(out, value, length);
      case SOCKADDR -> address.put(out, value, length);
      case TTY_DATA -> TtyText.put(out, value, length, typed);
      case SYSCALL -> call(out, record);
      case ARCH -> arch(out, value, length);
      case A0 -> arguments.put(out, record, 0, value, length);
      case A1 -> arguments.put(out, record, 1, value, length);
      case A2 -> arguments.put(out, record, 2, value, length);
      case A3 -> arguments.put(out, record, 3, value, length);
      case TRUST -> trust(out, value, length);
      case FAN_TYPE -> fanType(out, value, length);
      case SESSION -> {
        if (!Memory.equals(value, length, NO_SESSION)) {
          return false;
        }
        out.put(UNSET);
      }
      case SUCCESS, FANOTIFY -> {
        return length > 0
            && Character.isDigit(Memory.byteAt(value))
            && number.read(value, length, 10)
            && number(out, kind, value, length);
      }
      default -> {
        return number.read(value, length, base(kind)) && number(out, kind, value, length);
      }
    }
    return true;
  }

  private boolean enriched(Interpretation out, RecordFields record, FieldKind kind) {
    long value = record.enrichment().value();
    int length = record.enrichment().valueLength();
    if (length >= 8 && Memory.longAt(value) == UNKNOWN_DASH) {
      // auditd did not know; we may.
      return false;
    }
    if (kind == FieldKind.UID || kind == FieldKind.GID) {
      if (EscapedText.isCut(value, length)) {
        out.put(' '); // A name with a blank in it: what libauparse makes of that.
      } else {
        EscapedText.put(out, value, length);
      }
    } else {
      out.put(value, length);
    }
    return true;
  }

  private static int base(FieldKind kind) {
    return switch (kind) {
      case MODE, MODE_SHORT -> 8;
      case OFLAG -> 0;
      case CAP_BITMAP,
          PERSONALITY,
          SECCOMP,
          MMAP,
          HOOK,
          NETACTION,
          MACPROTO,
          IOCTL_REQ,
          NLMCGRP,
          RESOLVE,
          FAN_INFO ->
          16;
      default -> 10;
    };
  }

  // The number has been read. False: the value stays as it is.
  private boolean number(Interpretation out, FieldKind kind, long value, int length) {
    int n = number.low();
    switch (kind) {
      case UID -> accounts.putUser(out, n, false);
      case GID -> accounts.putGroup(out, n, false);
      case EXIT -> {
        return exit(out, number.value());
      }
      case ERRNO -> errno(out, n);
      case PERM -> Numbers.putAccesses(out, n);
      case MODE -> Numbers.putMode(out, n);
      case MODE_SHORT -> Numbers.putShortMode(out, n);
      case PROMISC -> out.put(n == 0 ? NO : YES);
      case CAPABILITY -> named(out, NameTable.CAPABILITIES.name(n), CAPABILITY, value, length);
      case CAP_BITMAP -> Numbers.putCapabilities(out, number.value());
      case SUCCESS -> out.put(n == 0 ? NO : n == 1 ? YES : UNSET);
      case SIGNAL -> {
        byte[] name = n < SIGNALS ? NameTable.SIGNALS.name(n) : null;
        named(out, name, SIGNAL, value, length);
      }
      case LIST -> named(out, NameTable.FILTER_LISTS.name(n), LIST, value, length);
      case NFPROTO -> named(out, NameTable.NETFILTER_FAMILIES.name(n), FAMILY, value, length);
      case ICMPTYPE -> named(out, NameTable.ICMP_TYPES.name(n), ICMP_TYPE, value, length);
      case PROTOCOL -> {
        byte[] name = NameTable.PROTOCOLS.name(n);
        out.put(name != null ? name : UNDEFINED);
      }
      case PERSONALITY -> CallArguments.putPersonality(out, n, value, length);
      case SECCOMP -> {
        byte[] name = NameTable.SECCOMP_ACTIONS.name(n & 0xffff0000L);
        named(out, name, SECCOMP, value, length);
      }
      case OFLAG -> Numbers.putOpenFlags(out, n);
      case MMAP -> {
        if (!Numbers.putMapFlags(out, n)) {
          CallArguments.putHex(out, value, length);
        }
      }
      case HOOK -> {
        NameTable hooks = family == ARP ? NameTable.ARP_HOOKS : NameTable.HOOKS;
        named(out, hooks.name(n), HOOK, value, length);
      }
      case NETACTION ->
          named(
              out,
              n >= 0 && n < NET_ACTIONS.length ? NET_ACTIONS[n] : null,
              NET_ACTION,
              value,
              length);
      case MACPROTO -> out.put(n == 0x0800 ? IP : n == 0x0806 ? ARP_NAME : UNKNOWN_NAME);
      case IOCTL_REQ -> CallArguments.putRequest(out, n);
      case FANOTIFY -> out.put(n == ALLOW ? ALLOWED : n == DENY ? DENIED : UNKNOWN);
      case NLMCGRP -> out.put(number.value() == 1 ? MULTICAST : NO_GROUP);
      case RESOLVE -> {
        if (!Numbers.putFlags(out, NameTable.RESOLVE_FLAGS.names(), number.value(), 0)) {
          CallArguments.putHex(out, value, length);
        }
      }
      case FAN_INFO -> {
        if (!ruleInfo) {
          return false;
        }
        out.putDecimal(number.value());
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void named(
      Interpretation out, byte[] name, byte[] otherwise, long value, int length) {
    if (name != null) {
      out.put(name);
    } else {
      CallArguments.putUnknown(out, otherwise, null, value, length);
    }
  }

  private static boolean exit(Interpretation out, long n) {
    if (n >= 0 || n < Integer.MIN_VALUE) {
      return false;
    }
    byte[] name = KernelNames.errors().name(-n);
    byte[] text = ErrorTexts.text(-n);
    if (name != null) {
      out.put(name);
      out.put('(');
    }
    if (text != null) {
      out.put(text);
    } else {
      out.put(UNKNOWN_ERROR);
      out.putDecimal(-n);
    }
    if (name != null) {
      out.put(')');
    }
    return true;
  }

  private static void errno(Interpretation out, int n) {
    byte[] name =
        n == 0 || Math.abs((long) n) > 511 ? null : KernelNames.errors().name(Math.abs(n));
    out.put(name != null ? name : UNKNOWN_NAME);
  }

  private void call(Interpretation out, RecordFields record) {
    CallTable table = calls(record);
    byte[] name = table == null ? null : table.name(record.call());
    if (name == null) {
      out.put(UNKNOWN_CALL);
      out.putDecimal(record.call());
      out.put(')');
      return;
    }
    out.put(name);
    byte[] inner = null;
    if (record.first() >= 0 && record.first() <= Integer.MAX_VALUE) {
      if (name.length == SOCKETCALL.length && Arrays.equals(name, SOCKETCALL)) {
        inner = NameTable.SOCKET_CALLS.name(record.first());
      } else if (name.length == IPC.length && Arrays.equals(name, IPC)) {
        inner = NameTable.IPC_CALLS.name(record.first());
      }
    }
    if (inner != null) {
      out.put('(');
      out.put(inner);
      out.put(')');
    }
  }

  // A record that names no architecture is taken for one of x86_64.
  private static CallTable calls(RecordFields record) {
    if (record.type() == RecordType.URINGOP) {
      return CallTable.uring();
    }
    return CallTable.ofArch(record.hasArch() ? record.arch() : KernelNames.X86_64);
  }

  private void arch(Interpretation out, long value, int length) {
    int arch = number.read(value, length, 16) ? number.low() : 0;
    byte[] name = arch == KernelNames.ARM ? ARM : ArchNames.known(arch);
    if (name != null) {
      out.put(name);
    } else {
      out.put(UNKNOWN_ARCH);
      out.put(value, length);
      out.put(')');
    }
  }

  private static void trust(Interpretation out, long value, int length) {
    boolean digit = length == 1;
    byte b = digit ? Memory.byteAt(value) : 0;
    out.put(b == '0' ? NO : b == '1' ? YES : UNKNOWN);
  }

  private void fanType(Interpretation out, long value, int length) {
    byte b = length == 1 ? Memory.byteAt(value) : 0;
    ruleInfo = b == '1';
    out.put(b == '0' ? NOTHING : ruleInfo ? RULE : UNKNOWN);
  }
}
