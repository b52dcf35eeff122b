package io.coreaudit.record;

import io.coreaudit.memory.Memory;

/// Takes one line of a log, or of what auditd gives a plugin, apart.
///
/// ```text
/// node=n1 type=SYSCALL msg=audit(1795321989.984:3022): arch=c000003e ... <0x1d> ARCH=x86_64 ...
/// |------- prefix --------|------------------------- text -----------------------------------
/// ```
///
/// The line comes without its line feed; a carriage return is data, as it is for libauparse. Prefix
/// and text together are always the whole line. A line that is no record has a reason.
public final class TextLine {
  /// What a line turned out to be.
  public enum Outcome {
    /// A record: prefix, type and text can be read.
    RECORD,
    /// Nothing but blanks.
    BLANK,
    /// No valid stamp where one belongs: not a line of audit, or a damaged one.
    NO_STAMP,
    /// A stamp, but not one field.
    NO_FIELD
  }

  private static final int SEARCHED = 80;
  private static final int SEARCHED_WITH_NODE = 340;
  private static final int SHORTEST_STAMP_WORD = 19;

  private static final long TYPE = RecordFlyweight.word("type=");
  private static final long NODE = RecordFlyweight.word("node=");
  private static final long MSG = RecordFlyweight.word("msg=");

  private final RecordFlyweight record = new RecordFlyweight();
  private long line;
  private long lineEnd;
  private long word;
  private long wordEnd;
  private long text;
  private int type;

  /// Looks at a line.
  public Outcome split(long address, int length) {
    line = address;
    lineEnd = address + length;
    wordEnd = address;
    if (!nextWord(lineEnd)) {
      return Outcome.BLANK;
    }
    long searchEnd =
        line + Math.min(length, Memory.byteAt(line) == 'n' ? SEARCHED_WITH_NODE : SEARCHED);
    boolean hasNode = word == line && wordEnd - word > 5 && startsWith(NODE, 5);
    if (hasNode && !nextWord(searchEnd)) {
      return Outcome.NO_STAMP;
    }
    boolean hasType = wordEnd - word > 5 && startsWith(TYPE, 5);
    long typeName = word + 5;
    long typeEnd = wordEnd;
    if (!nextWord(searchEnd) || wordEnd - word < SHORTEST_STAMP_WORD) {
      return Outcome.NO_STAMP;
    }
    text = startsWith(MSG, 4) ? word + 4 : word;
    record.wrap(text, (int) (lineEnd - text));
    if (!record.parseStamp()) {
      return Outcome.NO_STAMP;
    }
    type =
        hasType ? RecordTypes.number(typeName, (int) (typeEnd - typeName)) : RecordTypes.NO_NUMBER;
    if (!hasType && !hasNode && !hasField()) {
      return Outcome.NO_FIELD;
    }
    return Outcome.RECORD;
  }

  private boolean hasField() {
    record.wrap(line, (int) (lineEnd - line));
    record.rewind();
    return record.next();
  }

  private boolean nextWord(long end) {
    word = wordEnd;
    while (word < end && Memory.byteAt(word) == ' ') {
      word++;
    }
    wordEnd = word;
    while (wordEnd < end && Memory.byteAt(wordEnd) != ' ') {
      wordEnd++;
    }
    return wordEnd > word;
  }

  private boolean startsWith(long wanted, int length) {
    if (wordEnd - word < length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (Memory.byteAt(word + i) != (byte) (wanted >>> (i << 3))) {
        return false;
      }
    }
    return true;
  }

  /// The record's type, `RecordTypes.NO_NUMBER` for a name without number.
  public int type() {
    return type;
  }

  /// Where the line begins, and what stands before the text.
  public long prefixAddress() {
    return line;
  }

  /// Length of what stands before the text.
  public int prefixLength() {
    return (int) (text - line);
  }

  /// Where the text begins: at `audit(`.
  public long textAddress() {
    return text;
  }

  /// Length of the text, the enriched part included.
  public int textLength() {
    return (int) (lineEnd - text);
  }
}
