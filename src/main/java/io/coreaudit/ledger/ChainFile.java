package io.coreaudit.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The file in which a chain waits for the next start: one line, `coreaudit-chain 2
/// from_boot=<uuid> from=<seq> boot=<uuid> seq=<seq> hash=<64 hex>`, and ` stopped` behind a
/// `stop`.
///
/// It is replaced whole, by a name. Unless it is forced a power loss may bring an older state back,
/// or none.
final class ChainFile {
  private static final String UUID_TEXT = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";
  private static final Pattern LINE =
      Pattern.compile(
          "coreaudit-chain 2 from_boot="
              + UUID_TEXT
              + " from=(\\d{1,18}) boot="
              + UUID_TEXT
              + " seq=(\\d{1,18}) hash=([0-9a-f]{64})( stopped)?\n");
  private static final int MOST_BYTES = 1024;

  /// What it holds.
  ///
  /// @param stopped whether the last event is the agent's `stop`
  record Saved(ChainMark mark, boolean stopped) {}

  private final Path file;
  private final Path next;

  ChainFile(Path file) {
    this.file = file;
    this.next = file.resolveSibling(file.getFileName() + ".new");
  }

  /// What the file holds; null when there is none, or what it holds is no chain.
  Saved read() throws IOException {
    String text;
    try (var in = Files.newInputStream(file)) {
      text = new String(in.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      return null;
    }
    Matcher line = LINE.matcher(text);
    if (!line.matches()) {
      return null;
    }
    return new Saved(
        new ChainMark(
            UUID.fromString(line.group(1)),
            Long.parseLong(line.group(2)),
            UUID.fromString(line.group(3)),
            Long.parseLong(line.group(4)),
            line.group(5)),
        line.group(6) != null);
  }

  void write(Saved state) throws IOException {
    ChainMark chain = state.mark();
    String line =
        "coreaudit-chain 2 from_boot=%s from=%d boot=%s seq=%d hash=%s%s\n"
            .formatted(
                chain.fromBoot(),
                chain.fromSeq(),
                chain.boot(),
                chain.seq(),
                chain.hash(),
                state.stopped() ? " stopped" : "");
    Files.deleteIfExists(next);
    Files.createFile(
        next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(next, line, StandardCharsets.US_ASCII);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Brings what was written last to the disk.
  void force() throws IOException {
    for (Path path : List.of(file, file.getParent())) {
      try (FileChannel channel = FileChannel.open(path)) {
        channel.force(true);
      }
    }
  }
}
