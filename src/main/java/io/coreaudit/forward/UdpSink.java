package io.coreaudit.forward;

import io.coreaudit.forward.SinkState.Phase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.TimeUnit;

/// Syslog messages as datagrams, one each (RFC 5426), to a receiver that nobody hears of again.
///
/// Sent counts as received: at most once past send(2), in no promised order. Where the receiver's
/// host says that nobody listens (ICMP, with the datagram after the lost one), sending stops; what
/// was under way is lost, the others wait in the spool. Then one message is sent alone after
/// growing waits, until a second passes over one in silence. What no datagram can carry is passed.
final class UdpSink extends Sink {
  /// In this time a host says that nobody listens.
  private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(1);

  private final SinkSettings.Udp settings;
  private final Backoff backoff;
  private final OctetCounted messages = new OctetCounted();
  private ByteBuffer datagram = ByteBuffer.allocateDirect(64 << 10);
  private DatagramChannel channel;
  private boolean probing;
  private boolean probed;
  private long probedNs;
  private int probeStart;
  private int sentBytes; // of the batch that is offered
  private long batchPoison;
  private int poisonEvent = -1;
  private long nextAttemptNs = System.nanoTime();
  private int attempts;

  UdpSink(SinkSettings.Udp settings) {
    super(new SinkHistory("nothing sent yet"), new Poison());
    this.settings = settings;
    this.backoff = new Backoff(settings.timings());
  }

  @Override
  Readiness poll() {
    if (channel != null) {
      return probed ? heardNothing() : Readiness.READY;
    }
    if (System.nanoTime() - nextAttemptNs < 0) {
      return Readiness.BUSY;
    }
    try {
      InetAddress[] found = InetAddress.getAllByName(settings.host());
      InetAddress address = found[attempts++ % found.length];
      DatagramChannel attempt = DatagramChannel.open();
      try {
        attempt.connect(new InetSocketAddress(address, settings.port()));
      } catch (IOException | UnsupportedAddressTypeException e) {
        attempt.close();
        throw e instanceof IOException failed
            ? failed
            : new IOException("this host has no addresses of that kind", e);
      }
      channel = attempt;
      history.opened();
      if (!probing) {
        delivering();
      }
      return Readiness.READY;
    } catch (IOException e) {
      failed(e);
      return Readiness.BUSY;
    }
  }

  /// Whether a second passed over the message that was sent alone.
  private Readiness heardNothing() {
    try {
      channel.configureBlocking(false);
      channel.read(datagram.clear()); // says what came by ICMP, too
      channel.configureBlocking(true);
    } catch (IOException e) {
      failed(e);
      return Readiness.BUSY;
    }
    if (System.nanoTime() - probedNs < SILENCE_NS) {
      return Readiness.BUSY;
    }
    probing = false;
    probed = false;
    backoff.reset();
    delivering();
    return Readiness.READY;
  }

  private void delivering() {
    history.to(Phase.DELIVERING, "sending datagrams to " + settings.address());
  }

  @Override
  boolean mayWait() {
    return channel == null && System.nanoTime() - nextAttemptNs >= 0;
  }

  @Override
  long dueNs() {
    return probed ? SILENCE_NS / 10 : nextAttemptNs - System.nanoTime();
  }

  @Override
  boolean offer(Batch batch) {
    messages.wrap(batch.array(), sentBytes, batch.lengthBytes());
    int before = sentBytes;
    try {
      while (messages.next()) {
        datagram.clear();
        datagram.put(batch.array(), messages.start(), messages.length()).flip();
        send(batch);
        before = sentBytes;
        sentBytes = messages.start() + messages.length();
        if (probing) {
          probed = true;
          probedNs = System.nanoTime();
          probeStart = before;
          return false; // the others when nobody complains
        }
      }
    } catch (IOException e) {
      sentBytes = before; // the one before it is what is complained of
      failed(e);
      return false;
    }
    sentBytes = 0;
    poisonEvent = -1;
    acknowledged.add(batch.events() - batchPoison);
    acknowledged.reaches(batch.position());
    batchPoison = 0;
    return true;
  }

  private void send(Batch batch) throws IOException {
    try {
      channel.write(datagram);
    } catch (PortUnreachableException e) {
      throw e;
    } catch (IOException e) {
      if (!"Message too long".equals(e.getMessage())) {
        throw e;
      }
      int event = 0;
      while (batch.end(event) <= messages.start()) {
        event++;
      }
      if (event != poisonEvent) {
        poisonEvent = event;
        batchPoison++;
        poison.add(batch.seq(event));
      }
    }
  }

  private void failed(IOException e) {
    sentBytes = probed ? probeStart : sentBytes;
    probing = true;
    probed = false;
    nextAttemptNs = System.nanoTime() + backoff.nextNs();
    String why =
        switch (e) {
          case PortUnreachableException unreachable -> "nothing listens there (ICMP)";
          case java.net.UnknownHostException unknown ->
              "the name " + settings.host() + " does not resolve";
          default -> String.valueOf(e.getMessage());
        };
    history.failed("cannot send datagrams to " + settings.address() + ": " + why);
    closeChannel();
  }

  private void closeChannel() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        history.failedBesides();
      }
      channel = null;
    }
  }

  @Override
  void finish(long timeoutNs) {
    history.stopped("closed; what was sent may have arrived");
  }

  @Override
  public void close() {
    closeChannel();
    history.stopped("stopped");
  }
}
