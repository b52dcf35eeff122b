package io.coreaudit.agent;

import io.coreaudit.agent.config.Address;
import io.coreaudit.agent.http.HttpServer;
import java.io.IOException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the agent answers over HTTP, from now on or as soon as it can be had. It does not decide
/// whether a host is audited: an address that somebody else has, or a file that is not there yet,
/// is told and tried again.
final class Listener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

  private final String name;
  private final Opening opening;
  private final Consumer<Address> onOpen;
  private volatile HttpServer server; // null: not open
  private volatile String trouble = "";

  /// What makes a listener.
  @FunctionalInterface
  interface Opening {
    /// Binds it.
    ///
    /// @throws IOException for people: which key, and why not
    HttpServer open() throws IOException;
  }

  /// @param name for the log: `http`
  /// @param onOpen is told its address
  Listener(String name, Opening opening, Consumer<Address> onOpen) {
    this.name = name;
    this.opening = opening;
    this.onOpen = onOpen;
  }

  /// Opens it, where it is not open yet.
  void open() {
    if (server != null) {
      return;
    }
    try {
      HttpServer opened = opening.open();
      server = opened;
      if (!trouble.isEmpty()) {
        LOG.info("{}", describe());
      }
      trouble = "";
      onOpen.accept(opened.address());
    } catch (IOException e) {
      if (!trouble.equals(e.getMessage())) {
        LOG.warn("{}; tried again every ten seconds, all else runs", e.getMessage());
      }
      trouble = e.getMessage();
    }
  }

  String name() {
    return name;
  }

  /// Why it is not open; empty: it is.
  String trouble() {
    return trouble;
  }

  /// `http 127.0.0.1:9471`
  String describe() {
    HttpServer open = server;
    return name + " " + (open == null ? "not yet" : open.address());
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
