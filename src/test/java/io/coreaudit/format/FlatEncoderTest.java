package io.coreaudit.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.coreaudit.frame.FrameFlyweight;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each `X.log` of test-fixtures/format gives `X.log.cef` and `X.log.leef` of test-fixtures/flat.
/// `-Dgolden.rewrite=true` writes them anew.
final class FlatEncoderTest {
  private static final Path GOLDENS = EcsGoldenTest.FIXTURES.resolveSibling("flat");
  private static final Path DOCUMENT =
      Path.of(System.getProperty("basedir", ".")).resolve("docs/flat.md");
  private static final String STAMP = " msg=audit(1795321989.001:1): ";

  private final FlatEncoder cef = FlatEncoder.cef("0.1.0");
  private final FlatEncoder leef = FlatEncoder.leef("0.1.0");
  private final ByteOutput out = new ByteOutput(16);

  static List<Path> logs() throws IOException {
    return EcsGoldenTest.logs();
  }

  @ParameterizedTest
  @MethodSource("logs")
  void shouldGiveTheGoldenLines(Path log) throws IOException {
    check(log, cef, "cef");
    check(log, leef, "leef");
  }

  private void check(Path log, FlatEncoder encoder, String suffix) throws IOException {
    StringBuilder lines = new StringBuilder();
    each(
        log,
        frame -> {
          out.clear();
          encoder.encode(frame, out);
          FlatLine.fields(encoder == cef, Arrays.copyOf(out.array(), out.length()));
          lines.append(new String(out.array(), 0, out.length(), StandardCharsets.UTF_8));
        });
    Path golden = GOLDENS.resolve(log.getFileName() + "." + suffix);
    if (Boolean.getBoolean("golden.rewrite")) {
      Files.writeString(golden, lines);
    }
    assertThat(lines.toString()).isEqualTo(Files.readString(golden));
  }

