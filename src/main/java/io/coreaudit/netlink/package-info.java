/// The kernel's audit over netlink: records in, requests out, on sockets of their own.
///
/// [io.coreaudit.netlink.AuditReceiver] takes the records; the intake thread alone calls it, and it
/// allocates nothing. [io.coreaudit.netlink.AuditControl] asks for the status, sets, lists, adds
/// and deletes; any thread may, one at a time. They must not share a socket: answers would stand
/// among records, and a full receive buffer would swallow an acknowledgement.
///
/// ```text
/// a datagram = one message
///   0  u32  length   with or without this header, see AuditReceiver
///   4  u16  type     AUDIT_SYSCALL 1300, …; NLMSG_ERROR 2, NLMSG_DONE 3
///   6  u16  flags
///   8  u32  sequence of an answer: that of its request
///  12  u32  port
///  16  content: a record's text from `audit(`, or a struct
/// ```
///
/// When the receive buffer is full the kernel drops what comes, says ENOBUFS once, and queues
/// nothing more until the socket is empty. Multicast loss shows nowhere else but in the Drops
/// column of /proc/net/netlink and in the gaps between serial numbers.
///
/// What is refused becomes an [io.coreaudit.netlink.AuditControlException]: it names the request,
/// the errno and the remedy, after a look at the capabilities and namespaces of this process.
package io.coreaudit.netlink;
