package io.coreaudit.forward;

import io.coreaudit.forward.SinkState.Phase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/// Events as messages of a Kafka topic, each acknowledged by all in-sync replicas.
///
/// The key is the node, so the events of a node stay in one partition and in order. At most
/// `MOST_HELD_BYTES` and a batch are under way; the cursor stands at the last event before which
/// all were acknowledged. While a broker is away the producer tries again itself, in order and
/// without repeating anything; when nothing was answered for a minute although a broker can be
/// reached, or the producer gives up, a new one begins behind the cursor.
///
/// | what a broker says of a message | what follows |
/// |---|---|
/// | too large, not a valid record | poison, once another one was taken after that |
/// | not authorized, no such topic, anything else | the same again: somebody has to mend it |
///
/// The producer's own log is off: what it would say stands in `state`.
final class KafkaSink extends Sink {
  /// More is not handed to the producer until some of it is answered.
  static final int MOST_HELD_BYTES = 2 << 20;

  /// So long nothing is answered before somebody looks why.
  private static final long QUIET_NS = TimeUnit.SECONDS.toNanos(5);

  /// The producer rings; this is for what it does not say.
  private static final long LONGEST_WAIT_NS = TimeUnit.SECONDS.toNanos(1);

  /// So long the end of a producer is waited for.
  private static final Duration LONGEST_END = Duration.ofSeconds(1);

  private final SinkSettings.Kafka settings;
  private final SinkSettings.TcpTimings timings;
  private final Wakeup bell;
  private final KafkaAnswers answers;
  private final Backoff backoff;
  private final Backoff looks;
  private final List<Header> headers;
  private final ArrayDeque<KafkaMessage> window = new ArrayDeque<>();
  private KafkaProducer<byte[], byte[]> producer;
  private boolean ready;
  private long begunNs;
  private long heardNs;
  private long lookAtNs;
  private long nextAttemptNs = System.nanoTime();
  private int attempts;
  private long heldBytes;
  private long retriedEvents;

