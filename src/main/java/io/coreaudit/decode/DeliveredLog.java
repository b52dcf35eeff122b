package io.coreaudit.decode;

import io.coreaudit.ledger.ChainCheck;
import io.coreaudit.ledger.ChainKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/// Verifies what a receiver has: the ECS lines of one node, or the records that came to it as
/// syslog messages (`DeliveredSyslog`), in the order in which they came.
///
/// Memory does not depend on the length of the input: a line may have 4 MiB, and what is longer is
/// counted as none of ours.
public final class DeliveredLog {
  /// An event takes 1 MiB, escaped by who keeps it perhaps twice that.
  private static final int LONGEST_LINE = 4 << 20;

  private static final int READ_BYTES = 256 << 10;

  /// What was found.
  ///
  /// @param node whose events; null: there were none
  /// @param otherLines lines that are no event of coreaudit's that can be placed
  /// @param otherNodes events of other nodes, which were asked to be passed over
  /// @param opaqueEvents events that do not carry their records as they were
  /// @param chain what was found of the others
  public record Findings(
      String node, long otherLines, long otherNodes, long opaqueEvents, ChainCheck.Findings chain) {
    /// Whether there was something to verify and nothing speaks against it.
    public boolean isSound() {
      return chain.events() > 0 && chain.isSound();
    }
  }

  /// Lines that nothing can be said of, however many come.
  public static final class Unverifiable extends IOException {
    private static final long serialVersionUID = 1L;

    Unverifiable(String message) {
      super(message);
    }
  }

  private final ChainCheck check;
  private final DeliveredSyslog syslog = new DeliveredSyslog();
  private final boolean chosen;
  private String node;
  private byte[] line = new byte[READ_BYTES];
  private int length;
  private boolean tooLong;
  private long otherLines;
  private long otherNodes;
  private long opaque;

  /// Creates one.
  ///
  /// @param node whose events; null: there are those of one only
  /// @param problem told one sentence for each thing that is wrong, the first one first
  public DeliveredLog(String node, ChainKeys keys, Consumer<String> problem) {
    this.node = node;
    this.chosen = node != null;
    this.check = new ChainCheck(keys, problem);
    check.ofSink(null);
  }

  /// Sets which sink's stream it is, where heartbeats tell of several.
  public void ofSink(String name) {
    check.ofSink(name);
  }

  /// Reads a file.
  public void read(Path file, LogDecoder.Progress progress) throws IOException {
    try (LogInput input = LogInput.open(file)) {
      read(input, progress);
    }
  }

  /// Reads standard input until its end.
  public void readStandardInput(LogDecoder.Progress progress) throws IOException {
    read(LogInput.standard(), progress);
  }

  private void read(LogInput input, LogDecoder.Progress progress) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
    while (input.read(buffer.clear()) >= 0) {
      byte[] bytes = buffer.array();
      int from = 0;
      for (int i = 0; i < buffer.position(); i++) {
        if (bytes[i] == '\n') {
          add(bytes, from, i);
          take();
          from = i + 1;
        }
      }
      add(bytes, from, buffer.position());
      progress.at(input.position());
    }
    if (length > 0 || tooLong) {
      take();
    }
  }

  private void add(byte[] bytes, int from, int to) {
    int more = to - from;
    if (tooLong || length + more > LONGEST_LINE) {
      tooLong = true;
      return;
    }
    if (length + more > line.length) {
      line = Arrays.copyOf(line, Math.min(LONGEST_LINE, Math.max(length + more, line.length * 2)));
    }
    System.arraycopy(bytes, from, line, length, more);
    length += more;
  }

  private void take() throws Unverifiable {
    if (tooLong) {
      otherLines++;
    } else if (length > 0) {
      takeLine();
    }
    tooLong = false;
    length = 0;
  }

  private void takeLine() throws Unverifiable {
    boolean isSyslog = DeliveredSyslog.is(line, length);
    DeliveredJson.Line read =
        isSyslog ? syslog.take(line, length) : DeliveredJson.read(line, length);
    if (read == null && isSyslog) {
      return; // a record of an event that is not whole yet
    }
    if (read == null) {
      refuseRaw();
      otherLines++;
    } else if (read.event() != null) {
      if (isOfNode(read.event().node())) {
        opaque += read.event().lines() == null ? 1 : 0;
        check.add(read.event());
      }
    } else if (read.gap() != null && isOfNode(read.gap().node())) {
      check.tell(read.gap().first(), read.gap().last(), read.gap().reason());
    }
  }

  private boolean isOfNode(String name) throws Unverifiable {
    if (node == null) {
      node = name;
    }
    if (name.equals(node)) {
      return true;
    }
    if (!chosen) {
      throw new Unverifiable(
          "these are events of several nodes, %s and %s among them: each has a chain of its own; choose one (--node=%s)"
              .formatted(node, name, node));
    }
    otherNodes++;
    return false;
  }

  // Where such a log begins, not where a line of it stands between events.
  private void refuseRaw() throws Unverifiable {
    String begin = new String(line, 0, Math.min(length, 4096), StandardCharsets.ISO_8859_1);
    if (otherLines == 0 && check.findings().events() == 0 && begin.contains(" msg=audit(")) {
      throw new Unverifiable(
          "lines of the format raw bear no numbers, without which nothing can be said of loss,"
              + " order or change: verify what a syslog or relp sink delivered, written down with"
              + " its structured data, or one with format: ecs and include_raw: true; or the spool"
              + " (coreaudit spool verify)");
    }
  }

  /// Says that no more comes; what was found.
  public Findings finish() {
    check.finish();
    return new Findings(node, otherLines, otherNodes, opaque, check.findings());
  }
}
