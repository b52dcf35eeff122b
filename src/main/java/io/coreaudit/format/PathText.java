package io.coreaudit.format;

import io.coreaudit.memory.Memory;

/// Makes the whole path of a file from the name in a PATH record and the working directory.
///
/// Only a relative name is joined and normalised, and only as text: `.` and `..` are resolved
/// without knowing where symbolic links lead. A name relative to a directory that the caller held
/// open stays relative, because no record tells where that is.
final class PathText {
  private final Value name = new Value();
  private final Value directory = new Value();
  private final Scratch joined = new Scratch(8192);
  private long address;
  private int length;

  /// Makes the path. False: the record holds no name.
  ///
  /// @param fromWorkingDirectory whether a relative name is relative to the working directory
  boolean resolve(EventView event, int path, boolean fromWorkingDirectory) {
    PathList paths = event.paths();
    boolean named =
        name.decode(paths.value(path, PathList.NAME), paths.length(path, PathList.NAME), true);
    if (!named || name.length() == 0) {
      return false;
    }
    address = name.address();
    length = name.length();
    boolean relative = Memory.byteAt(address) != '/';
    if (relative
        && fromWorkingDirectory
        && directory.decode(event.value(Field.CWD), event.length(Field.CWD), true)
        && directory.length() > 0
        && Memory.byteAt(directory.address()) == '/') {
      joined.clear();
      joined.append(directory.address(), directory.length());
      joined.append('/');
      joined.append(name.address(), name.length());
      address = joined.address();
      length = normalise(address, joined.length());
    }
    return true;
  }

  /// Where the path begins.
  long address() {
    return address;
  }

  /// Length of the path.
  int length() {
    return length;
  }

  /// Takes `//`, `/.` and `x/..` out of an absolute path where it stands; the new length.
  static int normalise(long path, int length) {
    long end = path + length;
    long to = path; // behind the last part that is kept; each part stands behind its slash
    long at = path;
    while (at < end) {
      long part = at + 1;
      long partEnd = part;
      while (partEnd < end && Memory.byteAt(partEnd) != '/') {
        partEnd++;
      }
      int bytes = (int) (partEnd - part);
      if (bytes == 2 && Memory.byteAt(part) == '.' && Memory.byteAt(part + 1) == '.') {
        while (to > path && Memory.byteAt(--to) != '/') {
          continue;
        }
      } else if (bytes > 1 || (bytes == 1 && Memory.byteAt(part) != '.')) {
        Memory.copy(at, to, bytes + 1);
        to += bytes + 1;
      }
      at = partEnd;
    }
    if (to == path) {
      Memory.putByte(to++, (byte) '/');
    }
    return (int) (to - path);
  }
}
