package io.coreaudit.table;

/// The tables of names for flags, commands, options and the like, each made when it is first asked
/// for.
///
/// They are those of libauparse 4.2: what it does not know has no name here either.
public enum NameTable {
  /// Capabilities.
  CAPABILITIES(ArgumentTables.CAPABILITIES),

  /// Clocks.
  CLOCKS(ArgumentTables.CLOCKS),

  /// Flags of clone, unshare and setns.
  CLONE_FLAGS(ArgumentTables.CLONE_FLAGS),

  /// Address families.
  FAMILIES(ArgumentTables.FAMILIES),

  /// Commands of fcntl.
  FCNTL_COMMANDS(ArgumentTables.FCNTL_COMMANDS),

  /// Flags of mmap.
  MAP_FLAGS(ArgumentTables.MAP_FLAGS),

  /// Protections of memory.
  PROTECTIONS(ArgumentTables.PROTECTIONS),

  /// Flags of mount.
  MOUNT_FLAGS(ArgumentTables.MOUNT_FLAGS),

  /// Flags of open.
  OPEN_FLAGS(ArgumentTables.OPEN_FLAGS),

  /// How openat2 resolves a path.
  RESOLVE_FLAGS(ArgumentTables.RESOLVE_FLAGS),

  /// Options of prctl.
  PRCTL_OPTIONS(ArgumentTables.PRCTL_OPTIONS),

  /// Requests of ptrace.
  PTRACE_REQUESTS(ArgumentTables.PTRACE_REQUESTS),

  /// Flags of send and receive.
  RECEIVE_FLAGS(ArgumentTables.RECEIVE_FLAGS),

  /// Resource limits.
  LIMITS(ArgumentTables.LIMITS),

  /// Scheduling policies.
  SCHEDULERS(ArgumentTables.SCHEDULERS),

  /// Where seeking begins.
  SEEKS(ArgumentTables.SEEKS),

  /// Signals.
  SIGNALS(ArgumentTables.SIGNALS),

  /// System calls behind socketcall.
  SOCKET_CALLS(ArgumentTables.SOCKET_CALLS),

  /// System calls behind ipc.
  IPC_CALLS(ArgumentTables.IPC_CALLS),

  /// Levels of socket options that are no protocol.
  SOCKET_LEVELS(ArgumentTables.SOCKET_LEVELS),

  /// Options of sockets.
  SOCKET_OPTIONS(ArgumentTables.SOCKET_OPTIONS),

  /// Options of IPv4.
  IP_OPTIONS(ArgumentTables.IP_OPTIONS),

  /// Options of IPv6.
  IPV6_OPTIONS(ArgumentTables.IPV6_OPTIONS),

  /// Options of TCP.
  TCP_OPTIONS(ArgumentTables.TCP_OPTIONS),

  /// Options of packet sockets.
  PACKET_OPTIONS(ArgumentTables.PACKET_OPTIONS),

  /// Flags of umount2.
  UNMOUNT_FLAGS(ArgumentTables.UNMOUNT_FLAGS),

  /// Flags of setxattrat and its kind.
  XATTR_AT_FLAGS(ArgumentTables.XATTR_AT_FLAGS),

  /// Flags of faccessat2.
  ACCESS_FLAGS(ArgumentTables.ACCESS_FLAGS),

  /// Actions of seccomp.
  SECCOMP_ACTIONS(ArgumentTables.SECCOMP_ACTIONS),

  /// Commands of bpf.
  BPF_COMMANDS(ArgumentTables.BPF_COMMANDS),

  /// Commands of fsconfig.
  FSCONFIG_COMMANDS(ArgumentTables.FSCONFIG_COMMANDS),

  /// Operations of epoll_ctl.
  EPOLL_OPERATIONS(ArgumentTables.EPOLL_OPERATIONS),

  /// Personalities.
  PERSONALITIES(ArgumentTables.PERSONALITIES),

  /// Requests of ioctl.
  IOCTLS(ArgumentTables.IOCTLS),

  /// Types of sockets.
  SOCKET_TYPES(ArgumentTables.SOCKET_TYPES),

  /// Protocol families of netfilter.
  NETFILTER_FAMILIES(ArgumentTables.NETFILTER_FAMILIES),

  /// Operations of io_uring that the kernel does not audit.
  URING_UNAUDITED(ArgumentTables.URING_UNAUDITED),

  /// Types of ICMP.
  ICMP_TYPES(ArgumentTables.ICMP_TYPES),

  /// Hooks of netfilter.
  HOOKS(ArgumentTables.HOOKS),

  /// Hooks of netfilter for ARP.
  ARP_HOOKS(ArgumentTables.ARP_HOOKS),

  /// Lists of audit rules.
  FILTER_LISTS(ArgumentTables.FILTER_LISTS),

  /// Internet protocols, from /etc/protocols.
  PROTOCOLS(ArgumentTables.PROTOCOLS);

  private final String source;
  // Made twice at worst, and equal then: no lock.
  private NamedNumbers names;

  NameTable(String source) {
    this.source = source;
  }

  /// The table.
  public NamedNumbers names() {
    NamedNumbers made = names;
    if (made == null) {
      made = NamedNumbers.parse(source);
      names = made;
    }
    return made;
  }

  /// The name of a number, or null. The array is shared and must not be changed.
  public byte[] name(long number) {
    return names().name(number);
  }
}
