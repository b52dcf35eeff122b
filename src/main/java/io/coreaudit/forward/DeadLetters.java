package io.coreaudit.forward;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;

/// What one sink's receiver refused for good, with its words: `NAME.jsonl` in the box, one JSON
/// object a line.
///
/// ```json
/// {"time":"2026-11-22T04:33:09.984Z","said":"400 mapper_parsing_exception","event":"{\"@timestamp\":..."}
/// ```
///
/// `event` is what would have been sent; `event_base64` where that is no UTF-8. At half of its
/// bound the file becomes `NAME.jsonl.1`, in place of the one before: the oldest half goes first.
/// The file has mode 0600, its directory 0700; a symbolic link in its place is refused. What cannot
/// be written is counted, said and gone: an event that its receiver never takes must not hold back
/// the others.
final class DeadLetters {
  private static final FileAttribute<Set<PosixFilePermission>> OWNERS_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNERS_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final int MOST_WORDS = 2048;

  private final DeadLetterBox box;
  private final Path file;
  private long failures;
  private volatile String fault = "";

  DeadLetters(DeadLetterBox box, String sink) {
    this.box = box;
    this.file = box.directory().resolve(sink + ".jsonl");
  }

  /// Keeps one event.
  ///
  /// @param said by the receiver
  void add(byte[] bytes, int offset, int length, String said) {
    byte[] line = line(bytes, offset, length, said);
    try {
      directory();
      if (Files.exists(file, NOFOLLOW_LINKS)
          && Files.size(file) + line.length > box.maxBytes() / 2) {
        Files.move(file, file.resolveSibling(file.getFileName() + ".1"), REPLACE_EXISTING);
      }
      if (line.length > box.maxBytes() / 2) {
        throw new IOException("an event of " + length + " bytes is larger than half of the bound");
      }
      try (FileChannel channel =
          FileChannel.open(file, Set.of(CREATE, WRITE, APPEND, NOFOLLOW_LINKS), OWNERS_FILE)) {
        append(channel, line);
      }
      fault = "";
    } catch (IOException e) {
      failures++;
      fault = "what was refused is not kept: " + FileFailure.sentence(e, file);
    }
  }

  private static void append(FileChannel channel, byte[] line) throws IOException {
    long before = channel.size();
    ByteBuffer buffer = ByteBuffer.wrap(line);
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      channel.truncate(before); // half a line would spoil the next one
      throw e;
    }
  }

  private void directory() throws IOException {
    if (box.directory().getParent() != null) {
      Files.createDirectories(box.directory().getParent(), OWNERS_DIRECTORY);
    }
    try {
      Files.createDirectory(box.directory(), OWNERS_DIRECTORY);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(box.directory(), NOFOLLOW_LINKS)) {
        throw new IOException("its directory is a link or a file", e);
      }
    }
  }

  private static byte[] line(byte[] bytes, int offset, int length, String said) {
    StringBuilder line = new StringBuilder(length + 256);
    line.append("{\"time\":\"").append(Instant.ofEpochMilli(System.currentTimeMillis()));
    line.append("\",\"said\":\"");
    JsonLine.quote(line, said.length() > MOST_WORDS ? said.substring(0, MOST_WORDS) : said);
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, offset, length))
              .toString();
      line.append("\",\"event\":\"");
      JsonLine.quote(line, text);
    } catch (CharacterCodingException e) {
      line.append("\",\"event_base64\":\"");
      line.append(
          Base64.getEncoder()
              .encodeToString(java.util.Arrays.copyOfRange(bytes, offset, offset + length)));
    }
    return line.append("\"}\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Events that could not be kept.
  long failures() {
    return failures;
  }

  /// Why the last one could not be kept; empty: it could. Any thread.
  String fault() {
    return fault;
  }
}
