package io.coreaudit.forward;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What a RELP receiver's answer says of a message.
enum RelpVerdict {
  /// `200`: it has it.
  TAKEN,
  /// Anything else, `500` by the protocol: RELP does not tell whether the message is bad or the
  /// receiver is.
  REFUSED,
  /// `500 command disabled`, which librelp says as long as nobody takes syslog from it: no message
  /// is to blame.
  DISABLED;

  private static final byte[] OK = "200".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] COMMAND_DISABLED =
      "500 command disabled".getBytes(StandardCharsets.US_ASCII);

  /// Of the data of a `rsp` frame.
  static RelpVerdict of(byte[] array, int start, int length) {
    if (begins(array, start, length, OK)) {
      return TAKEN;
    }
    return begins(array, start, length, COMMAND_DISABLED) ? DISABLED : REFUSED;
  }

  private static boolean begins(byte[] array, int start, int length, byte[] words) {
    return length >= words.length
        && Arrays.equals(array, start, start + words.length, words, 0, words.length);
  }
}
