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
          sinks: stdout => c.yaml:1: sinks: expected a list of sinks (- type: tcp ...), found 'stdout'
          sinks:|- stdout => c.yaml:2: sinks.0: expected a sink's keys (type: tcp ...), found 'stdout'
          sinks:|- name: a => c.yaml:2: sinks.0.type: is missing: expected stdout, file or tcp
          sinks:|- type: syslog => c.yaml:2: sinks.0.type: 'syslog': expected stdout, file or tcp
          sinks:|- type: stdout|  adress: x:1 => c.yaml:3: sinks.0.adress: unknown key (did you mean sinks.0.address?)
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
          sinks:|- type: stdout|  path: /x => c.yaml:3: sinks.0.path: only for a file sink
          sinks:|- type: stdout|- type: stdout|  name: b => c.yaml:3: sinks.1.type: two sinks write to standard output
          sinks:|- type: tcp|  address: localhost:1|- type: tcp|  address: localhost:2 => c.yaml:4: sinks.1.name: two sinks are named tcp: expected a name of its own for each
          sinks:|- type: stdout|  name: A b => c.yaml:3: sinks.0.name: 'A b': expected up to 32 lower-case letters, digits, - and _, or auto
          http:|  listen: 0.0.0.0:9471 => c.yaml:2: http.listen: 0.0.0.0:9471 can be reached from other hosts, which needs TLS with client certificates; this version has no such listener: expected a loopback address such as 127.0.0.1:9471, or off
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
          sinks.0.format=raw => --set: sinks.0.type: is missing: expected stdout, file or tcp
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
