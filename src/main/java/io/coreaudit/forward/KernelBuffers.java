package io.coreaudit.forward;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// What the two kernels of a TCP connection may hold, and whether a resend window covers it.
///
/// What is written and not read by the receiver lies in our kernel's send buffer and the peer's
/// receive buffer. Both grow by themselves to the limits of `tcp_wmem` and `tcp_rmem` (4 and 6 MiB
/// on many kernels, 32 for receiving on newer ones; profiles for throughput set 16 each). A window
/// that is smaller than the two loses the difference when the receiver dies while both are full.
/// The peer's limit is not to be seen from here; ours stands for it.
public final class KernelBuffers {
  private static final Path LIMITS = Path.of("/proc/sys/net/ipv4");
  private static final long DEFAULT_SEND_BYTES = 4L << 20;
  private static final long DEFAULT_RECEIVE_BYTES = 6L << 20;

  private KernelBuffers() {}

  /// What to tell the operator of a sink's window; empty when it covers the buffers.
  public static String advice(SinkSettings.Tcp settings) {
    return advice(settings, LIMITS);
  }

  static long sendBytes(Path limits) {
    return largest(limits.resolve("tcp_wmem"), DEFAULT_SEND_BYTES);
  }

  static String advice(SinkSettings.Tcp settings, Path limits) {
    long held = sendBytes(limits) + largest(limits.resolve("tcp_rmem"), DEFAULT_RECEIVE_BYTES);
    if (settings.resendWindowBytes() >= held) {
      return "";
    }
    return settings.key()
        + ".resend_window: "
        + settings.resendWindowBytes()
        + " bytes do not cover the "
        + held
        + " that the socket buffers of both hosts may hold (tcp_wmem, tcp_rmem): a receiver that"
        + " dies while they are full loses the difference";
  }

  /// The third number of such a file: the limit.
  private static long largest(Path file, long otherwise) {
    byte[] bytes = new byte[256];
    // one read: the kernel gives such a file whole to the first and nothing to a second, and
    // `Files.readString` begins with a read of one byte
    try (var in = new FileInputStream(file.toFile())) {
      int length = Math.max(0, in.read(bytes));
      String text = new String(bytes, 0, length, StandardCharsets.US_ASCII);
      return Long.parseLong(text.strip().split("\\s+")[2]);
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return otherwise; // no such kernel: what Linux does unless told otherwise
    }
  }
}
