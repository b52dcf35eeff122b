package io.coreaudit.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.forward.SinkFormat;
import io.coreaudit.mount.SecretMounts;
import io.coreaudit.spool.SpoolSettings.OnFull;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class ConfigReaderTest {
  @Test
  void shouldHaveADefaultForEverything() throws Exception {
    AgentConfig config = config("");
    assertThat(config.input())
        .isEqualTo(new InputConfig(InputMode.MULTICAST, 100_000_000, 64 << 20, List.of()));
    assertThat(config.audit()).isEqualTo(new AuditConfig(true, true, 8192));
    assertThat(config.watch().paths()).isEmpty();
    assertThat(config.watch().etcd().paths()).contains(Path.of("/var/lib/etcd"));
    assertThat(config.watch().secrets())
        .isEqualTo(
            new WatchConfig.Secrets(
                SwitchWord.AUTO,
                SecretMounts.DEFAULT_MATCH,
                SecretsMode.ANCHOR,
                200,
                SecretsRepeat.SUMMARISE,
                List.of(Path.of("/usr/bin/kubelet"))));
    assertThat(config.origin().containerRate()).isEqualTo(2000);
    assertThat(config.watch().canaryNs()).isEqualTo(60_000_000_000L);
    assertThat(config.spool())
        .isEqualTo(
            new SpoolConfig(
                Path.of("/var/lib/coreaudit/spool"),
                0,
                20,
                8 << 20,
                OnFull.OVERRUN,
                config.spool().shed()));
    assertThat(config.sinks()).hasSize(1);
    assertThat(config.sinks().getFirst().type()).isEqualTo(SinkType.STDOUT);
    assertThat(config.sinks().getFirst().resendWindowBytes()).isEqualTo(16 << 20);
    assertThat(config.http().listen()).isEqualTo(new Address("127.0.0.1", 9471));
    assertThat(config.rules().keepAtStop(true)).isTrue();
    assertThat(config.rules().keepAtStop(false)).isFalse();
    assertThat(config.controlSocket()).isEqualTo(Path.of("/run/coreaudit/control"));
  }

  @Test
  void shouldReadAWholeFile() throws Exception {
    AgentConfig config =
        config(
            """
            input:
              mode: file
              files: [/var/log/audit/audit.log]
            watch.canary: off
            state.dir: /srv/state
            spool: {max_size: 1GiB, on_full: refuse}
            sinks:
            - type: tcp
              name: siem
              format: raw
              address: "[2001:db8::1]:6514"
              tls: {ca: /etc/ca.pem, server_name: siem.example.com}
            - type: tcp
              name: plain
              address: 10.0.0.1:514
              tls: off
            - {type: file, path: /var/log/x.json, rotate_size: 1MiB, rotate_count: 0}
            http: {listen: off}
            """);
    assertThat(config.input().files()).containsExactly(Path.of("/var/log/audit/audit.log"));
    assertThat(config.watch().canaryNs()).isZero();
    assertThat(config.spool().dir()).isEqualTo(Path.of("/srv/state/spool"));
    assertThat(config.spool().maxSizeBytes()).isEqualTo(1 << 30);
    assertThat(config.sinks().get(0).tls().enabled()).isTrue();
    assertThat(config.sinks().get(0).address().host()).isEqualTo("2001:db8::1");
    assertThat(config.sinks().get(1).tls().enabled()).isFalse();
    assertThat(config.sinks().get(2).rotateSizeBytes()).isEqualTo(1 << 20);
    assertThat(config.http().listen()).isNull();
  }

  @Test
  void shouldLetTheCommandLineWin() throws Exception {
    String yaml = "watch: {paths: [/etc]}\nsinks: [{type: tcp, address: 'localhost:1'}]\n";
    AgentConfig config =
        ConfigReader.readText(
                "c.yaml",
                yaml,
                List.of(
                    "watch.paths=/tmp/a, /tmp/b",
                    "sinks.0.address=localhost:2",
                    "sinks.1.type=stdout",
                    "log.level=debug"))
            .config();
    assertThat(config.watch().paths()).containsExactly(Path.of("/tmp/a"), Path.of("/tmp/b"));
    assertThat(config.sinks()).hasSize(2);
    assertThat(config.sinks().getFirst().address().port()).isEqualTo(2);
    assertThat(config.logLevel()).isEqualTo(LogLevel.DEBUG);

    AgentConfig replaced =
        ConfigReader.readText("c.yaml", yaml, List.of("sinks=[{type: stdout, format: raw}]"))
            .config();
    assertThat(replaced.sinks()).hasSize(1);
    assertThat(replaced.sinks().getFirst().format()).isEqualTo(SinkFormat.RAW);
    assertThat(ConfigReader.readText("c.yaml", yaml, List.of("sinks=")).config().sinks()).isEmpty();
    assertThat(
            ConfigReader.readText("c.yaml", yaml, List.of("watch.paths=")).config().watch().paths())
        .isEmpty();
  }

  @Test
  void shouldPrintWhatMeansTheSame() throws Exception {
    ConfigReader.Read read =
        ConfigReader.readText(
            "c.yaml",
            """
            watch: {paths: ['/a b', "/c:d"]}
            sinks:
            - {type: tcp, address: 'siem:1', tls: {ca: /ca.pem, server_name: x}, name: "on"}
            - {type: file, path: /x, rate: 500, filter: {keys: [etcd, a b], exclude_kinds: [watch]}}
            - {type: stdout, include_raw: false}
            """,
            List.of("input.gather=5ms"));
    assertThat(read.effective()).contains("  gather: 5ms  # --set\n", "# c.yaml:1\n");
    assertThat(ConfigReader.readText("d.yaml", read.effective(), List.of()).config())
        .isEqualTo(read.config());
    assertThat(ConfigReader.readText("d.yaml", "sinks: []\n", List.of()).effective())
        .contains("sinks: []\n");
  }

  @Test
  void shouldRedactAllButRawUnlessTold() throws Exception {
    assertThat(redacts("{type: stdout}")).isTrue();
    assertThat(redacts("{type: stdout, format: raw}")).isFalse();
    assertThat(redacts("{type: stdout, format: raw, redact: true}")).isTrue();
    assertThat(redacts("{type: stdout, redact: false}")).isFalse();
  }

  private static boolean redacts(String sink) throws Exception {
    return ConfigReader.readText("c.yaml", "sinks: [" + sink + "]", List.of())
        .config()
        .sinks()
        .getFirst()
        .redacts();
  }

  @Test
  void shouldRefuseARecordThatIsMadeByHand() {
    assertThatThrownBy(() -> new AuditConfig(true, true, 1))
        .hasMessage("audit.backlog_limit: 1 is out of bounds: expected 64 to 1048576");
  }

  @Property(tries = 500)
  void shouldWriteSizesAndTimesAsTheyAreRead(@ForAll long any) {
    long value = Math.floorMod(any, 1L << 40) + 1;
    ValueType.Size size = new ValueType.Size(0, Long.MAX_VALUE, "auto");
    assertThat(size.parse(size.format(value))).isEqualTo(value);
    ValueType.Duration duration = new ValueType.Duration(0, Long.MAX_VALUE, "off");
    assertThat(duration.parse(duration.format(value))).isEqualTo(value);
  }

  @Property(tries = 500)
  void shouldRefuseOrReadAnyTextWithoutFailing(@ForAll String yaml, @ForAll String set) {
    try {
      ConfigReader.readText("c.yaml", yaml, List.of(set, "sinks.0.tls=" + set));
    } catch (ConfigException e) {
      assertThat(e.problems()).isNotEmpty().noneMatch(problem -> problem.contains("\n"));
    }
  }

  private static AgentConfig config(String yaml) throws ConfigException {
    return ConfigReader.readText("c.yaml", yaml, List.of()).config();
  }
}
