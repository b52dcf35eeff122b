package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.interpret.AccountNames;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// No encoder looks at what stands behind a frame, wherever its last record was cut.
final class EncodedTest {
  private static final List<String> CUT_ANYWHERE =
      List.of(
          "type=AVC msg=audit(1.001:1): avc:  denied  { read x=1 y= } for  pid=1 scontext=a:b:c",
          "type=USER_AVC msg=audit(1.001:1): pid=1 uid=0 msg='avc:  denied  { x } for"
              + " cmdline=\"a\u001d\" function=\"f\" scontext=a:b:c tclass=d"
              + " exe=\"/x\"'\u001dUID=\"root\"",
          "type=EXECVE msg=audit(1.001:1): argc=2 a0=\"--token\" a1_len=8 a1[0]=2D2D a1[1]=2D2D",
          "type=PROCTITLE msg=audit(1.001:1): proctitle=2D2D746F6B656E00616263",
          "type=SOCKADDR msg=audit(1.001:1): saddr=020000357F0000010000000000000000");

  private final Encoded encoded = new Encoded();
  private final List<EventEncoder> encoders =
      List.of(
          new EcsEncoder(true),
          new RawEncoder(),
          new RecordsEncoder(new AccountNames(), new AccountNames()),
          new OcsfEncoder("1", true),
          new RedactingEncoder(new EcsEncoder(true)),
          FlatEncoder.cef("1"),
          FlatEncoder.leef("1"));

  @Test
  void shouldLookAtNothingBehindTheFrame() throws IOException {
    List<String> records = new ArrayList<>(CUT_ANYWHERE);
    for (String row : rows()) {
      String[] columns = row.split(" \\| ");
      records.add("type=" + columns[0] + " msg=audit(1.001:1): " + columns[columns.length - 1]);
    }
    assertThat(records).hasSizeGreaterThan(100);
    try (Arena arena = Arena.ofConfined()) {
      Frames frames = new Frames(arena);
      for (int i = 0; i < records.size(); i++) {
        String record = records.get(i);
        int shortest = record.indexOf("): ") + 2;
        // Of each type a few ends, of some each.
        int step = i < CUT_ANYWHERE.size() ? 1 : 37;
        for (int length = record.length(); length > shortest; length -= step) {
          for (EventEncoder encoder : encoders) {
            String cut = record.substring(0, length);
            assertThat(encoded.bytes(encoder, frames.audit(List.of(cut)))).as(cut).isNotEmpty();
          }
        }
      }
    }
  }

  private static List<String> rows() throws IOException {
    try (InputStream table = EncodedTest.class.getResourceAsStream("record-types.txt")) {
      String text = new String(table.readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.stream(text.split("\n")).filter(row -> !row.startsWith("#")).toList();
    }
  }
}
