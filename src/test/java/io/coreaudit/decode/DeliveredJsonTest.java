package io.coreaudit.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.event.EventKind;
import io.coreaudit.format.ByteOutput;
import io.coreaudit.format.EcsEncoder;
import io.coreaudit.frame.FrameFlyweight;
import io.coreaudit.frame.FrameWriter;
import io.coreaudit.kernel.Pages;
import io.coreaudit.ledger.ChainCheck;
import io.coreaudit.ledger.ChainKeys;
import io.coreaudit.memory.Memory;
import io.coreaudit.origin.OriginTag;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/// An event as ECS, read back: it must be the event that the spool has, to the byte.
final class DeliveredJsonTest {
  private static final int CAPACITY = 1 << 20;
  private static final String TEXT = "audit(1795321989.984:3022): a=1";

  @Property(tries = 300)
  void shouldGiveRecordsOfTheKernelBackToTheByte(@ForAll @Size(max = 60) byte[] further) {
    shouldBeTheSame(EventKind.AUDIT, 1300, "", text(further));
  }

  @Property(tries = 300)
  void shouldGiveLinesBackToTheByte(
      @ForAll @Size(max = 20) byte[] node, @ForAll @Size(max = 60) byte[] further) {
    shouldBeTheSame(
        EventKind.AUDIT, 1300, "node=" + latin(node) + " type=SYSCALL msg=", text(further));
  }

  @Property(tries = 300)
  void shouldGiveTheAgentsOwnEventsBackToTheByte(@ForAll @Size(max = 60) byte[] further) {
    shouldBeTheSame(
        EventKind.WATCH,
        0,
        "",
        ("what=\"" + latin(further) + "\"").getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void shouldReadWhatOthersPutAround() {
    String json =
        new String(encode(EventKind.AUDIT, 1300, "", text()), StandardCharsets.UTF_8).strip();
    for (String line :
        List.of(
            json,
            json + "\r",
            "Nov 23 17:00:01 node-1 coreaudit[412]: " + json,
            "<110>1 2026-11-22T04:33:09.984Z node-1 coreaudit 412 SYSCALL [coreaudit@32473"
                + " seq=\"7\"] "
                + json,
            "{\"time\":1.5,\"host\":\"node-1\",\"event\":" + json + "}",
            "{\"_index\":\"logs\",\"_id\":\"x\",\"_source\":" + json + "}")) {
      DeliveredJson.Line read = read(line);
      assertThat(read).as(line).isNotNull();
      assertThat(read.event().seq()).isEqualTo(7);
      assertThat(read.event().node()).isEqualTo("node-1");
      assertThat(read.event().id()).isEqualTo("node-1:1795321989.984:3022");
      assertThat(read.event().lines()).hasSize(1);
    }
  }

  @Test
  void shouldTakeNothingElseForAnEvent() {
    String json = new String(encode(EventKind.AUDIT, 1300, "", text()), StandardCharsets.UTF_8);
    for (String line :
        List.of(
            "",
            "{",
            "{}",
            "[1]",
            "{\"create\":{\"_id\":\"x\"}}",
            json.substring(0, json.length() / 2),
            json.replace("\"seq\":7", "\"seq\":\"7x\""),
            json.replaceFirst("\"boot\":\\{[^}]*\\},?", ""),
            json.replace("coreaudit.audit", "coreaudit.nothing"))) {
      assertThat(read(line)).as(line).isNull();
    }
  }

  @Test
  void shouldNotComputeADigestOfWhatIsNotWhole() {
    String json = new String(encode(EventKind.AUDIT, 1300, "", text()), StandardCharsets.UTF_8);
    for (String changed :
        List.of(
            json.replace("\"seq\":7", "\"seq\":7,\"redacted\":true"),
            json.replace("\"seq\":7", "\"seq\":7,\"truncated\":true"),
            json.replaceFirst("\"raw\":\\[.*?\\]", "\"raw\":[]"),
            json.replaceFirst(",\"raw\":\\[.*?\\]", ""))) {
      assertThat(changed).isNotEqualTo(json);
      assertThat(read(changed).event().lines()).as(changed).isNull();
    }
  }

  @Test
  void shouldTellAGapOfOneSinkFromAnEventOfTheNode() {
    String gap =
        """
        {"event":{"id":"node-1:00000000-0000-0001-0000-000000000002:gap:9.1","dataset":"coreaudit.gap"},\
        "host":{"name":"node-1","boot":{"id":"00000000-0000-0001-0000-000000000002"}},\
        "coreaudit":{"seq":9,"gap":{"reason":"spool_overrun","events":3,"first_seq":7,"last_seq":9}}}\
        """;
    assertThat(read(gap))
        .isEqualTo(
            new DeliveredJson.Line(null, new DeliveredJson.Gap("node-1", 7, 9, "spool_overrun")));
    assertThat(read(gap.replace("gap:9.1", "gap:9")).event().kind()).isEqualTo(EventKind.GAP);
    // The node was booted within the gap: which numbers is not known.
    assertThat(read(gap.replace(",\"last_seq\":9", "")))
        .isEqualTo(new DeliveredJson.Line(null, null));
  }

  private static void shouldBeTheSame(EventKind kind, int type, String prefix, byte[] text) {
    List<String> problems = new ArrayList<>();
    ChainCheck check = new ChainCheck(ChainKeys.NONE, problems::add);
    byte[] line = encode(kind, type, prefix, text, check);
    DeliveredJson.Line read = DeliveredJson.read(line, line.length);
    assertThat(read).as(new String(line, StandardCharsets.UTF_8)).isNotNull();
    assertThat(read.event().lines()).isNotNull();
    check.add(read.event());
    assertThat(problems).as(new String(line, StandardCharsets.UTF_8)).isEmpty();
    assertThat(check.findings().repeatedEvents()).isOne();
  }

  private static byte[] encode(EventKind kind, int type, String prefix, byte[] text) {
    return encode(kind, type, prefix, text, new ChainCheck(ChainKeys.NONE, _ -> {}));
  }

  /// Shows the frame to a check, and makes ECS of it.
  private static byte[] encode(
      EventKind kind, int type, String prefix, byte[] text, ChainCheck check) {
    byte[] before = prefix.getBytes(StandardCharsets.ISO_8859_1);
    try (Pages pages = Pages.allocate(CAPACITY);
        Pages given = Pages.allocate(CAPACITY)) {
      Memory.copy(before, 0, given.address(), before.length);
      Memory.copy(text, 0, given.address() + before.length, text.length);
      FrameWriter writer = new FrameWriter(pages.address(), CAPACITY);
      writer.begin(kind, 1_795_321_989L, 984, kind == EventKind.AUDIT ? 3022 : 0, 0, 0);
      writer.record(
          type, given.address(), before.length, given.address() + before.length, text.length);
      byte[] node = "node-1".getBytes(StandardCharsets.US_ASCII);
      writer.tag(OriginTag.NODE, node, 0, node.length);
      FrameFlyweight frame = new FrameFlyweight().wrap(pages.address(), writer.finish(0, 7, 1, 2));
      check.add(frame);
      ByteOutput out = new ByteOutput(256);
      new EcsEncoder(true).encode(frame, out);
      return Arrays.copyOf(out.array(), out.length());
    }
  }

  private static DeliveredJson.Line read(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return DeliveredJson.read(bytes, bytes.length);
  }

  private static byte[] text(byte... further) {
    return (TEXT + latin(further)).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
