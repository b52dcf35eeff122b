package io.coreaudit.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each `X.mountinfo` of test-fixtures/mountinfo gives `X.mountinfo.golden`.
/// `-Dgolden.rewrite=true` writes them anew.
final class MountinfoGoldenTest {
  private static final Path FIXTURES = Path.of("../test-fixtures/mountinfo");

  static Stream<String> fixtures() throws IOException {
    return names(".mountinfo").stream();
  }

  private static List<String> names(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(FIXTURES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(suffix))
          .sorted()
          .toList();
    }
  }

  @Test
  void shouldFindEveryTableWithItsGolden() throws IOException {
    assertThat(names(".golden"))
        .isEqualTo(names(".mountinfo").stream().map(name -> name + ".golden").toList())
        .hasSize(3);
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void shouldReadWhatTheKernelPrinted(String name) throws IOException {
    String read =
        mounts(Files.readAllBytes(FIXTURES.resolve(name))).stream()
            .map(MountinfoGoldenTest::text)
            .collect(Collectors.joining());
    Path golden = FIXTURES.resolve(name + ".golden");
    if (Boolean.getBoolean("golden.rewrite")) {
      Files.writeString(golden, read);
    }
    assertThat(read).isEqualTo(Files.readString(golden));
  }

  static List<Mount> mounts(byte[] bytes) {
    List<Mount> mounts = new ArrayList<>();
    MountinfoLine line = new MountinfoLine();
    try (MountinfoText text = new MountinfoText()) {
      text.set(bytes);
      for (long at = text.begin(); at < text.end(); at = text.lineEnd(at) + 1) {
        mounts.add(line.read(at, text.lineEnd(at)));
      }
    }
    return mounts;
  }

  private static String text(Mount mount) {
    String fields =
        String.join(
            "|",
            mount.id() + "|" + mount.parentId() + "|" + mount.device(),
            mount.root(),
            mount.mountPoint(),
            mount.fsType(),
            mount.source(),
            mount.options(),
            mount.superOptions(),
            mount.propagation());
    StringBuilder escaped = new StringBuilder();
    for (char c : fields.toCharArray()) {
      boolean plain = c >= ' ' && c < 0x7F && c != '\\';
      escaped.append(plain ? "" + c : String.format("\\u%04X", (int) c));
    }
    return escaped.append('\n').toString();
  }
}
