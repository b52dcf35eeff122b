package io.coreaudit.forward;

/// What a receiver or a library said, as one line of bounded length for states and dead letters.
final class ReceiverWords {
  private static final int MOST = 300;

  private ReceiverWords() {}

  static String line(String said) {
    String line = said.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.length() > MOST ? line.substring(0, MOST) + "..." : line;
  }
}