  private static void each(Path log, Consumer<FrameFlyweight> consumer) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      new Frames(arena).each(Files.readString(log, StandardCharsets.ISO_8859_1), consumer);
    }
  }

  @Test
  void shouldHaveAnInputForEachGolden() throws IOException {
    try (Stream<Path> files = Files.list(GOLDENS)) {
      Set<String> expected = new HashSet<>();
      for (Path log : logs()) {
        expected.add(log.getFileName() + ".cef");
        expected.add(log.getFileName() + ".leef");
      }
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void shouldSayEachKeySomewhereAndInTheDocument() throws IOException {
    Set<String> said = new HashSet<>();
    for (Path log : logs()) {
      each(
          log,
          frame -> {
            for (FlatEncoder encoder : List.of(cef, leef)) {
              out.clear();
              encoder.encode(frame, out);
              said.addAll(
                  FlatLine.fields(encoder == cef, Arrays.copyOf(out.array(), out.length()))
                      .keySet());
            }
          });
    }
    String document = Files.readString(DOCUMENT);
    for (FlatKey key : FlatKey.values()) {
      for (Piece piece : new Piece[] {key.cef, key.leef}) {
        if (piece != null) {
          ByteOutput name = new ByteOutput(64);
          name.put(piece);
          String text = new String(name.array(), 0, name.length() - 1, StandardCharsets.US_ASCII);
          assertThat(said).contains(text);
          assertThat(document).contains("`" + text + "`");
        }
      }
    }
  }

  @Test
  void shouldGiveBackWhatItEscaped() {
    String path = "/a=b|c\\d\ne\rf g=h \u00e4";
    String record =
        "type=PATH"
            + STAMP
            + "item=0 name="
            + HexFormat.of().withUpperCase().formatHex(path.getBytes(StandardCharsets.UTF_8))
            + " inode=1 nametype=NORMAL";
    assertThat(encoded(cef, record)).containsEntry("filePath", path);
    assertThat(encoded(leef, record))
        .containsEntry("resource", "/a=b|c\\d e f g=h \u00e4")
        .doesNotContainKey("fname");
  }

  @Test
  void shouldCutALongValueAtACharacter() {
    String command = "x".repeat(1022) + "\u00e4" + "y".repeat(3000);
    String hex = HexFormat.of().withUpperCase().formatHex(command.getBytes(StandardCharsets.UTF_8));
    Map<String, String> fields = encoded(cef, "type=EXECVE" + STAMP + "argc=1 a0=" + hex);
    assertThat(fields.get("msg")).isEqualTo("x".repeat(1022));
  }

  @Test
  void shouldSayHowGraveItIs() {
    assertThat(encoded(cef, "type=USER_LOGIN" + STAMP + "pid=1 msg='op=login res=success'"))
        .containsEntry("severity", "3");
    assertThat(encoded(cef, "type=USER_LOGIN" + STAMP + "pid=1 msg='op=login res=failed'"))
        .containsEntry("severity", "4")
        .containsEntry("header", "|coreaudit|coreaudit|0.1.0|logged-in|logged in");
    assertThat(encoded(leef, "type=ANOM_ABEND" + STAMP + "pid=1 res=1")).containsEntry("sev", "3");
    assertThat(encoded(leef, "type=MAC_STATUS" + STAMP + "enforcing=0 res=1"))
        .containsEntry("sev", "6");
  }

  @Test
  void shouldSayWhatTheTellingRecordSays() {
    String change = "auid=1000 ses=3 op=set audit_enabled=0 old=1 res=1";
    assertThat(encoded(cef, "type=CONFIG_CHANGE" + STAMP + change)).containsEntry("msg", change);
    // A command line is no answer to what was decided.
    String decision = "avc:  denied  { read } for  pid=1 comm=\"x\" tclass=file permissive=0";
    String call = "type=SYSCALL" + STAMP + "arch=c000003e syscall=2 success=no exit=-13";
    String title = "type=PROCTITLE" + STAMP + "proctitle=636174002F78";
    assertThat(encoded(leef, "type=AVC" + STAMP + decision, call, title))
        .containsEntry("msg", decision + " command=cat /x");
    String execve = "type=EXECVE" + STAMP + "argc=2 a0=\"cat\" a1=\"/y\"";
    assertThat(encoded(leef, "type=AVC" + STAMP + decision, call, execve, title).get("msg"))
        .startsWith(decision + " command=cat")
        .endsWith("/y");
    assertThat(encoded(leef, call, title)).containsEntry("msg", "cat /x");
    String command = "pid=1 msg='cwd=\"/\" cmd=6C73202D6C res=success'";
    assertThat(encoded(leef, "type=USER_CMD" + STAMP + command)).containsEntry("msg", "ls -l");
  }

  @Test
  void shouldNameTheGroup() {
    String text = "pid=9 uid=0 msg='op=add-group grp=\"ops\" id=1005 exe=\"/x\" res=success'";
    assertThat(encoded(cef, "type=ADD_GROUP" + STAMP + text))
        .containsEntry("duid", "1005")
        .containsEntry("duser", "ops");
    assertThat(encoded(leef, "type=ADD_GROUP" + STAMP + text))
        .containsEntry("groupId", "1005")
        .containsEntry("group", "ops")
        .doesNotContainKey("accountName");
    try (Arena arena = Arena.ofConfined()) {
      String log =
          "#! lines\ntype=ADD_GROUP"
              + STAMP
              + "pid=9 uid=0 msg='op=add-group id=994 res=success'\u001dUID=\"root\" ID=\"nginx\"";
      new Frames(arena)
          .each(
              log,
              frame -> {
                out.clear();
                cef.encode(frame, out);
                assertThat(FlatLine.fields(true, Arrays.copyOf(out.array(), out.length())))
                    .containsEntry("duid", "994")
                    .containsEntry("duser", "nginx");
              });
    }
    text = "pid=9 uid=0 msg='op=add-user-to-group grp=\"ops\" acct=\"bob\" res=success'";
    assertThat(encoded(cef, "type=USER_MGMT" + STAMP + text)).containsEntry("duser", "bob");
    assertThat(encoded(cef, "type=GRP_MGMT" + STAMP + text)).containsEntry("duser", "bob");
    assertThat(encoded(leef, "type=GRP_MGMT" + STAMP + text))
        .containsEntry("accountName", "bob")
        .containsEntry("group", "ops");
    text = "pid=9 uid=1000 msg='op=changing new-group=\"ops\" new-gid=10 id=1000 res=success'";
    assertThat(encoded(leef, "type=CHGRP_ID" + STAMP + text))
        .containsEntry("uid", "1000")
        .containsEntry("groupId", "10")
        .containsEntry("group", "ops");
  }

  private Map<String, String> encoded(FlatEncoder encoder, String... records) {
    try (Arena arena = Arena.ofConfined()) {
      out.clear();
      encoder.encode(new Frames(arena).audit(List.of(records)), out);
      return FlatLine.fields(encoder == cef, Arrays.copyOf(out.array(), out.length()));
    }
  }

  @Property(tries = 3000)
  void shouldGiveOneValidLineForAnyBytes(
      @ForAll("types") int type, @ForAll("texts") byte[] text, @ForAll("texts") byte[] more) {
    try (Arena arena = Arena.ofConfined()) {
      Frames frames = new Frames(arena);
      frames.begin();
      frames.add(type, new byte[0], text);
      frames.add(1300, "type=SYSCALL msg=".getBytes(StandardCharsets.US_ASCII), more);
      frames.add(1302, new byte[0], text);
      frames.add(1309, new byte[0], more);
      frames.add(1327, new byte[0], text);
      frames.tag(1, more);
      FrameFlyweight frame = frames.finish();
      for (FlatEncoder encoder : List.of(cef, leef)) {
        out.clear();
        encoder.encode(frame, out);
        FlatLine.fields(encoder == cef, Arrays.copyOf(out.array(), out.length()));
      }
    }
  }

  @Provide("types")
  Arbitrary<Integer> types() {
    return Arbitraries.oneOf(
        Arbitraries.of(1100, 1112, 1123, 1306, 1324, 1326, 1400, 1700, -1),
        Arbitraries.integers().between(1000, 3000));
  }

  @Provide("texts")
  Arbitrary<byte[]> texts() {
    Arbitrary<String> words =
        Arbitraries.oneOf(
            Arbitraries.of(
                "audit(1.2:3):",
                "arch=c000003e",
                "syscall=257",
                "success=no",
                "exit=-13",
                "name=\"a|b=c\\\"",
                "name=0A0D3D5C7C09FF",
                "exe=FF00E4",
                "key=61013D62",
                "msg='op=x",
                "acct=\"a\tb\"",
                "uid=0",
                "id=7",
                "addr=::1",
                "hostname=a=b",
                "saddr=0200003510000001",
                "a0=3D0A",
                "a1[0]=7C",
                "proctitle=0A3D",
                "\u001dUID=\"x=\\y\"",
                "\r",
                "|"),
            Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(12));
    return words
        .list()
        .ofMaxSize(15)
        .map(list -> String.join(" ", list).getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void shouldAllocateNothing() throws IOException {
    for (Path log : logs()) {
      Allocations.assertNone(Files.readString(log, StandardCharsets.ISO_8859_1), cef, leef);
    }
  }
}
