package io.coreaudit.format;

import io.coreaudit.event.EventFlags;
import io.coreaudit.event.EventKind;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.OriginTag;
import io.coreaudit.record.RecordFlyweight;
import io.coreaudit.record.TextLine;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Makes frames of text, as intake would.
///
/// A line that begins with `#!` says what the next events get: `#! node n1`, `#! parent_name sh`,
/// `#! parent_executable /bin/sh`, `#! process 5000`, `#! parent -1`, `#! confidence 1`, `#!
/// container 1 ID UID`, `#! pod 1=ns|2=name`, `#! secret 1 UID VOLUME`, `#! secret_pod 1=ns`, `#!
/// user 0 root`, `#! group 0 root`, `#! own_doing`, `#! script /x.sh`, `#! parent_script /y.sh`,
/// `#! seq 7`, `#! incomplete`, `#! truncated`, `#! redacted`, `#! repeat 1`, `#! lines` (keep
/// prefixes, as for a file), `#! netlink`, `#! clear`, `#! own gap audit(1.002:0): reason=x`. Other
/// lines with `#` are comments. Records of the same stamp that follow each other are one event.
final class Frames {
  private static final int CAPACITY = 8 << 20;

  private final Arena arena; // the blocks live as long as it is held
  private final long block;
  private final FrameWriter writer;
  private final long lineBlock;
  private final TextLine textLine = new TextLine();
  private final RecordFlyweight record = new RecordFlyweight();

  private final List<Consumer<FrameWriter>> tags = new ArrayList<>();
  private long seq = 1;
  private int flags;
  private int repeat;
  private boolean lines;

  Frames(Arena arena) {
    this.arena = arena;
    block = arena.allocate(CAPACITY).address();
    lineBlock = arena.allocate(CAPACITY).address();
    writer = new FrameWriter(block, CAPACITY);
  }

  /// Hands each event of a text to a consumer; its frame is good until that returns.
  void each(String text, Consumer<FrameFlyweight> consumer) {
    List<String> event = new ArrayList<>();
    String stamp = null;
    for (String line : text.lines().toList()) {
      String next = line.startsWith("#") || line.isBlank() ? null : stamp(line);
      if (!event.isEmpty() && (next == null || !next.equals(stamp))) {
        consumer.accept(audit(event));
        event.clear();
      }
      if (next != null) {
        event.add(line);
        stamp = next;
      } else if (line.startsWith("#! own ")) {
        consumer.accept(own(line.substring(7)));
      } else if (line.startsWith("#! ")) {
        directive(line.substring(3).split(" ", 3));
      }
    }
    if (!event.isEmpty()) {
      consumer.accept(audit(event));
    }
  }

  private static String stamp(String line) {
    int start = line.indexOf("audit(");
    return line.substring(start, line.indexOf(')', start)) + node(line);
  }

  private static String node(String line) {
    return line.startsWith("node=") ? line.substring(0, line.indexOf(' ')) : "";
  }

