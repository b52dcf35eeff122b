package io.coreaudit.agent.doctor;

import static io.coreaudit.agent.doctor.Finding.bad;
import static io.coreaudit.agent.doctor.Finding.good;
import static io.coreaudit.agent.doctor.Finding.skipped;

import io.coreaudit.agent.config.Address;
import io.coreaudit.agent.config.AgentConfig;
import io.coreaudit.agent.config.ConfigKey;
import io.coreaudit.agent.config.SinkConfig;
import io.coreaudit.agent.config.SyslogProtocol;
import io.coreaudit.forward.SinkProbe;
import io.coreaudit.forward.TlsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Whether receivers can be reached from here: a check for each, with `--sinks`.
final class SinkChecks {
  private static final Duration WITHIN = Duration.ofSeconds(3);

  private SinkChecks() {}

  /// One for each sink that is told.
  static List<Check> of(AgentConfig config) {
    List<Check> checks = new ArrayList<>();
    for (int i = 0; i < config.sinks().size(); i++) {
      SinkConfig sink = config.sinks().get(i);
      String key = ConfigKey.SINK_TLS.at(i);
      checks.add(new Check("sink " + sink.name(), host -> look(sink, key)));
    }
    return checks;
  }

  private static Finding look(SinkConfig sink, String tlsKey) {
    if (!sink.type().network()) {
      return skipped("not over the network");
    }
    Address proxy = sink.http().proxy();
    Address address = proxy == null ? sink.address() : proxy;
    try {
      if (sink.syslog().protocol() == SyslogProtocol.UDP) {
        return good(named(address) + "; whether anybody takes datagrams, nobody tells");
      }
      TlsSettings tls = proxy == null ? sink.tls().settings(tlsKey) : null;
      String reached = SinkProbe.reach(address.host(), address.port(), tls, WITHIN);
      return good(proxy == null ? reached : "the proxy: " + reached);
    } catch (IOException e) {
      String port = "nc -vz " + address.host() + " " + address.port();
      boolean secured = proxy == null && sink.tls().enabled();
      return bad(
          address + ": " + e.getMessage(),
          secured
              ? port + "; openssl s_client -connect " + address + " -showcerts </dev/null"
              : port);
    }
  }

  private static String named(Address address) throws IOException {
    try {
      return InetAddress.getByName(address.host()).getHostAddress() + ":" + address.port();
    } catch (UnknownHostException e) {
      throw new IOException("the name " + address.host() + " does not resolve", e);
    }
  }
}
