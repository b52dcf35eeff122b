package io.coreaudit.interpret;

import static io.coreaudit.interpret.Interpretation.bytes;

import io.coreaudit.memory.Memory;
import io.coreaudit.table.KernelNames;
import io.coreaudit.table.NameTable;
import io.coreaudit.table.NamedNumbers;

/// What the arguments of a system call mean. All of them are hexadecimal, without `0x`.
final class CallArguments {
  private static final long AT_FDCWD = 0xffffff9cL;
  private static final int CLOCKS = 7;
  private static final int SIGNALS = 32;
  private static final int LIMITS = 17;
  private static final int CREATE = 0100;
  private static final int SET_DESCRIPTOR_FLAGS = 2;
  private static final int SET_OWNER = 8;
  private static final int DEATH_SIGNAL = 1;
  private static final int BOUNDING_READ = 23;
  private static final int BOUNDING_DROP = 24;
  private static final int LEVEL_IP = 0;
  private static final int LEVEL_SOCKET = 1;
  private static final int LEVEL_TCP = 6;
  private static final int LEVEL_UDP = 17;
  private static final int LEVEL_IPV6 = 41;
  private static final int LEVEL_PACKET = 263;
  private static final int RESET_ON_FORK = 0x40000000;
  private static final int NO_RANDOMIZE = 0x0040000;

  private static final byte[] CURRENT_DIRECTORY = bytes("AT_FDCWD");
  private static final byte[] RESET = bytes("|SCHED_RESET_ON_FORK");
  private static final byte[] FIXED = bytes("|~ADDR_NO_RANDOMIZE");
  private static final byte[] CLOSE_ON_EXEC = bytes("FD_CLOEXEC");
  private static final byte[] FSOPEN_CLOSE = bytes("FSOPEN_CLOEXEC");
  private static final byte[] FSMOUNT_CLOSE = bytes("FSMOUNT_CLOEXEC");
  private static final byte[] DONE = bytes("EXIT_SUCCESS");
  private static final byte[] FAILED = bytes("EXIT_FAILURE");
  private static final byte[] UNKNOWN = bytes("UNKNOWN");
  private static final byte[] EXISTS = bytes("F_OK");
  private static final byte[] SOCKET_LEVEL = bytes("SOL_SOCKET");
  private static final byte[] CORK = bytes("UDP_CORK");
  private static final byte[] ENCAPSULATION = bytes("UDP_ENCAP");
  private static final byte[][] ACCESS_MODES = {bytes("X_OK"), bytes("W_OK"), bytes("R_OK")};
  private static final byte[] UNKNOWN_DASH = bytes("unknown-");
  private static final byte[] HEX = bytes("(0x");

  private static final byte[] CLOCK = bytes("clk_id");
  private static final byte[] PERSONALITY = bytes("personality");
  private static final byte[] PTRACE = bytes("ptrace");
  private static final byte[] PRCTL = bytes("prctl-option");
  private static final byte[] LIMIT = bytes("rlimit");
  private static final byte[] FAMILY = bytes("family");
  private static final byte[] TYPE = bytes("type");
  private static final byte[] PROTOCOL = bytes("proto");
  private static final byte[] SOCKET_CALL = bytes("socketcall");
  private static final byte[] LEVEL = bytes("sockopt-level");
  private static final byte[] SOCKET_OPTION = bytes("sockopt-name");
  private static final byte[] IP_OPTION = bytes("ipopt-name");
  private static final byte[] IPV6_OPTION = bytes("ip6opt-name");
  private static final byte[] TCP_OPTION = bytes("tcpopt-name");
  private static final byte[] UDP_OPTION = bytes("udpopt-name");
  private static final byte[] PACKET_OPTION = bytes("pktopt-name");
  private static final byte[] BPF = bytes("bpf-cmd");
  private static final byte[] SIGNAL = bytes("signal");
  private static final byte[] CAPABILITY = bytes("capability");
  private static final byte[] FCNTL = bytes("fcntl-command");
  private static final byte[] FSCONFIG = bytes("fsconfig-operation");
  private static final byte[] EPOLL = bytes("epoll_ctl-operation");
  private static final byte[] WHENCE = bytes("whence");
  private static final byte[] SCHEDULER = bytes("scheduler-policy");

  private final Accounts accounts;
  private final LeadingNumber number = new LeadingNumber();
  private Interpretation out;
  private long value;
  private int length;

  CallArguments(Accounts accounts) {
    this.accounts = accounts;
  }

  /// Puts what an argument, 0 to 3, means.
  void put(Interpretation to, RecordFields record, int argument, long at, int valueLength) {
    out = to;
    value = at;
    length = valueLength;
    if (!number.read(at, valueLength, 16)) {
      if (number.tooLarge()) {
        hex();
      } else {
        out.put(value, length);
      }
      return;
    }
    ArgumentKind kind = ArgumentKind.NUMBER;
    CallTable calls = record.hasArch() ? CallTable.ofArch(record.arch()) : null;
    if (calls != null) {
      kind = calls.argument(record.call(), argument);
    }
    put(kind, record, number.low());
  }

