package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

/// Writes the other end: `destination`, `source` or `server` of a socket's address, `source` of who
/// logs in, and `coreaudit.socket` of a local socket.
final class EcsNetwork {
  private static final Piece SOURCE = key("source");
  private static final Piece IP = key("ip");
  private static final Piece PORT = key("port");
  private static final Piece DOMAIN = key("domain");
  private static final byte[] DOMAIN_PLACE = EventAction.bytes("source.domain");
  private static final Piece SOCKET = key("socket");
  private static final Piece PATH = key("path");
  private static final byte[] PATH_PLACE = EventAction.bytes("coreaudit.socket.path");

  private final JsonWriter json;
  private final Value value;
  private final SocketText socket = new SocketText();
  private int family;

  EcsNetwork(JsonWriter json, Value value) {
    this.json = json;
    this.value = value;
  }

  /// Writes the other end, for what is an address of the internet.
  void write(EventView event, EventAction action) {
    family = SocketText.NONE;
    if (event.has(Field.SADDR)) {
      family = socket.read(event.value(Field.SADDR), event.length(Field.SADDR));
      boolean internet = family == SocketText.INET || family == SocketText.INET6;
      if (internet && action.peer != null) {
        int peer = json.open(action.peer);
        json.plainOrEscaped(IP, socket.address(), socket.length());
        json.number(PORT, socket.port());
        json.close(peer);
      }
    } else if (!event.callTells()) {
      client(event);
    }
  }

  private void client(EventView event) {
    int source = json.open(SOURCE);
    if (value.decode(event.value(Field.ADDR), event.length(Field.ADDR), false)
        && IpText.isAddress(value.address(), value.length())) {
      json.plainOrEscaped(IP, value.address(), value.length());
    }
    if (value.decode(event.value(Field.HOSTNAME), event.length(Field.HOSTNAME), false)
        && !IpText.isAddress(value.address(), value.length())) {
      json.text(DOMAIN, DOMAIN_PLACE, value.address(), value.length());
    }
    json.close(source);
  }

  /// Writes the path or abstract name of a local socket.
  void writeLocal() {
    if (family == SocketText.LOCAL) {
      int local = json.open(SOCKET);
      json.text(PATH, PATH_PLACE, socket.address(), socket.length());
      json.close(local);
    }
  }
}
