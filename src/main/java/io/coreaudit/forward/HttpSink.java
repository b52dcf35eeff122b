package io.coreaudit.forward;

import io.coreaudit.format.ByteOutput;
import io.coreaudit.forward.SinkState.Phase;
import io.coreaudit.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// Events over HTTP/1.1: one connection, one batch, one request at a time, so in order.
///
/// Each event of the batch that is held gets a verdict: the receiver has it, it is to be tried
/// again, or it is poison (`HttpBatch`). A request carries those that have none, and the next batch
/// is taken when all have one; a connection that breaks meanwhile costs a repetition.
///
/// | answer | what follows |
/// |---|---|
/// | 2xx | acknowledged; `BULK` by each item, where 409 is success |
/// | 408, 425, 429, 503 | the same again, after `Retry-After` or a growing wait |
/// | 5xx, no answer | the same, and in the end half of the events, down to one |
/// | 400, 413, 422 | half of the events, down to one: that one may be poison |
/// | any other | the same again: somebody has to mend it, nothing is given up |
///
/// Splunk's `ackId` is asked for until it is indexed; other batches follow meanwhile. One that is
/// not indexed for long is sent again, with all behind it.
public final class HttpSink extends AnsweredSink {
  private static final long ASK_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_RETRY_AFTER_S = 300;
  private static final int MOST_WORDS = 300;
  private static final int MOST_WORDS_BYTES = 4 << 10;

  /// So much is read in one turn: others count on the thread, too.
  private static final int TURN_BYTES = 256 << 10;

  private enum Asking {
    NOTHING,
    EVENTS,
    INDEXED
  }

  private final SinkSettings.Http settings;
  private final Wakeup bell;
  private final HttpRequests requests;
  private final HttpAnswers answers = new HttpAnswers();
  private final Backoff backoff;
  private final HttpBatch held;
  private final IndexerAcks acks = new IndexerAcks();
  private Asking asking = Asking.NOTHING;
  private long askedNs;
  private long pausedUntilNs = System.nanoTime();
  private long askIndexedNs = System.nanoTime();
  private boolean tokenRefused;
  private boolean lost;
  private long offeredEvents;
  private long retriedEvents;
  private long resentEvents;
  private long acknowledgedEvents;
  private long acknowledgedPosition = NO_POSITION;
  private long refusals;

  HttpSink(SinkSettings.Http settings, NetworkLoop loop, Wakeup bell) {
    super(
        new Link(settings.way(), settings.proxy(), loop, bell, true),
        new Poison(settings.deadLetters(), settings.name()));
    this.settings = settings;
    this.bell = bell;
    this.requests = new HttpRequests(settings);
    this.held = new HttpBatch(patienceNs() * 2);
    this.backoff =
        new Backoff(
            settings.way().timings().firstBackoff().toMillis(),
            settings.way().timings().longestBackoff().toMillis(),
            ThreadLocalRandom.current());
  }

  /// How long something may take that takes minutes: 5 of them.
  private long patienceNs() {
    return settings.way().timings().resendAge().toNanos() / 6;
  }

  @Override
  public Readiness poll() {
    TcpConnection connection = link.connection();
    if (connection != null) {
      String fault = hear(connection);
      if (fault != null) {
        link.fail(fault);
        unanswered();
      }
    }
    boolean idle = held.unsettled() == 0 && acks.isEmpty();
    if (!idle) {
      link.wake();
    }
    link.quiet(asking == Asking.NOTHING, idle);
    switch (link.poll()) {
      case DOWN -> {
        if (link.resting() && System.nanoTime() - pausedUntilNs >= 0) {
          return Readiness.READY;
        }
      }
      case CONNECTING, UP -> {
        // nothing new
      }
      case OPENED -> open();
      case BROKE -> unanswered();
    }
    if (lost) {
      lost = false;
      return Readiness.LOST;
    }
    return up() ? act() : Readiness.BUSY;
  }

  private boolean up() {
    TcpConnection connection = link.connection();
    return connection != null && connection.phase() == TcpConnection.Phase.UP;
  }

  private void open() {
    answers.clear();
    asking = Asking.NOTHING;
    if (readToken() && System.nanoTime() - pausedUntilNs >= 0) {
      link.state(Phase.DELIVERING, link.standing());
    }
  }

