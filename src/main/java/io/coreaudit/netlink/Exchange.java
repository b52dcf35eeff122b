package io.coreaudit.netlink;

import static io.coreaudit.kernel.AuditConstants.AUDIT_GET;
import static io.coreaudit.kernel.Errno.EAGAIN;
import static io.coreaudit.kernel.Errno.EBADF;
import static io.coreaudit.kernel.Errno.EINTR;
import static io.coreaudit.kernel.Errno.EMSGSIZE;
import static io.coreaudit.kernel.Errno.ENOBUFS;
import static io.coreaudit.kernel.Errno.EPERM;
import static io.coreaudit.kernel.Errno.ETIMEDOUT;
import static io.coreaudit.kernel.LinuxConstants.AF_NETLINK;
import static io.coreaudit.kernel.LinuxConstants.MSG_DONTWAIT;
import static io.coreaudit.kernel.LinuxConstants.NLMSG_DONE;
import static io.coreaudit.kernel.LinuxConstants.NLMSG_ERROR;
import static io.coreaudit.kernel.LinuxConstants.NLM_F_ACK;
import static io.coreaudit.kernel.LinuxConstants.NLM_F_REQUEST;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_NLMSGERR_ERROR;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_NLMSGHDR_NLMSG_FLAGS;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_NLMSGHDR_NLMSG_LEN;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_NLMSGHDR_NLMSG_SEQ;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_NLMSGHDR_NLMSG_TYPE;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCKADDR_NL_NL_FAMILY;
import static io.coreaudit.kernel.LinuxConstants.OFFSETOF_SOCKADDR_NL_NL_PID;
import static io.coreaudit.kernel.LinuxConstants.POLLIN;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_NLMSGERR;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_NLMSGHDR;
import static io.coreaudit.kernel.LinuxConstants.SIZEOF_SOCKADDR_NL;

import io.coreaudit.kernel.LibC;
import io.coreaudit.kernel.Pages;
import io.coreaudit.kernel.Poll;
import io.coreaudit.memory.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One request and its answer over an audit socket of its own.
///
/// An answer is what comes from the kernel with the request's sequence number; anything else on the
/// socket is passed over. Not for several threads.
final class Exchange implements AutoCloseable {
  /// Some 3,600 rules wait in it (the kernel grants it twice and charges 2.3 KB a rule); it gives
  /// up sending a listing after a tenth of a second without room.
  private static final int RECEIVE_BUFFER_BYTES = 4 << 20;

  private static final int MESSAGE_BYTES = 64 * 1024;
  private static final int ATTEMPTS = 3;

  private final int fd;
  private final Poll poll = new Poll(1);
  private final Pages pages = Pages.allocate(2 * MESSAGE_BYTES + 2 * SIZEOF_SOCKADDR_NL + 8);
  private final long request = pages.address();
  private final long answer = request + MESSAGE_BYTES;
  private final long kernel = answer + MESSAGE_BYTES;
  private final long sender = kernel + SIZEOF_SOCKADDR_NL;
  private final long senderLength = sender + SIZEOF_SOCKADDR_NL;
  private int sequence;
  private long deadlineNs;
  private boolean closed;

  private Exchange(int fd) {
    this.fd = fd;
    poll.add(fd, POLLIN);
    Memory.putShort(kernel + OFFSETOF_SOCKADDR_NL_NL_FAMILY, (short) AF_NETLINK);
  }

  static Exchange open() {
    int fd = NetlinkSocket.open(0, RECEIVE_BUFFER_BYTES);
    // Where that is refused, the sender of an answer is still looked at.
    NetlinkSocket.hearKernelAlone(fd);
    return new Exchange(fd);
  }

  /// Asks for a struct, which comes in a message of the request's own type.
  ByteBuffer answer(Request what, int type) {
    for (int attempt = 1; ; attempt++) {
      int length = (int) send(fd, type, NLM_F_REQUEST, new byte[0]);
      while (length >= 0) {
        length = receive();
        if (length >= 0 && answerType() == type) {
          return content(length);
        }
        if (length >= 0 && answerType() == NLMSG_ERROR && error() < 0) {
          length = error();
        }
      }
      if (length != -ENOBUFS || attempt == ATTEMPTS) {
        throw refused(what, "", -length);
      }
    }
  }

  /// Asks for a list, whose parts come in messages of the request's type, then NLMSG_DONE.
  List<byte[]> listing(Request what, int type) {
    for (int attempt = 1; ; attempt++) {
      List<byte[]> parts = new ArrayList<>();
      int length = (int) send(fd, type, NLM_F_REQUEST, new byte[0]);
      while (length >= 0) {
        length = receive();
        if (length < 0) {
          break;
        }
        if (answerType() == type) {
          parts.add(content(length).array());
        } else if (answerType() == NLMSG_DONE) {
          return parts;
        } else if (answerType() == NLMSG_ERROR && error() < 0) {
          length = error();
        }
      }
      if (length != -ENOBUFS || attempt == ATTEMPTS) {
        throw refused(what, "", -length);
      }
    }
  }

