package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EventTemplateTest {
  private static final String CONTAINER =
      "#! clear\n#! node Node-1.example.com\n#! confidence 1\n#! container 1 "
          + "5eed917563583925ffdbd40a64efb2aaffe58638e57add8becaf460fe74f5b1c"
          + " 7f0c2a0e-1d5e-4b0e-9a2b-0d6f3b1c2d3e\n#! pod 1=payments|2=app\n";
  private static final String CALL =
      "type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=257 success=yes exit=3 items=0 pid=1"
          + " key=%s\n";

  private static List<JsonNode> collected(
      String index, String source, String sourcetype, String log) throws Exception {
    EventEncoder encoder =
        EnvelopeEncoder.collector(new EcsEncoder(false), true, index, source, sourcetype);
    List<JsonNode> events = new ArrayList<>();
    ByteOutput out = new ByteOutput(64);
    try (Arena arena = Arena.ofConfined()) {
      new Frames(arena).each(log, frame -> encoder.encode(frame, out));
    }
    for (String line :
        new String(out.array(), 0, out.length(), StandardCharsets.UTF_8).split("\n")) {
      events.add(new ObjectMapper().readTree(line));
    }
    return events;
  }

  @Test
  void shouldFillInWhatTheEventSays() throws Exception {
    List<JsonNode> events =
        collected(
            "audit_{namespace}_{key}",
            "{node}/{kind}",
            "coreaudit:{type}",
            CONTAINER
                + CALL.formatted("\"openshift_secret\"")
                + "#! clear\n"
                + CALL.formatted("(null)").replace(":1)", ":2)"));
    assertThat(events.get(0).get("index").asText()).isEqualTo("audit_payments_openshift_secret");
    assertThat(events.get(0).get("source").asText()).isEqualTo("Node-1.example.com/audit");
    assertThat(events.get(0).get("sourcetype").asText()).isEqualTo("coreaudit:SYSCALL");
    assertThat(events.get(1).get("index").asText()).isEqualTo("audit_none_none");
    assertThat(events.get(1).get("source").asText()).isEqualTo("none/audit");
  }

  @Test
  void shouldKeepToWhatAnIndexMayBeCalled() throws Exception {
    // Two keys of a rule: `_Audit!` and `k2`.
    String keys = "5F417564697421016B32";
    List<JsonNode> events =
        collected(
            "{key}",
            "{key}",
            "{node}",
            "#! node "
                + "N".repeat(100)
                + "\n"
                + CALL.formatted(keys)
                + "#! node a\"b\\c\u00e9\n"
                + CALL.formatted("\"k\"").replace(":1)", ":2)"));
    assertThat(events.get(0).get("index").asText()).isEqualTo("xaudit_");
    assertThat(events.get(0).get("source").asText()).isEqualTo("_Audit!");
    assertThat(events.get(0).get("sourcetype").asText()).isEqualTo("N".repeat(64));
    assertThat(events.get(1).get("sourcetype").asText()).isEqualTo("a_b_c_");
  }

  @Test
  void shouldNameThePlaceThatIsNone() {
    for (String wrong : List.of("a{pod}b", "{}", "{KEY}", "{key }")) {
      String named = wrong.substring(wrong.indexOf('{'), wrong.indexOf('}') + 1);
      assertThatThrownBy(() -> EventTemplate.of(wrong, EventTemplate.Use.TEXT))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(named + " is no place: expected {key}, {kind}, {namespace}, {node}, {type}");
    }
    for (String wrong : List.of("a{", "}", "{key}}", "{{key}")) {
      assertThatThrownBy(() -> EventTemplate.of(wrong, EventTemplate.Use.INDEX))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("a brace without the other one");
    }
  }

  @Test
  void shouldAllocateNothing() throws Exception {
    EventEncoder encoder =
        EnvelopeEncoder.collector(
            new EcsEncoder(true), true, "a-{namespace}-{key}", "{node}", "{type}:{kind}");
    for (Path log : EcsGoldenTest.logs()) {
      Allocations.assertNone(Files.readString(log, StandardCharsets.ISO_8859_1), encoder);
    }
  }
}
