package io.coreaudit.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The events of the rehearsal: of many kinds, in pairs, each with its own serial.
final class SyntheticEventsTest {
  private static final Pattern LINE =
      Pattern.compile("type=([A-Z_]+) msg=audit\\(1000000000\\.000:(\\d+)\\): .+");

  @Test
  void shouldTakeTurnsInPairsOfWhichSomeAreMixed() {
    SyntheticEvents events = new SyntheticEvents();
    Set<String> types = new HashSet<>();
    int mixed = 0;
    for (int turn = 0; turn < 100; turn += 2) {
      int changes = 0;
      String before = "";
      Set<String> serials = new HashSet<>();
      for (String line : events.lines(turn).lines().toList()) {
        var match = LINE.matcher(line);
        assertThat(match.matches()).as(line).isTrue();
        types.add(match.group(1));
        serials.add(match.group(2));
        changes += match.group(2).equals(before) ? 0 : 1;
        before = match.group(2);
      }
      assertThat(serials)
          .containsExactlyInAnyOrder(
              Integer.toString(1_000_000 + turn), Integer.toString(1_000_001 + turn));
      mixed += changes > 2 ? 1 : 0;
    }
    assertThat(types)
        .contains("SYSCALL", "URINGOP", "EXECVE", "SOCKADDR", "AVC", "CONFIG_CHANGE", "USER_START");
    assertThat(mixed).isBetween(5, 25);
  }
}