  private boolean readToken() {
    try {
      requests.readToken();
      return true;
    } catch (IOException e) {
      link.fail(settings.tokenKey() + ": " + e.getMessage());
      return false;
    }
  }

  /// Reads what the receiver said; null, or why the connection cannot go on.
  private String hear(TcpConnection connection) {
    try {
      int heard = 0;
      for (byte[] piece = connection.answer(); piece != null; piece = connection.answer()) {
        answers.add(piece);
        while (answers.next()) {
          if (asking == Asking.NOTHING) {
            return "the receiver answered what was not asked";
          }
          judge();
          if (answers.closes()) {
            return closed();
          }
        }
        heard += piece.length;
        if (heard > TURN_BYTES) {
          return null;
        }
      }
      if (asking != Asking.NOTHING && connection.closedByReceiver() && answers.ended()) {
        judge();
        return closed();
      }
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
    long longestNs = settings.way().timings().stall().toNanos() * 2;
    return asking != Asking.NOTHING && System.nanoTime() - askedNs > longestNs
        ? "the receiver did not answer within " + TimeUnit.NANOSECONDS.toSeconds(longestNs) + " s"
        : null;
  }

  private String closed() {
    link.quiet(true, held.unsettled() == 0 && acks.isEmpty());
    link.renew();
    return null;
  }

  /// Asks what is due.
  private Readiness act() {
    long nowNs = System.nanoTime();
    if (asking != Asking.NOTHING || nowNs - pausedUntilNs < 0) {
      return Readiness.BUSY;
    }
    if (tokenRefused) {
      tokenRefused = false;
      if (!readToken()) {
        return Readiness.BUSY;
      }
    }
    if (!acks.isEmpty() && nowNs - askIndexedNs >= 0) {
      askWhetherIndexed();
      return Readiness.BUSY;
    }
    if (held.stuck()) {
      return acks.isEmpty() ? lose() : Readiness.BUSY;
    }
    if (held.unsettled() > 0) {
      send();
      return Readiness.BUSY;
    }
    return acks.hasRoom() ? Readiness.READY : Readiness.BUSY;
  }

  /// What is held comes again, with what came after it.
  private Readiness lose() {
    held.drop();
    if (!acks.isEmpty()) {
      acks.forget();
    }
    retriedEvents = offeredEvents + resentEvents - acknowledgedEvents - poison.events();
    return Readiness.LOST;
  }

  private void send() {
    int again = held.choose();
    retriedEvents += again;
    resentEvents += again;
    ask(Asking.EVENTS, requests.events(held.events(), held.chosen(), held.count()));
  }

  private void ask(Asking what, ByteOutput request) {
    asking = what;
    askedNs = System.nanoTime();
    HttpDialect dialect = settings.dialect();
    answers.expect(dialect.mostAnswerBytes(held.count()), dialect == HttpDialect.LINES);
    link.connection().write(request.array(), request.length());
  }

  // ---- verdicts

  private void judge() {
    link.answered();
    Asking asked = asking;
    asking = Asking.NOTHING;
    int status = answers.status();
    tokenRefused = status == 401 || status == 403 || status == 407;
    if (asked == Asking.INDEXED) {
      judgeIndexed(status);
      return;
    }
    boolean collector = settings.dialect().collector() && status == 400;
    Json json = collector ? json() : Json.NONE;
    long code = json.at("code").number(-1);
    switch (HttpVerdict.of(status, code, answers.retryAfterSeconds() >= 0)) {
      case TAKEN -> accepted();
      case LATER -> pause(words());
      case MEND -> pause(words() + ": nothing is given up, it is tried again");
      case FAILED -> follow(held.failed(), words());
      case REFUSED -> {
        long place = json.at("invalid-event-number").number(-1);
        if (settings.dialect() == HttpDialect.HEC
            && acks.isEmpty()
            && place >= 0
            && place < held.count()) {
          refusedFrom((int) place);
        } else {
          follow(held.refused(), words());
        }
      }
    }
  }

  private void follow(HttpBatch.Fate fate, String said) {
    switch (fate) {
      case AGAIN -> {
        // at once
      }
      case WAIT ->
          pause(
              answers.status() < 500
                  ? said + ": tried again, nothing is given up until another event is taken"
                  : said);
      case POISON -> {
        poison(held.culprit(), said);
        settled();
      }
    }
  }

  /// Splunk names the event that it did not take, and has those before it.
  private void refusedFrom(int place) {
    int culprit = held.chosen()[place];
    for (int i = 0; i < place; i++) {
      held.settle(held.chosen()[i]);
    }
    acknowledgedEvents += place;
    HttpBatch.Fate fate = held.refused(culprit);
    if (place > 0) {
      held.accepted();
      backoff.reset();
    }
    follow(fate, words());
    settled();
  }

  /// The connection ended, and what was asked was not answered.
  private void unanswered() {
    if (asking == Asking.EVENTS && held.failed() == HttpBatch.Fate.POISON) {
      poison(held.culprit(), link.state().lastError());
      settled();
    }
    asking = Asking.NOTHING;
  }

  /// What is no JSON tells nothing: then the status alone counts.
  private Json json() {
    try {
      return Json.parse(answers.body(), settings.dialect().mostAnswerValues(held.count()));
    } catch (IllegalArgumentException none) {
      return Json.NONE;
    }
  }

  /// What the receiver said, in a line.
  private String words() {
    byte[] body = answers.body();
    int length = Math.min(body.length, MOST_WORDS_BYTES);
    return line(answers.reason() + ' ' + new String(body, 0, length, StandardCharsets.UTF_8));
  }

  private String line(String said) {
    String line = requests.masked(said).replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.length() > MOST_WORDS ? line.substring(0, MOST_WORDS) + "..." : line;
  }

  private void accepted() {
    long ackId = IndexerAcks.NO_ACK;
    switch (settings.dialect()) {
      case BULK -> {
        judgeItems(json());
        return;
      }
      case HEC, HEC_RAW -> ackId = json().at("ackId").number(ackId);
      case OTLP -> {
        long rejected = json().at("partialSuccess", "rejectedLogRecords").number(0);
        if (rejected >= held.count()) {
          follow(held.refused(), words());
          return;
        }
        if (rejected > 0) {
          rejected((int) rejected, words());
          return;
        }
      }
      case LINES -> {
        // all taken
      }
    }
    for (int i = 0; i < held.count(); i++) {
      held.settle(held.chosen()[i]);
    }
    flows();
    taken(ackId, held.count());
  }

  private void flows() {
    backoff.reset();
    held.accepted();
    link.state(Phase.DELIVERING, link.standing());
  }

  private void judgeItems(Json json) {
    int count = held.count();
    BulkItems items = BulkItems.of(json, count);
    if (items == null) {
      follow(held.failed(), "strange answer: " + words());
      return;
    }
    String said = items.worst() < 0 ? "" : line(items.said(items.worst()));
    if (items.good() == 0) {
      switch (items.verdict(items.worst())) {
        case REFUSED -> follow(held.refused(), said);
        case FAILED -> follow(held.failed(), said);
        default -> pause(said + ": nothing is given up, it is tried again");
      }
      return;
    }
    int again = 0;
    for (int i = 0; i < count; i++) {
      switch (items.verdict(i)) {
        case TAKEN -> held.settle(held.chosen()[i]);
        case REFUSED -> poison(held.chosen()[i], line(items.said(i)));
        default -> again++;
      }
    }
    flows();
    taken(IndexerAcks.NO_ACK, items.good());
    if (again > 0) {
      pause(again + " of " + count + " events are to be sent again: " + said);
    }
  }

  /// A part was refused for good, and it is not said which: all of them are kept.
  private void rejected(int rejected, String said) {
    int[] chosen = held.chosen();
    int count = held.count();
    for (int i = 0; i < count; i++) {
      poison.keep(held.events(), chosen[i], rejected + " of " + count + " refused: " + said);
      held.settle(chosen[i]);
    }
    Batch batch = held.events();
    poison.some(rejected, batch.seq(chosen[0]), batch.seq(chosen[count - 1]));
    flows();
    taken(IndexerAcks.NO_ACK, count - rejected);
  }

  private void poison(int event, String said) {
    poison.add(held.events(), event, said);
    held.settle(event);
    refusals++;
    link.state(Phase.DELIVERING, link.standing() + "; refused for good: " + said);
  }

  /// A request took some events.
  private void taken(long ackId, int events) {
    if (ackId == IndexerAcks.NO_ACK && acks.isEmpty()) {
      acknowledgedEvents += events;
    } else {
      acks.add(ackId, events);
    }
    settled();
  }

  /// A position is reached when all events up to it have a verdict.
  private void settled() {
    if (held.events().isEmpty()) {
      return;
    }
    if (acks.isEmpty()) {
      long position = held.settledPosition();
      if (position != NO_POSITION) {
        acknowledgedPosition = position;
      }
    } else if (held.unsettled() == 0) {
      acks.reaches(held.events().position());
    }
    if (held.unsettled() == 0) {
      held.drop();
    }
  }

  private void pause(String why) {
    long waitNs = backoff.nextNs();
    long askedForS = Math.min(answers.retryAfterSeconds(), LONGEST_RETRY_AFTER_S);
    waitNs = Math.max(waitNs, TimeUnit.SECONDS.toNanos(Math.max(0, askedForS)));
    pausedUntilNs = System.nanoTime() + waitNs;
    link.hold(why);
  }

  // ---- Splunk's acknowledgements

  private void askWhetherIndexed() {
    askIndexedNs = System.nanoTime() + ASK_NS;
    String ids = acks.ids();
    if (!ids.isEmpty()) {
      ask(Asking.INDEXED, requests.acks(ids));
    }
  }

  private void judgeIndexed(int status) {
    if (status != 200) {
      pause("indexer acknowledgement: " + words());
    } else {
      acks.heard(json().at("acks"));
      acknowledgedEvents += acks.indexedEvents();
      if (acks.indexedPosition() != NO_POSITION) {
        acknowledgedPosition = acks.indexedPosition();
      }
    }
    if (acks.waitsLonger(patienceNs())) {
      lost = lose() == Readiness.LOST;
      pause(
          (acks.broken() ? "indexer acknowledgement does not work: " : "")
              + "what was sent is not indexed after "
              + TimeUnit.NANOSECONDS.toSeconds(patienceNs())
              + " s: it is sent again");
    }
  }

  // ---- the forwarder's side

  @Override
  public boolean offer(Batch batch) {
    boolean down = link.connection() == null && !link.resting();
    if (held.unsettled() > 0 || asking != Asking.NOTHING || down) {
      return false;
    }
    held.hold(batch);
    offeredEvents += batch.events();
    if (up()) {
      send();
    } else {
      link.wake(); // it goes with the next connection
    }
    return true;
  }

  @Override
  public long dueNs() {
    long nowNs = System.nanoTime();
    long due = link.dueNs();
    TcpConnection connection = link.connection();
    if (connection == null) {
      return due;
    }
    if (connection.phase() != TcpConnection.Phase.UP) {
      return 0;
    }
    if (asking == Asking.NOTHING && held.unsettled() > 0) {
      due = Math.min(due, pausedUntilNs - nowNs);
    }
    if (asking == Asking.NOTHING && !acks.isEmpty()) {
      due = Math.min(due, Math.max(pausedUntilNs, askIndexedNs) - nowNs);
    }
    return due;
  }

  @Override
  public long acknowledgedPosition() {
    return acknowledgedPosition;
  }

  @Override
  public long acknowledgedEvents() {
    return acknowledgedEvents;
  }

  @Override
  public long retriedEvents() {
    return retriedEvents;
  }

  @Override
  public long resentEvents() {
    return resentEvents;
  }

  @Override
  public long heldBytes() {
    return held.events().lengthBytes();
  }

  @Override
  public long failures() {
    return link.failures() + refusals;
  }

  /// Waits for the answer that is due, and for what is to be indexed.
  @Override
  public void finish(long timeoutNs) {
    long deadlineNs = System.nanoTime() + timeoutNs;
    while ((held.unsettled() > 0 || !acks.isEmpty())
        && System.nanoTime() - deadlineNs < 0
        && !Thread.currentThread().isInterrupted()) {
      if (poll() == Readiness.LOST || link.state().phase() == Phase.WAITING) {
        break;
      }
      bell.await(Math.min(deadlineNs - System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(50)));
    }
    stopped(held.unsettled() == 0 && acks.isEmpty());
  }
}
