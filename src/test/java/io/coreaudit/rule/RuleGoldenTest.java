package io.coreaudit.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The wire form against what the real auditctl sent, for every fixture there is.
final class RuleGoldenTest {
  private static final Path FIXTURES = Path.of("../test-fixtures/rules");

  static Stream<String> fixtures() throws IOException {
    return names(".rules").stream();
  }

  private static List<String> names(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(FIXTURES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(suffix))
          .map(name -> name.substring(0, name.length() - suffix.length()))
          .sorted()
          .toList();
    }
  }

  @Test
  void shouldFindEveryRuleWithItsGolden() throws IOException {
    assertThat(names(".golden")).isEqualTo(names(".rules")).hasSizeGreaterThanOrEqualTo(7);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void shouldReadAndWriteTheBytesOfAuditctl(String name) throws IOException {
    String golden = golden(name);
    AuditRuleData rule = AuditRuleData.parse(HexFormat.of().parseHex(golden));
    assertThat(padded(rule.wire())).isEqualTo(golden);
    assertThat(AuditRuleData.parse(rule.wire())).isEqualTo(rule).hasSameHashCodeAs(rule);
    assertThat(rule).hasToString(text(name));
  }

  @Test
  void shouldWatchADirectoryAsAuditctlDoes() throws IOException {
    WatchRule rule = WatchRule.directory("/tmp/coreaudit-golden/dir/", "openshift_secret");
    assertThat(padded(rule.data().wire())).isEqualTo(golden("watch-dir"));
  }

  @Test
  void shouldWatchAFileAsAuditctlDoes() throws IOException {
    WatchRule rule = WatchRule.file("/tmp/coreaudit-golden/file", "k");
    assertThat(padded(rule.data().wire())).isEqualTo(golden("watch-file"));
  }

  /// auditctl pads the payload as netlink would the message.
  private static String padded(byte[] wire) {
    return HexFormat.of().formatHex(Arrays.copyOf(wire, wire.length + 3 & ~3));
  }

  private static String golden(String name) throws IOException {
    return withoutComments(name + ".golden");
  }

  private static String text(String name) throws IOException {
    return withoutComments(name + ".rules");
  }

  private static String withoutComments(String file) throws IOException {
    return Files.readAllLines(FIXTURES.resolve(file)).stream()
        .filter(line -> !line.startsWith("#"))
        .collect(Collectors.joining());
  }
}
