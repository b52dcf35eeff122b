package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.interpret.ArchNames;
import io.coreaudit.interpret.SyscallNames;
import io.coreaudit.memory.Memory;
import io.coreaudit.record.RecordTypes;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TextFormsTest {
  private final Arena arena = Arena.ofAuto();
  private final long block = arena.allocate(4096).address();
  private final SocketText socket = new SocketText();

  @ParameterizedTest
  @CsvSource({
    "/a/b, /a/b",
    "/a//b/./c/, /a/b/c",
    "/a/../b, /b",
    "/../../x, /x",
    "/a/b/../.., /",
    "/, /",
    "//, /",
    "/..., /...",
    "/a/.b/..c, /a/.b/..c",
    "/a/.., /",
    "/./., /"
  })
  void shouldNormalisePaths(String path, String expected) {
    assertThat(text(PathText.normalise(block, put(path)))).isEqualTo(expected);
  }

  @Property
  void shouldNormaliseAsTheJdkDoes(@ForAll("paths") String path) {
    String expected = Path.of(path).normalize().toString();
    // The JDK leaves .. at the root; the kernel does not.
    while (expected.startsWith("/..") && (expected.length() == 3 || expected.charAt(3) == '/')) {
      expected = expected.length() == 3 ? "/" : expected.substring(3);
    }
    assertThat(text(PathText.normalise(block, put(path)))).isEqualTo(expected);
  }

  @Provide
  Arbitrary<String> paths() {
    return Arbitraries.of("a", "bc", ".", "..", "", "...")
        .list()
        .ofMaxSize(8)
        .map(parts -> "/" + String.join("/", parts));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "192.0.2.255",
        "::",
        "::1",
        "1::",
        "2001:db8::1",
        "1:2:3:4:5:6:7:8",
        "fe80::a:b",
        "::ffff:192.0.2.9"
      })
  void shouldKnowAddresses(String address) {
    assertThat(IpText.isAddress(block, put(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "?",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "1.2.3.",
        ".1.2.3.4",
        "01.2.3.4",
        "host",
        "cafe",
        ":",
        ":::",
        "1:2:3",
        "1::2::3",
        "12345::",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::8",
        ":1::",
        "1:2:3:4:5:6:7:",
        "fe80::1%eth0",
        "::ffff:192.0.2",
        "::ffff:1.2.3.4:5",
        "1.2.3.4 "
      })
  void shouldRefuseWhatIsNoAddress(String text) {
    assertThat(IpText.isAddress(block, put(text))).isFalse();
  }

  @Property
  void shouldWriteIpv6AsTheJdkReadsIt(@ForAll @Size(16) byte[] bytes) throws UnknownHostException {
    for (int i = 0; i < 16; i += 2) {
      if (bytes[i] < 40) {
        bytes[i] = bytes[i + 1] = 0; // rows of zeros are what is hard
      }
    }
    if (Arrays.equals(Arrays.copyOf(bytes, 10), new byte[10])) {
      bytes[0] = 1; // the JDK makes IPv4 of mapped ones
    }
    byte[] address = new byte[28];
    address[0] = 10;
    address[2] = 0x1f;
    address[3] = (byte) 0x90;
    System.arraycopy(bytes, 0, address, 8, 16);
    assertThat(socket.read(block, put(HexFormat.of().formatHex(address))))
        .isEqualTo(SocketText.INET6);
    byte[] text = new byte[socket.length()];
    Memory.copy(socket.address(), text, 0, text.length);
    String written = new String(text, StandardCharsets.US_ASCII);
    assertThat(InetAddress.getByName(written).getAddress()).isEqualTo(bytes);
    assertThat(IpText.isAddress(socket.address(), socket.length())).isTrue();
    assertThat(socket.port()).isEqualTo(8080);
    assertThat(written).doesNotContain(":::").doesNotMatch(".*(^|:)0[0-9a-f].*");
  }

  @Test
  void shouldKnowEachActionOfTheTables() {
    assertThat(RecordActions.TABLE.lines().flatMap(TextFormsTest::lastColumn))
        .allMatch(type -> RecordTypes.number(type) > 0)
        .doesNotHaveDuplicates();
    assertThat(SyscallActions.TABLE.lines().flatMap(TextFormsTest::lastColumn))
        .allMatch(TextFormsTest::isCall)
        .doesNotHaveDuplicates();
  }

  private static Stream<String> lastColumn(String line) {
    return Arrays.stream(line.split(" \\| ")[3].split(" "));
  }

  private static boolean isCall(String name) {
    for (int arch : new int[] {ArchNames.X86_64, ArchNames.I386, ArchNames.AARCH64}) {
      var table = SyscallNames.of(arch);
      for (int number = 0; number < table.limit(); number++) {
        byte[] call = table.name(number);
        if (call != null && name.equals(new String(call, StandardCharsets.US_ASCII))) {
          return true;
        }
      }
    }
    return false;
  }

  private int put(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    Memory.copy(bytes, 0, block, bytes.length);
    return bytes.length;
  }

  private String text(int length) {
    byte[] bytes = new byte[length];
    Memory.copy(block, bytes, 0, length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
