package io.coreaudit.forward;

/// What a receiver's status says of a request's events.
enum HttpVerdict {
  /// It has them.
  TAKEN,
  /// It has no room for now.
  LATER,
  /// It failed over them, or over something else.
  FAILED,
  /// Somebody has to mend something first; no event is to blame.
  MEND,
  /// It refused them, or one of them.
  REFUSED;

  /// Of an answer to a request.
  ///
  /// @param code Splunk's, -1: there is none
  /// @param waits whether the receiver says when it wants to be asked again
  static HttpVerdict of(int status, long code, boolean waits) {
    HttpVerdict verdict = of(status);
    if (verdict == FAILED && waits) {
      return LATER;
    }
    // of Splunk's codes these blame the data; others the token, the index, the channel
    boolean blamed = code == 5 || code == 6 || code == 12 || code == 13 || code == 15;
    return verdict == REFUSED && status == 400 && code >= 0 && !blamed ? MEND : verdict;
  }

  /// Of an answer for one event.
  static HttpVerdict of(long status) {
    if (status >= 200 && status < 300) {
      return TAKEN;
    }
    if (status == 408 || status == 425 || status == 429 || status == 503) {
      return LATER;
    }
    if (status == 400 || status == 413 || status == 422) {
      return REFUSED;
    }
    return status >= 500 ? FAILED : MEND;
  }
}
