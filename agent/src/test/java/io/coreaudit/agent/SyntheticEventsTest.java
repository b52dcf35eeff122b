package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The events of the rehearsal: of many kinds, each with its turn's serial.
final class SyntheticEventsTest {
  private static final Pattern LINE =
      Pattern.compile("type=([A-Z_]+) msg=audit\\(1000000000\\.000:(\\d+)\\): .+");

  @Test
  void shouldTakeTurnsAndGiveEachItsSerial() {
    SyntheticEvents events = new SyntheticEvents();
    Set<String> types = new HashSet<>();
    for (int turn = 0; turn < 100; turn++) {
      List<String> lines = events.lines(turn).lines().toList();
      assertThat(lines).isNotEmpty();
      for (String line : lines) {
        var match = LINE.matcher(line);
        assertThat(match.matches()).as(line).isTrue();
        assertThat(match.group(2)).isEqualTo(Integer.toString(1_000_000 + turn));
        types.add(match.group(1));
      }
    }
    assertThat(types)
        .contains("SYSCALL", "URINGOP", "EXECVE", "SOCKADDR", "AVC", "CONFIG_CHANGE", "USER_START");
  }
}
