package io.coreaudit.mount;

import static io.coreaudit.kernel.Errno.EINTR;

import io.coreaudit.kernel.KernelException;
import io.coreaudit.kernel.MountCalls;
import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;

/// The whole text of a mountinfo file outside the heap, and where its lines are.
final class MountinfoText implements AutoCloseable {
  private static final int FIRST_BYTES = 256 << 10;

  private Pages pages = Pages.allocate(FIRST_BYTES);
  private long length;

  /// Reads the file from its beginning; the room grows as needed.
  void read(int fd) {
    length = 0;
    while (true) {
      if (length == pages.sizeBytes()) {
        grow();
      }
      long read =
          MountCalls.pread(fd, pages.address() + length, pages.sizeBytes() - length, length);
      if (read == 0) {
        break;
      }
      if (read != -EINTR) {
        length += KernelException.checked("read of mountinfo", read);
      }
    }
    if (length > 0 && Memory.byteAt(end() - 1) != '\n') {
      set(end(), (byte) '\n');
    }
  }

  /// Takes bytes as the text.
  void set(byte[] text) {
    length = 0;
    while (pages.sizeBytes() < text.length + 1) {
      grow();
    }
    Memory.copy(text, 0, pages.address(), text.length);
    length = text.length;
    if (length > 0 && text[text.length - 1] != '\n') {
      set(end(), (byte) '\n');
    }
  }

  private void set(long at, byte value) {
    long offset = at - pages.address();
    if (offset == pages.sizeBytes()) {
      grow();
    }
    Memory.putByte(pages.address() + offset, value);
    length = offset + 1;
  }

  private void grow() {
    Pages larger = Pages.allocate(2 * pages.sizeBytes());
    Memory.copy(pages.address(), larger.address(), length);
    pages.close();
    pages = larger;
  }

  /// Takes the first line of an id out of the text.
  void removeFirst(int id) {
    for (long at = begin(); at < end(); ) {
      long next = lineEnd(at) + 1;
      if (MountinfoLine.id(at, next - 1) == id) {
        Memory.copy(next, at, end() - next);
        length -= next - at;
        return;
      }
      at = next;
    }
  }

  long begin() {
    return pages.address();
  }

  long end() {
    return pages.address() + length;
  }

  /// Where the line ends that begins at an address: its newline.
  long lineEnd(long at) {
    long end = at;
    while (Memory.byteAt(end) != '\n') {
      end++;
    }
    return end;
  }

  /// Where the line begins whose bytes end before an address that follows a newline.
  long lineBefore(long at) {
    long start = at - 1;
    while (start > begin() && Memory.byteAt(start - 1) != '\n') {
      start--;
    }
    return start;
  }

  /// How many bytes two texts have in common at their beginning, in whole lines.
  static long commonLines(MountinfoText a, MountinfoText b) {
    long most = Math.min(a.length, b.length);
    long same = 0;
    while (same + Long.BYTES <= most
        && Memory.longAt(a.begin() + same) == Memory.longAt(b.begin() + same)) {
      same += Long.BYTES;
    }
    while (same < most && Memory.byteAt(a.begin() + same) == Memory.byteAt(b.begin() + same)) {
      same++;
    }
    while (same > 0 && Memory.byteAt(a.begin() + same - 1) != '\n') {
      same--;
    }
    return same;
  }

  /// How many bytes two texts have in common at their end, in whole lines, behind a beginning that
  /// they have in common.
  static long commonLinesAtEnd(MountinfoText a, MountinfoText b, long beginning) {
    long most = Math.min(a.length, b.length) - beginning;
    long same = 0;
    while (same + Long.BYTES <= most
        && Memory.longAt(a.end() - same - Long.BYTES)
            == Memory.longAt(b.end() - same - Long.BYTES)) {
      same += Long.BYTES;
    }
    while (same < most && Memory.byteAt(a.end() - same - 1) == Memory.byteAt(b.end() - same - 1)) {
      same++;
    }
    while (same > 0 && !(a.lineBeginsAt(a.length - same) && b.lineBeginsAt(b.length - same))) {
      same--;
    }
    return same;
  }

  private boolean lineBeginsAt(long offset) {
    return offset == 0 || Memory.byteAt(begin() + offset - 1) == '\n';
  }

  @Override
  public void close() {
    pages.close();
  }
}