  KafkaSink(SinkSettings.Kafka settings, Wakeup bell) {
    super(
        new SinkHistory("not connected yet"), new Poison(settings.deadLetters(), settings.name()));
    this.settings = settings;
    this.bell = bell;
    this.answers = new KafkaAnswers(bell);
    this.timings = settings.brokers().getFirst().timings();
    this.backoff = new Backoff(timings);
    this.looks = new Backoff(timings);
    this.headers =
        List.of(
            header("coreaudit.schema", settings.schema()),
            header("content-type", settings.contentType()));
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(StandardCharsets.US_ASCII));
  }

  // ---- the way to the brokers

  @Override
  Readiness poll() {
    if (producer == null) {
      if (System.nanoTime() - nextAttemptNs < 0) {
        return Readiness.BUSY;
      }
      begin();
    }
    if (producer != null && !ready) {
      ask();
    }
    if (!ready) {
      return Readiness.BUSY;
    }
    String fault = hear();
    if (fault == null) {
      fault = silence();
    }
    if (fault != null) {
      return broke("lost ", fault);
    }
    return takes() ? Readiness.READY : Readiness.BUSY;
  }

  private void begin() {
    history.to(Phase.CONNECTING, "connecting to " + settings.addresses());
    begunNs = System.nanoTime();
    String fault = reach();
    if (fault != null) {
      failed(fault);
      return;
    }
    try {
      producer = KafkaProducers.producer(settings);
    } catch (IOException e) {
      failed("cannot connect to " + settings.addresses() + ": " + e.getMessage());
    } catch (KafkaException e) {
      failed("cannot connect to " + settings.addresses() + ": " + sentence(e));
    }
  }

  /// Asks the next of the known brokers for a connection, for a producer does not say why it gets
  /// none. Null: it came about.
  private String reach() {
    SinkSettings.Tcp broker = settings.brokers().get(attempts++ % settings.brokers().size());
    IOException failure = null;
    try {
      for (InetAddress address : InetAddress.getAllByName(broker.host())) {
        try (SocketChannel channel = SocketChannel.open()) {
          channel
              .socket()
              .connect(
                  new InetSocketAddress(address, broker.port()),
                  (int) timings.connect().toMillis());
          return null;
        } catch (IOException e) {
          failure = e;
        }
      }
    } catch (IOException e) {
      failure = e;
    }
    return "cannot connect to "
        + broker.address()
        + ": "
        + ConnectionFailure.sentence(failure, broker);
  }

  /// Asks for the topic.
  private void ask() {
    try {
      producer.partitionsFor(settings.topic());
    } catch (TimeoutException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        end();
        failed("there is no topic " + settings.topic() + " at " + settings.addresses());
      } else if (System.nanoTime() - begunNs > timings.request().toNanos()) {
        end();
        failed(
            "cannot connect to "
                + settings.addresses()
                + ": no broker answers as Kafka does within "
                + timings.request().toSeconds()
                + " s"
                + (settings.brokers().getFirst().secured() ? "" : ": does it want TLS?"));
      }
      return;
    } catch (KafkaException e) {
      end();
      failed("cannot connect to " + settings.addresses() + ": " + sentence(e));
      return;
    }
    ready = true;
    history.opened();
    heardNs = System.nanoTime();
    delivering("");
  }

  private void delivering(String more) {
    history.to(
        Phase.DELIVERING,
        "connected to "
            + settings.addresses()
            + (settings.brokers().getFirst().secured() ? ", TLS" : "")
            + ", topic "
            + settings.topic()
            + more);
  }

  private void failed(String why) {
    nextAttemptNs = System.nanoTime() + backoff.nextNs();
    history.failed(why);
  }

  private Readiness broke(String what, String why) {
    end();
    failed(what + settings.addresses() + ": " + why);
    int again = window.size();
    retriedEvents += again;
    window.clear();
    heldBytes = 0;
    return again > 0 ? Readiness.LOST : Readiness.BUSY;
  }

  private String sentence(KafkaException e) {
    String said = ConnectionFailure.sentence(e, settings.brokers().getFirst());
    if (said.equals(e.getMessage()) && e.getCause() != null) {
      said += ": " + root(e); // such as a module that the Java run time lacks
    }
    return ReceiverWords.line(said);
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }

  // ---- answers

  /// Takes what was answered from the window; null, or why the producer cannot go on.
  private String hear() {
    boolean heard = false;
    while (!window.isEmpty()) {
      KafkaMessage oldest = window.peek();
      switch (oldest.outcome()) {
        case WAITS -> {
          heard(heard);
          return null;
        }
        case TAKEN -> acknowledged.add(1);
        case REFUSED -> {
          String said = ReceiverWords.line(String.valueOf(oldest.said().getMessage()));
          if (answers.lastTaken() <= oldest.answer()) {
            heard(heard);
            return stuck(said);
          }
          poison.add(oldest.body(), oldest.seq(), said);
          delivering("; refused for good: " + said);
        }
        case FAILED -> {
          return oldest.said() instanceof KafkaException e
              ? sentence(e) + ": nothing is given up, it is tried again"
              : ReceiverWords.line(oldest.said().toString());
        }
      }
      heard = true;
      window.poll();
      heldBytes -= oldest.body().length;
      if (oldest.settles()) {
        acknowledged.reaches(oldest.position());
      }
    }
    heard(heard);
    return null;
  }

  /// The oldest was refused, and none was taken since: those behind it, or to come, tell whether it
  /// is the event.
  private String stuck(String said) {
    boolean waits = window.stream().anyMatch(m -> m.outcome() == KafkaMessage.Outcome.WAITS);
    return waits || hasRoom()
        ? null
        : said + ": nothing is given up until another event is taken, it is tried again";
  }

  private void heard(boolean anything) {
    if (anything || window.isEmpty()) {
      heardNs = System.nanoTime();
      lookAtNs = heardNs + QUIET_NS;
    }
    if (anything) {
      backoff.reset();
      looks.reset();
      if (history.phase() != Phase.DELIVERING) {
        delivering("");
      }
    }
  }

  /// Says why nothing is answered; null as long as the producer may go on trying.
  private String silence() {
    long nowNs = System.nanoTime();
    if (!waitsForAnswer() || nowNs - lookAtNs < 0) {
      return null;
    }
    lookAtNs = nowNs + Math.max(QUIET_NS, looks.nextNs());
    String fault = reach();
    if (fault == null) {
      String why =
          "nothing was acknowledged for "
              + TimeUnit.NANOSECONDS.toSeconds(nowNs - heardNs)
              + " s: has the topic "
              + settings.topic()
              + " its in-sync replicas?";
      if (nowNs - heardNs >= timings.answer().toNanos()) {
        return why;
      }
      fault = settings.addresses() + ": " + why;
    }
    if (history.phase() == Phase.DELIVERING) {
      history.failed(fault);
    } else {
      history.failsStill(fault);
    }
    return null;
  }

  private boolean waitsForAnswer() {
    KafkaMessage oldest = window.peek();
    return oldest != null && oldest.outcome() == KafkaMessage.Outcome.WAITS;
  }

  // ---- events

  private boolean hasRoom() {
    return heldBytes < MOST_HELD_BYTES;
  }

  private boolean takes() {
    return ready && hasRoom();
  }

  @Override
  boolean offer(Batch batch) {
    if (!takes()) {
      return false;
    }
    if (window.isEmpty()) {
      heardNs = System.nanoTime();
      lookAtNs = heardNs + QUIET_NS;
    }
    Exception fault = null;
    for (int event = 0; event < batch.events(); event++) {
      var message = new KafkaMessage(answers, batch, event);
      window.add(message);
      heldBytes += message.body().length;
      if (fault == null) {
        fault = send(message);
      } else {
        message.fail(fault); // none may pass one that was not sent
      }
    }
    return true;
  }

  /// Null, or why nothing can be sent now.
  private Exception send(KafkaMessage message) {
    try {
      producer.send(message.record(settings.topic(), headers), message);
    } catch (KafkaException | IllegalStateException e) {
      message.fail(e);
    }
    return message.outcome() == KafkaMessage.Outcome.FAILED ? message.said() : null;
  }

  @Override
  boolean mayWait() {
    return producer == null
        ? System.nanoTime() - nextAttemptNs >= 0
        : !ready || waitsForAnswer() && System.nanoTime() - lookAtNs >= 0;
  }

  @Override
  long dueNs() {
    if (producer == null) {
      return nextAttemptNs - System.nanoTime();
    }
    return ready ? LONGEST_WAIT_NS : 0;
  }

  @Override
  long retriedEvents() {
    return retriedEvents;
  }

  @Override
  long heldBytes() {
    return heldBytes;
  }

  // ---- the end

  /// Waits for the answers that are due, unless the brokers are away.
  @Override
  void finish(long timeoutNs) {
    long deadlineNs = System.nanoTime() + timeoutNs;
    while (ready
        && !window.isEmpty()
        && history.phase() == Phase.DELIVERING
        && !isOver(deadlineNs)) {
      if (poll() == Readiness.LOST) {
        break; // the next start sends it again
      }
      awaitNews(bell, deadlineNs);
    }
    boolean all = window.isEmpty();
    end();
    history.stopped(
        all
            ? "closed; the brokers have everything that was sent"
            : "closed; what the brokers did not acknowledge will be sent again");
  }

  /// Ends the producer and its thread; what it has not sent is gone.
  private void end() {
    ready = false;
    if (producer != null) {
      KafkaProducer<byte[], byte[]> ended = producer;
      producer = null;
      // a broker that takes connections and says nothing keeps it for a request's time
      Thread closing =
          Thread.ofPlatform().daemon().name("coreaudit-kafka-end").start(() -> close(ended));
      try {
        closing.join(LONGEST_END);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // it ends without us
      }
    }
  }

  private static void close(KafkaProducer<byte[], byte[]> producer) {
    try {
      producer.close(Duration.ZERO);
    } catch (KafkaException e) {
      // a part of it did not close, which nobody can mend
    }
  }

  @Override
  public void close() {
    end();
    history.stopped("stopped while not connected");
  }
}
