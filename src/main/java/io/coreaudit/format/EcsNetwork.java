package io.coreaudit.format;

import static io.coreaudit.format.JsonWriter.key;

import io.coreaudit.record.RecordType;

/// Writes the other end: `destination`, `source` or `server` of a socket's address, `source` of who
/// logs in, and `coreaudit.socket` of a local socket.
final class EcsNetwork {
  private static final Piece SOURCE = key("source");
  private static final Piece DESTINATION = key("destination");
  private static final Piece NETWORK = key("network");
  private static final Piece IANA_NUMBER = key("iana_number");
  private static final int LAST_PORT = 65_535;
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
  ///
  /// @param call what the event's system call does
  void write(EventView event, EventAction call) {
    family = SocketText.NONE;
    if (event.has(Field.SADDR)) {
      family = socket.read(event.value(Field.SADDR), event.length(Field.SADDR));
      if (family == SocketText.NONE && !event.callTells() && isTextual(event.tellingType())) {
        packet(event);
        return;
      }
      boolean internet = family == SocketText.INET || family == SocketText.INET6;
      if (internet && call.peer != null) {
        int peer = json.open(call.peer);
        json.plainOrEscaped(IP, socket.address(), socket.length());
        json.number(PORT, socket.port());
        json.close(peer);
      }
    } else if (!event.callTells()) {
      if (isTextual(event.tellingType())) {
        packet(event);
      } else {
        client(event);
      }
    }
  }

  // Records that give addresses as text: of a packet, or of a socket that was denied.
  private static boolean isTextual(int type) {
    return type == RecordType.NETFILTER_PKT || type == RecordType.AVC;
  }

  private void packet(EventView event) {
    end(event, SOURCE, Field.SADDR, Field.SPORT, Field.SRC);
    end(event, DESTINATION, Field.DADDR, Field.DPORT, Field.DEST);
    long protocol = event.decimal(Field.PROTO, -1);
    if (event.tellingType() == RecordType.NETFILTER_PKT && protocol >= 0) {
      int network = json.open(NETWORK);
      json.quoted(IANA_NUMBER, protocol);
      json.close(network);
    }
  }

  private void end(EventView event, Piece key, int address, int port, int portToo) {
    int end = json.open(key);
    if (value.decode(event.value(address), event.length(address), false)
        && IpText.isAddress(value.address(), value.length())) {
      json.plainOrEscaped(IP, value.address(), value.length());
    }
    port(event.decimal(port, event.decimal(portToo, -1)));
    json.close(end);
  }

  private void port(long number) {
    if (number >= 0 && number <= LAST_PORT) {
      json.number(PORT, number);
    }
  }

  private void client(EventView event) {
    int source = json.open(SOURCE);
    if (value.decode(event.value(Field.ADDR), event.length(Field.ADDR), false)
        && IpText.isAddress(value.address(), value.length())) {
      json.plainOrEscaped(IP, value.address(), value.length());
      port(event.clientPort());
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
