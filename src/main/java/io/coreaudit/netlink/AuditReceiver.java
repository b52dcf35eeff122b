package io.coreaudit.netlink;

import static io.coreaudit.kernel.AuditConstants.AUDIT_FIRST_USER_MSG;
import static io.coreaudit.kernel.AuditConstants.AUDIT_LOGIN;
import static io.coreaudit.kernel.AuditConstants.AUDIT_NLGRP_READLOG;
import static io.coreaudit.kernel.AuditConstants.AUDIT_REPLACE;
import static io.coreaudit.kernel.AuditConstants.AUDIT_USER;
import static io.coreaudit.kernel.Errno.EAGAIN;
import static io.coreaudit.kernel.Errno.EINTR;
import static io.coreaudit.kernel.Errno.ENETUNREACH;
import static io.coreaudit.kernel.LinuxConstants.MSG_DONTWAIT;
import static io.coreaudit.kernel.LinuxConstants.MSG_TRUNC;
import static io.coreaudit.kernel.LinuxConstants.NLMSG_ALIGNTO;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_IOVEC_IOV_BASE;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_IOVEC_IOV_LEN;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_MMSGHDR_MSG_LEN;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_MSGHDR_MSG_FLAGS;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_MSGHDR_MSG_IOV;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_MSGHDR_MSG_IOVLEN;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_MSGHDR_MSG_NAME;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_MSGHDR_MSG_NAMELEN;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_NLMSGHDR_NLMSG_LEN;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_NLMSGHDR_NLMSG_TYPE;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCKADDR_NL_NL_PID;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_IOVEC;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_MMSGHDR;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_NLMSGHDR;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_SOCKADDR_NL;

import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;

/// Takes the kernel's audit messages off a socket, up to 128 in one call.
///
/// One thread receives and looks at what came; the slots are good until its next call. Nothing here
/// waits: the thread polls [#fd()] itself. Nothing is allocated after opening.
///
/// A datagram of the kernel's audit holds one message: it makes each in a buffer of its own, and
/// sends no dump, the only place where netlink joins several. Bytes behind a message therefore
/// count as malformed, but for the padding.
///
/// The length in the header is not to be trusted to include the header: the kernel leaves it out in
/// records to the registered daemon (a bug that became its contract) and counts it in those to the
/// multicast group and in its answers. The datagram's own length tells the text's.
public final class AuditReceiver implements AutoCloseable {
  /// A record: text from `audit(`.
  public static final int TEXT = 0;

  /// An answer or a question of the kernel in binary form: an acknowledgement, AUDIT_REPLACE.
  public static final int CONTROL = 1;

  /// No whole netlink message.
  public static final int MALFORMED = 2;

  /// Longer than any record of the kernel: its end is cut off.
  public static final int TRUNCATED = 3;

  /// Not from the kernel but from a process that may send to our group: one with CAP_NET_ADMIN in
  /// the initial network namespace.
  public static final int FOREIGN = 4;

  /// How many messages one call takes at most.
  public static final int SLOTS = 128;

  /// Room for one message: the kernel's longest is 8970 bytes and the header.
  public static final int SLOT_BYTES = 9216;

  private static final int NAME_BYTES = 16;

  private final int fd;
  private final boolean asksSenders;
  private final long receiveBufferBytes;
  private final DropCounter drops;
  private final Pages pages;
  private final long messages;
  private final long names;
  private final long slots;
  private final int[] verdicts = new int[SLOTS];
  private final int[] types = new int[SLOTS];
  private final int[] textLengths = new int[SLOTS];
  private int received;
  private volatile boolean leavesOutEnds;
  private boolean closed;

