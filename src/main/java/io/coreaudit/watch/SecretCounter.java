package io.coreaudit.watch;

import io.coreaudit.telemetry.CounterKey;

/// What happens to mounted secrets.
public enum SecretCounter implements CounterKey {
  /// Mounted.
  MOUNTED("Secrets that were mounted, those at the start included."),
  /// Unmounted.
  UNMOUNTED("Secrets that were unmounted."),
  /// Attached.
  ATTACHED("Secrets that the kernel attached to the anchor, each time counted."),
  /// Refused.
  REFUSED("Secrets that the kernel refused to attach, each time counted."),
  /// All attached again.
  ATTACHED_ANEW("Times that all secrets were attached anew because what was attached was lost.");

  private final String sentence;

  SecretCounter(String sentence) {
    this.sentence = sentence;
  }

  @Override
  public String sentence() {
    return sentence;
  }
}