  private void directive(String[] words) {
    switch (words[0]) {
      case "node" -> bytes(OriginTag.NODE, words[1]);
      case "parent_name" -> bytes(OriginTag.PARENT_NAME, words[1]);
      case "parent_executable" -> bytes(OriginTag.PARENT_EXECUTABLE, words[1]);
      case "user" -> account(0, words[1], words[2]);
      case "group" -> account(1, words[1], words[2]);
      case "process" -> number(OriginTag.PROCESS, words[1]);
      case "parent" -> number(OriginTag.PARENT, words[1]);
      case "confidence" -> value(OriginTag.CONFIDENCE, new byte[] {Byte.parseByte(words[1])});
      case "container" -> container(words[1], words[2].split(" ", 2));
      case "pod" -> fields(OriginTag.POD, line(words));
      case "secret" -> secret(words[1], words[2].split(" ", 2));
      case "secret_pod" -> fields(OriginTag.SECRET_POD, line(words));
      case "seq" -> seq = Long.parseLong(words[1]);
      case "repeat" -> repeat = Integer.parseInt(words[1]);
      case "script" -> bytes(OriginTag.SCRIPT, line(words));
      case "parent_script" -> bytes(OriginTag.PARENT_SCRIPT, line(words));
      case "own_doing" -> value(OriginTag.OWN, new byte[0]);
      case "incomplete" -> flags |= EventFlags.INCOMPLETE;
      case "backfilled" -> flags |= EventFlags.BACKFILLED;
      case "redacted" -> flags |= EventFlags.REDACTED;
      case "truncated" -> flags |= EventFlags.TRUNCATED;
      case "lines" -> lines = true;
      case "netlink" -> lines = false;
      case "clear" -> {
        tags.clear();
        flags = 0;
        repeat = 0;
      }
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private void bytes(int tag, String text) {
    value(tag, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void value(int tag, byte[] value) {
    tags.add(to -> to.tag(tag, value, 0, value.length));
  }

  private void number(int tag, String number) {
    value(
        tag,
        ByteBuffer.allocate(8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(Long.parseLong(number))
            .array());
  }

  private static String line(String[] words) {
    return words.length < 3 ? words[1] : words[1] + " " + words[2];
  }

  // A runtime's number, then the id or `-`, and the pod's UID if there is one.
  private void container(String runtime, String[] rest) {
    String id = rest[0].equals("-") ? "" : rest[0];
    String head = "" + (char) Integer.parseInt(runtime) + (char) id.length();
    bytes(OriginTag.CONTAINER, head + id + (rest.length > 1 ? rest[1] : ""));
  }

  private void secret(String foreign, String[] rest) {
    String head = "" + (char) Integer.parseInt(foreign) + (char) rest[0].length();
    bytes(OriginTag.SECRET, head + rest[0] + (rest.length > 1 ? rest[1] : ""));
  }

  // `1=payments|2=web`
  private void fields(int tag, String text) {
    StringBuilder value = new StringBuilder();
    for (String field : text.split("\\|")) {
      int equals = field.indexOf('=');
      String rest = field.substring(equals + 1);
      value.append((char) Integer.parseInt(field.substring(0, equals)));
      value.append((char) (rest.length() & 0xff)).append((char) (rest.length() >> 8)).append(rest);
    }
    bytes(tag, value.toString());
  }

  private void account(int kind, String id, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    tags.add(
        to -> {
          long value = to.reserveTag(OriginTag.ACCOUNT, 5 + bytes.length);
          Memory.putByte(value, (byte) kind);
          Memory.putInt(value + 1, Integer.parseUnsignedInt(id));
          Memory.copy(bytes, 0, value + 5, bytes.length);
        });
  }

  /// Makes a frame of lines with `type=` in front, each one byte a character.
  FrameFlyweight audit(List<String> records) {
    boolean begun = false;
    for (String line : records) {
      byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
      Memory.copy(bytes, 0, lineBlock, bytes.length);
      if (textLine.split(lineBlock, bytes.length) != TextLine.Outcome.RECORD) {
        throw new IllegalArgumentException(line);
      }
      if (!begun) {
        record.wrap(textLine.textAddress(), textLine.textLength());
        record.parseStamp();
        writer.begin(
            EventKind.AUDIT,
            record.stampSeconds(),
            record.stampMillis(),
            record.serial(),
            repeat,
            1_795_321_990_000_000_000L);
        begun = true;
      }
      int prefix = lines ? textLine.prefixLength() : 0;
      writer.record(
          textLine.type(), lineBlock, prefix, textLine.textAddress(), textLine.textLength());
    }
    return finish();
  }

  /// Makes a frame of one record from bytes of any kind.
  FrameFlyweight one(int type, byte[] prefix, byte[] text) {
    begin();
    add(type, prefix, text);
    return finish();
  }

  void begin() {
    writer.begin(EventKind.AUDIT, 100, 1, 1, 0, 0);
  }

  boolean add(int type, byte[] prefix, byte[] text) {
    Memory.copy(prefix, 0, lineBlock, prefix.length);
    Memory.copy(text, 0, lineBlock + prefix.length, text.length);
    return writer.record(type, lineBlock, prefix.length, lineBlock + prefix.length, text.length);
  }

  /// Adds a tag, after all records.
  boolean tag(int tag, byte[] value) {
    return writer.tag(tag, value, 0, value.length);
  }

  /// Makes a frame of the agent's own: `gap audit(1.002:0): reason=x`.
  FrameFlyweight own(String line) {
    String kind = line.substring(0, line.indexOf(' '));
    byte[] text = line.substring(line.indexOf("): ") + 3).getBytes(StandardCharsets.ISO_8859_1);
    byte[] stamp =
        line.substring(kind.length() + 1, line.indexOf("): ") + 2)
            .getBytes(StandardCharsets.ISO_8859_1);
    Memory.copy(stamp, 0, lineBlock, stamp.length);
    record.wrap(lineBlock, stamp.length);
    record.parseStamp();
    EventKind known = EventKind.valueOf(kind.toUpperCase(Locale.ROOT));
    writer.begin(known, record.stampSeconds(), record.stampMillis(), 0, 0, 0);
    Memory.copy(text, 0, lineBlock, text.length);
    writer.record(0, 0, 0, lineBlock, text.length);
    return finish();
  }

  FrameFlyweight finish() {
    tags.forEach(tag -> tag.accept(writer));
    int length = writer.finish(flags, seq++, 0x0123456789abcdefL, 0xfedcba9876543210L);
    return new FrameFlyweight().wrap(block, length);
  }
}
