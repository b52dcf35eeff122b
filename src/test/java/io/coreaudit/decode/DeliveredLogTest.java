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

  private static String message(long seq, int record, int records, String further, String text) {
    return "<110>1 2026-11-22T04:33:09.984Z a coreaudit 412 SYSCALL [coreaudit@32473"
        + " id=\"a:1.000:%d\" seq=\"%d\" boot=\"%s\" key=\"x\\]\" record=\"%d\" records=\"%d\"%s] %s\n"
            .formatted(seq, seq, BOOT, record, records, further, text);
  }

  private static String messages(long first, long last) {
    StringBuilder lines = new StringBuilder();
    for (long seq = first; seq <= last; seq++) {
      String stamp = " msg=audit(1.000:" + seq + "): ";
      lines.append(message(seq, 1, 3, "", "type=A" + stamp + "a"));
      lines.append(message(seq, 2, 3, " part=\"1\" parts=\"2\"", "type=B" + stamp + "b"));
      lines.append(message(seq, 2, 3, " part=\"2\" parts=\"2\"", "bb"));
      lines.append(message(seq, 3, 3, "", "type=C" + stamp + "c"));
    }
    return lines.toString();
  }

  private static String ecs(long seq) {
    return event("a", seq)
        .replaceFirst(
            "\"raw\":.*",
            "\"raw\":[\"type=A msg=audit(1.000:%d): a\",\"type=B msg=audit(1.000:%d): bbb\",\"type=C msg=audit(1.000:%d): c\"]}}"
                .formatted(seq, seq, seq));
  }

  /// They are the same events as those of an ECS sink.
  @Test
  void shouldReadRecordsThatCameAsSyslogMessages() throws Exception {
    StringBuilder ecs = new StringBuilder();
    for (long seq = 1; seq <= 20; seq++) {
      ecs.append(ecs(seq));
    }
    DeliveredLog.Findings found = read(null, messages(1, 20), ecs.toString());
    assertThat(problems).isEmpty();
    assertThat(found.chain().events()).isEqualTo(40);
    assertThat(found.chain().repeatedEvents()).as("and none of them differs").isEqualTo(20);
    assertThat(found.isSound()).isTrue();
  }

  @Test
  void shouldMissAnEventOfWhichARecordIsMissing() throws Exception {
    List<String> lines = new ArrayList<>(messages(1, 9).lines().toList());
    lines.remove(4 * 4 + 2); // of the fifth
    lines.addAll(2 * 4 + 2, lines.subList(2 * 4, 2 * 4 + 2)); // a delivery that broke there
    DeliveredLog.Findings found = read(null, String.join("\n", lines));
    assertThat(problems)
        .containsExactly(
            "event 5 is missing before event 6 (a:1.000:6), and nothing in the stream says so");
    assertThat(found.chain().events()).isEqualTo(8);
  }

  @Test
  void shouldFindARecordThatWasChanged() throws Exception {
    DeliveredLog.Findings found =
        read(null, messages(1, 9), messages(5, 5).replace(": c\n", ": forged\n"));
    assertThat(found.chain().alteredEvents()).isOne();
    assertThat(found.isSound()).isFalse();
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
