package io.coreaudit.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.coreaudit.ledger.ChainKeys;
import java.io.BufferedWriter;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DeliveredLogTest {
  private static final String BOOT = "00000000-0000-0001-0000-000000000002";

  @TempDir private Path dir;
  private final List<String> problems = new ArrayList<>();

  private static String event(String node, long seq) {
    return """
    {"@timestamp":"2026-11-22T04:33:09.984Z","event":{"id":"%s:1.000:%d","dataset":"coreaudit.audit"},\
    "host":{"name":"%s","boot":{"id":"%s"}},"coreaudit":{"seq":%d,"raw":["type=A msg=audit(1.000:%d): "]}}
    """
        .formatted(node, seq, node, BOOT, seq, seq);
  }

  private static String events(String node, long first, long last) {
    StringBuilder events = new StringBuilder();
    for (long seq = first; seq <= last; seq++) {
      events.append(event(node, seq));
    }
    return events.toString();
  }

  private DeliveredLog.Findings read(String node, String... texts) throws Exception {
    DeliveredLog log = new DeliveredLog(node, ChainKeys.NONE, problems::add);
    for (int i = 0; i < texts.length; i++) {
      log.read(Files.writeString(dir.resolve("delivered" + i), texts[i]), _ -> {});
    }
    return log.finish();
  }

  @Test
  void shouldTakeFilesAsOneStream() throws Exception {
    DeliveredLog.Findings found = read(null, events("a", 1, 50), events("a", 51, 99));
    assertThat(found.chain().events()).isEqualTo(99);
    assertThat(found.node()).isEqualTo("a");
    assertThat(found.isSound()).isTrue();
    assertThat(problems).isEmpty();
  }

  @Test
  void shouldReadGzip() throws Exception {
    Path file = dir.resolve("delivered.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write((events("a", 1, 10) + events("a", 12, 20)).getBytes());
    }
    DeliveredLog log = new DeliveredLog(null, ChainKeys.NONE, problems::add);
    log.read(file, _ -> {});
    assertThat(log.finish().isSound()).isFalse();
    assertThat(problems)
        .containsExactly(
            "event 11 is missing before event 12 (a:1.000:12), and nothing in the stream says so");
  }

  @Test
  void shouldAskWhichNodeIsMeant() throws Exception {
    String both = events("a", 1, 5) + events("b", 100, 105) + events("a", 6, 9);
    assertThatThrownBy(() -> read(null, both))
        .isInstanceOf(DeliveredLog.Unverifiable.class)
        .hasMessageContaining("several nodes, a and b", "--node=a");
    DeliveredLog.Findings found = read("a", both);
    assertThat(found.chain().events()).isEqualTo(9);
    assertThat(found.otherNodes()).isEqualTo(6);
    assertThat(found.isSound()).isTrue();
  }

  @Test
  void shouldNotFindNothingSound() throws Exception {
    assertThat(read(null, "").isSound()).isFalse();
    assertThat(read("c", events("a", 1, 5)).isSound()).isFalse();
    assertThat(read(null, "no event\n{}\n" + "x".repeat(5 << 20)).otherLines()).isEqualTo(3);
  }

  @Test
  void shouldSayThatRawLinesCannotBeVerified() {
    assertThatThrownBy(() -> read(null, "type=SYSCALL msg=audit(1.000:1): arch=c000003e\n"))
        .isInstanceOf(DeliveredLog.Unverifiable.class)
        .hasMessageContaining("format: ecs");
  }

  /// More than digests are kept of.
  @Test
  void shouldFindEachHoleOfThreeHundredThousandEvents() throws Exception {
    Path file = dir.resolve("long");
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (long seq = 1; seq <= 300_000; seq++) {
        if (seq % 1000 != 0) {
          out.write(event("a", seq));
        }
      }
    }
    DeliveredLog log = new DeliveredLog(null, ChainKeys.NONE, problems::add);
    log.read(file, _ -> {});
    DeliveredLog.Findings found = log.finish();
    assertThat(found.chain().missingEvents()).isEqualTo(299);
    assertThat(problems).hasSize(299);
  }
}
