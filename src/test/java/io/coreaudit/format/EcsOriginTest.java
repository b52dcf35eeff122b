package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coreaudit.origin.Confidence;
import io.coreaudit.origin.OriginTag;
import io.coreaudit.record.RecordType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/// Tags of the origin that no agent of this version wrote give valid JSON, or nothing.
final class EcsOriginTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  private static final byte[] CALL =
      "audit(100.001:1): arch=c000003e syscall=257 success=yes ppid=1 pid=2 uid=0 comm=\"x\""
          .getBytes(StandardCharsets.US_ASCII);

  private static final Frames FRAMES = new Frames(Arena.ofAuto());

  private final EcsEncoder encoder = new EcsEncoder(false);
  private final ByteOutput out = new ByteOutput(1024);

  @Test
  void shouldNameTheNamespaceWhereOnlyThatIsKnown() throws IOException {
    FRAMES.begin();
    FRAMES.add(RecordType.SYSCALL, new byte[0], CALL);
    FRAMES.tag(OriginTag.CONFIDENCE, new byte[] {Confidence.NAMESPACE});
    FRAMES.tag(OriginTag.POD, "\u0001\u0004\u0000shop".getBytes(StandardCharsets.US_ASCII));
    out.clear();
    encoder.encode(FRAMES.finish(), out);
    JsonNode event = JSON.readTree(Arrays.copyOf(out.array(), out.length()));
    assertThat(event.at("/coreaudit/origin/confidence").asText()).isEqualTo("namespace");
    assertThat(event.at("/orchestrator/namespace").asText()).isEqualTo("shop");
    assertThat(event.has("container") || event.has("kubernetes")).isFalse();
  }

  @Test
  void shouldTakeNothingOfTheEventBeforeWhereThereAreNoRecords() throws IOException {
    FRAMES.begin();
    FRAMES.add(
        RecordType.AVC,
        new byte[0],
        "avc:  granted  { read } for  pid=1".getBytes(StandardCharsets.US_ASCII));
    encoder.encode(FRAMES.finish(), out);
    FRAMES.begin();
    FRAMES.tag(OriginTag.CONFIDENCE, new byte[] {Confidence.NONE});
    out.clear();
    encoder.encode(FRAMES.finish(), out);
    JsonNode event = JSON.readTree(Arrays.copyOf(out.array(), out.length()));
    assertThat(event.at("/event/type").isMissingNode()).as("%s", event).isTrue();
    assertThat(event.at("/coreaudit/origin/confidence").asText()).isEqualTo("none");
  }

  record Tag(int number, byte[] value) {}

  @Provide
  Arbitrary<List<Tag>> tags() {
    Arbitrary<byte[]> values =
        Arbitraries.oneOf(
            Arbitraries.bytes().array(byte[].class).ofMaxSize(120),
            Arbitraries.bytes().between((byte) 0, (byte) 12).array(byte[].class).ofMaxSize(20),
            Arbitraries.of(new byte[] {1, 64}, new byte[] {0, 0}, new byte[] {2, 1, 65, 66}));
    return Combinators.combine(Arbitraries.integers().between(1, 15), values)
        .as(Tag::new)
        .list()
        .ofMaxSize(8);
  }

  @Property(tries = 5000)
  void shouldGiveValidJsonWhateverTheTagsHold(@ForAll("tags") List<Tag> tags) throws IOException {
    FRAMES.begin();
    FRAMES.add(RecordType.SYSCALL, new byte[0], CALL);
    tags.forEach(tag -> FRAMES.tag(tag.number(), tag.value()));
    out.clear();
    encoder.encode(FRAMES.finish(), out);
    JsonNode event = JSON.readTree(Arrays.copyOf(out.array(), out.length()));
    assertThat(event.at("/event/kind").asText()).isEqualTo("event");
    if (tags.stream().noneMatch(tag -> tag.number() == OriginTag.CONTAINER)) {
      assertThat(event.has("container")).isFalse();
    }
  }
}