  /// Asks for something to be done.
  ///
  /// @return what the kernel answered in the place of the error number, 0 or above
  int acknowledged(Request what, String detail, int type, byte[] payload) {
    int length = (int) send(fd, type, NLM_F_REQUEST | NLM_F_ACK, payload);
    while (length >= 0) {
      length = receive();
      if (length >= 0 && answerType() == NLMSG_ERROR) {
        if (error() >= 0) {
          return error();
        }
        length = error();
      } else if (length == -ENOBUFS) {
        // The answer may still come. If it was the one that found no room, the time runs out.
        length = 0;
      }
    }
    throw refused(what, detail, -length);
  }

  /// Sends a request over another socket, where its answer will come.
  long sendOver(int otherFd, int type, byte[] payload) {
    return send(otherFd, type, NLM_F_REQUEST, payload);
  }

  /// Explains a refusal.
  AuditControlException refused(Request what, String detail, int errno) {
    boolean locked = errno == EPERM && what != Request.GET && isLocked();
    return AuditControlException.of(what, detail, errno, Surroundings.here(), locked);
  }

  private boolean isLocked() {
    try {
      return AuditStatus.parse(answer(Request.GET, AUDIT_GET)).locked();
    } catch (AuditControlException notTold) {
      return false;
    }
  }

  private long send(int over, int type, int flags, byte[] payload) {
    if (closed) {
      return -EBADF;
    }
    int length = SIZEOF_NLMSGHDR + payload.length;
    if (length > MESSAGE_BYTES) {
      return -EMSGSIZE;
    }
    if (over == fd) {
      drain();
    }
    sequence++;
    deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(AuditControl.TIMEOUT_SECONDS);
    Memory.putInt(request + OFFSETOF_NLMSGHDR_NLMSG_LEN, length);
    Memory.putShort(request + OFFSETOF_NLMSGHDR_NLMSG_TYPE, (short) type);
    Memory.putShort(request + OFFSETOF_NLMSGHDR_NLMSG_FLAGS, (short) flags);
    Memory.putInt(request + OFFSETOF_NLMSGHDR_NLMSG_SEQ, sequence);
    Memory.copy(payload, 0, request + SIZEOF_NLMSGHDR, payload.length);
    long sent;
    do {
      sent = LibC.sendto(over, request, length, 0, kernel, SIZEOF_SOCKADDR_NL);
    } while (sent == -EINTR);
    return sent;
  }

  /// Takes off what was left on the socket: in a full buffer an acknowledgement finds no room, and
  /// the kernel does not wait with one.
  private void drain() {
    long length;
    do {
      length = LibC.recvfrom(fd, answer, MESSAGE_BYTES, MSG_DONTWAIT, 0, 0);
    } while (length >= 0 || length == -ENOBUFS || length == -EINTR);
  }

  /// Waits for the next message that answers the last request.
  ///
  /// @return its length, -ETIMEDOUT, or what else went wrong
  private int receive() {
    while (true) {
      Memory.putInt(senderLength, SIZEOF_SOCKADDR_NL);
      int length =
          (int) LibC.recvfrom(fd, answer, MESSAGE_BYTES, MSG_DONTWAIT, sender, senderLength);
      if (length >= SIZEOF_NLMSGHDR
          && Memory.intAt(sender + OFFSETOF_SOCKADDR_NL_NL_PID) == 0
          && Memory.intAt(answer + OFFSETOF_NLMSGHDR_NLMSG_SEQ) == sequence
          && (answerType() != NLMSG_ERROR || length >= SIZEOF_NLMSGHDR + SIZEOF_NLMSGERR)) {
        return length;
      }
      if (length < 0 && length != -EAGAIN && length != -EINTR) {
        return length;
      }
      long leftNs = deadlineNs - System.nanoTime();
      if (leftNs <= 0) {
        return -ETIMEDOUT;
      }
      if (length == -EAGAIN) {
        poll.await((int) TimeUnit.NANOSECONDS.toMillis(leftNs) + 1);
      }
    }
  }

  private int answerType() {
    return Memory.shortAt(answer + OFFSETOF_NLMSGHDR_NLMSG_TYPE) & 0xFFFF;
  }

  private int error() {
    return Memory.intAt(answer + SIZEOF_NLMSGHDR + OFFSETOF_NLMSGERR_ERROR);
  }

  private ByteBuffer content(int length) {
    byte[] bytes = new byte[length - SIZEOF_NLMSGHDR];
    Memory.copy(answer + SIZEOF_NLMSGHDR, bytes, 0, bytes.length);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      LibC.close(fd);
      poll.close();
      pages.close();
    }
  }
}
