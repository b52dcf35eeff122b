package io.coreaudit.spool;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/// The layout of a segment, a file of Chronicle Queue, and its name.
///
/// ```text
/// message:  u32 header, payload, padding to 4 bytes
/// header:   bit 31 not complete, bit 30 metadata of Chronicle, bits 0-29 length of the payload
///           0           nothing was written from here on
///           0xC0000000  end of the segment
/// segment:  metadata (store header, two index pages of 16 KiB), then messages
/// ```
///
/// A segment's number is Chronicle's cycle. Chronicle believes that a cycle is five minutes since
/// 1970 and names the file so: segment 1 is `19700101-0005V.cq4`.
final class SegmentDescriptor {
  static final int NOT_COMPLETE = 0x80000000;
  static final int METADATA = 0x40000000;
  static final int LENGTH_MASK = 0x3fffffff;
  static final int END_OF_SEGMENT = 0xc0000000;
  static final int MESSAGE_HEADER_LENGTH = 4;

  /// Room that is left free at the end of a segment: for the mark of the end, and to be safe.
  static final int TAIL_ROOM = 256;

  /// Room for Chronicle's own pages at the beginning of a segment, rounded up.
  static final int HEAD_ROOM = 64 * 1024;

  /// Chronicle's index page holds 2048 x 256 messages; a further page is never to be made.
  static final int MAX_MESSAGES = 2048 * 256 - 256;

  /// No segment has more frames.
  static final int MAX_FRAMES =
      SpoolSettings.MAX_SEGMENT_BYTES / io.coreaudit.frame.FrameDescriptor.HEADER_LENGTH;

  static final String SUFFIX = ".cq4";

  /// The next segment before it is used. Chronicle knows this name too.
  static final String SPARE_SUFFIX = ".precreated";

  /// A segment that Chronicle is not to see any more, and that is read to its end all the same.
  static final String ASIDE_SUFFIX = ".damaged";

  private static final int MINUTES_PER_SEGMENT = 5;
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmm'V'", Locale.ROOT);

  private SegmentDescriptor() {}

  /// What a message takes in its segment, header and padding included.
  static long spaceOf(int payloadLength) {
    return MESSAGE_HEADER_LENGTH + ((payloadLength + 3L) & ~3L);
  }

  static String nameOf(int segment) {
    return NAME.format(
        LocalDateTime.ofEpochSecond(segment * MINUTES_PER_SEGMENT * 60L, 0, ZoneOffset.UTC));
  }

  static Path pathOf(Path directory, int segment) {
    return directory.resolve(nameOf(segment) + SUFFIX);
  }

  static Path asidePathOf(Path directory, int segment) {
    return directory.resolve(nameOf(segment) + ASIDE_SUFFIX);
  }

  static Path sparePathOf(Path directory, int segment) {
    return directory.resolve(nameOf(segment) + SPARE_SUFFIX);
  }

  /// The number of a segment's file, or -1 when the name is not that of a segment.
  static int numberOf(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    if (!name.endsWith(SUFFIX) && !name.endsWith(ASIDE_SUFFIX)) {
      return -1;
    }
    try {
      LocalDateTime time = LocalDateTime.parse(name.substring(0, dot), NAME);
      return (int) (time.toEpochSecond(ZoneOffset.UTC) / (MINUTES_PER_SEGMENT * 60L));
    } catch (DateTimeParseException e) {
      return -1;
    }
  }
}