  private void put(ArgumentKind kind, RecordFields record, int n) {
    switch (kind) {
      case NUMBER -> hex();
      case DIRECTORY -> nameOrHex((n & 0xffffffffL) == AT_FDCWD ? CURRENT_DIRECTORY : null);
      case CLOCK -> named(n < CLOCKS ? NameTable.CLOCKS.name(n) : null, CLOCK, true);
      case CLONE_FLAGS -> Numbers.putCloneFlags(out, n);
      case PERSONALITY -> putPersonality(out, n, value, length);
      case PTRACE -> named(NameTable.PTRACE_REQUESTS.name(n), PTRACE, true);
      case PRCTL -> named(NameTable.PRCTL_OPTIONS.name(n), PRCTL, true);
      case PRCTL_VALUE -> prctlValue(record.first(), n);
      case LIMIT -> named(n < LIMITS ? NameTable.LIMITS.name(n) : null, LIMIT, true);
      case USER -> accounts.putUser(out, n, true);
      case GROUP -> accounts.putGroup(out, n, true);
      case SOCKET_FAMILY -> named(NameTable.FAMILIES.name(n), FAMILY, true);
      case SOCKET_TYPE -> named(NameTable.SOCKET_TYPES.name(n & 0xff), TYPE, false);
      case SOCKET_PROTOCOL -> named(NameTable.PROTOCOLS.name(n), PROTOCOL, false);
      case SOCKET_CALL -> named(NameTable.SOCKET_CALLS.name(n), SOCKET_CALL, false);
      case SOCKET_LEVEL -> level(n);
      case SOCKET_OPTION -> option(record, n);
      case EXIT_STATUS -> exitStatus();
      case BPF -> named(NameTable.BPF_COMMANDS.name(n), BPF, false);
      case SIGNAL -> signal(n);
      case MODE -> Numbers.putMode(out, n);
      case MODE_SHORT -> Numbers.putShortMode(out, n);
      case MODE_IF_CREATING -> {
        if ((record.second() & CREATE) != 0) {
          Numbers.putShortMode(out, n);
        } else {
          hex();
        }
      }
      case FCNTL -> decimal(NameTable.FCNTL_COMMANDS.name(n), FCNTL, n);
      case FCNTL_VALUE -> fcntlValue(record.second(), n);
      case FSCONFIG -> decimal(NameTable.FSCONFIG_COMMANDS.name(n), FSCONFIG, n);
      case FSOPEN -> nameOrHex(isDigit('1') ? FSOPEN_CLOSE : null);
      case FSMOUNT -> nameOrHex(isDigit('1') ? FSMOUNT_CLOSE : null);
      case OPEN_FLAGS -> Numbers.putOpenFlags(out, n);
      case ACCESS -> access(n);
      case ACCESS_FLAGS -> flags(NameTable.ACCESS_FLAGS.names(), n);
      case EPOLL -> decimal(NameTable.EPOLL_OPERATIONS.name(n), EPOLL, n);
      case UNMOUNT_FLAGS -> flags(NameTable.UNMOUNT_FLAGS.names(), n);
      case IOCTL -> putRequest(out, n);
      case PROTECTION -> Numbers.putProtection(out, n, false);
      case PROTECTION_OF_MAP -> Numbers.putProtection(out, n, true);
      case MAP_FLAGS -> mapFlags(n);
      case MOUNT_FLAGS -> flags(NameTable.MOUNT_FLAGS.names(), n);
      case RECEIVE_FLAGS -> flags(NameTable.RECEIVE_FLAGS.names(), n);
      case SHARED_MEMORY -> Numbers.putSharedMemory(out, n);
      case SEEK -> named(NameTable.SEEKS.name(n & 0xff), WHENCE, false);
      case SCHEDULER -> scheduler(n);
      case XATTR_FLAGS -> flags(NameTable.XATTR_AT_FLAGS.names(), n);
    }
  }

  private void hex() {
    putHex(out, value, length);
  }

  /// Puts hexadecimal as it is, `0x` in front.
  static void putHex(Interpretation out, long value, int length) {
    if (length < 2 || (Memory.byteAt(value + 1) | 0x20) != 'x') {
      out.put('0');
      out.put('x');
    }
    out.put(value, length);
  }

  private void nameOrHex(byte[] name) {
    if (name != null) {
      out.put(name);
    } else {
      hex();
    }
  }

  private void named(byte[] name, byte[] otherwise, boolean withPrefix) {
    if (name != null) {
      out.put(name);
      return;
    }
    putUnknown(out, otherwise, withPrefix ? HEX : null, value, length);
  }

