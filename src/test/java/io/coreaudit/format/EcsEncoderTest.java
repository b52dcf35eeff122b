package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class EcsEncoderTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final EcsEncoder encoder = new EcsEncoder(true);
  private final ByteOutput out = new ByteOutput(1);

  @Test
  void shouldHaveTheShapeOfTheDesign() throws IOException {
    JsonNode event;
    try (Arena arena = Arena.ofConfined()) {
      List<JsonNode> events = new ArrayList<>();
      new Frames(arena)
          .each(
              Files.readString(EcsGoldenTest.FIXTURES.resolve("design-example.log")),
              frame -> events.add(encoded(frame)));
      event = events.getFirst();
    }
    JsonNode design =
        JSON.readTree(
            """
            {"@timestamp":"2026-11-22T04:33:09.984Z","ecs":{"version":"8.17.0"},
             "event":{"id":"node-1:1795321989.984:3022","kind":"event","category":["file"],
               "type":["access"],"action":"opened-file","outcome":"success","module":"coreaudit",
               "dataset":"coreaudit.audit"},
             "host":{"name":"node-1"},"tags":["openshift_secret"],
             "process":{"pid":2489,"parent":{"pid":2436},"name":"cat",
               "executable":"/usr/bin/cat","args":["cat","/run/secrets/token"],
               "working_directory":"/"},
             "user":{"id":"0","name":"root","audit":{"id":"4294967295"}},
             "file":{"path":"/run/secrets/token","inode":"2","device":"00:27","mode":"0644"},
             "container":{"id":"5eed917563583925ffdbd40a64efb2aaffe58638e57add8becaf460fe74f5b1c",
               "name":"app","image":{"name":"quay.io/acme/app:1"},"runtime":"cri-o"},
             "orchestrator":{"type":"kubernetes","namespace":"payments",
               "resource":{"type":"pod","name":"app-5d6c-abcde"}},
             "kubernetes":{"pod":{"uid":"7f0c2a0e-1d5e-4b0e-9a2b-0d6f3b1c2d3e"}},
             "coreaudit":{"seq":48211,"serial":3022,"syscall":"openat","arch":"x86_64",
               "secret":{"pod_uid":"7f0c2a0e-1d5e-4b0e-9a2b-0d6f3b1c2d3e","volume":"token",
                 "foreign":false},
               "origin":{"confidence":"cgroup"}}}
            """);
    assertContains(event, design, "");
    assertThat(event.get("coreaudit").get("raw")).hasSize(5);
  }

  private static void assertContains(JsonNode actual, JsonNode expected, String where) {
    expected
        .properties()
        .forEach(
            member -> {
              String name = where + "." + member.getKey();
              JsonNode found = actual.get(member.getKey());
              assertThat(found).as(name).isNotNull();
              if (member.getValue().isObject()) {
                assertContains(found, member.getValue(), name);
              } else {
                assertThat(found).as(name).isEqualTo(member.getValue());
              }
            });
  }

  @Test
  void shouldLeaveRawOutWhenTold() {
    EcsEncoder lean = new EcsEncoder(false);
    try (Arena arena = Arena.ofConfined()) {
      FrameFlyweight frame =
          new Frames(arena).audit(List.of("type=CWD msg=audit(1.002:3456789): cwd=\"/\""));
      lean.encode(frame, out);
      assertThat(text()).doesNotContain("raw").endsWith("}}\n");
    }
  }

  @Test
  void shouldKeepACommandLineOf100Kilobytes() {
    byte[] argument = new byte[100_000];
    for (int i = 0; i < argument.length; i++) {
      argument[i] = (byte) (i % 251 == 0 ? ' ' : 'a' + i % 26);
    }
    String hex = HEX.formatHex(argument);
    List<String> records = new ArrayList<>();
    String stamp = "type=EXECVE msg=audit(1795321989.001:1): ";
    records.add(stamp + "argc=2 a0=\"sh\" a1_len=" + hex.length());
    for (int at = 0, piece = 0; at < hex.length(); at += 7500, piece++) {
      records.add(
          stamp + " a1[" + piece + "]=" + hex.substring(at, Math.min(at + 7500, hex.length())));
    }
    try (Arena arena = Arena.ofConfined()) {
      JsonNode event = encoded(new Frames(arena).audit(records));
      assertThat(event.get("process").get("args").get(1).asText())
          .isEqualTo(new String(argument, StandardCharsets.US_ASCII));
    }
  }

  @Test
  void shouldKeepThousandsOfArgumentsInOrder() {
    List<String> records = new ArrayList<>();
    StringBuilder record = new StringBuilder("type=EXECVE msg=audit(1795321989.001:1): argc=5000");
    for (int i = 0; i < 5000; i++) {
      record.append(" a").append(i).append("=\"").append(i).append('"');
      if (record.length() > 7000) {
        records.add(record.toString());
        record = new StringBuilder("type=EXECVE msg=audit(1795321989.001:1): ");
      }
    }
    records.add(record.toString());
    try (Arena arena = Arena.ofConfined()) {
      JsonNode arguments = encoded(new Frames(arena).audit(records)).get("process").get("args");
      assertThat(arguments).hasSize(5000);
      assertThat(arguments.get(4711).asText()).isEqualTo("4711");
    }
  }

  @Test
  void shouldBoundTheJsonOfAGiantEvent() {
    // 2 MB of frame; each byte 01 would be six of JSON in the argument, 03 as raw hexadecimal.
    giant("01", "\"sh\"");
    giant("FF", "\"sh\"");
    giant("C3A4", "\"sh\"");
  }

  private void giant(String unit, String first) {
    List<String> records = new ArrayList<>();
    String stamp = "type=EXECVE msg=audit(1795321989.001:1): ";
    records.add(
        "type=SYSCALL msg=audit(1795321989.001:1): arch=c000003e syscall=59 success=yes exit=0"
            + " ppid=1 pid=2 uid=0 comm=\"sh\" exe=\"/bin/sh\"");
    records.add(stamp + "argc=41 a0=" + first);
    String piece = unit.repeat(7400 / unit.length());
    for (int argument = 1; argument <= 40; argument++) {
      for (int at = 0; at < 7; at++) {
        records.add(stamp + "a" + argument + "[" + at + "]=" + piece);
      }
    }
    records.add(
        "type=PATH msg=audit(1795321989.001:1): item=0 name=\"/bin/sh\" inode=1 nametype=NORMAL");
    try (Arena arena = Arena.ofConfined()) {
      FrameFlyweight frame = new Frames(arena).audit(records);
      assertThat(frame.length()).isGreaterThan(2_000_000);
      JsonNode event = encoded(frame);
      assertThat(out.length()).isBetween(600_000, 1_100_000);
      assertThat(event.get("coreaudit").get("truncated").asBoolean()).isTrue();
      assertThat(event.get("process").get("args").get(0).asText()).isEqualTo("sh");
      assertThat(event.get("process").get("args_count").asInt()).isEqualTo(41);
      assertThat(event.get("file").get("path").asText()).isEqualTo("/bin/sh");
      assertThat(event.get("coreaudit").get("raw").get(1).asText()).contains("argc=41");
    }
    // And the next one is whole again.
    try (Arena arena = Arena.ofConfined()) {
      JsonNode event = encoded(new Frames(arena).audit(records.subList(0, 2)));
      assertThat(event.get("coreaudit").has("truncated")).isFalse();
      assertThat(event.get("coreaudit").get("raw")).hasSize(2);
    }
  }

  @Test
  void shouldBoundTheJsonOfEndlessPathsAndRecords() {
    List<String> records = new ArrayList<>();
    records.add("type=SYSCALL msg=audit(1795321989.001:1): arch=c000003e syscall=257 success=yes");
    for (int i = 0; i < 20_000; i++) {
      records.add("type=PATH msg=audit(1795321989.001:1): item=0 name=\"/a\" nametype=NORMAL");
    }
    try (Arena arena = Arena.ofConfined()) {
      JsonNode event = encoded(new Frames(arena).audit(records));
      assertThat(out.length()).isLessThan(1_100_000);
      assertThat(event.get("coreaudit").get("paths")).hasSize(PathList.MOST);
      assertThat(event.get("coreaudit").get("truncated").asBoolean()).isTrue();
    }
  }

  @Test
  void shouldTellThatCompanionsAreLeftOut() {
    List<String> records = new ArrayList<>();
    String stamp = " msg=audit(1795321989.001:1): ";
    records.add("type=SYSCALL" + stamp + "arch=c000003e syscall=62 success=yes");
    for (int i = 0; i < 65; i++) {
      records.add("type=OBJ_PID" + stamp + "opid=" + i);
    }
    try (Arena arena = Arena.ofConfined()) {
      JsonNode event = encoded(new Frames(arena).audit(records));
      assertThat(event.at("/coreaudit/companions")).hasSize(64);
      assertThat(event.at("/coreaudit").has("truncated")).isFalse();
      records.add("type=OBJ_PID" + stamp + "opid=65");
      event = encoded(new Frames(arena).audit(records));
      assertThat(event.at("/coreaudit/companions")).hasSize(64);
      assertThat(event.at("/coreaudit/truncated").asBoolean()).isTrue();
    }
  }

  @Test
  void shouldCutTheForOfADecisionAndNoOtherWord() {
    String avc = "type=AVC msg=audit(1795321989.001:1): ";
    for (String decision : List.of("avc:  denied  { read } for  x=1", "avc: x {y} x=1")) {
      try (Arena arena = Arena.ofConfined()) {
        JsonNode event = encoded(new Frames(arena).audit(List.of(avc + "y=1", avc + decision)));
        String words = decision.replaceAll("( for)? +x=1", "").replaceAll(" +", " ");
        assertThat(event.at("/coreaudit/companions/0/fields/0").asText()).isEqualTo(words);
      }
    }
  }

  @Test
  void shouldGiveBackWhatAGiantTextTook() {
    Scratch scratch = new Scratch(8192);
    for (int i = 0; i < 1 << 20; i++) {
      scratch.append('x');
    }
    long grown = scratch.address();
    scratch.clear();
    assertThat(scratch.address()).isNotEqualTo(grown);
    scratch.append('y');
    assertThat(io.coreaudit.memory.Memory.byteAt(scratch.address())).isEqualTo((byte) 'y');
  }

  @Test
  void shouldGiveAnEventWithoutRecords() {
    try (Arena arena = Arena.ofConfined()) {
      Frames frames = new Frames(arena);
      frames.begin();
      JsonNode event = encoded(frames.finish());
      assertThat(event.get("event").get("action").asText()).isEqualTo("unknown");
      assertThat(event.get("host").get("name").asText()).isEqualTo("-");
    }
  }

  @Test
  void shouldTakeTheTimeOfReceiptForAStampThatNoCalendarHas() {
    try (Arena arena = Arena.ofConfined()) {
      JsonNode event =
          encoded(
              new Frames(arena)
                  .audit(
                      List.of(
                          "type=CWD msg=audit(99999999999999.001:18446744073709551615):"
                              + " cwd=\"/\"")));
      assertThat(event.get("@timestamp").asText()).isEqualTo("2026-11-22T04:33:10.000Z");
      assertThat(event.get("event").get("id").asText())
          .isEqualTo("-:99999999999999.001:18446744073709551615");
    }
  }

  @Property(tries = 500)
  void shouldKeepTheBytesOfEncodedFields(@ForAll("bytes") byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      String hex = HEX.formatHex(bytes);
      JsonNode event =
          encoded(
              new Frames(arena)
                  .audit(
                      List.of(
                          "type=SYSCALL msg=audit(1795321989.001:1): arch=c000003e syscall=59"
                              + " success=yes pid=1 comm="
                              + hex
                              + " exe="
                              + hex,
                          "type=EXECVE msg=audit(1795321989.001:1): argc=2 a0="
                              + hex
                              + " a1_len=2 a1[0]="
                              + hex,
                          "type=PATH msg=audit(1795321989.001:1): item=0 name=" + hex)));
      assertSame(event, bytes, event.get("process").get("name"), "process.name");
      assertSame(event, bytes, event.get("process").get("executable"), "process.executable");
      assertSame(event, bytes, event.get("file").get("path"), "file.path");
      assertSame(event, bytes, event.get("process").get("args").get(0), null);
      assertSame(event, bytes, event.get("process").get("args").get(1), null);
    }
  }

  private static void assertSame(JsonNode event, byte[] bytes, JsonNode text, String place) {
    if (isUtf8(bytes)) {
      assertThat(text.asText().getBytes(StandardCharsets.UTF_8)).isEqualTo(bytes);
    } else if (place != null) {
      assertThat(event.get("coreaudit").get("bytes").get(place).asText())
          .isEqualTo(HexFormat.of().formatHex(bytes));
    } else {
      assertThat(text.asText()).contains("\ufffd");
      assertThat(event.get("coreaudit").get("bytes").get("process.args").toString())
          .contains(HexFormat.of().formatHex(bytes));
    }
  }

  @Property(tries = 3000)
  void shouldGiveOneLineOfJsonForAnyRecord(
      @ForAll("types") int type, @ForAll("records") byte[] text, @ForAll("records") byte[] more) {
    try (Arena arena = Arena.ofConfined()) {
      Frames frames = new Frames(arena);
      frames.begin();
      frames.add(type, new byte[0], text);
      frames.add(1300, "type=SYSCALL msg=".getBytes(StandardCharsets.US_ASCII), more);
      frames.add(1302, new byte[0], text);
      frames.add(1309, new byte[0], more);
      frames.add(1327, new byte[0], more);
      encoded(frames.finish());
    }
  }

  @Provide("bytes")
  Arbitrary<byte[]> bytes() {
    return Arbitraries.oneOf(
        Arbitraries.bytes().array(byte[].class).ofMinSize(1).ofMaxSize(40),
        Arbitraries.strings()
            .ofMinLength(1)
            .ofMaxLength(30)
            .map(text -> text.getBytes(StandardCharsets.UTF_8)));
  }

  @Provide("types")
  Arbitrary<Integer> types() {
    return Arbitraries.oneOf(
        Arbitraries.of(1100, 1112, 1107, 1123, 1305, 1326, 1336, 1337, 1306, 1318, 1400, 1700, -1),
        Arbitraries.integers().between(1000, 3000));
  }

  @Provide("records")
  Arbitrary<byte[]> records() {
    Arbitrary<String> words =
        Arbitraries.oneOf(
            Arbitraries.of(
                "audit(1.2:3):",
                "arch=c000003e",
                "syscall=257",
                "a0=ffffff9c",
                "a1=",
                "name=\"",
                "name=\"/x\"",
                "name=2F",
                "cwd=\"/",
                "key=6101",
                "msg='op=x",
                "\"",
                "'",
                "={",
                "{",
                "}",
                "denied",
                "granted",
                "a1_len=4",
                "a1[0]=",
                "a1[9]=61",
                "uid=0",
                "uid=99999999999999999999",
                "mode=0777777777777",
                "saddr=0200",
                "saddr=0A00",
                "\u001dUID=\"x\"",
                "AUID=\"",
                "acct=\"a b\"",
                "addr=1.2.3.4",
                "hostname=::",
                "res=1",
                "a.b=1",
                "x=1",
                "x=2",
                "proctitle=6100",
                "success=yes",
                "=",
                "==",
                " ",
                ""),
            Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(12));
    return words
        .list()
        .ofMaxSize(20)
        .map(list -> String.join(" ", list).getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void shouldAllocateNothing() throws IOException {
    for (Path log : EcsGoldenTest.logs()) {
      Allocations.assertNone(Files.readString(log, StandardCharsets.ISO_8859_1), encoder);
    }
  }

  private void repeat(FrameFlyweight frame, int times) {
    for (int i = 0; i < times; i++) {
      out.clear();
      encoder.encode(frame, out);
    }
  }

  private JsonNode encoded(FrameFlyweight frame) {
    out.clear();
    encoder.encode(frame, out);
    byte[] line = java.util.Arrays.copyOf(out.array(), out.length());
    assertThat(isUtf8(line)).isTrue();
    for (int i = 0; i < line.length - 1; i++) {
      assertThat(line[i] >= 0 && line[i] < 0x20).isFalse();
    }
    assertThat(line[line.length - 1]).isEqualTo((byte) '\n');
    try {
      JsonNode event = JSON.readTree(line);
      assertThat(Schema.faults(event)).isEmpty();
      return event;
    } catch (IOException invalid) {
      throw new AssertionError(new String(line, StandardCharsets.UTF_8), invalid);
    }
  }

  private String text() {
    return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException broken) {
      return false;
    }
  }
}
