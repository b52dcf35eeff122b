package io.coreaudit.netlink;

import static io.coreaudit.kernel.Errno.EACCES;
import static io.coreaudit.kernel.Errno.ECONNREFUSED;
import static io.coreaudit.kernel.Errno.EEXIST;
import static io.coreaudit.kernel.Errno.EINVAL;
import static io.coreaudit.kernel.Errno.ENOBUFS;
import static io.coreaudit.kernel.Errno.ENOENT;
import static io.coreaudit.kernel.Errno.ENOTDIR;
import static io.coreaudit.kernel.Errno.EPERM;
import static io.coreaudit.kernel.Errno.EPROTONOSUPPORT;
import static io.coreaudit.kernel.Errno.ETIMEDOUT;

import io.coreaudit.kernel.KernelException;

/// The kernel's audit refused a request. The message names the request, the errno and the remedy.
public final class AuditControlException extends KernelException {
  private static final long serialVersionUID = 1L;

  private AuditControlException(String call, int errno, String remedy) {
    super(call, errno, remedy);
  }

  /// Explains a refusal by what was asked and where this process stands.
  ///
  /// @param locked whether audit is known to be locked (`enabled=2`)
  static AuditControlException of(
      Request request, String detail, int errno, Surroundings here, boolean locked) {
    String call = detail.isEmpty() ? request.text() : request.text() + " " + detail;
    return new AuditControlException(call, errno, remedy(request, Math.abs(errno), here, locked));
  }

  /// A refusal whose remedy the caller knows.
  static AuditControlException with(Request request, String detail, int errno, String remedy) {
    String call = detail.isEmpty() ? request.text() : request.text() + " " + detail;
    return new AuditControlException(call, errno, remedy);
  }

  private static String remedy(Request request, int errno, Surroundings here, boolean locked) {
    return switch (errno) {
      case EPERM -> notPermitted(request, here, locked);
      case ECONNREFUSED ->
          here.initialUserNamespace()
              ? "the kernel's audit does not answer here"
              : "the kernel's audit answers only in the initial user namespace: run without a user"
                  + " namespace of its own (hostUsers: true, no userns mapping)";
      case EPROTONOSUPPORT ->
          "this kernel has no audit: boot one built with CONFIG_AUDIT, without audit=0 on its"
              + " command line";
      case EEXIST ->
          request == Request.ADD_RULE
              ? "an equal rule is loaded already"
              : request == Request.REGISTER ? "another audit daemon is registered" : "";
      case ENOENT ->
          switch (request) {
            case ADD_RULE -> "the path does not exist in this process's mount namespace";
            case DELETE_RULE -> "no such rule is loaded";
            case MAKE_EQUIV ->
                "one of the paths does not exist in this process's mount namespace, or a loaded"
                    + " dir= rule's own directory is not there";
            default -> "";
          };
      case EINVAL ->
          switch (request) {
            case ADD_RULE, DELETE_RULE ->
                "this kernel does not know a field, list or value of the rule, or the path lies on"
                    + " a mount of another mount namespace";
            case MAKE_EQUIV ->
                "a path lies on a mount of another mount namespace: enter that namespace first";
            case SET -> "the value is outside what this kernel takes";
            default -> "";
          };
      case ENOTDIR -> "a part of the path is not a directory";
      case EACCES -> "only the registered audit daemon may unregister itself";
      case ENOBUFS -> "the receive buffer ran over: repeat, or raise net.core.rmem_max";
      case ETIMEDOUT ->
          "the kernel did not answer within "
              + AuditControl.TIMEOUT_SECONDS
              + " s: whether it did what was asked is not known, look at the status and the rules";
      default -> "";
    };
  }

  private static String notPermitted(Request request, Surroundings here, boolean locked) {
    if (request == Request.USER_MESSAGE) {
      return here.auditWrite() ? "" : "give the process CAP_AUDIT_WRITE";
    }
    if (request == Request.JOIN) {
      return !here.initialUserNamespace()
          ? "CAP_AUDIT_READ counts only in the initial user namespace: run without a user"
              + " namespace of its own (hostUsers: true, no userns mapping)"
          : here.auditRead() ? "" : "give the process CAP_AUDIT_READ";
    }
    if (!here.initialPidNamespace()) {
      return "the kernel's audit answers only in the initial pid namespace: share the host's"
          + " (hostPID: true, --pid=host)";
    }
    if (!here.auditControl()) {
      return "give the process CAP_AUDIT_CONTROL";
    }
    return locked
        ? "audit is locked (enabled=2): only a reboot with other rules changes what is loaded"
        : "";
  }
}
