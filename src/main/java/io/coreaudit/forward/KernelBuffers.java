package io.coreaudit.forward;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// What the receiver's kernel may hold, and whether a resend window covers it.
///
/// What arrived and was not read by the receiver lies in its kernel's receive buffer. It grows by
/// itself to the limit in `tcp_rmem` (6 MiB on many kernels, 32 on newer ones; profiles for
/// throughput set 16). A window that is smaller loses the difference when the receiver dies while
/// the buffer is full. The receiver's limit is not to be seen from here; ours stands for it. What
/// our own kernel holds needs no window: it is not counted as arrived.
public final class KernelBuffers {
  private static final Path LIMITS = Path.of("/proc/sys/net/ipv4");
  private static final long DEFAULT_RECEIVE_BYTES = 6L << 20;

  private KernelBuffers() {}

  /// What to tell the operator of a sink's window; empty when it covers the buffer.
  public static String advice(SinkSettings.Tcp settings) {
    return advice(settings, LIMITS);
  }

  static String advice(SinkSettings.Tcp settings, Path limits) {
    long held = largest(limits.resolve("tcp_rmem"));
    if (settings.resendWindowBytes() >= held) {
      return "";
    }
    return "sink "
        + settings.name()
        + ": resend_window="
        + settings.resendWindowBytes()
        + " does not cover the "
        + held
        + " bytes that the receiver's kernel may hold if its tcp_rmem is this host's: a receiver"
        + " that dies while they are full loses the difference; set a larger window, or a smaller"
        + " receive buffer there";
  }

  /// The third number of such a file: the limit.
  static long largest(Path file) {
    byte[] bytes = new byte[256];
    // one read: the kernel gives such a file whole to the first and nothing to a second, and
    // `Files.readString` begins with a read of one byte
    try (var in = new FileInputStream(file.toFile())) {
      int length = Math.max(0, in.read(bytes));
      String text = new String(bytes, 0, length, StandardCharsets.US_ASCII);
      return Long.parseLong(text.strip().split("\\s+")[2]);
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return DEFAULT_RECEIVE_BYTES; // no such kernel: what Linux does unless told otherwise
    }
  }
}