  private AuditReceiver(int fd, boolean asksSenders, boolean leavesOutEnds) {
    this.fd = fd;
    this.asksSenders = asksSenders;
    this.leavesOutEnds = leavesOutEnds;
    this.drops = new DropCounter(fd);
    this.receiveBufferBytes = NetlinkSocket.receiveBuffer(fd);
    long vectorsBytes = (long) SLOTS * SIZEOF_IOVEC;
    long messagesBytes = (long) SLOTS * SIZEOF_MMSGHDR;
    long namesBytes = (long) SLOTS * NAME_BYTES;
    this.pages =
        Pages.allocate(vectorsBytes + messagesBytes + namesBytes + (long) SLOTS * SLOT_BYTES);
    this.slots = pages.address();
    this.messages = slots + (long) SLOTS * SLOT_BYTES;
    long vectors = messages + messagesBytes;
    this.names = vectors + vectorsBytes;
    for (int i = 0; i < SLOTS; i++) {
      long vector = vectors + (long) i * SIZEOF_IOVEC;
      Memory.putLong(vector + OFFSETOF_IOVEC_IOV_BASE, slot(i));
      Memory.putLong(vector + OFFSETOF_IOVEC_IOV_LEN, SLOT_BYTES);
      long message = message(i);
      Memory.putLong(message + OFFSETOF_MSGHDR_MSG_NAME, asksSenders ? name(i) : 0);
      Memory.putInt(message + OFFSETOF_MSGHDR_MSG_NAMELEN, asksSenders ? SIZEOF_SOCKADDR_NL : 0);
      Memory.putLong(message + OFFSETOF_MSGHDR_MSG_IOV, vector);
      Memory.putLong(message + OFFSETOF_MSGHDR_MSG_IOVLEN, 1);
    }
  }

  /// Joins the multicast group of the kernel's audit: as many as want hear, and nobody waits for
  /// them. Needs CAP_AUDIT_READ and the initial network namespace.
  ///
  /// @param receiveBufferBytes how much may wait in the kernel; it grants twice that, see [
  ///   #receiveBufferBytes()]
  /// @throws AuditControlException with the remedy, when the kernel refuses, or when it would send
  ///   nothing because this is not the network namespace of process 1
  public static AuditReceiver openMulticast(int receiveBufferBytes) {
    int fd = NetlinkSocket.open(1 << AUDIT_NLGRP_READLOG - 1, receiveBufferBytes);
    if (Surroundings.networkOfAnother(NetlinkSocket.inode(fd))) {
      LibC.close(fd);
      throw AuditControlException.with(
          Request.JOIN,
          "",
          ENETUNREACH,
          "the kernel sends records only into the initial network namespace: share the host's"
              + " (hostNetwork: true, --network=host)");
    }
    return prepared(fd, true);
  }

  /// Opens a socket for the one registered audit daemon. Records come once [AuditControl] has
  /// registered it.
  ///
  /// @param receiveBufferBytes how much may wait in the kernel
  /// @throws AuditControlException with the remedy, when the kernel refuses
  public static AuditReceiver openUnicast(int receiveBufferBytes) {
    return prepared(NetlinkSocket.open(0, receiveBufferBytes), false);
  }

  /// Where the kernel refuses the filter (it has no reason to), all records come; where it refuses
  /// to leave other senders out, each message's sender is looked at, as it is with a group.
  private static AuditReceiver prepared(int fd, boolean group) {
    boolean alone = NetlinkSocket.hearKernelAlone(fd) == 0;
    return new AuditReceiver(fd, group || !alone, EndFilter.attach(fd) == 0);
  }

  /// Receives from any datagram socket whose datagrams are framed like netlink's: for tests and
  /// replays over an AF_UNIX socketpair. The receiver owns the descriptor from now on.
  public static AuditReceiver over(int datagramFd) {
    return new AuditReceiver(datagramFd, true, false);
  }

  /// The socket, to poll for POLLIN.
  public int fd() {
    return fd;
  }

  /// Whether the kernel leaves end-of-event records out. Any thread.
  public boolean leavesOutEnds() {
    return leavesOutEnds;
  }

  /// Has the kernel send end-of-event records from now on.
  ///
  /// @return 0, or `-errno`
  public int takeEnds() {
    int result = EndFilter.detach(fd);
    if (result == 0) {
      leavesOutEnds = false;
    }
    return result;
  }

