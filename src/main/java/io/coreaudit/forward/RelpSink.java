package io.coreaudit.forward;

import io.coreaudit.format.ByteOutput;
import io.coreaudit.forward.SinkState.Phase;
import java.nio.charset.StandardCharsets;

/// Syslog messages over RELP, whose receiver answers each frame (`RelpVerdict`).
///
/// ```text
///  1 open 71 relp_version=0...    ──►
///                                 ◄──  1 rsp 92 200 OK...commands=syslog
///  2 syslog 512 <110>1 ...        ──►
///  3 syslog 498 <110>1 ...        ──►  at most `window` without an answer
///                                 ◄──  2 rsp 6 200 OK
///  9 close 0                      ──►
/// ```
///
/// The cursor stands at the last event before which all were answered. After a break a new session
/// begins there: what was sent and not answered comes again, at most a window. One batch is held
/// here until all of it was sent.
///
/// | answer | what follows |
/// |---|---|
/// | `200` | acknowledged |
/// | `500 command disabled` | a new session, the event again alone, with growing waits |
/// | any other | the same; `LEAST_TRIES` times in a row over five minutes: poison |
///
/// A receiver that answers nothing for a while is given up like one that takes nothing.
final class RelpSink extends LinkedSink {
  /// How often an event is refused at least before it is poison.
  static final int LEAST_TRIES = 5;

  /// A hint has this number, and needs no answer.
  private static final int HINT = 0;

  private static final byte[] OFFER =
      ("relp_version=0\nrelp_software=coreaudit,1,https://github.com/coreaudit\ncommands=syslog")
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SYSLOG = " syslog ".getBytes(StandardCharsets.US_ASCII);

  /// A quarter of the window is sent together: each write costs both ends a wake-up.
  private static final int ROOM = 4;

  private enum Session {
    CLOSED,
    OPENING,
    OPEN,
    CLOSING
  }

  private final SinkSettings.Relp settings;
  private final SinkSettings.TcpTimings timings;
  private final Wakeup bell;
  private final RelpWindow window;
  private final RelpAnswers answers = new RelpAnswers();
  private final Batch held = new Batch(Forwarder.BATCH_BYTES);
  private final OctetCounted messages = new OctetCounted();
  private final ByteOutput frames = new ByteOutput(64 << 10);
  private Session session = Session.CLOSED;
  private int heldEvent;
  private boolean eventOpen;
  private int ownNumber; // of the open or close that waits for its answer
  private long answeredNs;
  private long suspectPosition = NO_POSITION;
  private int refusals;
  private long suspectSinceNs;
  private long retriedEvents;

  RelpSink(SinkSettings.Relp settings, NetworkLoop loop, Wakeup bell) {
    super(
        new Link(settings.way(), null, loop, bell, true),
        new Poison(settings.deadLetters(), settings.name()));
    this.settings = settings;
    this.timings = settings.way().timings();
    this.bell = bell;
    this.window = new RelpWindow(settings.window(), acknowledged);
  }

  @Override
  Readiness poll() {
    return switch (link.poll()) {
      case DOWN, CONNECTING -> Readiness.BUSY;
      case OPENED -> {
        open();
        yield Readiness.BUSY;
      }
      case UP -> up();
      case BROKE -> broke();
    };
  }

  private void open() {
    session = Session.OPENING;
    answers.clear();
    answeredNs = System.nanoTime();
    history.to(Phase.CONNECTING, link.standing() + ", opening a RELP session");
    ownNumber = window.number();
    frames.clear();
    frames.putDecimal(ownNumber);
    ascii(" open ");
    frames.putDecimal(OFFER.length);
    frames.put(' ');
    frames.put(OFFER);
    frames.put('\n');
    link.connection().write(frames.array(), frames.length());
  }

  private void ascii(String text) {
    for (int i = 0; i < text.length(); i++) {
      frames.put(text.charAt(i));
    }
  }

  private Readiness up() {
    String fault = hear(link.connection());
    if (fault == null && waits() && System.nanoTime() - answeredNs > timings.silence().toNanos()) {
      fault =
          "the receiver answered nothing for "
              + timings.silence().toSeconds()
              + " s: given up as dead";
    }
    if (fault != null) {
      link.fail(fault);
      return again();
    }
    if (session != Session.OPEN) {
      return Readiness.BUSY;
    }
    boolean room = window.frames() == 0 || window.free() * ROOM >= settings.window();
    if (room && link.connection().writable()) {
      pump();
    }
    return takes() ? Readiness.READY : Readiness.BUSY;
  }

  private boolean waits() {
    return window.frames() > 0 || session == Session.OPENING;
  }

  private boolean takes() {
    boolean allSent = heldEvent == held.events();
    return session == Session.OPEN
        && allSent
        && link.connection().writable()
        && (window.frames() == 0
            || suspectPosition == NO_POSITION && window.free() * ROOM >= settings.window());
  }

  private Readiness broke() {
    hear(link.last()); // what it answered before it went
    return again();
  }

  private Readiness again() {
    session = Session.CLOSED;
    // what is held and was not sent was taken, too
    int again = window.restart() + held.events() - heldEvent;
    held.clear();
    heldEvent = 0;
    eventOpen = false;
    retriedEvents += again;
    return again > 0 ? Readiness.LOST : Readiness.BUSY;
  }

  // ---- answers

