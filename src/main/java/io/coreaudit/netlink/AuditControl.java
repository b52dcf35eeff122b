package io.coreaudit.netlink;

import static io.coreaudit.kernel.AuditConstants.AUDIT_ADD_RULE;
import static io.coreaudit.kernel.AuditConstants.AUDIT_DEL_RULE;
import static io.coreaudit.kernel.AuditConstants.AUDIT_GET;
import static io.coreaudit.kernel.AuditConstants.AUDIT_GET_FEATURE;
import static io.coreaudit.kernel.AuditConstants.AUDIT_LIST_RULES;
import static io.coreaudit.kernel.AuditConstants.AUDIT_MAKE_EQUIV;
import static io.coreaudit.kernel.AuditConstants.AUDIT_SET;
import static io.coreaudit.kernel.AuditConstants.AUDIT_STATUS_BACKLOG_LIMIT;
import static io.coreaudit.kernel.AuditConstants.AUDIT_STATUS_BACKLOG_WAIT_TIME;
import static io.coreaudit.kernel.AuditConstants.AUDIT_STATUS_ENABLED;
import static io.coreaudit.kernel.AuditConstants.AUDIT_STATUS_LOST;
import static io.coreaudit.kernel.AuditConstants.AUDIT_STATUS_PID;
import static io.coreaudit.kernel.AuditConstants.AUDIT_STATUS_RATE_LIMIT;
import static io.coreaudit.kernel.AuditConstants.AUDIT_TRIM;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_FEATURES_FEATURES;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_FEATURES_LOCK;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_FEATURES_MASK;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_FEATURES_VERS;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_BACKLOG_LIMIT;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_BACKLOG_WAIT_TIME;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_ENABLED;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_LOST;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_MASK;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_PID;
import static io.coreaudit.kernel.AuditConstants.OFFSETOF_AUDIT_STATUS_RATE_LIMIT;
import static io.coreaudit.kernel.AuditConstants.SIZEOF_AUDIT_STATUS;
import static io.coreaudit.kernel.Errno.EEXIST;
import static io.coreaudit.kernel.Errno.EPERM;

import io.coreaudit.kernel.LibC;
import io.coreaudit.rule.AuditRuleData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Asks the kernel's audit, and tells it what to do.
///
/// Every request waits for the kernel's answer, at most 5 s, and becomes an [AuditControlException]
/// when it is refused. Any thread; one request at a time. Paths are resolved in the root and mount
/// namespace of the calling thread.
///
/// Locking audit until the next boot (`enabled=2`) and panic on loss (`failure=2`) cannot be asked
/// for here.
public final class AuditControl implements AutoCloseable {
  /// How long an answer is waited for.
  static final int TIMEOUT_SECONDS = 5;

  private static final int WORD_BYTES = 4;
  private static final byte[] NOTHING = {};

  private final Exchange exchange;

  private AuditControl(Exchange exchange) {
    this.exchange = exchange;
  }

  /// Opens a socket of its own. Says nothing yet about what this process may ask: [#status()] does.
  ///
  /// @throws AuditControlException when this kernel has no audit
  public static AuditControl open() {
    return new AuditControl(Exchange.open());
  }

  /// What the kernel's audit says about itself.
  public synchronized AuditStatus status() {
    return AuditStatus.parse(exchange.answer(Request.GET, AUDIT_GET));
  }

  /// Switches audit on (1) or off (0). A process that started while audit was off stays unseen,
  /// unless the kernel booted with `audit=1`.
  public void enable(int enabled) {
    if (enabled != 0 && enabled != 1) {
      throw new IllegalArgumentException(
          "enabled=" + enabled + ": only 0 and 1 can be undone without a reboot");
    }
    set(AUDIT_STATUS_ENABLED, OFFSETOF_AUDIT_STATUS_ENABLED, enabled, "enabled=" + enabled);
  }

  /// Sets the most records that may wait for the audit daemon; 0 for no limit.
  public void backlogLimit(int records) {
    set(
        AUDIT_STATUS_BACKLOG_LIMIT,
        OFFSETOF_AUDIT_STATUS_BACKLOG_LIMIT,
        records,
        "backlog_limit=" + records);
  }

  /// Sets how long a process waits for room in the backlog, in ticks of the kernel.
  public void backlogWaitTime(int ticks) {
    set(
        AUDIT_STATUS_BACKLOG_WAIT_TIME,
        OFFSETOF_AUDIT_STATUS_BACKLOG_WAIT_TIME,
        ticks,
        "backlog_wait_time=" + ticks);
  }

  /// Sets the most records a second; 0 for no limit.
  public void rateLimit(int recordsPerSecond) {
    set(
        AUDIT_STATUS_RATE_LIMIT,
        OFFSETOF_AUDIT_STATUS_RATE_LIMIT,
        recordsPerSecond,
        "rate_limit=" + recordsPerSecond);
  }

  /// Sets the kernel's count of lost records to 0.
  ///
  /// @return what it was
  public long resetLost() {
    // The kernel answers with the old count in the place of the error number.
    return set(AUDIT_STATUS_LOST, OFFSETOF_AUDIT_STATUS_LOST, 0, "lost=0") & 0xFFFFFFFFL;
  }

  /// The switches that change how login ids behave.
  public synchronized AuditFeatures features() {
    ByteBuffer answer = exchange.answer(Request.GET_FEATURE, AUDIT_GET_FEATURE);
    return new AuditFeatures(
        answer.getInt(OFFSETOF_AUDIT_FEATURES_VERS),
        answer.getInt(OFFSETOF_AUDIT_FEATURES_MASK),
        answer.getInt(OFFSETOF_AUDIT_FEATURES_FEATURES),
        answer.getInt(OFFSETOF_AUDIT_FEATURES_LOCK));
  }

