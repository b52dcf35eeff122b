package io.coreaudit.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigErrorsTest {
  @Test
  void shouldNameFilesOfTlsThatCannotBeRead(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("c.yaml");
    Path there = Files.writeString(dir.resolve("there.pem"), "");
    Files.writeString(
        file,
        "sinks:\n- type: stdout\n- {type: tcp, address: 'siem:6514', tls: {ca: %s, certificate: %s,"
                .formatted(dir.resolve("none.pem"), there)
            + " key: "
            + dir
            + "}}\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    ConfigReader.Read read = ConfigReader.read(file, List.of());
    assertThat(catchThrowableOfType(ConfigException.class, () -> NamedFiles.check(read)).problems())
        .containsExactly(
            file + ": sinks.1.tls.ca: " + dir + "/none.pem: no such file",
            file + ": sinks.1.tls.key: " + dir + ": is not a file");
  }

  /// YAML with `|` for a line end; the message that it must get.
  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '\u0001',
      textBlock =
          """
          watch:|  pathz: [/etc] => c.yaml:2: watch.pathz: unknown key (did you mean watch.paths?)
          wacth:|  paths: [/etc] => c.yaml:1: wacth: unknown key (did you mean watch?)
          zzzzzzzz: 1 => c.yaml:1: zzzzzzzz: unknown key
          input:|  gather: 20 => c.yaml:2: input.gather: '20': expected a time such as 20ms or 60s, 0ms to 1s
          input:|  gather: 2s => c.yaml:2: input.gather: '2s': expected a time such as 20ms or 60s, 0ms to 1s
          input:|  gather: -1ms => c.yaml:2: input.gather: '-1ms': expected a time such as 20ms or 60s, 0ms to 1s
          input:|  gather: 99999999999999999h => c.yaml:2: input.gather: '99999999999999999h': expected a time such as 20ms or 60s, 0ms to 1s
          input:|  gather: [1, 2] => c.yaml:2: input.gather: expected a time such as 20ms or 60s, 0ms to 1s, found a list
          input:|  gather: => c.yaml:2: input.gather: has no value: expected a time such as 20ms or 60s, 0ms to 1s (leave the key out for the default)
          input:|  gather:|    x: 1 => c.yaml:2: input.gather: expected a time such as 20ms or 60s, 0ms to 1s, found a mapping
          input:|  gather: 10ms|  mode: unicast|  gather: 20ms => c.yaml:4: input.gather: given twice, first in line 2
          input: {}|input: {} => c.yaml:2: input: given twice, first in line 1
          input:|  mode: multi => c.yaml:2: input.mode: 'multi': expected multicast, unicast, plugin or file
          input:|  mode: file => c.yaml: input.files: input.mode is file: expected at least one path to read
          input:|  files: [/a] => c.yaml:2: input.files: only read with input.mode: file, which is multicast
          input:|  receive_buffer: 64MB => c.yaml:2: input.receive_buffer: '64MB': expected a size such as 64MiB or 2GiB, 64KiB to 1GiB
          input:|  receive_buffer: 8GiB => c.yaml:2: input.receive_buffer: '8GiB': expected a size such as 64MiB or 2GiB, 64KiB to 1GiB
          input: 5 => c.yaml:1: input: expected keys below it, found '5'
          - a|- b => c.yaml:1: expected keys such as input: or sinks:, found a list
          audit:|  enable: yes => c.yaml:2: audit.enable: 'yes': expected true or false
          audit:|  backlog_limit: 8k => c.yaml:2: audit.backlog_limit: '8k': expected a number, 64 to 1048576
          watch:|  paths: /etc => c.yaml:2: watch.paths: expected a list of paths that begin with /, found '/etc'
          watch:|  paths: [etc] => c.yaml:2: watch.paths: 'etc': expected a list of paths that begin with /
          watch:|  paths:|  - /etc|  - [/x] => c.yaml:4: watch.paths: expected a list of paths that begin with /, found a list in it
          watch:|  paths: [/etc, /etc/] => c.yaml:2: watch.paths: a path stands there twice: [/etc, /etc]
          input:|  mode: file|  files: [/a]|watch:|  paths: [/etc] => c.yaml:5: watch.paths: cannot be watched with input.mode: file, which reads no live events: leave it out, or choose multicast, unicast or plugin
          watch:|  canary: 1s => c.yaml:2: watch.canary: '1s': expected a time such as 20ms or 60s, 5s to 1h or off
          spool:|  min_free: 20 => c.yaml:2: spool.min_free: '20': expected a share such as 20%, 0% to 95%
          spool:|  max_size: 20MiB => c.yaml:2: spool.max_size: too small for 3 segments of spool.segment_size (8MiB) and 128KiB
          spool:|  shed: {at: 20%} => c.yaml:2: spool.shed.at: '20%': expected a share such as 20%, 50% to 98% or off
          spool:|  shed: {last_types: [NOPE]} => c.yaml:2: spool.shed.last_types: 'NOPE': expected a list of record types such as AVC, USER_LOGIN or 1300
          sinks: stdout => c.yaml:1: sinks: expected a list of sinks (- type: tcp ...), found 'stdout'
          sinks:|- stdout => c.yaml:2: sinks.0: expected a sink's keys (type: tcp ...), found 'stdout'
          sinks:|- name: a => c.yaml:2: sinks.0.type: is missing: expected stdout, file, tcp, syslog, relp, http, hec, bulk, otlp or kafka
          sinks:|- type: carrier => c.yaml:2: sinks.0.type: 'carrier': expected stdout, file, tcp, syslog, relp, http, hec, bulk, otlp or kafka
          sinks:|- type: stdout|  adress: x:1 => c.yaml:3: sinks.0.adress: unknown key (did you mean sinks.0.address?)
          sinks:|- type: stdout|  filter: {types: [SYSCALL, USER_LOGON]} => c.yaml:3: sinks.0.filter.types: 'USER_LOGON': expected a list of record types such as AVC, USER_LOGIN or 1300, or all
          sinks:|- type: stdout|  filter: {kinds: [audit, beat]} => c.yaml:3: sinks.0.filter.kinds: 'beat': expected a list of kinds (audit, gap, watch, drift, start, stop, heartbeat, summary), or all
          sinks:|- type: stdout|  filter: {keys: []} => c.yaml:3: sinks.0.filter.keys: is empty: expected a list of keys of rules, up to 31 characters each, or all
          sinks:|- type: stdout|  filter:|    exclude_types: [] => c.yaml:4: sinks.0.filter.exclude_types: is empty: expected a list of record types such as AVC, USER_LOGIN or 1300, or none
          sinks:|- type: stdout|  filter: {keys: etcd} => c.yaml:3: sinks.0.filter.keys: expected a list of keys of rules, up to 31 characters each, or all, found 'etcd'
          sinks:|- type: stdout|  filter: {keys: [a], exclude_keys: [b, a]} => c.yaml:3: sinks.0.filter.exclude_keys: a stands in both lists: nothing of it would go
          sinks:|- type: stdout|  filter: {kinds: [gap], keys: [a]} => c.yaml:3: sinks.0.filter.keys: no event has any: kind audit is left out
          sinks:|- type: stdout|  filter: {key: [a]} => c.yaml:3: sinks.0.filter.key: unknown key (did you mean sinks.0.filter.keys?)
          sinks:|- type: stdout|  rate: 2000000 => c.yaml:3: sinks.0.rate: '2000000': expected a number, 1 to 1000000 or off
          sinks:|- type: tcp => c.yaml:2: sinks.0.address: a tcp sink needs it: expected host:port of the receiver
          sinks:|- type: tcp|  address: siem => c.yaml:3: sinks.0.address: 'siem': expected host:port such as 127.0.0.1:9471 or [::1]:9471
          sinks:|- type: tcp|  address: siem:70000 => c.yaml:3: sinks.0.address: 'siem:70000': expected host:port such as 127.0.0.1:9471 or [::1]:9471
          sinks:|- type: tcp|  address: siem:6514 => c.yaml:2: sinks.0.tls: events would go to siem:6514 in plain text: expected tls: on, or tls: off spelled out
          sinks:|- type: tcp|  address: siem:1|  tls:|    cert: /a => c.yaml:5: sinks.0.tls.cert: unknown key (did you mean sinks.0.tls.ca?)
          sinks:|- type: tcp|  address: siem:1|  tls:|    key: /a => c.yaml:5: sinks.0.tls.key: needs its certificate in tls.certificate
          sinks:|- type: tcp|  address: siem:0|  tls: on => c.yaml:3: sinks.0.address: a tcp sink needs it: expected host:port of the receiver
          sinks:|- type: tcp|  address: fd00::5:514 => c.yaml:3: sinks.0.address: 'fd00::5:514': expected host:port such as 127.0.0.1:9471 or [::1]:9471
          sinks:|- type: tcp|  address: localhost.example:6514 => c.yaml:2: sinks.0.tls: events would go to localhost.example:6514 in plain text: expected tls: on, or tls: off spelled out
          sinks:|- type: tcp|  address: "[fd00::1]:6514" => c.yaml:2: sinks.0.tls: events would go to [fd00::1]:6514 in plain text: expected tls: on, or tls: off spelled out
          sinks:|- type: tcp|  address: siem:1|  tls:|    certificate: /a => c.yaml:5: sinks.0.tls.certificate: needs its private key in tls.key
          sinks:|- type: tcp|  address: siem:1|  tls:|    key_password_file: /a => c.yaml:5: sinks.0.tls.key_password_file: there is no tls.key to open with it
          sinks:|- type: tcp|  address: siem:1|  tls:|    ca: a.pem => c.yaml:5: sinks.0.tls.ca: 'a.pem': expected a path that begins with /, or auto
          sinks:|- type: tcp|  address: localhost:1|  resend_window: 2GiB => c.yaml:4: sinks.0.resend_window: '2GiB': expected a size such as 64MiB or 2GiB, 0B to 1GiB
          sinks:|- type: file|  path: / => c.yaml:3: sinks.0.path: names no file
          sinks:|- type: file|  path: /a|  rotate_size: 1KiB => c.yaml:4: sinks.0.rotate_size: '1KiB': expected a size such as 64MiB or 2GiB, 64KiB to 1TiB
          sinks:|- type: file|  path: /a|  rotate_count: 1001 => c.yaml:4: sinks.0.rotate_count: '1001': expected a number, 0 to 1000
          sinks:|- type: file|  path: events.json => c.yaml:3: sinks.0.path: 'events.json': expected a path that begins with /
          sinks:|- type: file => c.yaml:2: sinks.0.path: a file sink needs it: expected a path that begins with /
          sinks:|- type: stdout|  path: /x => c.yaml:3: sinks.0.path: means nothing to sink stdout of type stdout, only to a file sink: leave it out
          sinks:|- type: stdout|- type: stdout|  name: b => c.yaml:3: sinks.1.type: two sinks write to standard output
          sinks:|- type: tcp|  address: localhost:1|- type: tcp|  address: localhost:2 => c.yaml:4: sinks.1.name: two sinks are named tcp: expected a name of its own for each
          sinks:|- type: stdout|  name: A b => c.yaml:3: sinks.0.name: 'A b': expected up to 32 lower-case letters, digits, - and _, or auto
          sinks:|- type: syslog => c.yaml:2: sinks.0.address: a syslog sink needs it: expected host:port of the receiver
          sinks:|- type: relp|  address: siem:20514 => c.yaml:2: sinks.0.tls: events would go to siem:20514 in plain text: expected tls: on, or tls: off spelled out
          sinks:|- type: syslog|  address: siem:514|  protocol: udp => c.yaml:2: sinks.0.tls: events would go to siem:514 in plain text: expected tls: on, or tls: off spelled out
          sinks:|- type: syslog|  address: siem:514|  protocol: udp|  tls: on => c.yaml:5: sinks.0.tls: datagrams are not encrypted: expected tls: off, or protocol: tcp
          sinks:|- type: syslog|  address: localhost:514|  protocol: udp|  max_size: 64KiB => c.yaml:5: sinks.0.max_size: a datagram carries no more than 63KiB
          sinks:|- type: relp|  address: localhost:514|  max_size: 129KiB => c.yaml:4: sinks.0.max_size: a receiver breaks the connection over a RELP frame of more than 128KiB
          sinks:|- type: relp|  address: localhost:514|  protocol: udp => c.yaml:4: sinks.0.protocol: means nothing to sink relp of type relp, only to a syslog sink: leave it out
          sinks:|- type: syslog|  address: localhost:514|  max_size: 1KiB => c.yaml:4: sinks.0.max_size: '1KiB': expected a size such as 64MiB or 2GiB, 2KiB to 1MiB
          sinks:|- type: syslog|  address: localhost:514|  structured_data_id: audit => c.yaml:4: sinks.0.structured_data_id: 'audit': expected a name, @ and an enterprise number
          sinks:|- type: file|  path: /a|  tls: on => c.yaml:4: sinks.0.tls: means nothing to sink file of type file, only to a tcp, syslog, relp, http, hec, bulk, otlp or kafka sink: leave it out
          sinks:|- type: otlp => c.yaml:2: sinks.0.address: an otlp sink needs it: expected host:port of the receiver
          sinks:|- type: kafka|  topic: audit => c.yaml:2: sinks.0.address: a kafka sink needs it: expected host:port of the receiver
          sinks:|- type: kafka|  address: localhost:9092|  brokers: ['b.example:9092'] => c.yaml:2: sinks.0.tls: events would go to b.example:9092 in plain text: expected tls: on, or tls: off spelled out
          sinks:|- type: kafka|  address: localhost:9092|  brokers: [b] => c.yaml:4: sinks.0.brokers: 'b': expected a list of host:port
          sinks:|- type: kafka|  address: localhost:9092|  sasl: plain|  user: x|  password_file: /x => c.yaml:4: sinks.0.sasl: plain would send the password in plain text: expected tls: on, or scram_sha_512
          sinks:|- type: kafka|  address: localhost:9092|  user: x => c.yaml:4: sinks.0.user: only with sasl: plain or scram_sha_512
          sinks:|- type: bulk|  address: localhost:9200|  format: raw => c.yaml:4: sinks.0.format: a data stream wants @timestamp: expected ecs
          sinks:|- type: hec|  address: localhost:8088|  endpoint: raw => c.yaml:4: sinks.0.endpoint: Splunk would cut JSON into lines of its own time: expected event, or format: raw, cef or leef
          sinks:|- type: otlp|  address: localhost:4318|  index: main => c.yaml:4: sinks.0.index: means nothing to sink otlp of type otlp, only to a hec or bulk sink: leave it out
          sinks:|- type: tcp|  address: localhost:1|  token_file: /t => c.yaml:4: sinks.0.token_file: means nothing to sink tcp of type tcp, only to an http, hec, bulk or otlp sink: leave it out
          sinks:|- type: hec|  address: splunk:8088 => c.yaml:2: sinks.0.tls: events would go to splunk:8088 in plain text: expected tls: on, or tls: off spelled out
          sinks:|- type: hec|  address: localhost:8088|  proxy: proxy.corp:3128 => c.yaml:2: sinks.0.tls: events would go to localhost:8088 in plain text: expected tls: on, or tls: off spelled out
          sinks:|- type: bulk|  address: localhost:9200|  target: /x/_bulk|  index: main => c.yaml:4: sinks.0.target: index, source and sourcetype stand in the target: expected them, or it
          sinks:|- type: syslog|  address: localhost:514|  structured_data_id: coreaudit@1.11111111.222222222.33333 => c.yaml:4: sinks.0.structured_data_id: has more than the 32 characters of RFC 5424
          metrics:|  listen: 0.0.0.0:9472|  tls: {ca: /ca, certificate: /crt} => c.yaml: metrics.tls.key: metrics.listen needs it: other hosts are answered over TLS, and only with a certificate of theirs; expected the path of a PEM file
          http:|  listen: 0.0.0.0:9471 => c.yaml:2: http.listen: 0.0.0.0:9471 can be reached from other hosts, which need TLS with client certificates: that is metrics.listen; expected a loopback address such as 127.0.0.1:9471, or off
          sinks:|- type: tcp|  name: siem|  address: localhost:1|  window: 10 => c.yaml:5: sinks.0.window: means nothing to sink siem of type tcp, only to a relp sink: leave it out
          sinks:|- type: hec|  address: localhost:1|  max_size: 10KiB => c.yaml:4: sinks.0.max_size: means nothing to sink hec of type hec, only to a syslog or relp sink: leave it out
          sinks:|- type: hec|  address: localhost:1|  oversize: split => c.yaml:4: sinks.0.oversize: means nothing to sink hec of type hec, only to a syslog or relp sink: leave it out
          sinks:|- type: tcp|  address: localhost:1|  facility: audit => c.yaml:4: sinks.0.facility: means nothing to sink tcp of type tcp, only to a syslog or relp sink: leave it out
          sinks:|- type: tcp|  address: localhost:1|  structured_data_id: a@1 => c.yaml:4: sinks.0.structured_data_id: means nothing to sink tcp of type tcp, only to a syslog or relp sink: leave it out
          sinks:|- type: syslog|  address: localhost:1|  dead_letters: 1MiB => c.yaml:4: sinks.0.dead_letters: means nothing to sink syslog of type syslog, only to a relp, http, hec, bulk, otlp or kafka sink: leave it out
          sinks:|- type: relp|  address: localhost:1|  compress: true => c.yaml:4: sinks.0.compress: means nothing to sink relp of type relp, only to an http, hec, bulk, otlp or kafka sink: leave it out
          sinks:|- type: relp|  address: localhost:1|  resend_window: 1MiB => c.yaml:4: sinks.0.resend_window: means nothing to sink relp of type relp, only to a tcp or syslog sink: leave it out
          sinks:|- type: syslog|  address: localhost:1|  protocol: udp|  resend_window: 1MiB => c.yaml:5: sinks.0.resend_window: means nothing to sink syslog, for datagrams are not sent again: leave it out, or choose protocol: tcp
          sinks:|- type: stdout|  rotate_count: 3 => c.yaml:3: sinks.0.rotate_count: means nothing to sink stdout of type stdout, only to a file sink: leave it out
          sinks:|- type: relp|  address: localhost:1|  window: 4096|  max_size: 8KiB => c.yaml:4: sinks.0.window: 4096 messages of max_size would be under way and kept in memory at once, more than 16MiB: expected 2048, or a smaller max_size
          sinks:|- type: hec|  address: localhost:1|  index: a-{pod} => c.yaml:4: sinks.0.index: {pod} is no place: expected {key}, {kind}, {namespace}, {node}, {type}
          sinks:|- type: hec|  address: localhost:1|  source: x{key => c.yaml:4: sinks.0.source: a brace without the other one: expected {key}, {kind}, {namespace}, {node}, {type}
          sinks:|- type: bulk|  address: localhost:1|  index: a-{key} => c.yaml:4: sinks.0.index: stands in the address of the request, so it is one for all events: expected no {...}, or a hec sink with endpoint: event
          log:|  level: verbose => c.yaml:2: log.level: 'verbose': expected error, warn, info or debug
          a: [ => c.yaml:2: not valid YAML: expected the node content, but found '<stream end>'
          """)
  void shouldNameFileLineKeyAndWhatIsExpected(String yaml, String message) {
    assertThat(problems(yaml.replace('|', '\n') + "\n")).containsExactly(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '\u0001',
      textBlock =
          """
          watch.pathz=/etc => --set: watch.pathz: unknown key (did you mean watch.paths?)
          watch => --set: expected key=value, found 'watch'
          watch=/etc => --set: watch: expected one of the keys below it, such as watch.paths
          watch.paths=etc => --set: watch.paths: 'etc': expected a list of paths that begin with /
          sinks.1.type=tcp => --set: sinks.1.type: there are 0 sinks: expected sinks.0 for one more
          sinks.*.type=tcp => --set: sinks.*.type: expected the sink's place in the list: sinks.0 is the first
          sinks.0.format=raw => --set: sinks.0.type: is missing: expected stdout, file, tcp, syslog, relp, http, hec, bulk, otlp or kafka
          sinks=[{type: tcp, adress: "a:1"}] => --set: sinks.0.adress: unknown key (did you mean sinks.0.address?)
          sinks=[{type: => --set: not valid YAML: expected the node content, but found '<stream end>'
          """)
  void shouldNameTheCommandLine(String set, String message) {
    ConfigException thrown =
        catchThrowableOfType(
            ConfigException.class, () -> ConfigReader.readText("c.yaml", "", List.of(set)));
    assertThat(thrown.problems().getFirst()).isEqualTo(message);
  }

  @Test
  void shouldTellEverythingAtOnce() {
    assertThat(
            problems(
                """
                input: {mode: x, gather: y}
                watch: {paths: [a, b]}
                sinks: [{type: tcp}, {type: file}]
                nonsense: 1
                """))
        .hasSize(7);
  }

  @Test
  void shouldSurviveAliasesThatPointAtThemselves() {
    assertThat(problems("input: &a\n  gather: *a\n")).isNotEmpty();
    assertThat(problems("input: &a\n  x: *a\n")).hasSize(1);
  }

  @Test
  void shouldRefuseAFileThatOthersMayWrite(@TempDir Path dir) throws Exception {
    Path file = Files.writeString(dir.resolve("c.yaml"), "log: {level: warn}\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
    assertThat(
            catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(file, List.of())))
        .hasMessage(file + ": others than its owner may write it: run chmod go-w " + file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(ConfigReader.read(file, List.of()).config().logLevel()).isEqualTo(LogLevel.WARN);
  }

  @Test
  void shouldSayWhatIsWrongWithTheFileItself(@TempDir Path dir) throws Exception {
    Path none = dir.resolve("none.yaml");
    assertThat(
            catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(none, List.of())))
        .hasMessage(none + ": no such file");
    Path bytes = Files.write(dir.resolve("bytes.yaml"), new byte[] {(byte) 0xff, 0});
    Files.setPosixFilePermissions(bytes, PosixFilePermissions.fromString("rw-------"));
    assertThat(
            catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(bytes, List.of())))
        .hasMessage(bytes + ": is not UTF-8 text");
  }

  private static List<String> problems(String yaml) {
    ConfigException thrown =
        catchThrowableOfType(
            ConfigException.class, () -> ConfigReader.readText("c.yaml", yaml, List.of()));
    assertThat(thrown).as(yaml).isNotNull();
    return thrown.problems();
  }
}
