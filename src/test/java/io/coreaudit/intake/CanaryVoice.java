package io.coreaudit.intake;

import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordType;
import java.nio.charset.StandardCharsets;

/// Has a canary hear what this process did, as the kernel would tell it.
public final class CanaryVoice {
  private static final String PID = " pid=" + ProcessHandle.current().pid();

  private CanaryVoice() {}

  /// A thread of this name opened something.
  public static void opened(Canary canary, String thread) {
    say(canary, RecordType.SYSCALL, "arch=c000003e ppid=1" + PID + " comm=\"" + thread + "\"");
  }

  /// This was logged.
  public static void logged(Canary canary, String text) {
    say(canary, RecordType.TRUSTED_APP, "x=1" + PID + " uid=0 msg='" + text + "'");
  }

  private static void say(Canary canary, int type, String text) {
    byte[] bytes = ("audit(1.000:2): " + text).getBytes(StandardCharsets.US_ASCII);
    try (Pages pages = Pages.allocate(bytes.length + 64)) {
      Memory.copy(bytes, 0, pages.address(), bytes.length);
      canary.recognises(type, pages.address(), bytes.length);
    }
  }
}
