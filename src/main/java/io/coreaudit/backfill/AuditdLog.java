package io.coreaudit.backfill;

import io.coreaudit.decode.LogInput;
import io.coreaudit.decode.LogLines;
import io.coreaudit.decode.RotatedSets;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// auditd's log as one stream of lines: the files of its rotated set, the oldest first, then what
/// is written meanwhile, across rotations.
///
/// A rotated file that cannot be read to its end is left at the damage; the younger ones are read.
///
/// A rotation renames every file. So all files stay open, and are known by inode, which nobody else
/// can have as long as they do; the set is listed until a look finds no further one.
final class AuditdLog implements AutoCloseable {
  private static final int LOOKS = 10;

  private final Path log;
  private final long sinceMs;
  private final LogLines lines = new LogLines();
  private final Map<Object, LogInput> opened = new HashMap<>();
  private final ArrayDeque<Object> unread = new ArrayDeque<>();
  private final Set<Object> damaged = new HashSet<>();
  private Object current;
  private String damage;
  private long torn;

  /// Opens the set as it is now.
  ///
  /// @param sinceMs files that were written last before this time are left out
  static AuditdLog open(Path log, long sinceMs) throws IOException {
    AuditdLog opened = new AuditdLog(log, sinceMs);
    try {
      opened.openFurther();
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private AuditdLog(Path log, long sinceMs) {
    this.log = log;
    this.sinceMs = sinceMs;
  }

  /// Moves to the next line; false: there is none yet.
  boolean next() throws IOException {
    while (true) {
      if (current != null && lines.next()) {
        return true;
      }
      if (current != null && readOn()) {
        continue;
      }
      if (unread.isEmpty() && current != null && current.equals(keyOf(log, Long.MIN_VALUE))) {
        return false;
      }
      // Renamed, perhaps a moment ago: what was written before that is read first.
      if (current != null && readOn()) {
        continue;
      }
      if (unread.isEmpty()) {
        openFurther();
      }
      if (unread.isEmpty()) {
        return false;
      }
      torn += lines.rest() ? 1 : 0;
      current = unread.remove();
    }
  }

  private boolean readOn() throws IOException {
    if (damaged.contains(current)) {
      return false;
    }
    try {
      return lines.read(opened.get(current));
    } catch (IOException e) {
      if (current.equals(keyOf(log, Long.MIN_VALUE))) {
        throw e; // nothing is younger
      }
      damaged.add(current);
      damage = damage == null ? e.getMessage() : damage;
      return false;
    }
  }

  /// What was wrong with the first rotated file that could not be read to its end; null: nothing.
  String damage() {
    return damage;
  }

  /// Where the line begins.
  long address() {
    return lines.address();
  }

  /// Length of the line.
  int length() {
    return lines.length();
  }

  /// Lines without an end, or too long, that were left out.
  long torn() {
    return torn + lines.tooLong();
  }

  /// Opens what was not opened yet, and queues it, the oldest first.
  private void openFurther() throws IOException {
    Set<Object> fresh = new HashSet<>();
    List<Object> order = List.of();
    boolean all = false;
    for (int look = 0; !all && look < LOOKS; look++) {
      all = true;
      order = new ArrayList<>();
      // The youngest first: a rotation meanwhile makes files older, so none is passed over.
      for (Path file : RotatedSets.of(log).reversed()) {
        Object key = keyOf(file, sinceMs);
        if (key != null && !opened.containsKey(key)) {
          all = false;
          if (open(file, key)) {
            fresh.add(key);
          }
        }
        order.add(key);
      }
    }
    order.reversed().stream().filter(fresh::remove).forEach(unread::add);
    fresh.forEach(unread::addFirst); // rotated away meanwhile: the oldest
  }

  /// What tells a file from others; null: it is not there, or was written last before a time.
  private static Object keyOf(Path file, long sinceMs) throws IOException {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      boolean old = found.lastModifiedTime().toMillis() < sinceMs;
      return old || !found.isRegularFile() ? null : found.fileKey();
    } catch (NoSuchFileException rotated) {
      return null;
    }
  }

  private boolean open(Path file, Object key) throws IOException {
    try {
      LogInput input = LogInput.open(file);
      if (key.equals(keyOf(file, sinceMs))) {
        opened.put(key, input);
        return true;
      }
      input.close();
    } catch (FileNotFoundException e) {
      if (Files.exists(file)) {
        throw e; // it may not be read
      }
    }
    return false;
  }

  @Override
  public void close() {
    lines.close();
    for (LogInput input : opened.values()) {
      try {
        input.close();
      } catch (IOException e) {
        continue; // nothing was written to it
      }
    }
  }
}