  /// Reads what the receiver said; null, or why the session cannot go on.
  private String hear(TcpConnection connection) {
    try {
      int heard = 0;
      for (byte[] piece = connection.answer(); piece != null; piece = connection.answer()) {
        answers.add(piece);
        while (answers.next()) {
          String fault = answer();
          if (fault != null) {
            return fault;
          }
        }
        heard += piece.length;
        if (heard > TURN_BYTES && connection == link.connection()) {
          return null; // the rest in the next turn
        }
      }
      return null;
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }

  private String answer() {
    if (answers.command().equals("serverclose")) {
      return "the receiver ended the RELP session";
    }
    if (!answers.command().equals("rsp")) {
      return answers.number() == HINT ? null : "the receiver does not speak RELP";
    }
    return switch (session) {
      case OPENING -> sessionOpened();
      case OPEN -> event();
      case CLOSING -> {
        if (answers.number() == ownNumber) {
          session = Session.CLOSED;
          yield null;
        }
        yield event();
      }
      case CLOSED -> null;
    };
  }

  private String sessionOpened() {
    String said = answers.data();
    if (answers.verdict() != RelpVerdict.TAKEN || answers.number() != ownNumber) {
      return "the receiver refused a RELP session: " + ReceiverWords.line(said);
    }
    boolean takesSyslog =
        said.lines()
            .filter(line -> line.startsWith("commands="))
            .anyMatch(line -> (',' + line.substring(9).strip() + ',').contains(",syslog,"));
    if (!takesSyslog) {
      return "the receiver takes no syslog over RELP: " + ReceiverWords.line(said);
    }
    session = Session.OPEN;
    link.delivers(", RELP");
    return null;
  }

  private String event() {
    int number = answers.number();
    int event = window.event(number);
    if (event < 0) {
      return window.isGivenUp(number)
          ? null
          : "the receiver answered a message that does not wait: " + number;
    }
    answeredNs = System.nanoTime();
    RelpVerdict verdict = answers.verdict();
    if (verdict == RelpVerdict.TAKEN) {
      window.answered(number);
      clearSuspect();
      return null;
    }
    long nowNs = System.nanoTime();
    long position = window.position(number);
    if (verdict == RelpVerdict.DISABLED || position != suspectPosition) {
      suspectSinceNs = nowNs;
      refusals = 0;
    }
    suspectPosition = position;
    refusals++;
    String said = ReceiverWords.line(answers.data());
    if (refusals >= LEAST_TRIES && nowNs - suspectSinceNs >= timings.patience().toNanos()) {
      poison(event, said);
      return null;
    }
    return "the receiver refused an event: " + said;
  }

  private void clearSuspect() {
    if (suspectPosition != NO_POSITION && acknowledged.position() >= suspectPosition) {
      suspectPosition = NO_POSITION;
      refusals = 0;
    }
  }

  /// Gives up an event that is alone in its window.
  private void poison(int event, String said) {
    poison.add(held, event, said);
    refusals = 0;
    window.giveUp(held.position(event), held.settles(event));
    clearSuspect();
    if (eventOpen) { // a part of it was not sent
      eventOpen = false;
      heldEvent++;
    }
    link.delivers(", RELP; refused for good: " + said);
  }

  // ---- events

  @Override
  boolean offer(Batch batch) {
    if (!takes()) {
      return false;
    }
    held.copy(batch);
    heldEvent = 0;
    eventOpen = false;
    pump();
    return true;
  }

  /// Sends as much of the batch as the window takes.
  private void pump() {
    frames.clear();
    boolean idle = window.frames() == 0;
    while (heldEvent < held.events() && mayBegin()) {
      if (!eventOpen) {
        messages.wrap(held.array(), held.start(heldEvent), held.end(heldEvent));
        eventOpen = true;
      }
      while (window.free() > 0 && messages.next()) {
        frame();
      }
      if (messages.hasNext()) {
        break; // the window is full in the middle of an event
      }
      eventOpen = false;
      heldEvent++;
    }
    if (frames.length() > 0) {
      if (idle) {
        answeredNs = System.nanoTime();
      }
      link.connection().write(frames.array(), frames.length());
    }
  }

  private boolean mayBegin() {
    return suspectPosition == NO_POSITION || eventOpen || window.frames() == 0;
  }

  private void frame() {
    boolean last = !messages.hasNext();
    int number =
        window.sent(
            heldEvent, held.position(heldEvent), held.settles(heldEvent), last, messages.length());
    frames.putDecimal(number);
    frames.put(SYSLOG);
    frames.putDecimal(messages.length());
    frames.put(' ');
    frames.put(held.array(), messages.start(), messages.length());
    frames.put('\n');
  }

  @Override
  long retriedEvents() {
    return retriedEvents;
  }

  @Override
  long heldBytes() {
    long unsent = heldEvent < held.events() ? held.lengthBytes() - held.start(heldEvent) : 0;
    return window.bytes() + unsent;
  }

  /// Waits for the answers that are due, then ends the session as the protocol has it.
  @Override
  void finish(long timeoutNs) {
    long deadlineNs = System.nanoTime() + timeoutNs;
    while (link.connection() != null
        && (window.frames() > 0 || heldEvent < held.events())
        && !isOver(deadlineNs)) {
      if (poll() == Readiness.LOST) {
        return; // the next start sends it again
      }
      awaitNews(bell, deadlineNs);
    }
    if (link.connection() == null || session != Session.OPEN) {
      return;
    }
    boolean all = window.frames() == 0;
    session = Session.CLOSING;
    ownNumber = window.number();
    frames.clear();
    frames.putDecimal(ownNumber);
    ascii(" close 0\n");
    link.connection().write(frames.array(), frames.length());
    long lastWordNs = System.nanoTime() + timings.lastWord().toNanos();
    while (session == Session.CLOSING
        && link.poll() == Link.Step.UP
        && hear(link.connection()) == null
        && session == Session.CLOSING
        && !isOver(lastWordNs)) {
      bell.await(lastWordNs - System.nanoTime());
    }
    stopped(all, UNANSWERED);
  }
}
