package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

/// The ends of a connection or packet, and where somebody came from, as objects of OCSF.
final class OcsfNetwork {
  private static final Piece SOURCE = key("src_endpoint");
  private static final Piece DESTINATION = key("dst_endpoint");
  private static final Piece IP = key("ip");
  private static final Piece PORT = key("port");
  private static final Piece HOSTNAME = key("hostname");
  private static final byte[] HOSTNAME_PLACE = EventAction.bytes("src_endpoint.hostname");
  private static final Piece SOCKET = key("socket");
  private static final Piece PATH = key("path");
  private static final byte[] PATH_PLACE = EventAction.bytes("unmapped.socket.path");
  private static final int LAST_PORT = 65_535;

  private final JsonWriter json;
  private final SocketText socket = new SocketText();
  private final Value source = new Value();
  private final Value destination = new Value();
  private final Value host = new Value();
  private boolean hasSource;
  private boolean hasDestination;
  private boolean hasHost;
  private long sourcePort;
  private long destinationPort;
  private boolean local;

  OcsfNetwork(JsonWriter json) {
    this.json = json;
  }

  /// Looks for the ends.
  void read(EventView event, EventAction call) {
    hasSource = false;
    hasDestination = false;
    hasHost = false;
    local = false;
    int family = SocketText.NONE;
    if (event.has(Field.SADDR)) {
      family = socket.read(event.value(Field.SADDR), event.length(Field.SADDR));
    }
    if (family != SocketText.NONE) {
      local = family == SocketText.LOCAL;
      if (!local && call.peer != null) {
        Value end = call.isPeerSource ? source : destination;
        end.plain(socket.address(), socket.length());
        hasSource = call.isPeerSource;
        hasDestination = !call.isPeerSource;
        sourcePort = socket.port();
        destinationPort = socket.port();
      }
      return;
    }
    if (event.callTells()) {
      return;
    }
    hasSource = address(event, event.has(Field.SADDR) ? Field.SADDR : Field.ADDR, source);
    sourcePort = event.decimal(Field.SPORT, event.decimal(Field.SRC, event.clientPort()));
    hasDestination = address(event, Field.DADDR, destination);
    destinationPort = event.decimal(Field.DPORT, event.decimal(Field.DEST, -1));
    hasHost =
        event.has(Field.HOSTNAME)
            && host.decode(event.value(Field.HOSTNAME), event.length(Field.HOSTNAME), false)
            && host.length() > 0
            && !IpText.isAddress(host.address(), host.length());
  }

  private static boolean address(EventView event, int field, Value end) {
    return event.has(field)
        && end.decode(event.value(field), event.length(field), false)
        && IpText.isAddress(end.address(), end.length());
  }

  /// Whether any end is known.
  boolean isKnown() {
    return hasSource || hasDestination || hasHost;
  }

  /// Writes where it came from.
  void source() {
    int end = json.open(SOURCE);
    if (hasHost) {
      json.text(HOSTNAME, HOSTNAME_PLACE, host.address(), host.length());
    }
    if (hasSource) {
      end(source, sourcePort);
    }
    json.close(end);
  }

  /// Writes where it goes; nothing: that is not known.
  void destination() {
    int end = json.open(DESTINATION);
    if (hasDestination) {
      end(destination, destinationPort);
    }
    json.close(end);
  }

  private void end(Value address, long port) {
    json.plainOrEscaped(IP, address.address(), address.length());
    if (port >= 0 && port <= LAST_PORT) {
      json.number(PORT, port);
    }
  }

  /// Writes the path or abstract name of a local socket.
  void local() {
    if (local) {
      int mark = json.open(SOCKET);
      json.text(PATH, PATH_PLACE, socket.address(), socket.length());
      json.close(mark);
    }
  }
}
