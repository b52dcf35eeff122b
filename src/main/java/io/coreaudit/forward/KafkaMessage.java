package io.coreaudit.forward;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/// One event on its way to a broker, and what became of it. The producer's thread answers, the
/// forwarder's asks.
final class KafkaMessage implements Callback {
  /// What became of it.
  enum Outcome {
    /// Nothing yet.
    WAITS,
    /// The brokers have it.
    TAKEN,
    /// They will not take this one, as it is.
    REFUSED,
    /// It is to be tried again.
    FAILED
  }

  private final KafkaAnswers answers;
  private final boolean rings;
  private final byte[] node;
  private final byte[] id;
  private final byte[] body;
  private final long position;
  private final long seq;
  private final boolean settles;
  private Exception said;
  private long answer;
  private volatile Outcome outcome = Outcome.WAITS;

  /// @param event which of the batch, written by `MessageEncoder`
  KafkaMessage(KafkaAnswers answers, Batch batch, int event) {
    byte[] bytes = batch.array();
    int end = batch.end(event);
    int nodeAt = batch.start(event);
    int idAt = behindLine(bytes, nodeAt, end);
    int bodyAt = behindLine(bytes, idAt, end);
    this.answers = answers;
    this.rings = event == batch.events() - 1;
    this.node = Arrays.copyOfRange(bytes, nodeAt, idAt - 1);
    this.id = Arrays.copyOfRange(bytes, idAt, bodyAt - 1);
    this.body = Arrays.copyOfRange(bytes, bodyAt, end);
    this.position = batch.position(event);
    this.seq = batch.seq(event);
    this.settles = batch.settles(event);
  }

  private static int behindLine(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end && bytes[at] != '\n') {
      at++;
    }
    return Math.min(at + 1, end);
  }

  /// What the producer is given. The events of a node share a key, and so a partition: they stay in
  /// order.
  ///
  /// @param common headers that all have
  ProducerRecord<byte[], byte[]> record(String topic, List<Header> common) {
    // without a time: an old stamp would be deleted by the topic's retention, or refused
    var message = new ProducerRecord<>(topic, null, node, body, common);
    message.headers().add(new RecordHeader("event.id", id));
    if (seq > 0) {
      byte[] number = Long.toString(seq).getBytes(StandardCharsets.US_ASCII);
      message.headers().add(new RecordHeader("coreaudit.seq", number));
    }
    return message;
  }

  @Override
  public void onCompletion(RecordMetadata metadata, Exception exception) {
    if (exception == null) {
      answer = answers.taken();
      outcome = Outcome.TAKEN;
    } else {
      fail(exception);
    }
    if (rings || exception != null) {
      answers.ring();
    }
  }

  /// It was not even sent.
  void fail(Exception why) {
    said = why;
    answer = answers.next();
    outcome = isOfThisOne(why) ? Outcome.REFUSED : Outcome.FAILED;
  }

  /// Whether a failure is of the event, and not of the topic, of a right, or of the broker.
  private static boolean isOfThisOne(Exception failure) {
    return failure instanceof RecordTooLargeException
        || failure instanceof RecordBatchTooLargeException
        || failure instanceof InvalidRecordException;
  }

  Outcome outcome() {
    return outcome;
  }

  /// What was said of it, when it was refused or failed.
  Exception said() {
    return said;
  }

  /// Which of all answers its was.
  long answer() {
    return answer;
  }

  byte[] body() {
    return body;
  }

  long position() {
    return position;
  }

  long seq() {
    return seq;
  }

  /// Whether its position is reached with it.
  boolean settles() {
    return settles;
  }
}
