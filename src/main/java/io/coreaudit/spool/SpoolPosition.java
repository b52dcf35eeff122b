package io.coreaudit.spool;

/// A place between two frames: the segment's number in the upper 32 bits, the number of frames
/// before the place within the segment in the lower. Later places are larger numbers.
final class SpoolPosition {
  private SpoolPosition() {}

  static long of(int segment, int frames) {
    return (long) segment << 32 | frames;
  }

  static int segment(long position) {
    return (int) (position >>> 32);
  }

  static int frames(long position) {
    return (int) position;
  }
}
