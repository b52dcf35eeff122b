package io.coreaudit.kernel;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Gives a test the kernel's audit for itself, and puts back what it changed. See [KernelAudit].
///
/// On a class it holds the lock from before `@BeforeAll` until after `@AfterAll`, and puts back
/// after each test too. On a method, for that method.
public final class KernelAuditExtension
    implements ExecutionCondition,
        BeforeAllCallback,
        AfterAllCallback,
        BeforeEachCallback,
        AfterEachCallback {
  /// The lock that whoever uses this machine's audit for a test takes.
  public static final Path LOCK = Path.of("/run/coreaudit-test.lock");

  private static final ExtensionContext.Namespace OURS =
      ExtensionContext.Namespace.create(KernelAuditExtension.class);
  private static final long LOCK_WAIT_MINUTES = 20;
  private static final long LOCK_POLL_MILLIS = 100;

  /// What a node with base rules has. The agent raises a lower limit and leaves it so when it
  /// stops, which no test is to take for something left behind.
  private static final int BACKLOG_LIMIT = 8192;

  /// Why kernel audit cannot be used here; empty when it can.
  public static Optional<String> obstacle() {
    try (RawAudit audit = new RawAudit()) {
      RawAudit.Snapshot now = audit.snapshot();
      return now.enabled() == 2
          ? Optional.of("the kernel's audit is locked (enabled=2)")
          : Optional.empty();
    } catch (KernelException | UnsatisfiedLinkError refused) {
      return Optional.of("the kernel's audit cannot be used here: " + refused.getMessage());
    }
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<String> obstacle = obstacle();
    if (obstacle.isEmpty()) {
      return ConditionEvaluationResult.enabled("the kernel's audit can be used");
    }
    return mustRun()
        ? ConditionEvaluationResult.enabled("CI=true: it fails, with the reason")
        : ConditionEvaluationResult.disabled(obstacle.get());
  }

  private static boolean mustRun() {
    return "true".equals(System.getenv("CI"));
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    if (context.getRequiredTestClass().isAnnotationPresent(KernelAudit.class)) {
      begin(context);
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    if (session(context) == null) {
      begin(context);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Session session = session(context);
    Session own = context.getStore(OURS).remove(Session.class, Session.class);
    if (own != null) {
      own.end();
    } else if (session != null) {
      session.restore();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    Session own = context.getStore(OURS).remove(Session.class, Session.class);
    if (own != null) {
      own.end();
    }
  }

  private static Session session(ExtensionContext context) {
    return context.getStore(OURS).get(Session.class, Session.class);
  }

  private static void begin(ExtensionContext context) throws Exception {
    Optional<String> obstacle = obstacle();
    if (obstacle.isPresent()) {
      throw new IllegalStateException("CI=true, and " + obstacle.get());
    }
    context.getStore(OURS).put(Session.class, new Session());
  }

  /// The lock, and how things stood when it was taken.
  private static final class Session {
    private final FileChannel channel;
    private final FileLock lock;
    private final RawAudit.Snapshot found;
    private final RawAudit.Snapshot before;
    // A killed build must not leave its rules either.
    private final Thread atExit = new Thread(this::putBack, "audit-restore");

    Session() throws IOException, InterruptedException {
      channel = FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lock = waitForLock(channel);
      try (RawAudit audit = new RawAudit()) {
        found = audit.snapshot();
        audit.set(
            AuditConstants.AUDIT_STATUS_BACKLOG_LIMIT,
            AuditConstants.OFFSETOF_AUDIT_STATUS_BACKLOG_LIMIT,
            found.backlogLimit(),
            enough(found.backlogLimit()));
        before = audit.snapshot();
      }
      Runtime.getRuntime().addShutdownHook(atExit);
    }

    private static FileLock waitForLock(FileChannel channel)
        throws IOException, InterruptedException {
      long deadlineNs = System.nanoTime() + TimeUnit.MINUTES.toNanos(LOCK_WAIT_MINUTES);
      while (System.nanoTime() < deadlineNs) {
        FileLock lock = tryLock(channel);
        if (lock != null) {
          return lock;
        }
        Thread.sleep(LOCK_POLL_MILLIS);
      }
      channel.close();
      throw new IOException(
          LOCK + " is held by another test for more than " + LOCK_WAIT_MINUTES + " minutes");
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
      try {
        return channel.tryLock();
      } catch (OverlappingFileLockException anotherThreadOfOurs) {
        return null;
      }
    }

    private static int enough(int limit) {
      return limit == 0 ? 0 : Math.max(BACKLOG_LIMIT, limit); // 0: there is none
    }

    void restore() {
      restore(before);
    }

    private void putBack() {
      restore(found);
    }

    private static void restore(RawAudit.Snapshot state) {
      try (RawAudit audit = new RawAudit()) {
        audit.restore(state);
      }
    }

    void end() throws IOException {
      try {
        Runtime.getRuntime().removeShutdownHook(atExit);
        putBack();
      } finally {
        lock.close();
        channel.close();
      }
    }
  }
}
