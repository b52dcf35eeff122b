package io.coreaudit.agent.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The socket on which a running agent answers: one request line, one answer line, end.
public final class ControlServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final int MAX_CLIENTS = 8;
  private static final int MAX_REQUEST_BYTES = 256;
  private static final long CLIENT_NS = TimeUnit.SECONDS.toNanos(5);

  private final Path path;
  private final StatusSource status;
  private final ServerSocketChannel server;
  private final Selector selector;
  private final UserPrincipal owner;
  private final List<Client> clients = new ArrayList<>();
  private final Thread thread;
  private volatile LongConsumer beat = nowNs -> {};
  private volatile Runnable rest = () -> {};
  private volatile boolean closed;

  private ControlServer(
      Path path, StatusSource status, ServerSocketChannel server, UserPrincipal owner)
      throws IOException {
    this.path = path;
    this.status = status;
    this.server = server;
    this.owner = owner;
    this.selector = Selector.open();
    this.thread = new Thread(this::serve, "control");
    thread.setDaemon(true);
  }

  /// Binds the socket and begins to answer. A file left behind by a process that is gone makes way;
  /// one behind which somebody answers does not.
  ///
  /// @param path the socket's; its directory is made when it is not there
  /// @throws IOException when it cannot be had; the message says why
  public static ControlServer start(Path path, StatusSource status) throws IOException {
    HostLock.ownDirectory(path.getParent());
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
    if (Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      if (answers(address)) {
        throw new IOException(path + ": another process answers there");
      }
      Files.delete(path);
    }
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(address, MAX_CLIENTS);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      server.configureBlocking(false);
      ControlServer control = new ControlServer(path, status, server, Files.getOwner(path));
      server.register(control.selector, SelectionKey.OP_ACCEPT);
      control.thread.start();
      return control;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /// Sets who is told that the thread works, and that it waits for somebody to ask.
  public void onTurn(LongConsumer works, Runnable waits) {
    beat = works;
    rest = waits;
    // It waits already, for those who were told before.
    selector.wakeup();
  }

  private static boolean answers(UnixDomainSocketAddress address) {
    try (SocketChannel probe = SocketChannel.open(address)) {
      return probe.isConnected();
    } catch (IOException _) {
      return false;
    }
  }

  private void serve() {
    while (!closed) {
      try {
        rest.run();
        selector.select(clients.isEmpty() ? 0 : 250);
        beat.accept(System.nanoTime());
        Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
        while (ready.hasNext()) {
          SelectionKey key = ready.next();
          ready.remove();
          if (key.isValid() && key.attachment() instanceof Client client) {
            client.advance(key);
          } else if (key.isValid()) {
            accept();
          }
        }
        long nowNs = System.nanoTime();
        clients.removeIf(client -> client.over(nowNs));
      } catch (IOException | RuntimeException e) {
        if (!closed) {
          LOG.warn("control socket: {}", e.toString(), e);
          pause();
        }
      }
    }
  }

  /// Keeps a fault that stays (no descriptors left) from filling the log and a processor.
  private static void pause() {
    try {
      Thread.sleep(1000);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept() throws IOException {
    SocketChannel channel = server.accept();
    if (channel == null) {
      return;
    }
    UnixDomainPrincipal peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
    boolean known = peer.user().equals(owner) || peer.user().getName().equals("root");
    if (!known || clients.size() >= MAX_CLIENTS) {
      if (!known) {
        LOG.warn("control socket: refused user {}", peer.user().getName());
      }
      channel.close();
      return;
    }
    channel.configureBlocking(false);
    Client client = new Client(channel);
    clients.add(client);
    channel.register(selector, SelectionKey.OP_READ, client);
  }

  private String answer(String request) {
    try {
      Object answer = request.equals("status") ? status.status() : status.answer(request);
      return JsonReport.write(
          answer == null
              ? Map.of("error", "unknown request, expected: status, watches or rules apply")
              : answer);
    } catch (RuntimeException e) {
      LOG.warn("cannot answer {}: {}", request, e.toString(), e);
      return JsonReport.write(Map.of("error", "cannot answer " + request + ": " + e));
    }
  }

  /// Where the socket lies.
  public Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    Files.deleteIfExists(path);
    selector.wakeup();
    try {
      thread.join(1000);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    for (Client client : clients) {
      client.channel.close();
    }
    server.close();
    selector.close();
  }

  /// One connection: reads a line, writes the answer, closes.
  private final class Client {
    private final SocketChannel channel;
    private final long deadlineNs = System.nanoTime() + CLIENT_NS;
    private final ByteBuffer request = ByteBuffer.allocate(MAX_REQUEST_BYTES);
    private ByteBuffer answer;

    Client(SocketChannel channel) {
      this.channel = channel;
    }

    void advance(SelectionKey key) throws IOException {
      try {
        if (answer == null) {
          read(key);
        }
        if (answer != null) {
          channel.write(answer);
          if (!answer.hasRemaining()) {
            channel.close();
          }
        }
      } catch (IOException e) {
        // The client went away: its affair.
        LOG.debug("control client went away", e);
        channel.close();
      }
    }

    private void read(SelectionKey key) throws IOException {
      int count = channel.read(request);
      int end = request.position();
      boolean line = end > 0 && request.get(end - 1) == '\n';
      if (line) {
        String text = new String(request.array(), 0, end, StandardCharsets.UTF_8).strip();
        answer = ByteBuffer.wrap((answer(text) + "\n").getBytes(StandardCharsets.UTF_8));
        key.interestOps(SelectionKey.OP_WRITE);
      } else if (count < 0 || !request.hasRemaining()) {
        channel.close();
      }
    }

    boolean over(long nowNs) {
      if (channel.isOpen() && nowNs - deadlineNs > 0) {
        try {
          channel.close();
        } catch (IOException e) {
          LOG.debug("control client", e);
        }
      }
      return !channel.isOpen();
    }
  }
}