  /// Takes what waits, without waiting.
  ///
  /// After `-ENOBUFS` records were lost, and the kernel queues none until the socket is empty: take
  /// on at once, until 0.
  ///
  /// @return the number of messages, 0 when none waits, or `-errno`
  public int receive() {
    if (asksSenders) {
      // The kernel wrote the true length of each sender's address over the room it has.
      for (int i = 0; i < received; i++) {
        Memory.putInt(message(i) + OFFSETOF_MSGHDR_MSG_NAMELEN, SIZEOF_SOCKADDR_NL);
      }
    }
    received = 0;
    int count = LibC.recvmmsg(fd, messages, SLOTS, MSG_DONTWAIT, 0);
    if (count < 0) {
      return count == -EAGAIN || count == -EINTR ? 0 : count;
    }
    received = count;
    for (int i = 0; i < count; i++) {
      sort(i);
    }
    return count;
  }

  private void sort(int i) {
    long message = message(i);
    int length = Memory.intAt(message + OFFSETOF_MMSGHDR_MSG_LEN);
    long header = slot(i);
    boolean whole = length >= SIZEOF_NLMSGHDR;
    int type = whole ? Memory.shortAt(header + OFFSETOF_NLMSGHDR_NLMSG_TYPE) & 0xFFFF : 0;
    types[i] = type;
    textLengths[i] = whole ? length - SIZEOF_NLMSGHDR : 0;
    if (asksSenders
        && Memory.intAt(message + OFFSETOF_MSGHDR_MSG_NAMELEN) >= SIZEOF_SOCKADDR_NL
        && Memory.intAt(name(i) + OFFSETOF_SOCKADDR_NL_NL_PID) != 0) {
      verdicts[i] = FOREIGN;
    } else if ((Memory.intAt(message + OFFSETOF_MSGHDR_MSG_FLAGS) & MSG_TRUNC) != 0) {
      verdicts[i] = TRUNCATED;
    } else if (!whole || !fits(Memory.intAt(header + OFFSETOF_NLMSGHDR_NLMSG_LEN), length, i)) {
      verdicts[i] = MALFORMED;
    } else {
      verdicts[i] = isText(type) ? TEXT : CONTROL;
    }
  }

  /// Whether the length in the header agrees with the datagram's, in one of the two ways in which
  /// the kernel counts; takes the padding off the text.
  private boolean fits(int stated, int length, int i) {
    if (stated == length - SIZEOF_NLMSGHDR) {
      return true;
    }
    if (stated < SIZEOF_NLMSGHDR || stated > length || length - stated >= NLMSG_ALIGNTO) {
      return false;
    }
    textLengths[i] = stated - SIZEOF_NLMSGHDR;
    return true;
  }

  private static boolean isText(int type) {
    return type >= AUDIT_FIRST_USER_MSG
        ? type != AUDIT_REPLACE
        : type == AUDIT_USER || type == AUDIT_LOGIN;
  }

  /// What the i-th message of the last call is: [#TEXT], [#CONTROL], [#MALFORMED], [#TRUNCATED] or
  /// [#FOREIGN].
  public int verdict(int i) {
    return verdicts[i];
  }

  /// The type of the i-th message of the last call; 0 when it is too short to say.
  public int type(int i) {
    return types[i];
  }

  /// Where the content of the i-th message of the last call begins.
  public long textAddress(int i) {
    return slot(i) + SIZEOF_NLMSGHDR;
  }

  /// How long the content of the i-th message of the last call is, as far as it was received.
  public int textLength(int i) {
    return textLengths[i];
  }

  /// The receive buffer that the kernel granted: twice what was asked for, unless the process may
  /// not have it. One event of five records takes about 4.6 KB of it.
  public long receiveBufferBytes() {
    return receiveBufferBytes;
  }

  /// How many messages the kernel dropped because the buffer was full, since the opening; -1 when
  /// unknown. Allocates nothing. Any thread.
  public long drops() {
    return drops.drops();
  }

  /// Bytes of the receive buffer that hold messages not taken yet, as the kernel charges them; 0
  /// when unknown. Allocates nothing.
  public long waitingBytes() {
    return drops.waitingBytes();
  }

  /// Closes the socket. The thread that receives must be done with it.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      drops.close();
      LibC.close(fd);
      pages.close();
    }
  }

  private long slot(int i) {
    return slots + (long) i * SLOT_BYTES;
  }

  private long message(int i) {
    return messages + (long) i * SIZEOF_MMSGHDR;
  }

  private long name(int i) {
    return names + (long) i * NAME_BYTES;
  }
}
