package io.coreaudit.record;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathOwnerTest {
  private static final String PATH =
      "audit(1795321989.984:3022): item=0 name=\"/run/secrets/token\" inode=2 dev=00:27"
          + " mode=0100644 ouid=1000 ogid=65534 rdev=00:00 nametype=NORMAL cap_fp=0";

  private final PathOwner path = new PathOwner();

  @Test
  void shouldReadARecordOfTheKernel() {
    assertThat(read(PATH)).isTrue();
    assertThat(path.owner()).isEqualTo(1000);
    assertThat(path.group()).isEqualTo(65534);
    assertThat(read(PATH.replace("name=\"/run/secrets/token\"", "name=(null)"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "audit(1795321989.984:3022): item=0 name=\"/x\" nametype=UNKNOWN cap_fp=0 cap_fi=0",
        "audit(1795321989.984:3022): item=0 name=\"/x y\" inode=2 dev=0:1 mode=01 ouid=0 ogid=0"
            + " a=b",
        "audit(1795321989.984:3022): item=0 name=\"/x\" inode=2 dev=0:1 mode=01 ouid=x ogid=0 a=b",
        "audit(1795321989.984:3022): item=0 name=\"/x\" inode=2 dev=0:1 mode=01 ouid=4294967296"
            + " ogid=0 a=b",
        "audit(1.2:3): x",
        ""
      })
  void shouldRefuseWhatTheKernelDoesNotWriteSo(String text) {
    assertThat(read(text)).isFalse();
  }

  @Test
  void shouldTakeAnyLength() {
    for (int length = 0; length < PATH.length(); length++) {
      boolean read = read(PATH.substring(0, length));
      assertThat(read && length < PATH.indexOf("ogid=")).isFalse();
    }
    assertThat(read(PATH)).isTrue();
  }

  private boolean read(String text) {
    try (Text memory = Text.of(text)) {
      return path.read(memory.address(), memory.length());
    }
  }
}
