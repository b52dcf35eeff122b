package io.coreaudit.mount;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.kernel.Pages;
import io.coreaudit.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class MountTextTest {
  private static String of(byte[] bytes, boolean escaped) {
    try (Pages pages = Pages.allocate(bytes.length + 1)) {
      Memory.copy(bytes, 0, pages.address(), bytes.length);
      return escaped
          ? MountText.ofEscaped(pages.address(), bytes.length)
          : MountText.of(pages.address(), bytes.length);
    }
  }

  @Property
  void shouldGiveBackAnyBytes(@ForAll @Size(max = 40) byte[] bytes) {
    assertThat(MountText.bytes(of(bytes, false))).isEqualTo(bytes);
  }

  @Property
  void shouldReadWhatTheKernelEscapes(@ForAll @Size(max = 40) byte[] bytes) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : bytes) {
      // As seq_escape does, and every byte that stands for itself as it is.
      boolean special = b == ' ' || b == '\t' || b == '\n' || b == '\\' || b == '#';
      escaped.append(special ? String.format("\\%03o", b & 0xFF) : "" + (char) (b & 0xFF));
    }
    byte[] text = escaped.toString().getBytes(StandardCharsets.ISO_8859_1);
    assertThat(MountText.bytes(of(text, true))).isEqualTo(bytes);
  }

  @Test
  void shouldKeepValidTextReadable() {
    byte[] bytes = "/é漢😀".getBytes(StandardCharsets.UTF_8);
    assertThat(of(bytes, false)).isEqualTo("/é漢😀");
    assertThat(of(Arrays.copyOf(bytes, bytes.length - 1), false))
        .isEqualTo("/é漢\uDCF0\uDC9F\uDC98");
    assertThat(of(new byte[] {'a', (byte) 0xFF, 'b'}, false)).isEqualTo("a\uDCFFb");
  }

  @Test
  void shouldLeaveABackslashThatEscapesNothing() {
    assertThat(of("a\\09b\\04\\400\\\\040".getBytes(StandardCharsets.US_ASCII), true))
        .isEqualTo("a\\09b\\04\\400\\ ");
  }
}
