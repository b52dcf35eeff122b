package io.coreaudit.forward;

/// The frames of one RELP session that the receiver has not answered, oldest first.
///
/// An event is one frame or several; it is acknowledged with its last one, once all before it are.
/// Answers may come in any order.
final class RelpWindow {
  /// After this number a session begins again at 1.
  static final int LARGEST_NUMBER = 999_999_999;

  private final Acknowledged acknowledged;
  private final int size;
  private final int[] events;
  private final long[] positions;
  private final int[] lengths;
  private final boolean[] settling;
  private final boolean[] ends;
  private final boolean[] answered;
  private int head;
  private int count;
  private int headNumber;
  private int nextNumber = 1;
  private int openEvents;
  private long bytes;
  private int givenUpNumber;
  private int givenUpFrames;

  /// @param acknowledged told what is answered
  RelpWindow(int size, Acknowledged acknowledged) {
    this.acknowledged = acknowledged;
    this.size = size;
    this.events = new int[size];
    this.positions = new long[size];
    this.lengths = new int[size];
    this.settling = new boolean[size];
    this.ends = new boolean[size];
    this.answered = new boolean[size];
  }

  /// Number of frames that may be sent now.
  int free() {
    return size - count;
  }

  /// Number of frames not acknowledged.
  int frames() {
    return count;
  }

  /// The number of a frame that is not an event's.
  int number() {
    int number = nextNumber;
    nextNumber = after(number);
    return number;
  }

  /// Notes a frame of an event; its number.
  ///
  /// @param event which of its batch
  /// @param position of the event
  /// @param settles whether that position is reached with the event
  /// @param last whether it is the event's last
  int sent(int event, long position, boolean settles, boolean last, int length) {
    int number = number();
    if (count == 0) {
      headNumber = number;
    }
    int at = (head + count++) % size;
    events[at] = event;
    positions[at] = position;
    settling[at] = settles;
    ends[at] = last;
    lengths[at] = length;
    answered[at] = false;
    openEvents += last ? 1 : 0;
    bytes += length;
    return number;
  }

  /// Which event of its batch a frame is of; -1: no frame of that number waits.
  int event(int number) {
    int place = place(number);
    return place < 0 ? -1 : events[(head + place) % size];
  }

  /// Position of the event that a frame is of.
  long position(int number) {
    return positions[(head + place(number)) % size];
  }

  /// Notes that the receiver has a frame. False: no frame of that number waits.
  boolean answered(int number) {
    int place = place(number);
    if (place < 0) {
      return false;
    }
    answered[(head + place) % size] = true;
    while (count > 0 && answered[head]) {
      if (ends[head]) {
        openEvents--;
        acknowledged.add(1);
        if (settling[head]) {
          acknowledged.reaches(positions[head]);
        }
      }
      bytes -= lengths[head];
      head = (head + 1) % size;
      count--;
      headNumber = after(headNumber);
    }
    return true;
  }

  /// Gives up the event whose frames alone wait here, all of them or the first; it is passed.
  ///
  /// @param settles whether its position is reached with it
  void giveUp(long position, boolean settles) {
    givenUpNumber = headNumber;
    givenUpFrames = count;
    forgetFrames();
    if (settles) {
      acknowledged.reaches(position);
    }
  }

  /// Whether a frame is of the event that was given up last: its answer may still come.
  boolean isGivenUp(int number) {
    return number >= givenUpNumber && number - givenUpNumber < givenUpFrames;
  }

  /// Bytes of the frames that wait.
  long bytes() {
    return bytes;
  }

  private int place(int number) {
    int place = number - headNumber;
    if (place < 0) {
      place += LARGEST_NUMBER;
    }
    return number < 1 || number > LARGEST_NUMBER || place >= count ? -1 : place;
  }

  private static int after(int number) {
    return number == LARGEST_NUMBER ? 1 : number + 1;
  }

  /// A new session: what waits is forgotten and will be sent again. The number of those events.
  int restart() {
    int again = openEvents;
    forgetFrames();
    givenUpFrames = 0;
    nextNumber = 1;
    return again;
  }

  private void forgetFrames() {
    head = 0;
    count = 0;
    openEvents = 0;
    bytes = 0;
  }

  /// Goes on from a number, as after so many frames.
  void startAt(int number) {
    nextNumber = number;
  }
}