  /// All rules that are loaded, whoever loaded them, list by list in the kernel's order.
  public synchronized List<AuditRuleData> rules() {
    return exchange.listing(Request.LIST_RULES, AUDIT_LIST_RULES).stream()
        .map(AuditRuleData::parse)
        .toList();
  }

  /// Loads a rule.
  ///
  /// @throws AuditControlException EEXIST when an equal rule is loaded, whoever loaded it
  public synchronized void addRule(AuditRuleData rule) {
    // The kernel compares before it forgets that a rule is to go in front: it would load it twice.
    if (rule.inFront() && rules().contains(rule)) {
      throw exchange.refused(Request.ADD_RULE, rule.toString(), EEXIST);
    }
    exchange.acknowledged(Request.ADD_RULE, rule.toString(), AUDIT_ADD_RULE, rule.wire());
  }

  /// Takes a rule away.
  ///
  /// @throws AuditControlException ENOENT when no equal rule is loaded
  public synchronized void deleteRule(AuditRuleData rule) {
    exchange.acknowledged(
        Request.DELETE_RULE, rule.toString(), AUDIT_DEL_RULE, rule.atEnd().wire());
  }

  /// Lets the rules on one directory hold for a mounted file system too, until its last mount goes.
  ///
  /// @param old the directory of a loaded `dir=` rule
  /// @param mountPoint where the file system is mounted
  public void makeEquiv(String old, String mountPoint) {
    makeEquiv(old, mountPoint.getBytes(StandardCharsets.UTF_8));
  }

  /// Does the same for a mount point whose name may be any bytes.
  public synchronized void makeEquiv(String old, byte[] newPath) {
    byte[] oldPath = old.getBytes(StandardCharsets.UTF_8);
    ByteBuffer payload =
        littleEndian(2 * WORD_BYTES + oldPath.length + newPath.length)
            .putInt(oldPath.length)
            .putInt(newPath.length)
            .put(oldPath)
            .put(newPath);
    exchange.acknowledged(
        Request.MAKE_EQUIV,
        old + " " + new String(newPath, StandardCharsets.UTF_8),
        AUDIT_MAKE_EQUIV,
        payload.array());
  }

  /// Drops what [#makeEquiv] attached, of all directories and of everybody, unless it is mounted
  /// below the directory itself.
  public synchronized void trim() {
    exchange.acknowledged(Request.TRIM, "", AUDIT_TRIM, NOTHING);
  }

  /// Sends a record of our own through the kernel, which stamps it and counts its serial. While
  /// audit is off the kernel takes it and makes nothing of it.
  ///
  /// @param type a type of user space's: 1100 to 1199 or 2100 to 2999
  public synchronized void userMessage(int type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    // The kernel writes the zero that ends the text over its last byte.
    exchange.acknowledged(
        Request.USER_MESSAGE, "type=" + type, type, Arrays.copyOf(bytes, bytes.length + 1));
  }

  /// Registers this process as the audit daemon: the kernel sends its records to the receiver, and
  /// makes audited processes wait while its backlog is full.
  ///
  /// @param receiver opened for unicast
  /// @throws AuditControlException EEXIST when somebody is registered already, this process with
  ///   another receiver included: it names the process
  public synchronized void registerPid(AuditReceiver receiver) {
    int pid = LibC.getpid();
    byte[] payload = setting(AUDIT_STATUS_PID, OFFSETOF_AUDIT_STATUS_PID, pid);
    // The kernel sends the records to the socket that asked; so its refusal comes there too, as a
    // control message among the records. It answers before the request returns: the status tells.
    int before = status().pid();
    long sent = exchange.sendOver(receiver.fd(), AUDIT_SET, payload);
    int owner = status().pid();
    if (owner == pid && before != pid && sent >= 0) {
      return;
    }
    int errno = sent < 0 ? (int) -sent : owner == 0 ? EPERM : EEXIST;
    if (errno != EEXIST) {
      throw exchange.refused(Request.REGISTER, "pid=" + pid, errno);
    }
    throw AuditControlException.with(
        Request.REGISTER,
        "pid=" + pid,
        EEXIST,
        "process "
            + owner
            + name(owner)
            + " is the registered audit daemon: stop it, or use"
            + " multicast beside it");
  }

  /// Gives the place of the audit daemon back. Only its owner may.
  public synchronized void unregisterPid() {
    exchange.acknowledged(
        Request.REGISTER,
        "pid=0",
        AUDIT_SET,
        setting(AUDIT_STATUS_PID, OFFSETOF_AUDIT_STATUS_PID, 0));
  }

  private synchronized int set(int mask, int offset, int value, String detail) {
    return exchange.acknowledged(Request.SET, detail, AUDIT_SET, setting(mask, offset, value));
  }

  private static byte[] setting(int mask, int offset, int value) {
    return littleEndian(SIZEOF_AUDIT_STATUS)
        .putInt(OFFSETOF_AUDIT_STATUS_MASK, mask)
        .putInt(offset, value)
        .array();
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String name(int pid) {
    try {
      return " (" + Files.readString(Path.of("/proc/" + pid + "/comm")).strip() + ")";
    } catch (IOException gone) {
      return "";
    }
  }

  /// Closes the socket. What was loaded and set stays.
  @Override
  public synchronized void close() {
    exchange.close();
  }
}