  /// Puts `unknown-WHAT(VALUE)`.
  static void putUnknown(Interpretation out, byte[] what, byte[] open, long value, int length) {
    out.put(UNKNOWN_DASH);
    out.put(what);
    if (open != null) {
      out.put(open);
    } else {
      out.put('(');
    }
    out.put(value, length);
    out.put(')');
  }

  private void decimal(byte[] name, byte[] otherwise, int n) {
    if (name != null) {
      out.put(name);
      return;
    }
    out.put(UNKNOWN_DASH);
    out.put(otherwise);
    out.put('(');
    out.putDecimal(n);
    out.put(')');
  }

  private void flags(NamedNumbers names, int n) {
    if (!Numbers.putFlags(out, names, n & 0xffffffffL, out.length())) {
      hex();
    }
  }

  private void mapFlags(int n) {
    if (!Numbers.putMapFlags(out, n)) {
      hex();
    }
  }

  private void signal(int n) {
    named(n < SIGNALS ? NameTable.SIGNALS.name(n) : null, SIGNAL, true);
  }

  private boolean isDigit(char digit) {
    return length == 1 && Memory.byteAt(value) == digit;
  }

  private void exitStatus() {
    out.put(isDigit('0') ? DONE : isDigit('1') ? FAILED : UNKNOWN);
  }

  private void prctlValue(long option, int n) {
    if (option == BOUNDING_READ || option == BOUNDING_DROP) {
      named(NameTable.CAPABILITIES.name(n), CAPABILITY, true);
    } else if (option == DEATH_SIGNAL) {
      signal(n);
    } else {
      hex();
    }
  }

  private void fcntlValue(long command, int n) {
    if (command == SET_OWNER) {
      accounts.putUser(out, n, true);
    } else {
      nameOrHex(command == SET_DESCRIPTOR_FLAGS && n == 1 ? CLOSE_ON_EXEC : null);
    }
  }

  private void level(int n) {
    if (n == LEVEL_SOCKET) {
      out.put(SOCKET_LEVEL);
      return;
    }
    byte[] protocol = NameTable.PROTOCOLS.name(n);
    named(protocol != null ? protocol : NameTable.SOCKET_LEVELS.name(n), LEVEL, true);
  }

  private void option(RecordFields record, int n) {
    long level = record.second();
    if (level == LEVEL_IP) {
      named(NameTable.IP_OPTIONS.name(n), IP_OPTION, true);
    } else if (level == LEVEL_SOCKET) {
      boolean power = record.arch() == KernelNames.PPC64 || record.arch() == KernelNames.PPC;
      int option = power && n >= 16 && n <= 21 ? n + 100 : n;
      named(NameTable.SOCKET_OPTIONS.name(option), SOCKET_OPTION, true);
    } else if (level == LEVEL_TCP) {
      named(NameTable.TCP_OPTIONS.name(n), TCP_OPTION, true);
    } else if (level == LEVEL_UDP) {
      named(n == 1 ? CORK : n == 100 ? ENCAPSULATION : null, UDP_OPTION, true);
    } else if (level == LEVEL_IPV6) {
      named(NameTable.IPV6_OPTIONS.name(n), IPV6_OPTION, true);
    } else if (level == LEVEL_PACKET) {
      named(NameTable.PACKET_OPTIONS.name(n), PACKET_OPTION, true);
    } else {
      hex();
    }
  }

  private void access(int n) {
    if ((n & 15) == 0) {
      out.put(EXISTS);
      return;
    }
    int from = out.length();
    for (int bit = 0; bit < ACCESS_MODES.length; bit++) {
      if ((n >> bit & 1) != 0) {
        if (out.length() > from) {
          out.put('|');
        }
        out.put(ACCESS_MODES[bit]);
      }
    }
    if (out.length() == from) {
      hex();
    }
  }

  private void scheduler(int n) {
    byte[] name = NameTable.SCHEDULERS.name(n & 15);
    named(name, SCHEDULER, true);
    if (name != null && (n & RESET_ON_FORK) != 0) {
      out.put(RESET);
    }
  }

  /// Puts a personality.
  static void putPersonality(Interpretation out, int n, long value, int length) {
    byte[] name = NameTable.PERSONALITIES.name(n & 0xff);
    if (name == null) {
      putUnknown(out, PERSONALITY, HEX, value, length);
      return;
    }
    out.put(name);
    if ((n & NO_RANDOMIZE) != 0) {
      out.put(FIXED);
    }
  }

  /// Puts a request of ioctl.
  static void putRequest(Interpretation out, int n) {
    byte[] name = NameTable.IOCTLS.name(n & 0xffffffffL);
    if (name != null) {
      out.put(name);
      return;
    }
    out.put('0');
    out.put('x');
    out.putBits(n & 0xffffffffL, 4, 1);
  }
}
