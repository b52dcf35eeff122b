package io.coreaudit.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SinkSettingsTest {
  private static SinkSettings.Tcp tcp(String address, TlsSettings tls) {
    return new SinkSettings.Tcp(
        "sinks[1]",
        "siem",
        SinkFormat.ECS,
        address,
        tls,
        SinkSettings.DEFAULT_RESEND_WINDOW_BYTES,
        SinkSettings.TcpTimings.DEFAULT);
  }

  private static void assertRefused(Runnable making, String key, String why) {
    var refused = catchThrowableOfType(SinkSettingsException.class, making::run);
    assertThat(refused).isNotNull();
    assertThat(refused.key()).isEqualTo(key);
    assertThat(refused).hasMessageStartingWith(key + ": ").hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({
    "siem.example:6514, siem.example, 6514",
    "10.0.0.5:1, 10.0.0.5, 1",
    "[fd00::5]:65535, fd00::5, 65535",
    "[fe80::1%eth0]:514, fe80::1%eth0, 514"
  })
  void shouldReadAnAddress(String address, String host, int port) {
    var settings = tcp(address, TlsSettings.on("sinks[1].tls"));
    assertThat(settings.host()).isEqualTo(host);
    assertThat(settings.port()).isEqualTo(port);
    assertThat(settings.target()).isEqualTo("tls " + address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"siem", "siem:", ":514", "fd00::5:514", "tcp://siem:514", "a b:1", "x:1234567"})
  void shouldRefuseWhatIsNoAddress(String address) {
    assertRefused(
        () -> tcp(address, TlsSettings.on("sinks[1].tls")),
        "sinks[1].address",
        "\"" + address + "\" is not host:port");
  }

  @ParameterizedTest
  @ValueSource(strings = {"siem:0", "siem:65536"})
  void shouldRefuseAPortThatCannotBe(String address) {
    assertRefused(
        () -> tcp(address, TlsSettings.on("sinks[1].tls")),
        "sinks[1].address",
        "is not between 1 and 65535");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:514", "127.9.9.9:514", "[::1]:514", "localhost:514"})
  void shouldSendPlaintextToItsOwnHost(String address) {
    assertThatCode(() -> tcp(address, null)).doesNotThrowAnyException();
    assertThat(tcp(address, null).target()).isEqualTo("tcp " + address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.5:514",
        "siem:514",
        "[fd00::1]:514",
        "127.example:514",
        "localhost.example:514"
      })
  void shouldSendPlaintextElsewhereOnlyWhenItIsSpelledOut(String address) {
    assertRefused(() -> tcp(address, null), "sinks[1].tls", "spell out `tls: off`");
    assertThat(tcp(address, TlsSettings.off("sinks[1].tls")).secured()).isFalse();
  }

  @Test
  void shouldRefuseNamesThatDoNotFitACursorOrAnEvent() {
    for (String name : new String[] {"", "../x", "a b", "a\"b", "-a", "x".repeat(65)}) {
      assertRefused(
          () -> new SinkSettings.Stdout("sinks[0]", name, SinkFormat.ECS), "sinks[0].name", "");
    }
    assertThatCode(() -> new SinkSettings.Stdout("sinks[0]", "x".repeat(64), SinkFormat.RAW))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldRefuseAFileThatCannotBe() {
    assertRefused(() -> file("audit.log", 1 << 20, 5), "sinks[2].path", "is not an absolute path");
    assertRefused(() -> file("/", 1 << 20, 5), "sinks[2].path", "names no file");
    assertRefused(() -> file("/var/log/x", 100, 5), "sinks[2].max_size", "100 is not between 4096");
    assertRefused(() -> file("/var/log/x", 1 << 20, -1), "sinks[2].keep", "-1 is not between 0");
  }

  private static SinkSettings.File file(String path, long maxSize, int keep) {
    return new SinkSettings.File(
        "sinks[2]", "f", SinkFormat.ECS, Path.of(path), maxSize, keep, Duration.ZERO);
  }

  @Test
  void shouldRefuseTlsThatContradictsItself() {
    Path file = Path.of("/etc/pki/x.pem");
    assertRefused(
        () -> new TlsSettings("sinks[0].tls", true, null, file, null, null, true, null),
        "sinks[0].tls.key",
        "a certificate needs its key");
    assertRefused(
        () -> new TlsSettings("sinks[0].tls", true, null, null, file, null, true, null),
        "sinks[0].tls.certificate",
        "a key needs its certificate");
    assertRefused(
        () -> new TlsSettings("sinks[0].tls", false, file, null, null, null, true, null),
        "sinks[0].tls",
        "is off, yet a ca");
    assertRefused(
        () ->
            new TlsSettings("sinks[0].tls", true, Path.of("ca.pem"), null, null, null, true, null),
        "sinks[0].tls.ca",
        "not an absolute path");
  }

  @Test
  void shouldRefuseAWindowThatCannotBe() {
    assertRefused(
        () ->
            new SinkSettings.Tcp(
                "sinks[1]",
                "siem",
                SinkFormat.ECS,
                "localhost:1",
                null,
                -1,
                SinkSettings.TcpTimings.DEFAULT),
        "sinks[1].resend_window",
        "-1 is not between 0");
  }
}
