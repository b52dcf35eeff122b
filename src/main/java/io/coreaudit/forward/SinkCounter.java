package io.coreaudit.forward;

import io.coreaudit.telemetry.CounterKey;

/// What a forwarder counts. `EVENTS_SENT = EVENTS_ACKNOWLEDGED + RETRIED_EVENTS + POISON_EVENTS +
/// HELD_EVENTS`, at any moment. What the cursor has passed, at a moment when nothing is under way:
/// `EVENTS_ACKNOWLEDGED + POISON_EVENTS + FILTERED_EVENTS + ENCODE_FAILURES + SPOOL_CORRUPT_FRAMES
/// + SPOOL_OVERRUN_EVENTS - GAPS_TOLD`.
public enum SinkCounter implements CounterKey {
  /// Events handed to the sink.
  EVENTS_SENT("Events handed to the sink, repeated ones included.", false),
  /// Encoded bytes handed to the sink.
  BYTES_SENT("Encoded bytes handed to the sink, repeated ones included.", false),
  /// Batches handed to the sink.
  BATCHES_SENT("Batches handed to the sink.", false),
  /// Events that the cursor has passed.
  EVENTS_ACKNOWLEDGED("Events that the receiver has, as far as its protocol can tell.", false),
  /// Events to be sent again.
  RETRIED_EVENTS(
      "Events sent once more: the connection broke before they were acknowledged, or the receiver"
          + " asked for it.",
      false),
  /// Events that the receiver refused for good.
  POISON_EVENTS(
      "Events that the receiver refused for good; kept as dead letters, and told.", false),
  /// Refused events that could not be kept.
  LOST_LETTERS("Events refused for good that could not be kept as dead letters either.", false),
  /// Connections made, files opened.
  OPENED("Connections made or files opened.", false),
  /// Attempts and connections that failed.
  FAILURES("Failed attempts to connect, open or write, and connections that broke.", false),
  /// Events that the spool dropped before this sink had them.
  SPOOL_OVERRUN_EVENTS("Events that the full spool dropped before this sink had them.", false),
  /// Frames that could not be read.
  SPOOL_CORRUPT_FRAMES("Frames of the spool that were damaged and left out.", false),
  /// Failed reads of the spool.
  READ_FAILURES("Times the spool could not be read; tried again a second later.", false),
  /// Events without an encoding.
  ENCODE_FAILURES("Events that the encoder could not write; left out and told.", false),
  /// Events that the filter left out.
  FILTERED_EVENTS("Events that sinks[].filter leaves out for this sink.", false),
  /// Gap events put into the stream.
  GAPS_TOLD("Gap events put into the sink's stream, each once however often it was sent.", false),
  /// Events sent and not acknowledged.
  HELD_EVENTS("Events sent and not acknowledged.", true),
  /// Bytes sent and not acknowledged.
  HELD_BYTES("Bytes sent and not acknowledged: the resend window and what is on its way.", true),
  /// Whether the rate holds it back.
  HELD_BACK("1 while sinks[].rate lets events wait in the spool, 0 otherwise.", true),
  /// Whether events flow.
  CONNECTED("1 while events can be delivered, 0 otherwise.", true);

  private final String sentence;
  private final boolean gauge;

  SinkCounter(String sentence, boolean gauge) {
    this.sentence = sentence;
    this.gauge = gauge;
  }

  @Override
  public String sentence() {
    return sentence;
  }

  @Override
  public boolean gauge() {
    return gauge;
  }
}
